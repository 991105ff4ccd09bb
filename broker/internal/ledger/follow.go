package ledger

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"safeyouthzone/broker/contract/chain"
)

const (
	pullAhead = 4096 // entries that a reader asks for at once
	batchSize = 64   // entries that one reader takes at once, if so many wait
	askAgain  = 250 * time.Millisecond
)

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
	return l.follow(ctx, 0, fn, false)
}

// FollowAfter is [Ledger.Follow] for who knows already what the ledger says up to a sequence.
func (l *Ledger) FollowAfter(ctx context.Context, seq uint64, fn func(chain.Entry) error) (*Following, error) {
	return l.follow(ctx, seq, fn, false)
}

// Read calls fn with every entry that is there now, in order.
func (l *Ledger) Read(ctx context.Context, fn func(chain.Entry) error) error {
	f, err := l.follow(ctx, 0, fn, true)
	if err != nil {
		return err
	}
	f.Stop()
	return nil
}

func (l *Ledger) follow(ctx context.Context, after uint64, fn func(chain.Entry) error, once bool) (*Following, error) {
	last, err := l.Last(ctx)
	if err != nil {
		return nil, err
	}
	if last <= after {
		last = 0 // there is nothing to wait for
	}
	c, err := l.js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: after + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot follow ledger: %w", err)
	}
	f := newFollower(fn, last, once)
	cc, err := c.Consume(f.take, jetstream.PullMaxMessages(pullAhead))
	if err != nil {
		f.end()
		return nil, fmt.Errorf("cannot follow ledger: %w", err)
	}
	stop := func() { cc.Stop(); f.end() }
	if err := f.arrive(ctx, c); err != nil {
		stop()
		return nil, fmt.Errorf("cannot replay ledger: %w", err)
	}
	return &Following{stop: stop, failed: f.failed}, nil
}

// follower reads records on all processors and gives them to fn one at a time and in order.
type follower struct {
	fn       func(chain.Entry) error
	last     uint64 // when the following began
	once     bool   // end there
	caughtUp chan struct{}
	failed   chan error

	given    atomic.Uint64 // how many records fn was given
	came     chan jetstream.Msg
	read     chan *batch // to be read by anybody
	ordered  chan *batch // the same, to be given in this order
	ended    chan struct{}
	end      func()
	finished bool
}

// batch is some records that one reader reads.
type batch struct {
	in   []jetstream.Msg
	out  []chain.Entry
	err  error // of the record after the last one in out
	done chan struct{}
}

func newFollower(fn func(chain.Entry) error, last uint64, once bool) *follower {
	readers := runtime.GOMAXPROCS(0)
	f := &follower{
		fn: fn, last: last, once: once, caughtUp: make(chan struct{}), failed: make(chan error, 1), ended: make(chan struct{}),
		came: make(chan jetstream.Msg, pullAhead), read: make(chan *batch, 2*readers), ordered: make(chan *batch, 2*readers),
	}
	var all sync.WaitGroup
	for range readers {
		all.Go(f.reader)
	}
	all.Go(f.gather)
	all.Go(f.giver)
	f.end = sync.OnceFunc(func() { close(f.ended); all.Wait() })
	return f
}

// take is called by the engine with one record after the other.
func (f *follower) take(m jetstream.Msg) {
	select {
	case f.came <- m:
	case <-f.ended:
	}
}

// gather hands out what has come, together what waits together.
func (f *follower) gather() {
	for {
		b := &batch{done: make(chan struct{})}
		select {
		case m := <-f.came:
			b.in = append(b.in, m)
		case <-f.ended:
			return
		}
		for more := true; more && len(b.in) < batchSize; {
			select {
			case m := <-f.came:
				b.in = append(b.in, m)
			default:
				more = false
			}
		}
		for _, to := range []chan *batch{f.ordered, f.read} {
			select {
			case to <- b:
			case <-f.ended:
				return
			}
		}
	}
}

func (f *follower) reader() {
	for {
		select {
		case b := <-f.read:
			b.decode()
		case <-f.ended:
			return
		}
	}
}

func (b *batch) decode() {
	defer close(b.done)
	b.out = make([]chain.Entry, 0, len(b.in))
	for _, m := range b.in {
		e, err := entry(m)
		if err != nil {
			b.err = err
			return
		}
		b.out = append(b.out, e)
	}
}

func (f *follower) giver() {
	for {
		select {
		case b := <-f.ordered:
			select {
			case <-b.done:
			case <-f.ended:
				return
			}
			if err := f.give(b); err != nil {
				f.failed <- err
				return
			}
			if f.finished {
				return
			}
		case <-f.ended:
			return
		}
	}
}

func (f *follower) give(b *batch) error {
	for _, e := range b.out {
		if err := f.fn(e); err != nil {
			return err
		}
		f.given.Add(1)
		if e.Seq >= f.last && !f.there() {
			close(f.caughtUp)
			if f.once {
				f.finished = true
				return nil
			}
		}
	}
	return b.err
}

func (f *follower) there() bool {
	select {
	case <-f.caughtUp:
		return true
	default:
		return false
	}
}

// arrive waits until fn was given all that there was. The newest of it may have been dropped meanwhile: then the engine knows that no more
// is to come.
func (f *follower) arrive(ctx context.Context, c jetstream.Consumer) error {
	t := time.NewTicker(askAgain)
	defer t.Stop()
	for {
		if f.last == 0 {
			return nil
		}
		select {
		case <-f.caughtUp:
			return nil
		case err := <-f.failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
			i, err := c.Info(ctx)
			if err == nil && i.NumPending == 0 && i.Delivered.Consumer <= f.given.Load() {
				return nil
			}
		}
	}
}
