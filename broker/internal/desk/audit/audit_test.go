package audit_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/audit"
)

// book is an audit that runs, over a log in memory, in fake time.
func book(t *testing.T, play func(t *testing.T, b *audit.Book, log *audit.Memory)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		log := new(audit.Memory)
		b := audit.New(audit.Options{Log: log, Node: "broker-1", Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Run(ctx); close(done) }()
		play(t, b, log)
		cancel()
		<-done
		v := chain.NewVerifier()
		for _, e := range log.Entries() {
			v.Check(e)
		}
		if p := v.Proof(); !p.OK() {
			t.Errorf("the chains do not hold: %+v", p)
		}
	})
}

func read(user, id string) chain.Audit { return chain.Audit{User: user, Action: "read", Case: id} }

func TestNotesAreChainedByDay(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		b.Note(read("a-1", "c-1"), 0)
		synctest.Wait()
		b.Note(read("a-1", "c-1"), 0)
		synctest.Wait()
		time.Sleep(24 * time.Hour)
		b.Note(read("a-1", "c-1"), 0)
		synctest.Wait()
		all := log.Entries()
		if len(all) != 3 || all[0].Chain != "audit.broker-1.2000-01-01" || all[1].Record.N != 2 || all[2].Chain != "audit.broker-1.2000-01-02" || all[2].Record.N != 1 {
			t.Fatalf("the chains are %+v", all)
		}
		if first := all[2].Record.Audited()[0]; first.Action != chain.GoesOn || first.Target != all[1].Chain || first.Reason != all[1].Head.Hash {
			t.Errorf("the second day does not go on where the first ended: %+v", first)
		}
	})
}

func TestTheSameNoteWithinATimeIsOne(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		for range 3 {
			b.Note(read("a-1", "c-1"), time.Minute)
			time.Sleep(10 * time.Second)
		}
		b.Note(read("a-2", "c-1"), time.Minute)
		b.Note(read("a-1", "c-2"), time.Minute)
		time.Sleep(time.Minute)
		b.Note(read("a-1", "c-1"), time.Minute)
		synctest.Wait()
		n := 0
		for _, e := range log.Entries() {
			n += len(e.Record.Audited())
		}
		if n != 4 {
			t.Errorf("%d audits, want 4", n)
		}
	})
}

func TestWhatMustBeKeptFailsWithTheLedger(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		log.FailNext(errors.New("disk is full"), false)
		if err := b.Keep(t.Context(), read("a-1", "c-1")); !errors.Is(err, audit.ErrNotKept) {
			t.Errorf("keeping over a broken ledger: %v", err)
		}
		if err := b.Keep(t.Context(), read("a-1", "c-1")); err != nil || len(log.Entries()) != 1 {
			t.Errorf("the next one: %v, %d records", err, len(log.Entries()))
		}
	})
}

func TestStoredButNotAcknowledgedIsKeptOnce(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		log.FailNext(chain.ErrUncertain, true)
		go func() { // the ledger tells a moment later, as its follower does
			time.Sleep(50 * time.Millisecond)
			for _, e := range log.Entries() {
				b.Apply(e)
			}
		}()
		if err := b.Keep(t.Context(), read("a-1", "c-1")); err != nil {
			t.Error(err)
		}
		if err := b.Keep(t.Context(), read("a-1", "c-2")); err != nil || len(log.Entries()) != 2 {
			t.Errorf("the next one: %v, %d records", err, len(log.Entries()))
		}
	})
}

func TestAnotherProcessGoesOnWithTheChain(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		b.Note(read("a-1", "c-1"), 0)
		synctest.Wait()
		next := audit.New(audit.Options{Log: log, Node: "broker-1", Now: time.Now, Logger: slog.New(slog.DiscardHandler)})
		for _, e := range log.Entries() {
			next.Apply(e)
		}
		if err := next.Keep(t.Context(), read("a-2", "c-1")); err != nil {
			t.Error(err)
		}
		if lines, _, _ := next.Find(t.Context(), audit.Query{Limit: 10}); len(lines) != 2 || lines[0].User != "a-2" {
			t.Errorf("after a restart the audit shows %+v", lines)
		}
	})
}

func TestFindingPages(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, _ *audit.Memory) {
		for _, a := range []chain.Audit{
			read("a-1", "c-1"), read("a-2", "c-1"), {User: "a-1", Agency: "a", Action: "sign_in", Denied: true}, read("a-1", "c-2"),
		} {
			if err := b.Keep(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		for name, c := range map[string]struct {
			q    audit.Query
			want []uint64
			next uint64
		}{
			"all":     {audit.Query{Limit: 9}, []uint64{4, 3, 2, 1}, 0},
			"page":    {audit.Query{Limit: 2}, []uint64{4, 3}, 3},
			"further": {audit.Query{Limit: 2, Before: 3 << 6}, []uint64{2, 1}, 0},
			"user":    {audit.Query{Limit: 9, User: "a-2"}, []uint64{2}, 0},
			"case":    {audit.Query{Limit: 9, Case: "c-1"}, []uint64{2, 1}, 0},
			"action":  {audit.Query{Limit: 9, Action: "sign_in"}, []uint64{3}, 0},
			"agency":  {audit.Query{Limit: 9, Agency: "a"}, []uint64{3}, 0},
			"refused": {audit.Query{Limit: 9, Denied: true}, []uint64{3}, 0},
			"hours":   {audit.Query{Limit: 9, From: begin.Add(time.Hour), To: begin.Add(3 * time.Hour)}, []uint64{3, 2}, 0},
			"nothing": {audit.Query{Limit: 9, User: "b"}, nil, 0},
		} {
			lines, next, err := b.Find(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			if next != 0 {
				next >>= 6 // the place without the part
			}
			var got []uint64
			for _, l := range lines {
				got = append(got, l.Seq)
			}
			if len(got) != len(c.want) || next != c.next {
				t.Errorf("%s: %v, next %d", name, got, next)
				continue
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
			}
		}
	})
}
