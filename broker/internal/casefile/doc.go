// Package casefile is what the ledger says about cases right now, held in memory: the projection that everybody reads, and the one
// door through which events get into the ledger.
//
// It is rebuilt at the start, from the ledger or from a snapshot and what came after it, and then follows the ledger. [Book.Do] decides on
// the newest state it knows, appends, and waits until the projection has caught up with what it wrote; if another writer was quicker, it
// decides again. It never changes its own state directly, so what it shows is what the ledger has.
package casefile
