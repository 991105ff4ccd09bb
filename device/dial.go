package device

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"safeyouthzone/device/internal/identity"
)

const (
	dialWithin      = 5 * time.Second
	handshakeWithin = 10 * time.Second
)

// dialer opens connections to the broker's nodes. It keeps the last TLS ticket of each, so that coming back is cheap for both sides.
type dialer struct {
	id  func() *identity.Identity // the present one: its certificate is renewed
	now func() time.Time
	net net.Dialer

	mu    sync.Mutex
	of    *identity.Identity // of whom the configurations are
	hosts map[string]*tls.Config
}

func newDialer(id func() *identity.Identity, now func() time.Time) *dialer {
	return &dialer{id: id, now: now, net: net.Dialer{Timeout: dialWithin}, hosts: map[string]*tls.Config{}}
}

func (d *dialer) dial(ctx context.Context, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	raw, err := d.net.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeWithin)
	defer cancel()
	c := tls.Client(raw, d.config(host))
	if err := c.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

func (d *dialer) config(host string) *tls.Config {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.id()
	if id != d.of {
		d.of, d.hosts = id, map[string]*tls.Config{}
	}
	c := d.hosts[host]
	if c == nil {
		c = id.TLS(host, d.now)
		d.hosts[host] = c
	}
	return c
}
