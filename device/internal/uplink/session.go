package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"safeyouthzone/broker/contract/wire"
)

const (
	protocol311 = 4
	keepAlive   = 10 * time.Second
	pingWithin  = 5 * time.Second
	sendWithin  = 5 * time.Second
)

// errRefused means that the broker took the connection but not the subscription.
var errRefused = errors.New("subscription refused")

// session is one MQTT connection. It never comes back by itself: the loop makes a new one.
type session struct {
	device string
	epoch  uint64
	client mqtt.Client
	conn   net.Conn
	in     chan message
	lost   chan struct{} // closed when the connection ends by itself
	gone   chan struct{} // closed by close
	once   sync.Once
}

type message struct {
	kind    wire.Kind
	payload []byte
}

// dial opens a connection, with the will that tells its end, and subscribes.
func dial(ctx context.Context, opt Options, address string) (*session, error) {
	s := &session{
		device: opt.Device,
		in:     make(chan message), lost: make(chan struct{}), gone: make(chan struct{}),
	}
	conn, err := opt.Dial(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("cannot dial broker: %w", err)
	}
	s.conn, s.epoch = conn, opt.Epoch()
	will, err := json.Marshal(wire.Link{V: wire.Version, Epoch: s.epoch})
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("cannot encode will: %w", err)
	}
	o := mqtt.NewClientOptions().AddBroker("tcp://"+address).SetClientID(opt.Device).
		SetProtocolVersion(protocol311).SetCleanSession(true).SetResumeSubs(false).
		SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(connecting).
		SetKeepAlive(keepAlive).SetPingTimeout(pingWithin).SetWriteTimeout(sendWithin).
		SetBinaryWill(wire.Topic(opt.Device, wire.UpLink), will, 1, false).
		SetConnectionLostHandler(func(mqtt.Client, error) { close(s.lost) }).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return conn, nil })
	s.client = mqtt.NewClient(o)
	if err := wait(ctx, s.client.Connect()); err != nil {
		s.close()
		return nil, fmt.Errorf("cannot connect to broker: %w", err)
	}
	for _, k := range []wire.Kind{wire.DnState, wire.DnSettings} {
		if err := s.subscribe(ctx, k); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *session) subscribe(ctx context.Context, k wire.Kind) error {
	topic := wire.Topic(s.device, k)
	t := s.client.Subscribe(topic, 0, func(_ mqtt.Client, m mqtt.Message) {
		if m.Retained() { // never obeyed: nobody knows how old it is
			return
		}
		select {
		case s.in <- message{k, m.Payload()}:
		case <-s.gone:
		}
	})
	if err := wait(ctx, t); err != nil {
		return fmt.Errorf("cannot subscribe: %w", err)
	}
	if st, ok := t.(*mqtt.SubscribeToken); ok && st.Result()[topic] == 0x80 {
		return errRefused
	}
	return nil
}

func wait(ctx context.Context, t mqtt.Token) error {
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *session) close() {
	s.once.Do(func() {
		close(s.gone)
		_ = s.conn.Close() // first, so that the broker sends the will and nothing waits for the network
		s.client.Disconnect(0)
	})
}

func (s *session) birth() error {
	return s.publish(wire.UpLink, 1, wire.Link{V: wire.Version, Epoch: s.epoch, Online: true})
}

func (s *session) sync(h wire.Sync) error {
	h.V, h.Epoch = wire.Version, s.epoch
	return s.publish(wire.UpSync, 1, h)
}

func (s *session) health(h wire.Health) error {
	h.V, h.Epoch = wire.Version, s.epoch
	return s.publish(wire.UpHealth, 0, h)
}

func (s *session) event(e wire.Envelope) error { return s.publish(wire.UpEvent, 1, e) }

// publish hands a document to the connection. That it returns says only that the connection seems to stand.
func (s *session) publish(k wire.Kind, qos byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("cannot encode %s: %w", k, err)
	}
	t := s.client.Publish(wire.Topic(s.device, k), qos, false, b)
	select {
	case <-t.Done():
		return t.Error()
	default:
		return nil
	}
}
