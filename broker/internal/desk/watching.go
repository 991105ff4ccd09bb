package desk

import (
	"maps"
	"net/http"
	"sync"
	"time"
)

// watchFor is how long a page counts as watched after it last said so: pages say it every four seconds while they are visible and
// somebody used them lately.
const watchFor = 11 * time.Second

// watching knows at which agencies' desks somebody is. A desk that nobody watches does not count as told.
type watching struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]watch // by user
}

type watch struct {
	agency string
	until  time.Time
}

func newWatching(now func() time.Time) *watching {
	return &watching{now: now, all: map[string]watch{}}
}

func (w *watching) see(seat Seat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[seat.User] = watch{seat.Agency, w.now().Add(watchFor)}
}

func (w *watching) watched(agency string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	maps.DeleteFunc(w.all, func(_ string, x watch) bool { return !now.Before(x.until) })
	for _, x := range w.all {
		if agency == "" || x.agency == agency {
			return true
		}
	}
	return false
}

// Watched reports whether somebody who can answer calls of an agency has the desk before them, unlocked and in use; the empty agency
// stands for any.
func (d *Desk) Watched(agency string) bool { return d.watching.watched(agency) }

// watch is how a page says that somebody is there. A locked seat never gets here.
func (d *Desk) watch(w http.ResponseWriter, r *http.Request, seat Seat) {
	if !seat.May(CaseAnswer) { // who can only look cannot answer
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d.watching.see(seat)
	if id := r.URL.Query().Get("case"); id != "" && d.opt.Seen != nil {
		if k, _, err := d.opt.Book.Get(id); err == nil && d.sees(seat, k.State) {
			d.opt.Seen(r.Context(), k.State.Case, seat.Agency)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
