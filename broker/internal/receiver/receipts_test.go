package receiver_test

import (
	"testing"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/receiver"
)

func entry(log string, seq uint64) chain.Entry {
	return chain.Entry{
		Chain:  "case.c-1",
		Record: chain.Record{Event: &activation.Event{}, Origin: &chain.Origin{Device: "d-1", Log: log, Seq: seq}},
	}
}

func TestAReceiptCoversNoGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		all := make([]uint64, n)
		for i := range all {
			all[i] = uint64(i + 1)
		}
		order := rapid.Permutation(all).Draw(t, "order")
		r, have := receiver.NewReceipts(), map[uint64]bool{}
		for _, seq := range order {
			r.Apply(entry("l-1", seq))
			r.Apply(entry("l-1", seq)) // a repeat changes nothing
			have[seq] = true
			want := uint64(0)
			for have[want+1] {
				want++
			}
			if got := r.Receipt("d-1", "l-1").Seq; got != want {
				t.Fatalf("with %v the receipt is %d, want %d", have, got, want)
			}
			if !r.Has(chain.Origin{Device: "d-1", Log: "l-1", Seq: seq}) {
				t.Fatalf("%d was taken and is not known", seq)
			}
		}
	})
}

func TestANewOutboxIsNotTakenForARepeat(t *testing.T) {
	r := receiver.NewReceipts()
	r.Apply(entry("old", 1))
	r.Apply(entry("old", 2))
	if r.Has(chain.Origin{Device: "d-1", Log: "new", Seq: 1}) || r.Receipt("d-1", "new").Seq != 0 {
		t.Error("the first event of a new outbox counts as received")
	}
	if got := r.Receipt("d-1", "old").Seq; got != 2 {
		t.Errorf("the old log's receipt is %d", got)
	}
}

func TestARejectionIsCoveredAndNamed(t *testing.T) {
	r := receiver.NewReceipts()
	r.Apply(entry("l-1", 1))
	r.Apply(chain.Entry{Chain: "device.d-1", Record: chain.Record{
		Rejected: &chain.Rejection{Reason: wire.Malformed}, Origin: &chain.Origin{Device: "d-1", Log: "l-1", Seq: 2},
	}})
	got := r.Receipt("d-1", "l-1")
	if got.Seq != 2 || len(got.Rejected) != 1 || got.Rejected[0] != (wire.Rejected{Seq: 2, Reason: wire.Malformed}) {
		t.Errorf("receipt %+v", got)
	}
}

func TestManyOutboxesDoNotGrowWithoutBound(t *testing.T) {
	r := receiver.NewReceipts()
	for i := range 100 {
		r.Apply(entry(string(rune('a'+i%26))+"-log", uint64(i/26+1)))
	}
	// The newest are still known: forgetting an old one costs a repeat, never an event.
	if !r.Has(chain.Origin{Device: "d-1", Log: "v-log", Seq: 4}) {
		t.Error("the newest outbox was forgotten")
	}
}
