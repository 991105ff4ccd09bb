package edge

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"safeyouthzone/broker/contract/wire"
)

// Authority knows which certificates are good. It must be safe for concurrent use.
type Authority interface {
	// ServerCertificate is the certificate that devices are shown; it is asked at each handshake, so it may change at any time.
	ServerCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Admit returns the device that holds the certificate chain (leaf first, DER), or why it is refused.
	Admit(chain [][]byte) (device string, err error)
}

// Message is what a device sent.
type Message struct {
	Device  string
	Kind    wire.Kind
	Payload []byte
}

// Options are what an edge needs.
type Options struct {
	StoreDir string // of the engine
	Listen   string // host:port for devices
	Name     string // of this node
	Logger   *slog.Logger
	// Later leaves it to the system when the disk is written. It is for a history that can be made again, never for calls.
	Later bool
}

const (
	account     = "SYZ"
	appUser     = "app"
	startWithin = 30 * time.Second
	authWithin  = 15 // seconds; a storm of handshakes must not turn slow into refused
	maxPayload  = 256 << 10
)

// Edge is a running edge.
type Edge struct {
	srv      *server.Server
	conn     *nats.Conn
	conns    []*nats.Conn // all of them
	ready    chan struct{}
	open     sync.Once
	stopped  chan struct{} // closed when the engine writes no more
	password string
	issuer   nkeys.KeyPair
	auth     Authority // set before ready is closed
	log      *slog.Logger
}

// Start runs the engine. No device is let in before [Edge.Open].
func Start(ctx context.Context, o Options) (*Edge, error) {
	issuer, err := nkeys.CreateAccount()
	if err != nil {
		return nil, fmt.Errorf("cannot make callout key: %w", err)
	}
	e := &Edge{ready: make(chan struct{}), stopped: make(chan struct{}), password: rand.Text(), issuer: issuer, log: o.Logger}
	so, err := e.options(o)
	if err != nil {
		return nil, err
	}
	if e.srv, err = server.NewServer(so); err != nil {
		return nil, fmt.Errorf("cannot create engine: %w", err)
	}
	e.srv.SetLoggerV2(engineLog{o.Logger, sync.OnceFunc(func() { close(e.stopped) })}, false, false, false)
	e.srv.Start()
	if err := e.connect(ctx); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// options are the settings of the engine; each line that is not a matter of taste was measured.
func (e *Edge) options(o Options) (*server.Options, error) {
	pub, err := e.issuer.PublicKey()
	if err != nil {
		return nil, fmt.Errorf("cannot read callout key: %w", err)
	}
	host, port, err := splitListen(o.Listen)
	if err != nil {
		return nil, err
	}
	so, sync := &server.Options{}, "always"
	if o.Later {
		sync = "10m"
	}
	conf := fmt.Sprintf(`
server_name: %q
jetstream { store_dir: %q, sync_interval: %q, limits { default_max_consumers: -1 } }
accounts { %s { jetstream: enabled, users: [ { user: %s, password: %q } ] } }
authorization { timeout: %d, auth_callout { issuer: %s, account: %s, auth_users: [ %s ] } }
max_payload: %d
`, o.Name, o.StoreDir, sync, account, appUser, e.password, authWithin, pub, account, appUser, maxPayload)
	if err := so.ProcessConfigString(conf); err != nil {
		return nil, fmt.Errorf("cannot configure engine: %w", err)
	}
	so.DontListen, so.NoSigs = true, true
	so.MQTT.Host, so.MQTT.Port = host, port
	so.MQTT.TLSConfig, so.MQTT.TLSTimeout = e.tls(), authWithin
	so.MQTT.AckWait, so.MQTT.MaxAckPending = 10*time.Second, 1000
	return so, nil
}

func splitListen(listen string) (string, int, error) {
	a, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return "", 0, fmt.Errorf("cannot read MQTT listen address: %w", err)
	}
	host, port := "0.0.0.0", a.Port
	if a.IP != nil {
		host = a.IP.String()
	}
	if port == 0 {
		port = -1 // the engine's word for "any"
	}
	return host, port, nil
}

