// Package retention keeps the keys of personal fields, and destroys them when their time is over.
//
// The few personal fields that the desk records of a case (an age, a year of birth, a token that links recoveries of one person) are in
// the ledger only as AES-256-GCM boxes. Each case has a key of its own. The keys are in the [Vault]: one file, apart from the ledger and
// from the broker's other data, each key wrapped by the site key. Ordinary backups must leave that file out; then destroying a key
// erases the fields in the live ledger and in every backup at once, and the chain of hashes stays whole.
//
// When a key is destroyed, its slot is overwritten in place and flushed. A drive that keeps old blocks may still hold the wrapped key:
// the file should lie on an encrypted volume. A copy of the vault brings keys back, so the broker destroys the keys of all erased cases
// again whenever it starts.
package retention
