package desk

import (
	"net"
	"net/http"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

const (
	guessEvery = 0.5 // failed sign-ins a second from one address, after ...
	guessBurst = 20  // ... this many at once
	maxGuesser = 10_000
	v6Site     = 64
)

// guesses slows down whoever tries secrets that are wrong. It never stands in the way of a right one: everybody behind one address of an
// agency shares it, and a right secret has 256 random bits. It saves work and keeps the log readable.
type guesses struct {
	mu   sync.Mutex
	from map[netip.Prefix]*rate.Limiter
}

// wrong notes a wrong secret, and reports whether its sender has tried too often.
func (g *guesses) wrong(d *Desk, r *http.Request) (tooOften bool) {
	at := siteOf(r.RemoteAddr)
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.from[at]
	if l == nil {
		if len(g.from) >= maxGuesser || g.from == nil {
			g.from = map[netip.Prefix]*rate.Limiter{}
		}
		l = rate.NewLimiter(guessEvery, guessBurst)
		g.from[at] = l
	}
	return !l.AllowN(d.opt.Clock(), 1)
}

// siteOf is an address, or the network of one person for IPv6.
func siteOf(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = v6Site
	}
	p, _ := a.Prefix(bits)
	return p
}