// tls lets nobody in before the edge is open, and nobody whose certificate the authority does not know right now. The authority's
// word replaces the standard check, because it is stricter (the key must be registered) and kinder (an expired certificate of a
// known device may still call for help).
func (e *Edge) tls() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS13,
		ClientAuth:     tls.RequireAnyClientCert,
		GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) { return e.auth.ServerCertificate(h) },
		GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			select {
			case <-e.ready:
				return nil, nil
			case <-h.Context().Done():
				return nil, h.Context().Err()
			}
		},
		VerifyConnection: func(cs tls.ConnectionState) error {
			chain := make([][]byte, len(cs.PeerCertificates))
			for i, c := range cs.PeerCertificates {
				chain[i] = c.Raw
			}
			_, err := e.auth.Admit(chain)
			return err
		},
	}
}

func (e *Edge) connect(ctx context.Context) error {
	if !e.srv.ReadyForConnections(startWithin) {
		return errors.New("cannot start engine: not ready in time")
	}
	var err error
	if e.conn, err = e.dial(); err != nil {
		return err
	}
	callout, err := e.dial()
	if err != nil {
		return err
	}
	if _, err = callout.Subscribe(calloutSubject, e.decide); err != nil {
		return fmt.Errorf("cannot serve callout: %w", err)
	}
	return e.memorySessions(ctx)
}

func (e *Edge) dial() (*nats.Conn, error) {
	c, err := nats.Connect("", nats.InProcessServer(e.srv), nats.UserInfo(appUser, e.password), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("cannot reach engine: %w", err)
	}
	e.conns = append(e.conns, c)
	return c, nil
}

// Conn is the connection for the ledger.
func (e *Edge) Conn() *nats.Conn { return e.conn }

// Open lets devices in, whom auth knows.
func (e *Edge) Open(auth Authority) {
	e.open.Do(func() {
		e.auth = auth
		close(e.ready)
	})
}

// Addr is where devices connect.
func (e *Edge) Addr() (string, error) {
	so, err := e.srv.Varz(nil)
	if err != nil {
		return "", fmt.Errorf("cannot read engine: %w", err)
	}
	return net.JoinHostPort(so.MQTT.Host, fmt.Sprint(so.MQTT.Port)), nil
}

// Receive calls fn for each message of any device, one at a time per device kind, until the edge closes.
func (e *Edge) Receive(fn func(Message)) error {
	handle := func(m *nats.Msg) {
		device, kind, err := wire.ParseTopic(strings.ReplaceAll(m.Subject, ".", "/"))
		if err != nil {
			e.log.Warn("uplink on an unknown topic dropped")
			return
		}
		fn(Message{Device: device, Kind: kind, Payload: m.Data})
	}
	for _, k := range []wire.Kind{wire.UpEvent, wire.UpSync, wire.UpHealth, wire.UpLink} {
		// A connection for each kind: reports of thousands of devices must not stand in front of a press.
		c, err := e.dial()
		if err != nil {
			return err
		}
		sub, err := c.QueueSubscribe(subject("*", k), "receiver", handle)
		if err != nil {
			return fmt.Errorf("cannot receive: %w", err)
		}
		if err := errors.Join(sub.SetPendingLimits(-1, 64<<20), c.Flush()); err != nil {
			return fmt.Errorf("cannot receive: %w", err)
		}
	}
	return nil
}

// Send sends to one device, if it is connected now; nothing is kept for later.
func (e *Edge) Send(device string, k wire.Kind, payload []byte) error {
	if err := e.conn.Publish(subject(device, k), payload); err != nil {
		return fmt.Errorf("cannot send to device: %w", err)
	}
	return nil
}

// Kick ends a device's connection; whether it may come back is the authority's word.
func (e *Edge) Kick(device string) error {
	z, err := e.srv.Connz(&server.ConnzOptions{MQTTClient: device})
	if err != nil {
		return fmt.Errorf("cannot find connection: %w", err)
	}
	for _, c := range z.Conns {
		if err := e.srv.DisconnectClientByID(c.Cid); err != nil {
			return fmt.Errorf("cannot end connection: %w", err)
		}
	}
	return nil
}

// Stopped is closed when the engine has met a disk that takes nothing. From then on it stores nothing more, also when there is room again.
func (e *Edge) Stopped() <-chan struct{} { return e.stopped }

// Close stops the engine and waits until it has stopped.
func (e *Edge) Close() {
	for _, c := range e.conns {
		c.Close()
	}
	e.srv.Shutdown()
	e.srv.WaitForShutdown()
}

func subject(device string, k wire.Kind) string {
	return strings.ReplaceAll(wire.Topic(device, k), "/", ".")
}
