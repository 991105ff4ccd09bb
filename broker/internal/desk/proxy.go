package desk

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are the networks of the county's own reverse proxies. What anybody else says about where a request comes from is not believed.
type proxies []netip.Prefix

// handler gives requests that came through a proxy the address of whoever sent them.
func (p proxies) handler(next http.Handler) http.Handler {
	if len(p) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // a copy: the server goes on using its own
		r.RemoteAddr = p.client(r.RemoteAddr, r.Header.Values("X-Forwarded-For"))
		next.ServeHTTP(w, r)
	})
}

// client is the nearest hop that is none of our proxies. Each of them adds the address that it was connected from on the right, so that
// what stands left of the first stranger was written by that stranger, or by whoever lies to them.
func (p proxies) client(peer string, forwarded []string) string {
	at, ok := addressOf(peer)
	if !ok || !p.trusts(at) {
		return peer
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, ok := addressOf(strings.TrimSpace(hop))
		if !ok { // nothing, or no address: the last one that we know of
			break
		}
		if at = next; !p.trusts(at) {
			break
		}
	}
	return at.String()
}

func (p proxies) trusts(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// addressOf reads an address with or without a port.
func addressOf(text string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err == nil
}
