package receiver_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/receiver"
)

// Wherever it was cut, a snapshot and the entries after it make the receipts that the whole ledger makes.
func TestReceiptsFromASnapshotAreThose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 80).Draw(t, "entries")
		var entries []chain.Entry
		for i := range n {
			e := entry(fmt.Sprintf("l-%d", rapid.IntRange(0, 9).Draw(t, "log")), rapid.Uint64Range(1, 12).Draw(t, "seq"))
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				e.Chain = chain.PathPrefix + "d-1"
			case 1:
				e.Chain, e.Record.Event = receiver.DevicePrefix+"d-1", nil
				e.Record.Rejected = &chain.Rejection{Reason: wire.Malformed}
			}
			e.Seq = uint64(i + 1)
			e.Head = chain.Head{N: 1, Hash: fmt.Sprint(i), Seq: e.Seq}
			entries = append(entries, e)
		}
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		whole, before, after := receiver.NewReceipts(), receiver.NewReceipts(), receiver.NewReceipts()
		for _, e := range entries {
			whole.Apply(e)
		}
		for _, e := range entries[:cut] {
			before.Apply(e)
		}
		pieces, err := before.Snapshot()()
		if err != nil {
			t.Fatal(err)
		}
		if kept := before.Account("d-1"); rapid.Bool().Draw(t, "kept beside the ledger") {
			after.Keep("d-1", kept)
		}
		commit, err := after.Load(slices.Concat(pieces...))
		if err != nil {
			t.Fatal(err)
		}
		commit()
		for _, e := range entries[cut:] {
			after.Apply(e)
		}
		if a, b := after.Passing(), whole.Passing(); !slices.Equal(a, b) {
			t.Fatalf("what will pass: %v, and the ledger has %v", a, b)
		}
		if a, b := after.Account("d-1"), whole.Account("d-1"); !reflect.DeepEqual(a, b) {
			t.Fatalf("the account is %v, and the ledger has %v", a, b)
		}
		for log := range 10 {
			id := fmt.Sprintf("l-%d", log)
			for seq := uint64(1); seq <= 12; seq++ {
				if o := (chain.Origin{Device: "d-1", Log: id, Seq: seq}); whole.Has(o) != after.Has(o) {
					t.Fatalf("%s %d is here: %v", id, seq, after.Has(o))
				}
			}
			if a, b := after.Receipt("d-1", id), whole.Receipt("d-1", id); a.Seq != b.Seq || !slices.Equal(a.Rejected, b.Rejected) {
				t.Fatalf("the receipt of %s is %v, and the ledger has %v", id, a, b)
			}
		}
	})
}
