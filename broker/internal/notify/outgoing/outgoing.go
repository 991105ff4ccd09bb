// Package outgoing is how channels call other people's servers over HTTP: no redirects, no proxies, no addresses inside the county's
// own network unless the operator named them, bounded answers, and errors that name neither URLs nor persons.
//
// Addresses are checked after the name was resolved and for every connection, so that a name that points inside later does not help
// whoever controls it.
package outgoing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"

	"safeyouthzone/broker/internal/notify"
)

// ErrInternal means that a name leads into a network that is not for others to make us call.
var ErrInternal = errors.New("address is internal and not allowed")

const (
	connectWithin = 5 * time.Second
	idleFor       = 90 * time.Second
	perHost       = 8
	maxAnswer     = 64 << 10
	maxWait       = time.Hour // that another server can make us wait
)

// Policy says which addresses may be called besides public ones.
type Policy struct {
	Allow []netip.Prefix
}

// permits reports whether an address may be called.
func (p Policy) permits(a netip.Addr) bool {
	a = a.Unmap()
	if slices.ContainsFunc(p.Allow, func(n netip.Prefix) bool { return n.Contains(a) }) {
		return true
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inside(), func(n netip.Prefix) bool { return n.Contains(a) })
}

// inside are networks that count as global unicast and lead to neighbours, or wrap such an address.
func inside() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
	}
}

// Client is a client that keeps the policy. conf may be nil.
func Client(p Policy, conf *tls.Config) *http.Client {
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	d := net.Dialer{Timeout: connectWithin, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !p.permits(a.Addr().WithZone("")) {
			return ErrInternal
		}
		return nil
	}}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.DialContext, TLSClientConfig: conf, ForceAttemptHTTP2: true, TLSHandshakeTimeout: connectWithin,
			IdleConnTimeout: idleFor, MaxIdleConnsPerHost: perHost, MaxResponseHeaderBytes: maxAnswer,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do sends a request and returns what came back, at most 64 KiB of it. Any status but 2xx is an error in the words of package notify:
// 410 is notify.ErrGone, what can never be right is notify.ErrRefused, and a wish to be asked later is kept.
func Do(c *http.Client, r *http.Request) ([]byte, http.Header, error) {
	a, err := c.Do(r)
	if err != nil {
		return nil, nil, Reason(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err := Status(a.StatusCode, a.Header); err != nil {
		return b, a.Header, err
	}
	if err != nil {
		return b, a.Header, Reason(err)
	}
	return b, a.Header, nil
}

// Status puts the status of an answer into the words of package notify.
func Status(code int, h http.Header) error {
	err := fmt.Errorf("the other side answered %d", code)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return fmt.Errorf("%w: %w", notify.ErrGone, err)
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		if s, bad := strconv.Atoi(h.Get("Retry-After")); bad == nil && s > 0 {
			return notify.Later(min(time.Duration(s)*time.Second, maxWait), err)
		}
		return err
	default: // redirects too: who moved must tell the operator, not the program
		return fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
}

// Reason says why a server was not reached, without saying which.
func Reason(err error) error {
	switch {
	case errors.Is(err, ErrInternal):
		return fmt.Errorf("%w: %w", notify.ErrRefused, ErrInternal)
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the other side is too slow: %w", context.DeadlineExceeded)
	}
	var bad *tls.CertificateVerificationError
	var dns *net.DNSError
	switch {
	case errors.As(err, &bad):
		return errors.New("the other side's certificate is not good")
	case errors.As(err, &dns):
		return errors.New("the other side's name is not known")
	case errors.Is(err, syscall.ECONNREFUSED):
		return errors.New("the other side refuses the connection")
	}
	return errors.New("the other side can not be reached")
}
