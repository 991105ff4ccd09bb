package dc09

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"regexp"
	"sync"
	"time"

	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

const (
	replyWithin = 5 * time.Second
	maxSeq      = 9999
	remembered  = 1000 // notices whose sequence number is kept for repeats
)

// ErrOptions means that a channel like this can not work, or must not.
var ErrOptions = errors.New("receiving centre is not set up")

// Options say how a receiving centre is reached.
type Options struct {
	Receivers []string    // host:port, tried in this order
	TLS       *tls.Config // nil for none
	Key       []byte      // 16, 24 or 32 bytes for the standard's encryption; empty for none
	Account   string
	Receiver  string // may be empty
	Line      string
	Format    Format
	Call      Code             // what a call for help is there
	Points    map[string]Point // zone -> where it is in the centre's books
	Every     time.Duration    // supervision; 0 for none
	Now       func() time.Time
	Logger    *slog.Logger
}

// Channel is one receiving centre. It is safe for concurrent use.
type Channel struct {
	o    Options
	turn chan struct{} // holds the one right to talk

	mu     sync.Mutex
	seq    int
	given  map[string]int // notice -> sequence number
	order  []string
	offset time.Duration // the receiver's clock less ours
	spoke  time.Time     // when the receiver last acknowledged
}

var digitsOnly = regexp.MustCompile(`^[0-9A-F]{1,6}$`)

// New makes a channel. Its error is [ErrOptions].
func New(o Options) (*Channel, error) {
	if o.Line == "" {
		o.Line = "0"
	}
	if o.Format == "" {
		o.Format = SIA
	}
	if o.Call == (Code{}) {
		o.Call = Code{SIA: "QA", Restore: "QR", CID: 101}
	}
	if err := check(o); err != nil {
		return nil, err
	}
	// After a restart a receiver must not take the first message for a repeat of an old one.
	first := int(o.Now().Unix() % maxSeq)
	return &Channel{o: o, turn: make(chan struct{}, 1), given: map[string]int{}, seq: first}, nil
}

func check(o Options) error {
	account := regexp.MustCompile(`^[0-9A-F]{3,16}$`)
	code := regexp.MustCompile(`^[A-Z]{2}$`)
	switch {
	case len(o.Receivers) == 0:
		return fmt.Errorf("%w: no receiver", ErrOptions)
	case o.TLS == nil && len(o.Key) == 0:
		return fmt.Errorf("%w: neither TLS nor a key: a stranger on the way could read and forge it", ErrOptions)
	case len(o.Key) != 0 && len(o.Key) != 16 && len(o.Key) != 24 && len(o.Key) != 32:
		return fmt.Errorf("%w: the key must have 16, 24 or 32 bytes", ErrOptions)
	case !account.MatchString(o.Account):
		return fmt.Errorf("%w: account must be 3 to 16 of 0-9 and A-F", ErrOptions)
	case !digitsOnly.MatchString(o.Line), o.Receiver != "" && !digitsOnly.MatchString(o.Receiver):
		return fmt.Errorf("%w: receiver and line must be 1 to 6 of 0-9 and A-F", ErrOptions)
	case o.Format != SIA && o.Format != ContactID:
		return fmt.Errorf("%w: format", ErrOptions)
	case !code.MatchString(o.Call.SIA), !code.MatchString(o.Call.Restore), o.Call.CID < 100, o.Call.CID > 999:
		return fmt.Errorf("%w: code of a call", ErrOptions)
	case o.Now == nil, o.Logger == nil:
		return fmt.Errorf("%w: clock or logger", ErrOptions)
	}
	for zone, p := range o.Points {
		if (p.Account != "" && !account.MatchString(p.Account)) || p.Area < 0 || p.Area > 99 || p.Number < 0 || p.Number > 999 {
			return fmt.Errorf("%w: point of zone %s", ErrOptions, zone)
		}
	}
	return nil
}

// Name is the channel's name.
func (c *Channel) Name() string { return "dc09" }

