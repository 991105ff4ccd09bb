// Package identity is who the device is: its key, which never leaves it, the certificate that the county's authority gave it, and what
// came with it. It enrols a new device and makes the TLS configuration of the uplink.
//
// Everything lies in one directory: key.pem, made first, and identity.json, replaced at once. Whoever loses the answer of an enrolment may
// ask again with the same code: the key is the same, so the answer is.
//
// The server's certificate is checked against the enrolled authority and for its name, at a time that is moved into the certificate's
// validity: a device whose clock is wrong by a year must still be able to call for help. The authority signs for nobody else.
package identity
