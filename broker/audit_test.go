package broker_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/chain"
)

// What is too old for the memory of the audit is read from the ledger: those chains alone, and from one place to another.
func TestTheLedgerIsReadFromOnePlaceToAnother(t *testing.T) {
	const people, times = 40, 60
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	d.raise()
	d.receipt(1)
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			for i := range times {
				if err := b.Audit().Read(chain.Audit{User: fmt.Sprintf("desk-%d", p), Action: "read", Target: fmt.Sprint(i)}, 5*time.Second); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	last, err := b.Ledger().Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n, lowest, highest := 0, last, uint64(0)
	read := func(from, to uint64) {
		n, lowest, highest = 0, last, 0
		err := b.Ledger().Between(t.Context(), "audit.", from, to, func(e chain.Entry) error {
			n += len(e.Record.Audited())
			if len(e.Record.Audited()) == 0 {
				t.Errorf("entry %d of %s is no audit", e.Seq, e.Chain)
			}
			lowest, highest = min(lowest, e.Seq), max(highest, e.Seq)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read(1, last+1); n < people*times {
		t.Errorf("%d audits in the ledger, want %d", n, people*times)
	}
	if read(last/2, last-1); n == 0 || lowest < last/2 || highest >= last-1 {
		t.Errorf("asked for %d to %d: %d audits from %d to %d", last/2, last-1, n, lowest, highest)
	}
	if read(last+1, last+100); n != 0 {
		t.Errorf("%d audits from the future", n)
	}
	stop := errors.New("enough")
	if err := b.Ledger().Between(t.Context(), "audit.", 1, last+1, func(chain.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("it goes on although it was told to stop: %v", err)
	}
	verified(t, b)
}
