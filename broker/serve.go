package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"safeyouthzone/broker/internal/admin"
	"safeyouthzone/broker/internal/enroll"
	"safeyouthzone/broker/internal/keys"
)

// Addrs are where a running broker can be reached.
type Addrs struct {
	MQTT, Enrol, Desk string // host:port
	Admin             string // path
}

type listeners struct{ enrol, desk, admin net.Listener }

const (
	socketMode = 0o660
	readHeader = 5 * time.Second
	idle       = 2 * time.Minute
	stopWithin = 3 * time.Second
)

// Addrs returns where the broker can be reached; ports that were asked for as 0 are the real ones.
func (b *Broker) Addrs() (Addrs, error) {
	mqtt, err := b.edge.Addr()
	if err != nil {
		return Addrs{}, err
	}
	return Addrs{
		MQTT: mqtt, Enrol: b.listeners.enrol.Addr().String(), Desk: b.listeners.desk.Addr().String(), Admin: b.o.Config.Admin.Socket,
	}, nil
}

// serve opens enrolment and administration, and puts the desk in the place of the page that said to wait.
func (b *Broker) serve(ctx context.Context) error {
	if err := b.listen(); err != nil {
		return err
	}
	key, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Seal()
	if err != nil {
		return err
	}
	sign, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Settings()
	if err != nil {
		return err
	}
	mqtt, err := b.mqttAddresses()
	if err != nil {
		return err
	}
	own := &tls.Config{MinVersion: tls.VersionTLS13, GetCertificate: b.authority.ServerCertificate}
	gift := enroll.Gift{MQTT: mqtt, SealKey: key.Public().Bytes(), SettingsKey: pub(sign)}
	asking := own.Clone()
	asking.ClientAuth = tls.RequestClientCert // a device that renews shows its certificate; the authority looks at it itself
	b.http(ctx, tls.NewListener(b.listeners.enrol, asking), b.authority.Handler(gift, b.log), true)
	if err := b.newAnswers(ctx); err != nil {
		return err
	}
	if b.desk, err = b.newDesk(ctx); err != nil {
		return err
	}
	b.superviseCentres(ctx)
	var front http.Handler = b.desk
	b.opening.front.Store(&front)
	b.onClose(b.closeDesk)
	b.onClose(b.desk.Close)
	b.http(ctx, b.listeners.admin, admin.WithPeople(admin.Handler(adminBroker{b}, b.log), b, b.log), false)
	return nil
}

func (b *Broker) listen() error {
	var err error
	if b.listeners.enrol, err = b.listenTCP(b.o.Config.Enrol.Listen); err != nil {
		return err
	}
	path := b.o.Config.Admin.Socket
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), clearSocket(path)); err != nil {
		return fmt.Errorf("cannot make administration socket: %w", err)
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", path)
	if err != nil {
		return fmt.Errorf("cannot make administration socket: %w", err)
	}
	b.onClose(func() { _ = ln.Close() })
	b.listeners.admin = ln
	if err := os.Chmod(path, socketMode); err != nil {
		return fmt.Errorf("cannot open administration socket to its group: %w", err)
	}
	return nil
}

func (b *Broker) listenTCP(at string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("cannot listen: %w", err)
	}
	b.onClose(func() { _ = ln.Close() })
	return ln, nil
}

// clearSocket removes what a killed broker left. The data directory is claimed by now, so no other broker can be behind it.
func clearSocket(path string) error {
	fi, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && fi.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("%s is there and is not a socket", path)
	}
	return os.Remove(path)
}

// deskListener gives the desk its certificate: the county's, or the fleet's own; in development plain HTTP, for this machine only.
func (b *Broker) deskListener(own *tls.Config) (net.Listener, error) {
	c := b.o.Config.Desk
	if b.o.Dev {
		if a, ok := b.listeners.desk.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
			return nil, fmt.Errorf("%w: with --dev the desk is plain HTTP and must listen on a loopback address", ErrConfig)
		}
		return b.listeners.desk, nil
	}
	conf := own.Clone()
	conf.NextProtos = []string{"h2", "http/1.1"}
	conf.DynamicRecordSizingDisabled = true // a card is one record and one packet, not two or three: streams rest for seconds in between
	if c.Certificate != "" {
		crt, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
		if err != nil {
			return nil, fmt.Errorf("cannot load the desk's certificate: %w", err)
		}
		conf.GetCertificate, conf.Certificates = nil, []tls.Certificate{crt}
	}
	return tls.NewListener(b.listeners.desk, conf), nil
}

// http serves until the broker closes, or stop is called. short is for calls that have no reason to last.
func (b *Broker) http(ctx context.Context, l net.Listener, h http.Handler, short bool) (stop func()) {
	s := &http.Server{
		Handler: h, ReadHeaderTimeout: readHeader, IdleTimeout: idle, MaxHeaderBytes: 16 << 10,
		ErrorLog:    slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	if short {
		s.ReadTimeout, s.WriteTimeout = idle/4, idle/4
	}
	b.wg.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			select {
			case b.failed <- fmt.Errorf("cannot serve: %w", err):
			default:
			}
		}
	})
	stop = sync.OnceFunc(func() {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if err := s.Shutdown(within); err != nil {
			_ = s.Close()
		}
	})
	b.onClose(stop)
	return stop
}

// mqttAddresses are where devices are told to connect: every host with the MQTT port.
func (b *Broker) mqttAddresses() ([]string, error) {
	a, err := b.edge.Addr()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(a)
	if err != nil {
		return nil, fmt.Errorf("cannot read MQTT address: %w", err)
	}
	var out []string
	for _, h := range b.o.Config.Hosts {
		out = append(out, net.JoinHostPort(h, port))
	}
	return out, nil
}

// Alive reports whether the broker can still reach its ledger.
func (b *Broker) Alive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	_, err := b.ledger.Last(ctx)
	return err
}
