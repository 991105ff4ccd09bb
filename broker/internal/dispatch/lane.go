package dispatch

import (
	"cmp"
	"container/heap"
	"context"
	"log/slog"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
)

// The limits of a lane.
const (
	sendWithin = 10 * time.Second
	laneWidth  = 8 // notices on their way at once
	tripAt     = 3 // failures in a row, then the lane answers at once for a while
	tripFor    = 15 * time.Second
	maxTries   = 8
	firstRetry = 2 * time.Second
	lastRetry  = 30 * time.Second
)

type item struct {
	n   activation.Notice
	out Notice
}

// lane is a channel's way to one endpoint. What happens in one does not hold up another.
type lane struct {
	e    *Engine
	name string
	ch   Channel

	mu      sync.Mutex
	heap    itemHeap
	running int
	failed  int // in a row
	shut    time.Time
}

// lane finds or makes a lane. The caller holds the engine's lock.
func (e *Engine) lane(channel, to string) *lane {
	key := channel + " " + endpoint(to)
	l := e.lanes[key]
	if l == nil {
		l = &lane{e: e, name: channel, ch: e.o.Channels[channel]}
		e.lanes[key] = l
	}
	return l
}

// put queues a notice. The caller holds the engine's lock.
func (l *lane) put(i item) {
	l.mu.Lock()
	defer l.mu.Unlock()
	heap.Push(&l.heap, i)
	if l.running < laneWidth && l.e.running {
		l.running++
		l.e.wg.Go(func() { l.run(l.e.ctx) })
	}
}

// run sends until nothing is queued.
func (l *lane) run(ctx context.Context) {
	for {
		l.mu.Lock()
		if len(l.heap) == 0 || ctx.Err() != nil {
			l.running--
			l.mu.Unlock()
			return
		}
		i := heap.Pop(&l.heap).(item) //nolint:forcetypeassert // the heap holds nothing else
		shut := l.e.o.Steady().Before(l.shut)
		l.mu.Unlock()
		if ctx.Err() == nil && l.e.needed(i) {
			l.send(ctx, i, shut)
		}
	}
}

// needed reports whether a notice still has to be sent: its agency may have answered while it was queued here.
func (e *Engine) needed(i item) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.cases[i.out.Case]
	if t == nil {
		return false
	}
	told, _ := t.state.Ladder.Notice(i.n.ID)
	ok := (t.state.Stage().Open() || i.n.News != "" && ladder.Live(t.state)) && told.State != activation.NoticeDropped
	if !ok {
		delete(t.known, i.n.ID)
	}
	return ok
}

// send makes one try and tells the engine what became of it.
func (l *lane) send(ctx context.Context, i item, shut bool) {
	n := i.n
	n.Try++
	err := error(&FaultError{Reason: activation.Unreachable})
	state := activation.NoticeFailed
	if !shut {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendWithin)
		state, err = l.ch.Send(ctx, i.out)
		cancel()
		l.count(err)
	}
	n.State, n.Reason, n.RetryS = state, "", 0
	if err != nil {
		f := faultOf(err)
		n.State, n.Reason, n.RetryS = activation.NoticeFailed, f.Reason, int(f.retry(n.Try).Seconds())
		l.e.o.Logger.Warn("notice not taken", slog.String("case", i.out.Case), slog.String("notice", n.ID), slog.String("channel", l.name),
			slog.String("reason", string(n.Reason)), slog.Int("try", n.Try))
	}
	l.e.result(i.out.Case, n)
}

// count shuts a lane that keeps failing, so that those behind are tried by their next way at once.
func (l *lane) count(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if r := faultOf(err).Reason; r != activation.Unreachable && r != activation.TimedOut {
			return
		}
		if l.failed++; l.failed >= tripAt {
			l.shut = l.e.o.Steady().Add(tripFor)
		}
		return
	}
	l.failed, l.shut = 0, time.Time{}
}

// retry is how long to wait until the next try; 0 is never.
func (f FaultError) retry(try int) time.Duration {
	if f.Final || try >= maxTries {
		return 0
	}
	wait := firstRetry << min(try-1, 8)
	return max(min(wait, lastRetry), min(f.After, time.Hour))
}

type itemHeap []item

func (h itemHeap) Len() int { return len(h) }

func (h itemHeap) Less(i, j int) bool {
	a, b := h[i].out, h[j].out
	return cmp.Or(cmp.Compare(b.Urgency, a.Urgency), a.At.Compare(b.At)) < 0
}

func (h itemHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push is part of heap.Interface.
func (h *itemHeap) Push(x any) { *h = append(*h, x.(item)) } //nolint:forcetypeassert // see run

// Pop is part of heap.Interface.
func (h *itemHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
