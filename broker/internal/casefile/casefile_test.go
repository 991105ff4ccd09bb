package casefile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/casefile"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// log is a ledger in memory that hands each record to every book, as the real one does.
type log struct {
	mu    sync.Mutex
	heads map[string]chain.Head
	seq   uint64
	books []*casefile.Book
	fail  error // once
}

func (l *log) Append(_ context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.fail; err != nil {
		l.fail = nil
		return chain.Entry{}, err
	}
	if l.heads[name].Seq != head.Seq {
		return chain.Entry{}, chain.ErrConflict
	}
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	l.seq++
	e := chain.Entry{Seq: l.seq, Chain: name, Record: r, Head: chain.Head{N: r.N, Hash: chain.Hash(b), Seq: l.seq}}
	l.heads[name] = e.Head
	for _, book := range l.books {
		book.Apply(e)
	}
	return e, nil
}

// books returns n books on one ledger: n nodes of one county.
func books(n int) (*log, []*casefile.Book) {
	l := &log{heads: map[string]chain.Head{}}
	for range n {
		l.books = append(l.books, casefile.New(l, func() time.Time { return noon }, slog.New(slog.DiscardHandler)))
	}
	return l, l.books
}

func command(id string, typ activation.Type, kind activation.ActorKind) activation.Command {
	return activation.Command{ID: id, Case: "c-1", Type: typ, Mode: activation.Actual, Actor: activation.Actor{Kind: kind, ID: "x-1"}}
}

func raise(t *testing.T, b *casefile.Book) {
	t.Helper()
	c := command("e-raise", activation.Raised, activation.ByDevice)
	c.Zone, c.Device, c.Trigger = "compton", "d-1", activation.ByButton
	if _, err := b.Do(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
}

func TestTwoNodesAcknowledgeForOneAgencyAndOneWins(t *testing.T) {
	_, nodes := books(2)
	raise(t, nodes[0])
	var wg sync.WaitGroup
	errs := make([]error, 32)
	for i := range errs {
		wg.Go(func() {
			c := command(fmt.Sprintf("e-%d", i), activation.Acknowledged, activation.ByDesk)
			c.Actor.ID, c.Agency, c.Code = fmt.Sprintf("u-%d", i), "dcfs", "4821"
			_, errs[i] = nodes[i%2].Do(t.Context(), c, nil)
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, activation.ErrAlreadyAnswered):
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d desks won", won)
	}
	if c, history, err := nodes[1].Get("c-1"); err != nil || len(history) != 2 || c.State.Stage() != activation.StageAcknowledged {
		t.Errorf("the other node has %d events, %s, %v", len(history), c.State.Stage(), err)
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	_, nodes := books(2)
	raise(t, nodes[0])
	var wg sync.WaitGroup
	for i, n := range activation.Needs() {
		wg.Go(func() {
			c := command(fmt.Sprintf("n-%d", i), activation.NeedAsked, activation.ByDevice)
			c.Need = n
			if _, err := nodes[i%2].Do(t.Context(), c, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c, _, err := nodes[0].Get("c-1")
	if err != nil || len(c.State.Needs) != len(activation.Needs()) {
		t.Errorf("%d needs, %v", len(c.State.Needs), err)
	}
}

func TestAnUncertainAppendIsRepeatedWithoutHarm(t *testing.T) {
	l, nodes := books(1)
	raise(t, nodes[0])
	l.fail = chain.ErrUncertain
	c := command("e-left", activation.Left, activation.ByDevice)
	if _, err := nodes[0].Do(t.Context(), c, nil); !errors.Is(err, chain.ErrUncertain) {
		t.Fatalf("got %v, want ErrUncertain", err)
	}
	for range 2 {
		if _, err := nodes[0].Do(t.Context(), c, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, history, _ := nodes[0].Get("c-1"); len(history) != 2 {
		t.Errorf("%d events, want 2", len(history))
	}
}

func TestChangedReplaysFromAnyPoint(t *testing.T) {
	_, nodes := books(1)
	raise(t, nodes[0])
	cases, rev := nodes[0].Changed(0)
	if len(cases) != 1 || rev != 1 {
		t.Fatalf("%d cases at %d", len(cases), rev)
	}
	if again, _ := nodes[0].Changed(rev); len(again) != 0 {
		t.Error("what was seen is sent again")
	}
	if _, err := nodes[0].Do(t.Context(), command("e-left", activation.Left, activation.ByDevice), nil); err != nil {
		t.Fatal(err)
	}
	if again, now := nodes[0].Changed(rev); len(again) != 1 || now != 2 {
		t.Errorf("after a change: %d cases at %d", len(again), now)
	}
}

func TestABadEntryHidesNoOther(t *testing.T) {
	_, nodes := books(1)
	nodes[0].Apply(chain.Entry{Seq: 1, Chain: "case.c-9", Record: chain.Record{Event: &activation.Event{ID: "x", Type: "nonsense"}}})
	if _, _, err := nodes[0].Get("c-9"); !errors.Is(err, casefile.ErrUnknown) {
		t.Errorf("nonsense became a case: %v", err)
	}
	if got := nodes[0].Rev(); got != 1 {
		t.Errorf("the book stopped at %d", got)
	}
}
