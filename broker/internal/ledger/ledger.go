package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/contract/chain"
)

const (
	stream       = "LEDGER"
	prefix       = "ledger."
	appendWithin = 5 * time.Second
	maxRecord    = 64 << 10
	pullAhead    = 4096 // entries that a reader asks for at once
	betweenBatch = 1000
)

// Ledger is an open ledger. It is safe for concurrent use.
type Ledger struct {
	js     jetstream.JetStream
	stream jetstream.Stream
}

// Open opens the ledger of an engine, and makes it if there is none.
func Open(ctx context.Context, conn *nats.Conn, replicas int) (*Ledger, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("cannot open ledger: %w", err)
	}
	s, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: stream, Subjects: []string{prefix + ">"}, Storage: jetstream.FileStorage, Replicas: replicas,
		DenyDelete: true, DenyPurge: true, MaxMsgSize: maxRecord, AllowDirect: true,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot open ledger: %w", err)
	}
	return &Ledger{js: js, stream: s}, nil
}

// Append writes r as the next record of a chain whose head is head, and returns the entry once it is on the disk. Its errors are
// chain.ErrConflict, chain.ErrUncertain, or what the engine refused.
func (l *Ledger) Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, appendWithin)
	defer cancel()
	ack, err := l.js.Publish(ctx, prefix+name, b, jetstream.WithExpectLastSequencePerSubject(head.Seq))
	var api *jetstream.APIError
	switch {
	case err == nil:
		h := chain.Head{N: r.N, Hash: chain.Hash(b), Seq: ack.Sequence}
		return chain.Entry{Seq: ack.Sequence, Chain: name, Record: r, Head: h}, nil
	case errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		return chain.Entry{}, chain.ErrConflict
	case errors.As(err, &api):
		return chain.Entry{}, fmt.Errorf("cannot append: %w", err)
	default:
		return chain.Entry{}, fmt.Errorf("%w: %w", chain.ErrUncertain, err)
	}
}

// Last is the sequence of the newest record; 0 for an empty ledger.
func (l *Ledger) Last(ctx context.Context) (uint64, error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("cannot read ledger: %w", err)
	}
	return info.State.LastSeq, nil
}

// Following is a reader of the ledger that keeps up with it.
type Following struct {
	stop   func()
	failed chan error
}

// Stop ends the following.
func (f *Following) Stop() { f.stop() }

// Failed yields the error that ended the following. What was built from the entries is out of date from then on.
func (f *Following) Failed() <-chan error { return f.failed }

// Follow calls fn with every entry in order, from the first one on, one at a time. It returns once every entry that was there at
// the start has been given to fn. An error of fn ends the start, and later the following.
func (l *Ledger) Follow(ctx context.Context, fn func(chain.Entry) error) (*Following, error) {
	return l.follow(ctx, fn, false)
}

// Read calls fn with every entry that is there now, in order.
func (l *Ledger) Read(ctx context.Context, fn func(chain.Entry) error) error {
	f, err := l.follow(ctx, fn, true)
	if err != nil {
		return err
	}
	f.Stop()
	return nil
}

// Between calls fn with the entries of those chains whose names begin with a prefix that ends with a dot, from one place of the ledger to
// below another, in order. It is for what is looked for now and then, not for following.
func (l *Ledger) Between(ctx context.Context, chains string, from, to uint64, fn func(chain.Entry) error) error {
	if from >= to {
		return nil
	}
	c, err := l.js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{prefix + chains + ">"}, DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: max(1, from),
	})
	if err != nil {
		return fmt.Errorf("cannot read ledger: %w", err)
	}
	for {
		batch, err := c.FetchNoWait(betweenBatch)
		if err != nil {
			return fmt.Errorf("cannot read ledger: %w", err)
		}
		n := 0
		for m := range batch.Messages() {
			n++
			e, err := entry(m)
			if err != nil {
				return err
			}
			if e.Seq >= to {
				return nil
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if err := errors.Join(batch.Error(), ctx.Err()); err != nil {
			return fmt.Errorf("cannot read ledger: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

func (l *Ledger) follow(ctx context.Context, fn func(chain.Entry) error, once bool) (*Following, error) {
	last, err := l.Last(ctx)
	if err != nil {
		return nil, err
	}
	c, err := l.js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return nil, fmt.Errorf("cannot follow ledger: %w", err)
	}
	f := follower{fn: fn, last: last, once: once, caughtUp: make(chan struct{}), failed: make(chan error, 1)}
	if last == 0 {
		f.done = once
		close(f.caughtUp)
	}
	cc, err := c.Consume(f.take, jetstream.PullMaxMessages(pullAhead))
	if err != nil {
		return nil, fmt.Errorf("cannot follow ledger: %w", err)
	}
	select {
	case <-f.caughtUp:
		return &Following{stop: cc.Stop, failed: f.failed}, nil
	case err = <-f.failed:
	case <-ctx.Done():
		err = ctx.Err()
	}
	cc.Stop()
	return nil, fmt.Errorf("cannot replay ledger: %w", err)
}

type follower struct {
	fn       func(chain.Entry) error
	last     uint64 // when the following began
	once     bool   // end there
	caughtUp chan struct{}
	failed   chan error
	done     bool
}

func (f *follower) take(m jetstream.Msg) {
	if f.done {
		return
	}
	e, err := entry(m)
	if err == nil {
		err = f.fn(e)
	}
	if err != nil {
		f.done = true
		f.failed <- err
		return
	}
	if e.Seq == f.last {
		f.done = f.once
		close(f.caughtUp)
	}
}

func entry(m jetstream.Msg) (chain.Entry, error) {
	meta, err := m.Metadata()
	if err != nil {
		return chain.Entry{}, fmt.Errorf("cannot read entry: %w", err)
	}
	r, err := chain.Decode(m.Data())
	if err != nil {
		return chain.Entry{}, fmt.Errorf("entry %d: %w", meta.Sequence.Stream, err)
	}
	seq := meta.Sequence.Stream
	return chain.Entry{
		Seq: seq, Chain: strings.TrimPrefix(m.Subject(), prefix), Record: r,
		Head: chain.Head{N: r.N, Hash: chain.Hash(m.Data()), Seq: seq},
	}, nil
}
