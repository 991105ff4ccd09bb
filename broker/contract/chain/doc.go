// Package chain is the form of the ledger's records, and the proof that they are whole.
//
// Records belong to chains: one for each case, one for each device whose events had to be rejected, and one for each node and day for
// the audit: who saw and did what at the desk. Within a chain the records
// are numbered from 1, and each carries the SHA-256 of the bytes of the one before it. Whoever holds the records can check with a
// [Verifier] that nothing was changed, lost or put in between; no secret is needed for it. The package is pure.
package chain
