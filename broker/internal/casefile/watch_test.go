package casefile_test

import (
	"testing"

	"safeyouthzone/broker/contract/chain"
)

// The audit of who reads is in the same ledger, and grows with every page that somebody opens: it must not wake the pages.
func TestOnlyCasesPokeWhoWaitsForChanges(t *testing.T) {
	log, nodes := books(1)
	pokes := nodes[0].Changes(t.Context())
	if _, err := log.Append(t.Context(), "audit.broker-1.2026-11-23", chain.Head{}, chain.Record{Audit: &chain.Audit{User: "a-1", Action: "read"}}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-pokes:
		t.Error("a record of the audit poked")
	default:
	}
	if rev := nodes[0].Rev(); rev != 1 {
		t.Errorf("the book has not passed the record: %d", rev)
	}
	raise(t, nodes[0])
	select {
	case <-pokes:
	default:
		t.Error("a call for help poked nobody")
	}
}
