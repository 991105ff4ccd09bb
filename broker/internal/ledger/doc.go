// Package ledger is the broker's memory: an append-only log of records, and nothing else is true.
//
// Records belong to chains: one chain for each case, and one for each device whose events had to be rejected. Within a chain the
// records are numbered from 1 and each carries the SHA-256 of the one before it, so that [Ledger.Verify] can prove that nothing was
// changed, lost or put in between. An append names the head it was decided on; if another record was quicker, it fails with
// chain.ErrConflict and nothing is written. That is the only lock there is, and it holds between nodes too.
//
// The one exception are chains of path tests (chain.PathPrefix), of which the oldest records are dropped after [PathsKept].
//
// When Append returns without an error, the record is on the disk (fsync). When it returns chain.ErrUncertain, it may or may not be:
// the caller asks again with the same event id and learns from the chain.
package ledger
