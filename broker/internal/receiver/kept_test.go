package receiver_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/receiver"
)

func passing(seq uint64) chain.Entry {
	e := entry("l-1", seq)
	e.Chain = chain.PathPrefix + "d-1"
	e.Record.Event = &activation.Event{Case: "c-path"}
	return e
}

// A library closes over the holidays, its path tests leave the ledger, the broker starts again: the library's next call must get its receipt.
func TestWhatTheLedgerHasDroppedStaysTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "events")
		before, after := receiver.NewReceipts(), receiver.NewReceipts()
		var stays []chain.Entry
		kept := map[string][]receiver.Kept{}
		for seq := uint64(1); seq <= uint64(n); seq++ {
			e := entry("l-1", seq)
			if rapid.Bool().Draw(t, "passes") {
				e = passing(seq)
			} else {
				stays = append(stays, e)
			}
			before.Apply(e)
			if rapid.Bool().Draw(t, "a minute passes") || seq == uint64(n) {
				for _, device := range before.Passing() {
					kept[device] = before.Account(device)
				}
			}
		}
		for device, all := range kept {
			after.Keep(device, all)
		}
		for _, e := range stays {
			after.Apply(e)
		}
		if a, b := before.Receipt("d-1", "l-1").Seq, after.Receipt("d-1", "l-1").Seq; a != b {
			t.Fatalf("the receipt was %d and is %d", a, b)
		}
		after.Apply(entry("l-1", uint64(n)+1))
		if got := after.Receipt("d-1", "l-1").Seq; got != uint64(n)+1 {
			t.Fatalf("the next call has no receipt: %d of %d", got, n+1)
		}
	})
}

func TestOnlyWhoSentSomethingThatPassesIsWrittenDown(t *testing.T) {
	r := receiver.NewReceipts()
	r.Apply(entry("l-1", 1))
	if got := r.Passing(); len(got) != 0 {
		t.Errorf("a call for help stays in the ledger, and yet: %v", got)
	}
	r.Apply(passing(2))
	if got := r.Passing(); !slices.Equal(got, []string{"d-1"}) {
		t.Errorf("%v", got)
	}
	if got := r.Passing(); len(got) != 0 {
		t.Errorf("it is written down again without need: %v", got)
	}
}
