// Package enroll gives devices their identity, and takes it away.
//
// A device proves with a one-time code from a card that it may belong to a zone, and gets a certificate from the authority that
// lives in the broker. From then on [Authority.Admit] is asked at each handshake and each connect: it wants a certificate of this
// authority, of a registered device, with the registered key, that is not disabled. A certificate that has run out within the last
// year is still let in and named as trouble: a late renewal must never cost a call for help.
//
// Codes are stored as hashes, end after use or in time, and are bound to the key that used them, so that a device may ask again
// when the answer was lost. Wrong codes are counted by address; after twenty, that address waits.
package enroll