// Send tells the receiving centre, and returns when it has acknowledged. The address is not used: a channel is one centre.
func (c *Channel) Send(ctx context.Context, n notify.Notice, _ notify.Address) (notify.Result, error) {
	code, restore, ok := what(n, c.o.Call)
	if !ok {
		return notify.Result{}, fmt.Errorf("%w: %w", notify.ErrRefused, notify.ErrNoWord)
	}
	p, known := c.o.Points[n.Zone]
	if !known {
		c.o.Logger.Warn("zone has no point at the receiving centre", slog.String("zone", n.Zone))
	}
	if p.Account == "" {
		p.Account = c.o.Account
	}
	m := Message{Token: tokenSIA, Receiver: c.o.Receiver, Line: c.o.Line, Account: p.Account, Data: data(c.o.Format, code, restore, p, n)}
	if c.o.Format == ContactID {
		m.Token = tokenCID
	}
	free, err := c.take(ctx)
	if err != nil {
		return notify.Result{}, err
	}
	defer free()
	m.Seq = c.number(n.ID)
	if err := c.say(ctx, m); err != nil {
		return notify.Result{}, err
	}
	return notify.Result{State: notify.Delivered, Reference: fmt.Sprintf("%04d", m.Seq)}, nil
}

// take waits for the turn to talk.
func (c *Channel) take(ctx context.Context) (free func(), err error) {
	select {
	case c.turn <- struct{}{}:
		return func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("cannot reach the receiving centre: %w", ctx.Err())
	}
}

// number gives a notice its sequence number: the one that it has, if it was tried before.
func (c *Channel) number(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.given[id]; ok {
		return n
	}
	c.seq = c.seq%maxSeq + 1
	c.given[id] = c.seq
	if c.order = append(c.order, id); len(c.order) > remembered {
		delete(c.given, c.order[0])
		c.order = c.order[1:]
	}
	return c.seq
}

// say tries the receivers in their order until one acknowledges. Those that do not answer leave time for the next.
func (c *Channel) say(ctx context.Context, m Message) error {
	var all error
	for _, at := range c.o.Receivers {
		one, cancel := context.WithTimeout(ctx, replyWithin)
		err := c.sayTo(one, at, m)
		cancel()
		if err == nil || errors.Is(err, notify.ErrRefused) {
			return err
		}
		all = errors.Join(all, err)
	}
	return all
}

// sayTo says a message, and once more if the receiver finds our clock wrong.
func (c *Channel) sayTo(ctx context.Context, at string, m Message) error {
	r, err := c.exchange(ctx, at, m)
	if err == nil && r.Verdict == NAK && !r.Time.IsZero() {
		c.correct(r.Time)
		r, err = c.exchange(ctx, at, m)
	}
	switch {
	case err != nil:
		return err
	case r.Verdict == DUH:
		return fmt.Errorf("the receiving centre does not understand the message: %w", notify.ErrRefused)
	case r.Verdict == NAK:
		return errors.New("the receiving centre did not take the message")
	case r.Seq != m.Seq, r.Account != "" && r.Account != m.Account:
		return fmt.Errorf("%w: it is for another message", ErrReply)
	}
	c.mu.Lock()
	c.spoke = c.o.Now()
	c.mu.Unlock()
	return nil
}

// correct takes over the receiver's clock, for its messages alone.
func (c *Channel) correct(theirs time.Time) {
	d := theirs.Sub(c.o.Now()).Truncate(time.Second)
	c.mu.Lock()
	c.offset = d
	c.mu.Unlock()
	c.o.Logger.Warn("clock differs from the receiving centre's", slog.Duration("by", d))
}

func (c *Channel) exchange(ctx context.Context, at string, m Message) (Reply, error) {
	c.mu.Lock()
	m.At = c.o.Now().Add(c.offset)
	c.mu.Unlock()
	frame, err := Frame(m, c.o.Key)
	if err != nil {
		return Reply{}, err
	}
	conn, err := c.dial(ctx, at)
	if err != nil {
		return Reply{}, fmt.Errorf("cannot reach the receiving centre: %w", outgoing.Reason(err))
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := conn.Write(frame); err != nil {
		return Reply{}, fmt.Errorf("cannot tell the receiving centre: %w", err)
	}
	b, err := bufio.NewReaderSize(io.LimitReader(conn, maxReply), maxReply).ReadBytes('\r')
	if err != nil {
		return Reply{}, fmt.Errorf("the receiving centre does not answer: %w", err)
	}
	return ParseReply(b, c.o.Key)
}

func (c *Channel) dial(ctx context.Context, at string) (net.Conn, error) {
	if c.o.TLS == nil {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", at)
	}
	d := tls.Dialer{Config: c.o.TLS}
	return d.DialContext(ctx, "tcp", at)
}
