// Package health knows of every channel whether it works: when it took something last, when and why it failed last, and how often in a row.
//
// A channel that fails is trouble at the desk until it works again, which it shows by taking a notice, or by answering a probe. An address that
// is dead is that person's trouble and not the channel's.
package health

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/internal/notify"
)

const (
	failsAt   = 2                // in a row: trouble at once
	failsFor  = 30 * time.Second // nothing has worked since one failure: trouble too
	probeSick = 30 * time.Second
	probeWell = 5 * time.Minute
	probeLook = 5 * time.Second
	within    = 10 * time.Second
	maxReason = 160
)

// Prober is a channel that can be asked whether it is there, without telling anybody anything.
type Prober interface {
	// Probe returns nil if it is. failed says that it did not work last.
	Probe(ctx context.Context, failed bool) error
}

// State is how a channel is.
type State struct {
	Name, Kind string
	Worked     time.Time // last; zero: not since the start
	Failed     time.Time // last
	Since      time.Time // of the first failure in a row
	Fails      int       // in a row
	Reason     string    // of the last failure; no address is in it
	Refused    bool      // it was there and took nothing: only a notice that it takes can show that it works
	Probed     bool      // it is asked by itself whether it is there
}

// Trouble reports whether a channel has to be taken for dead.
func (s State) Trouble(now time.Time) bool {
	return s.Fails >= failsAt || s.Fails > 0 && now.Sub(s.Failed) >= failsFor
}

// Book keeps the states. It is safe for concurrent use.
type Book struct {
	now func() time.Time
	log *slog.Logger

	mu  sync.Mutex
	all map[string]*entry
}

type entry struct {
	State
	ch    notify.Channel
	last  time.Time // probe
	known bool      // that it is in trouble was said
}

// New returns an empty book.
func New(now func() time.Time, log *slog.Logger) *Book {
	return &Book{now: now, log: log, all: map[string]*entry{}}
}

// Watch returns a channel that notes what becomes of every notice.
func (b *Book) Watch(name, kind string, ch notify.Channel) notify.Channel {
	_, probed := ch.(Prober)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[name] = &entry{State: State{Name: name, Kind: kind, Probed: probed}, ch: ch, last: b.now()}
	return watched{b, name, ch}
}

type watched struct {
	b    *Book
	name string
	notify.Channel
}

// Send passes a notice on.
func (w watched) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	r, err := w.Channel.Send(ctx, n, a)
	w.b.Note(w.name, err)
	return r, err
}

// Note takes what became of a notice, or of a probe that the channel makes itself.
func (b *Book) Note(name string, err error) {
	b.note(name, err, false)
}

func (b *Book) note(name string, err error, probe bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, now := b.all[name], b.now()
	switch {
	case e == nil, errors.Is(err, context.Canceled), errors.Is(err, notify.ErrGone), errors.Is(err, notify.ErrNoWord):
	case err == nil && probe && e.Refused:
	case err == nil:
		e.Fails, e.Refused = 0, false
		if !probe {
			e.Worked = now
		}
	default:
		if e.Fails == 0 {
			e.Since = now
		}
		e.Fails++
		e.Failed, e.Reason = now, reason(err)
		e.Refused = !probe && errors.Is(err, notify.ErrRefused)
	}
	if e != nil {
		b.say(e, now)
	}
}

// say logs each change once. The caller holds the lock.
func (b *Book) say(e *entry, now time.Time) {
	switch bad := e.Trouble(now); {
	case bad && !e.known:
		b.log.Error("channel does not work", slog.String("channel", e.Name), slog.String("reason", e.Reason), slog.Int("fails", e.Fails))
	case !bad && e.known && e.Fails == 0:
		b.log.Info("channel works again", slog.String("channel", e.Name))
	case !bad && e.known:
		return
	}
	e.known = e.Trouble(now)
}

// reason is an error in one short line. Errors of channels have no addresses in them.
func reason(err error) string {
	s := strings.Join(strings.Fields(err.Error()), " ")
	s = strings.TrimPrefix(s, notify.ErrRefused.Error()+": ")
	if r := []rune(s); len(r) > maxReason {
		s = string(r[:maxReason]) + "…"
	}
	return s
}

// States are all channels by name.
func (b *Book) States() []State {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]State, 0, len(b.all))
	for _, e := range b.all {
		out = append(out, e.State)
	}
	slices.SortFunc(out, func(x, y State) int { return strings.Compare(x.Name, y.Name) })
	return out
}

// Sick are the channels in trouble.
func (b *Book) Sick() []State {
	now := b.now()
	return slices.DeleteFunc(b.States(), func(s State) bool { return !s.Trouble(now) })
}

// Run asks channels whether they are there until ctx ends: those that fail often, the others now and then.
func (b *Book) Run(ctx context.Context) {
	t := time.NewTicker(probeLook)
	defer t.Stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for first := true; ; first = false {
		for name, e := range b.due(first) {
			wg.Go(func() {
				one, cancel := context.WithTimeout(ctx, within)
				defer cancel()
				p, _ := e.ch.(Prober)
				err := p.Probe(one, e.Fails > 0)
				if ctx.Err() == nil {
					b.note(name, err, true)
				}
			})
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func (b *Book) due(first bool) map[string]entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, out := b.now(), map[string]entry{}
	for name, e := range b.all {
		b.say(e, now)
		every := probeWell
		if e.Fails > 0 {
			every = probeSick
		}
		if _, ok := e.ch.(Prober); ok && (first || now.Sub(e.last) >= every) {
			e.last, out[name] = now, *e
		}
	}
	return out
}
