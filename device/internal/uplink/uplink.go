package uplink

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Times of the uplink.
const (
	Deaf       = 15 * time.Second // how long the broker may owe an answer
	Supervise  = 20 * time.Second // between two health reports
	firstWait  = 100 * time.Millisecond
	lastWait   = 8 * time.Second
	firstAgain = time.Second
	connecting = 15 * time.Second // for one try: dial, handshake, CONNECT, SUBSCRIBE
	askAgain   = 5 * time.Second  // a sync that is not answered
)

// Queue is what waits to be sent.
type Queue interface {
	// Logs names the logs that have something pending, the current log first.
	Logs() []string
	// Next lists pending envelopes of a log with numbers beyond after, oldest first, their ages counted now.
	Next(log string, after uint64, limit int) []wire.Envelope
	// Sent is told which envelopes went out.
	Sent([]wire.Envelope)
}

// Agent is who the uplink works for. Its methods are called by one goroutine and must not block.
type Agent interface {
	// Hello says what the agent knows of a log; "" is the current one. The uplink fills in version and epoch.
	Hello(log string) wire.Sync
	// Health is the supervision report; the uplink fills in version and epoch.
	Health() wire.Health
	// State takes a state that is meant for this connection and is not stale.
	State(wire.State)
	// Settings takes a settings document, not checked yet.
	Settings([]byte)
	// Link tells that the connection is up (the broker answers) or no longer.
	Link(up bool)
}

// Options are what an uplink needs.
type Options struct {
	Device  string
	Brokers []string // host:port, tried in turn
	// Dial opens an authenticated connection to a broker.
	Dial  func(ctx context.Context, address string) (net.Conn, error)
	Epoch func() uint64        // for a connection; larger each time
	Mono  func() time.Duration // a clock that only goes forward
	// Spread is the longest wait before the first try after a lost connection.
	Spread time.Duration
	Random func() float64 // nil: a real one
	Log    *slog.Logger
}

// Uplink is the connection. Start it with [Uplink.Run].
type Uplink struct {
	opt   Options
	queue Queue
	agent Agent
	kick  chan struct{}
	ping  chan struct{}
}

// New makes an uplink.
func New(q Queue, a Agent, opt Options) *Uplink {
	if opt.Random == nil {
		opt.Random = rand.Float64
	}
	return &Uplink{opt: opt, queue: q, agent: a, kick: make(chan struct{}, 1), ping: make(chan struct{})}
}

// Kick says that there is something new to send. It never blocks.
func (u *Uplink) Kick() {
	select {
	case u.kick <- struct{}{}:
	default:
	}
}

// Alive returns once the uplink's loop has turned, or an error of ctx.
func (u *Uplink) Alive(ctx context.Context) error {
	select {
	case u.ping <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Run keeps the connection until ctx ends.
func (u *Uplink) Run(ctx context.Context) {
	l := newLoop(u)
	defer l.close()
	l.connect(ctx)
	for ctx.Err() == nil {
		l.turn(ctx)
	}
}
