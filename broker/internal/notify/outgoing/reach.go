package outgoing

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"safeyouthzone/broker/internal/notify"
)

// Reach asks whether a server is there. One that is well is connected to and asked nothing, so that nobody has to wonder what we wanted; one
// that has failed is asked for the head of its page, and any answer but a server's fault shows that it is back.
func Reach(ctx context.Context, c *http.Client, at string, failed bool) error {
	if failed {
		return ask(ctx, c, at)
	}
	u, err := url.Parse(at)
	t, ok := c.Transport.(*http.Transport)
	if err != nil || !ok || t.DialContext == nil {
		return ask(ctx, c, at)
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme
	}
	conn, err := t.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return Reason(err)
	}
	defer func() { _ = conn.Close() }()
	if u.Scheme != "https" {
		return nil
	}
	conf := t.TLSClientConfig.Clone()
	if conf.ServerName == "" {
		conf.ServerName = u.Hostname()
	}
	if err := tls.Client(conn, conf).HandshakeContext(ctx); err != nil {
		return Reason(err)
	}
	return nil
}

func ask(ctx context.Context, c *http.Client, at string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, at, http.NoBody)
	if err != nil {
		return fmt.Errorf("%w: url", notify.ErrRefused)
	}
	a, err := c.Do(r)
	if err != nil {
		return Reason(err)
	}
	_ = a.Body.Close()
	if a.StatusCode >= http.StatusInternalServerError && a.StatusCode != http.StatusNotImplemented {
		return Status(a.StatusCode, a.Header)
	}
	return nil
}
