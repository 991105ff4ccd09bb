package desk

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// maxViews bounds what is remembered; who is forgotten reads once more.
const maxViews = 20_000

// views knows which cases are open at which browser. Opening a case, its paper, its calendar and every answer to a program is a reading,
// and each is in the audit before anything is shown. What the page fetches by itself while the case stays open, because something
// changed, is the same reading: but only if this desk has kept that it was opened, by the same session, within the last quarter of an hour.
// A browser that only pretends to keep something fresh is told nothing that is not in the audit.
type views struct {
	now func() time.Time
	mu  sync.Mutex
	all map[view]time.Time // until when
}

type view struct{ session, what string }

func newViews(now func() time.Time) *views { return &views{now: now, all: map[view]time.Time{}} }

func viewOf(seat Seat, what string) view {
	if seat.session.Key != "" {
		return view{seat.session.Key, what}
	}
	return view{seat.User, what}
}

// opened notes that the audit has it.
func (v *views) opened(seat Seat, what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	if len(v.all) >= maxViews {
		maps.DeleteFunc(v.all, func(_ view, until time.Time) bool { return !now.Before(until) })
	}
	if len(v.all) >= maxViews {
		clear(v.all)
	}
	v.all[viewOf(seat, what)] = now.Add(oneRead)
}

// open reports whether what is asked for belongs to a reading that the audit has.
func (v *views) open(seat Seat, what string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now().Before(v.all[viewOf(seat, what)])
}

// caseAgain is caseOf for a page that keeps a case fresh.
func (d *Desk) caseAgain(seat Seat, id string) (Case, []Entry, error) {
	if !d.views.open(seat, id) {
		return d.caseOf(seat, id)
	}
	return d.within(seat, id, CaseRead)
}

// printed is how a page says that its person takes the case away on paper.
func (d *Desk) printed(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, _, err := d.within(seat, r.PathValue("id"), CaseRead)
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	d.read(seat, "print", k.State.Case)
	w.WriteHeader(http.StatusNoContent)
}
