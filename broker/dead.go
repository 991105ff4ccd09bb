package broker

import (
	"errors"
	"slices"
	"sync"

	"safeyouthzone/broker/internal/dispatch/policy"
	"safeyouthzone/broker/internal/notify"
)

// dead remembers, until the broker ends, which addresses were said to be no longer in use. It is safe for concurrent use.
type dead struct {
	mu  sync.Mutex
	all map[way]string // the address; staff data
}

type way struct{ person, channel string }

// note takes what became of a notice to somebody.
func (d *dead) note(w way, to string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case errors.Is(err, notify.ErrGone):
		if d.all == nil {
			d.all = map[way]string{}
		}
		d.all[w] = to
	case err == nil:
		delete(d.all, w)
	}
}

// is reports whether an address was said to be no longer in use, and nothing else since.
func (d *dead) is(w way, to string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was, ok := d.all[w]
	return ok && was == to
}

// deadWay says why a way can not reach a person now, as far as that is known before anybody is told.
func (b *Broker) deadWay(p policy.PersonDoc, c policy.Contact) string {
	switch {
	case !slices.Contains(b.browserChannels(), c.Channel):
		if b.push.dead.is(way{p.ID, c.Channel}, c.To) {
			return "the address is no longer in use"
		}
	case p.Account == "" || !b.account(p.Account):
		return "no account at the desk"
	case len(b.push.subs.Of(p.Account)) == 0:
		return "not turned on in any browser"
	}
	return ""
}
