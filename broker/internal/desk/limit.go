package desk

import (
	"maps"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	guessEvery = 0.5 // failed sign-ins a second from one address, after ...
	guessBurst = 20  // ... this many at once
	ownEvery   = 0.1 // the same for one account, wherever they come from
	ownBurst   = 5
	maxGuesser = 10_000
	v6Site     = 64
)

// guesses slows down whoever tries secrets that are wrong, by the address they come from and by the account they aim at. It never stands in
// the way of a right one: everybody behind one address of an agency shares it, anybody can aim at an account, and a right secret has 256
// random bits. It saves work, keeps the log readable, and tells an auditor which account somebody is after.
type guesses struct {
	mu  sync.Mutex
	all map[string]*rate.Limiter
}

// wrong notes a wrong secret, and reports whether too many came from its address, or for its account if that is known.
func (g *guesses) wrong(from netip.Prefix, account string, now time.Time) (tooOften bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	tooOften = !g.of("from "+from.String(), guessEvery, guessBurst, now).AllowN(now, 1)
	if account != "" {
		tooOften = !g.of("for "+account, ownEvery, ownBurst, now).AllowN(now, 1) || tooOften
	}
	return tooOften
}

func (g *guesses) of(key string, every rate.Limit, burst int, now time.Time) *rate.Limiter {
	if l := g.all[key]; l != nil {
		return l
	}
	if len(g.all) >= maxGuesser { // those who have rested are as good as new
		maps.DeleteFunc(g.all, func(_ string, l *rate.Limiter) bool { return l.TokensAt(now) >= float64(l.Burst()) })
	}
	if len(g.all) >= maxGuesser || g.all == nil {
		g.all = map[string]*rate.Limiter{}
	}
	l := rate.NewLimiter(every, burst)
	g.all[key] = l
	return l
}

// siteOf is where a request comes from: an address, or the network of one person for IPv6.
func siteOf(r *http.Request) netip.Prefix {
	a, ok := addressOf(r.RemoteAddr)
	if !ok {
		return netip.Prefix{}
	}
	bits := a.BitLen()
	if a.Is6() {
		bits = v6Site
	}
	p, _ := a.Prefix(bits)
	return p
}
