package desk

import (
	"cmp"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// lookFor is how long a page counts as looking after it last said so: pages say it every five seconds while somebody can see them.
const lookFor = 12 * time.Second

type look struct {
	id    string
	seat  Seat
	until time.Time
}

// presence knows which seat looks at which case right now. It is a courtesy between people, kept in memory: nothing is decided by it.
type presence struct {
	now     func() time.Time
	mu      sync.Mutex
	looks   map[string]look // by user
	changed chan struct{}   // closed and replaced when the picture changes
}

func newPresence(now func() time.Time) *presence {
	return &presence{now: now, looks: map[string]look{}, changed: make(chan struct{})}
}

// see notes that a seat looks at a case; an empty id that it looks at none.
func (p *presence) see(seat Seat, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.looks[seat.User].id
	if id == "" {
		delete(p.looks, seat.User)
	} else {
		p.looks[seat.User] = look{id: id, seat: seat, until: p.now().Add(lookFor)}
	}
	if before != id {
		p.poke()
	}
}

func (p *presence) poke() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// all returns who looks at what, and a channel that is closed when that changes. A look that nobody confirmed has ended.
func (p *presence) all() ([]look, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	maps.DeleteFunc(p.looks, func(_ string, l look) bool { return !now.Before(l.until) })
	out := slices.SortedFunc(maps.Values(p.looks), func(a, b look) int { return cmp.Compare(a.seat.User, b.seat.User) })
	return out, p.changed
}

// lookers names who else looks at the cases that a seat sees.
func (d *Desk) lookers(seat Seat) (map[string][]string, <-chan struct{}) {
	looks, changed := d.presence.all()
	out := map[string][]string{}
	for _, l := range looks {
		if l.seat.User == seat.User || seat.Locked || !seat.May(CaseList) {
			continue
		}
		if k, ok := d.caseSeen(l.id); ok && d.sees(seat, k) {
			out[l.id] = append(out[l.id], d.agency(l.seat.Agency).Short+" "+seatName(l.seat.User, l.seat.Agency))
		}
	}
	return out, changed
}

// looking is how a page says that somebody can see a case. It shows nothing, so it is no reading of the case.
func (d *Desk) looking(w http.ResponseWriter, r *http.Request, seat Seat) {
	id := r.PathValue("id")
	k, _, err := d.opt.Book.Get(id)
	if !activation.ValidID(id) || err != nil || !d.sees(seat, k.State) {
		d.refuse(w, r, refusalOf(ErrUnknownCase))
		return
	}
	d.presence.see(seat, k.State.Case)
	w.WriteHeader(http.StatusNoContent)
}

func (d *Desk) away(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.presence.see(seat, "")
	w.WriteHeader(http.StatusNoContent)
}

// asideOf tells a page what is not in the ledger: who else looks, and the banners. It says each only when it has changed.
func (d *Desk) asideOf() aside {
	var who map[string][]string
	var said []Banner
	told := false // a page that comes back may show what is over by now
	return func(seat Seat) ([]byte, <-chan struct{}) {
		now, changed := d.lookers(seat)
		var out []byte
		if !told || !maps.EqualFunc(who, now, slices.Equal) {
			who = now
			out = d.event(0, "looking", now)
		}
		if banners := d.banners(seat); !told || !slices.Equal(said, banners) {
			var html strings.Builder
			if err := d.page.ExecuteTemplate(&html, "banners", banners); err != nil {
				d.log.Error("banners not made", slog.Any("error", err))
				return out, changed
			}
			said = banners
			out = append(out, d.event(0, "banners", html.String())...)
		}
		told = true
		return out, changed
	}
}
