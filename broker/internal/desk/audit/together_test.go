package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/audit"
)

// audited are all audits of a log, without those that tie chains together.
func audited(log *audit.Memory) []chain.Audit {
	var out []chain.Audit
	for _, e := range log.Entries() {
		for _, a := range e.Record.Audited() {
			if a.Action != chain.GoesOn {
				out = append(out, a)
			}
		}
	}
	return out
}

func TestWhoeverComesAtOnceSharesAWrite(t *testing.T) {
	const people = 200
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		log.Slow(5 * time.Millisecond)
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() {
				user := fmt.Sprintf("a-%d", i)
				if err := b.Read(read(user, "c-1"), time.Second); err != nil {
					t.Error(err)
				}
				if !slices.ContainsFunc(audited(log), func(a chain.Audit) bool { return a.User == user }) {
					t.Errorf("%s sees the case before it is in the ledger", user)
				}
			})
		}
		wg.Wait()
		if all, records := len(audited(log)), len(log.Entries()); all != people || records > people/10 {
			t.Errorf("%d audits in %d records", all, records)
		}
	})
}

// Help goes first: a ledger that does not answer delays whoever reads for a moment, and then the reading waits by itself.
func TestAReadingOutlivesALedgerThatFails(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		log.FailNext(errors.New("disk is full"), false)
		if err := b.Read(read("a-1", "c-1"), time.Second); !errors.Is(err, audit.ErrNotKept) {
			t.Errorf("over a broken ledger: %v", err)
		}
		time.Sleep(5 * time.Second)
		if all := audited(log); len(all) != 1 || all[0].User != "a-1" {
			t.Errorf("afterwards the ledger has %+v", all)
		}
		log.Slow(30 * time.Second)
		began := time.Now()
		if err := b.Read(read("a-2", "c-1"), time.Second); err == nil || time.Since(began) != time.Second {
			t.Errorf("a slow ledger: %v after %v", err, time.Since(began))
		}
		log.Slow(0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if all := audited(log); len(all) != 2 {
			t.Errorf("afterwards the ledger has %+v", all)
		}
	})
}

// What was kept long ago is not in memory any more, and is found all the same.
func TestEverythingIsFoundHoweverOld(t *testing.T) {
	const days, each = 30, 1000
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		for day := range days {
			for i := range each {
				user := "a-1"
				if i == each/2 {
					user = fmt.Sprintf("rare-%d", day)
				}
				if err := b.Keep(t.Context(), read(user, "c-1")); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(24 * time.Hour)
		}
		begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, q := range []audit.Query{
			{User: "rare-0", Limit: 9}, {User: "rare-29", Limit: 9}, {User: "rare-3", From: begin.AddDate(0, 0, 3), To: begin.AddDate(0, 0, 4), Limit: 9},
		} {
			lines, next, err := b.Find(t.Context(), q)
			if err != nil || len(lines) != 1 || next != 0 || lines[0].User != q.User {
				t.Errorf("%s: %d lines, next %d, %v", q.User, len(lines), next, err)
			}
		}
		seen, last := 0, uint64(1<<62)
		for q := (audit.Query{User: "a-1", Limit: 1000}); ; {
			lines, next, err := b.Find(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				if l.Cursor() >= last {
					t.Fatalf("line %d comes after %d", l.Cursor(), last)
				}
				last = l.Cursor()
			}
			seen += len(lines)
			if q.Before = next; next == 0 {
				break
			}
		}
		if seen != days*(each-1) {
			t.Errorf("paging shows %d of %d lines", seen, days*(each-1))
		}
	})
}

func TestADayThatIsTakenOutIsMissed(t *testing.T) {
	book(t, func(t *testing.T, b *audit.Book, log *audit.Memory) {
		for range 3 {
			if err := b.Keep(t.Context(), read("a-1", "c-1")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
		}
		v := chain.NewVerifier()
		for i, e := range log.Entries() {
			if i != 1 {
				v.Check(e)
			}
		}
		if v.Proof().OK() {
			t.Error("nobody misses the second day")
		}
	})
}
