package ledger_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/ledger"
)

func start(t *testing.T, dir string) (*ledger.Ledger, func()) {
	t.Helper()
	e, err := edge.Start(t.Context(), edge.Options{StoreDir: dir, Listen: "127.0.0.1:0", Name: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), e.Conn(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return l, e.Close
}

func event(id string) chain.Record {
	return chain.Record{Event: &activation.Event{ID: id, Case: "c-1", Type: activation.Raised, Trigger: activation.ByPath, Mode: activation.Test}}
}

func write(t *testing.T, l *ledger.Ledger, name string, head chain.Head, id string) chain.Head {
	t.Helper()
	e, err := l.Append(t.Context(), name, head, event(id))
	if err != nil {
		t.Fatal(err)
	}
	return e.Head
}

func read(t *testing.T, l *ledger.Ledger) []string {
	t.Helper()
	var all []string
	if err := l.Read(t.Context(), func(e chain.Entry) error {
		all = append(all, fmt.Sprintf("%s/%d", e.Chain, e.Record.N))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// Path tests leave the ledger, calls for help never do, and what is left can still be proved and goes on.
func TestPathTestsLeaveTheLedgerAndNothingElseDoes(t *testing.T) {
	dir := t.TempDir()
	l, stop := start(t, dir)
	var proved chain.Head
	write(t, l, "case.c-1", chain.Head{}, "e-1")
	l.KeepPathsFor(time.Hour)
	first := write(t, l, "path.d-2", chain.Head{}, "p-1")
	l.KeepPathsFor(time.Second)
	proved = write(t, l, "path.d-1", proved, "p-2")
	proved = write(t, l, "path.d-1", proved, "p-3")
	left := []string{"case.c-1/1", "path.d-2/1"}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !slices.Equal(read(t, l), left) {
		if ctx.Err() != nil {
			t.Fatalf("the ledger still has %v", read(t, l))
		}
	}
	if e, err := l.Append(t.Context(), "path.d-1", proved, event("p-4")); err != nil || e.Record.N != 1 {
		t.Errorf("a device whose path tests have all left: record %d, %v", e.Record.N, err)
	}
	write(t, l, "path.d-2", first, "p-5")
	if p, err := l.Verify(t.Context()); err != nil || !p.OK() {
		t.Errorf("%+v, %v", p, err)
	}
	stop()
	l, stop = start(t, dir)
	defer stop()
	if got := read(t, l); got[0] != "case.c-1/1" {
		t.Errorf("after a start: %v", got)
	}
}

// Two writers that decided on the same head: one wins, and the other one learns it, in chains of path tests too.
func TestOneOfTwoWritersLoses(t *testing.T) {
	l, stop := start(t, t.TempDir())
	defer stop()
	for _, name := range []string{"case.c-1", "path.d-1"} {
		write(t, l, name, chain.Head{}, name+"-1")
		if _, err := l.Append(t.Context(), name, chain.Head{}, event(name+"-2")); err == nil {
			t.Errorf("%s: both have won", name)
		}
	}
}

func TestEveryRecordComesOnceAndInOrder(t *testing.T) {
	l, stop := start(t, t.TempDir())
	defer stop()
	heads := map[string]chain.Head{}
	add := func(n int) {
		name := fmt.Sprintf("case.c-%d", n%7)
		heads[name] = write(t, l, name, heads[name], fmt.Sprintf("e-%d", n))
	}
	const before, after = 300, 50
	for n := range before {
		add(n)
	}
	got := make(chan uint64, before+after)
	f, err := l.Follow(t.Context(), func(e chain.Entry) error { got <- e.Seq; return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	if len(got) < before {
		t.Errorf("it says that it has caught up after %d of %d records", len(got), before)
	}
	for n := range after {
		add(before + n)
	}
	for want := uint64(1); want <= before+after; want++ {
		select {
		case seq := <-got:
			if seq != want {
				t.Fatalf("record %d came in the place of %d", seq, want)
			}
		case <-t.Context().Done():
			t.Fatal("records are missing")
		}
	}
}

func TestWhoCannotTakeARecordEndsTheFollowing(t *testing.T) {
	l, stop := start(t, t.TempDir())
	defer stop()
	head := write(t, l, "case.c-1", chain.Head{}, "e-1")
	bad := fmt.Errorf("no")
	if _, err := l.Follow(t.Context(), func(chain.Entry) error { return bad }); err == nil {
		t.Error("the start went well")
	}
	f, err := l.Follow(t.Context(), func(e chain.Entry) error {
		if e.Record.N > 1 {
			return bad
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Stop()
	write(t, l, "case.c-1", head, "e-2")
	select {
	case <-f.Failed():
	case <-t.Context().Done():
		t.Error("nobody is told")
	}
}
