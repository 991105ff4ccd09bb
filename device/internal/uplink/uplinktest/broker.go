package uplinktest

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"safeyouthzone/broker/contract/wire"
)

// ErrDown is what a dial of a broker that is down answers.
var ErrDown = errors.New("broker is down")

// Message is one message of a device, and when it came.
type Message struct {
	At      time.Time
	Kind    wire.Kind
	Payload []byte
}

// Broker is one broker for one device. Set its fields through [Broker.Set]. It is safe for concurrent use.
type Broker struct {
	Down   bool // dials fail
	Mute   bool // the application does not answer
	Forget bool // the application does not store what it gets
	Refuse bool // subscriptions are refused
	Settle bool // a dial stands, but nothing answers on it
	app

	mu    sync.Mutex
	conns []*conn
	dials []time.Time
	got   []Message
	wills int
}

// conn is one connection; what goes out on it is queued, so that nobody waits for the device.
type conn struct {
	net.Conn
	out chan packets.ControlPacket
	end chan struct{}
	one sync.Once
}

func (c *conn) cut() { c.one.Do(func() { close(c.end); _ = c.Close() }) }

func (c *conn) send(p packets.ControlPacket) {
	select {
	case c.out <- p:
	case <-c.end:
	}
}

// Set changes the broker.
func (b *Broker) Set(change func(*Broker)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// Dial is the device's way in.
func (b *Broker) Dial(_ context.Context, _ string) (net.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dials = append(b.dials, time.Now())
	if b.Down {
		return nil, ErrDown
	}
	near, far := net.Pipe()
	c := &conn{Conn: far, out: make(chan packets.ControlPacket, 10_000), end: make(chan struct{})}
	b.conns = append(b.conns, c)
	if !b.Settle {
		go b.serve(c)
		go c.write()
	}
	return near, nil
}

func (c *conn) write() {
	for {
		select {
		case p := <-c.out:
			if p.Write(c) != nil {
				c.cut()
				return
			}
		case <-c.end:
			return
		}
	}
}

// Cut ends all connections.
func (b *Broker) Cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.conns {
		c.cut()
	}
	b.conns = nil
}

// Dials lists when the device tried to connect.
func (b *Broker) Dials() []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.dials)
}

// Got lists the messages of a kind so far.
func (b *Broker) Got(k wire.Kind) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.got), func(m Message) bool { return m.Kind != k })
}

// Wills counts connections that ended without a farewell.
func (b *Broker) Wills() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.wills
}

// Send sends the device a document, as it is.
func (b *Broker) Send(k wire.Kind, v any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.send(k, v)
}

func (b *Broker) send(k wire.Kind, v any) {
	payload, ok := v.([]byte)
	if !ok {
		payload, _ = json.Marshal(v)
	}
	for _, c := range b.conns {
		p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		p.TopicName, p.Payload = wire.Topic(b.device, k), payload
		c.send(p)
	}
}

func (b *Broker) serve(c *conn) {
	defer func() {
		c.cut()
		b.Set(func(b *Broker) { b.wills++ })
	}()
	for {
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *packets.ConnectPacket:
			b.Set(func(b *Broker) { b.device = p.ClientIdentifier })
			c.send(packets.NewControlPacket(packets.Connack))
		case *packets.SubscribePacket:
			b.suback(c, p)
		case *packets.PingreqPacket:
			c.send(packets.NewControlPacket(packets.Pingresp))
		case *packets.PublishPacket:
			b.publish(c, p)
		}
	}
}

func (b *Broker) suback(c *conn, p *packets.SubscribePacket) {
	a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
	a.MessageID, a.ReturnCodes = p.MessageID, []byte{0}
	b.mu.Lock()
	if b.Refuse {
		a.ReturnCodes[0] = 0x80
	}
	b.mu.Unlock()
	c.send(a)
}

func (b *Broker) publish(c *conn, p *packets.PublishPacket) {
	if p.Qos == 1 {
		a := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
		a.MessageID = p.MessageID
		c.send(a)
	}
	_, k, err := wire.ParseTopic(p.TopicName)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, Message{time.Now(), k, p.Payload})
	b.take(k, p.Payload)
}
