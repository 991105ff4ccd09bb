package desktest

import (
	"context"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/audit"
)

// Audit is a desk.Audit in memory. It keeps everything at once, and each note, however often it comes.
type Audit struct {
	now func() time.Time

	mu   sync.Mutex
	all  []audit.Line
	fail error
}

// Fail makes Keep fail from now on; nil ends it.
func (a *Audit) Fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail = err
}

// Note implements desk.Audit.
func (a *Audit) Note(r chain.Audit, _ time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r.At = a.now()
	a.all = append(a.all, audit.Line{Seq: uint64(len(a.all) + 1), Audit: r})
}

// Keep implements desk.Audit.
func (a *Audit) Keep(_ context.Context, r chain.Audit) error {
	a.mu.Lock()
	fail := a.fail
	a.mu.Unlock()
	if fail == nil {
		a.Note(r, 0)
	}
	return fail
}

// Read implements desk.Audit.
func (a *Audit) Read(r chain.Audit, _ time.Duration) error { return a.Keep(context.Background(), r) }

// Count is how often something was done.
func (a *Audit) Count(action string) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.all {
		if l.Action == action {
			n++
		}
	}
	return n
}

// Find implements desk.Audit; it looks at nothing but the limit and the action.
func (a *Audit) Find(_ context.Context, q audit.Query) ([]audit.Line, uint64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []audit.Line
	for _, l := range slices.Backward(a.all) {
		if len(out) < q.Limit && (q.Action == "" || q.Action == l.Action) {
			out = append(out, l)
		}
	}
	return out, 0, nil
}

// Has reports whether something was kept of which all that want says is true.
func (a *Audit) Has(want chain.Audit) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	is := func(w, g string) bool { return w == "" || w == g }
	return slices.ContainsFunc(a.all, func(l audit.Line) bool {
		return is(want.User, l.User) && is(want.Agency, l.Agency) && is(want.Action, l.Action) && is(want.Case, l.Case) &&
			is(want.Target, l.Target) && is(want.Reason, l.Reason) && want.Denied == l.Denied
	})
}
