package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"safeyouthzone/broker/contract/chain"
)

const (
	partBits    = 6      // a record holds up to 64 audits
	firstWindow = 50_000 // places of the ledger that are read at first when something old is looked for; then more and more
	mostWindow  = 1_000_000
)

// Line is one audit with its place in the ledger.
type Line struct {
	Seq   uint64 `json:"seq"`            // of the ledger; permanent
	Part  int    `json:"part,omitempty"` // within the record there, from 0
	Chain string `json:"chain"`          // which chain holds it
	N     uint64 `json:"n"`              // its number there
	Hash  string `json:"hash"`           // what the next record of the chain holds of it
	chain.Audit
}

func linesOf(e chain.Entry) []Line {
	all := e.Record.Audited()
	out := make([]Line, len(all))
	for i, a := range all {
		out[i] = Line{Seq: e.Seq, Part: i, Chain: e.Chain, N: e.Record.N, Hash: e.Head.Hash, Audit: a}
	}
	return out
}

// Cursor is the place of a line among all lines.
func (l Line) Cursor() uint64 { return l.Seq<<partBits | uint64(l.Part) } //nolint:gosec // a part is never negative

// Query says what to look for; what is empty matters not.
type Query struct {
	User, Agency, Case, Action string
	Denied                     bool // only what was refused
	From, To                   time.Time
	Before                     uint64 // only below this cursor
	Limit                      int
}

func (q Query) fits(l Line) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(q.User, l.User) && is(q.Agency, l.Agency) && is(q.Case, l.Case) && is(q.Action, l.Action) && (!q.Denied || l.Denied) &&
		(q.From.IsZero() || !l.At.Before(q.From)) && (q.To.IsZero() || l.At.Before(q.To)) && (q.Before == 0 || l.Cursor() < q.Before)
}

// Find returns the newest lines that fit, newest first, of all that the ledger holds. If there are more, or if ctx ended before all was
// looked at, next is what to ask for as Before.
func (b *Book) Find(ctx context.Context, q Query) (lines []Line, next uint64, err error) {
	b.mu.Lock()
	recent, forgot := b.lines, b.forgot // lines are only ever added behind, or copied
	b.mu.Unlock()
	f := finding{q: q}
	if f.take(recent) || !forgot {
		return f.found, f.next, nil
	}
	below, window := recent[0].Seq, uint64(firstWindow)
	for below > 1 && !f.old {
		from := max(1, below-min(window, below-1))
		if q.Before == 0 || from<<partBits < q.Before {
			var part []Line
			err := b.o.Log.Between(ctx, Prefix, from, below, func(e chain.Entry) error {
				for _, l := range linesOf(e) {
					if q.fits(l) {
						part = append(part, l)
					}
				}
				f.latest = e.Record.Audited()[0].At
				return nil
			})
			if err != nil && ctx.Err() != nil {
				return f.found, below << partBits, nil //nolint:nilerr // its time is over: further back another time
			}
			if err != nil {
				return nil, 0, fmt.Errorf("cannot read the audit: %w", err)
			}
			if f.take(part) {
				return f.found, f.next, nil
			}
			f.old = !f.latest.IsZero() && f.latest.Before(q.From)
		}
		below, window = from, min(2*window, mostWindow)
	}
	return f.found, 0, nil
}

// finding collects what fits.
type finding struct {
	q      Query
	found  []Line
	next   uint64
	latest time.Time // the newest time of what was read last
	old    bool      // what is older than that can not fit
}

// take takes from the newest of some lines on, and reports whether it has enough and knows that there is more.
func (f *finding) take(lines []Line) bool {
	for _, l := range slices.Backward(lines) {
		if !f.q.fits(l) {
			continue
		}
		if len(f.found) == f.q.Limit {
			f.next = f.found[len(f.found)-1].Cursor()
			return true
		}
		f.found = append(f.found, l)
	}
	return false
}
