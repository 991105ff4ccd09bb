package audit

import (
	"time"

	"safeyouthzone/broker/contract/chain"
)

// Line is one record of the audit with its place in the ledger.
type Line struct {
	Seq   uint64 `json:"seq"`   // of the ledger; permanent
	Chain string `json:"chain"` // which chain holds it
	N     uint64 `json:"n"`     // its number there
	Hash  string `json:"hash"`  // what the next record of the chain holds of it
	chain.Audit
}

func lineOf(e chain.Entry) Line {
	return Line{Seq: e.Seq, Chain: e.Chain, N: e.Record.N, Hash: e.Head.Hash, Audit: *e.Record.Audit}
}

// Query says what to look for; what is empty matters not.
type Query struct {
	User, Agency, Case, Action string
	Denied                     bool // only what was refused
	From, To                   time.Time
	Before                     uint64 // only below this place in the ledger
	Limit                      int
}

func (q Query) fits(l Line) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(q.User, l.User) && is(q.Agency, l.Agency) && is(q.Case, l.Case) && is(q.Action, l.Action) && (!q.Denied || l.Denied) &&
		(q.From.IsZero() || !l.At.Before(q.From)) && (q.To.IsZero() || l.At.Before(q.To)) && (q.Before == 0 || l.Seq < q.Before)
}

// Find returns the newest lines that fit, newest first. If there are more, next is what to ask for as Before.
func (b *Book) Find(q Query) (lines []Line, next uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := len(b.lines) - 1; i >= 0; i-- {
		l := b.lines[i]
		if !q.fits(l) {
			continue
		}
		if len(lines) == q.Limit {
			return lines, lines[len(lines)-1].Seq
		}
		lines = append(lines, l)
	}
	return lines, 0
}
