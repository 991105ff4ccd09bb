package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/chain"
)

// Prefix is what the names of the chains of the audit begin with.
const Prefix = "audit."

const (
	waiting    = 4096   // notes that wait for the ledger
	remembered = 20_000 // lines that are found at once; older ones are read from the ledger
	tries      = 5
	retryAfter = 200 * time.Millisecond
	keepWithin = 5 * time.Second
	againAfter = time.Second
	maxWindows = 50_000 // repeated notes that are remembered
)

// ErrNotKept means that the ledger did not take a record that had to be kept first.
var ErrNotKept = errors.New("audit could not be kept")

var errTooMany = errors.New("too many wait")

// Log is where records become permanent. The errors of Append are chain.ErrConflict, chain.ErrUncertain, or final.
type Log interface {
	Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error)
	// Between calls fn with the entries of chains with a prefix whose places are at least from and below to, in order.
	Between(ctx context.Context, prefix string, from, to uint64, fn func(chain.Entry) error) error
}

// Options are what a [Book] needs.
type Options struct {
	Log    Log
	Node   string // of this broker: a part of the names of its chains
	Now    func() time.Time
	Logger *slog.Logger
}

// Book is the audit. It is safe for concurrent use.
type Book struct {
	o    Options
	turn chan struct{} // one append at a time: each needs the head that the one before it left
	poke chan struct{} // notes wait

	mu     sync.Mutex
	queue  []*waiter
	heads  map[string]chain.Entry // the last entry of the newest chain of each node
	lines  []Line                 // oldest first
	forgot bool                   // there are older lines, in the ledger alone
	seen   map[chain.Audit]time.Time
	moved  chan struct{} // closed and replaced when a head has moved
}

// waiter is an audit that waits for the ledger, and whoever waits for that.
type waiter struct {
	a    chain.Audit
	note bool       // it is tried again until the ledger takes it
	done chan error // holds one; nil if nobody waits
}

// New returns an empty book: [Book.Apply] fills it from the ledger, [Book.Run] writes notes.
func New(o Options) *Book {
	return &Book{
		o: o, turn: make(chan struct{}, 1), poke: make(chan struct{}, 1), heads: map[string]chain.Entry{}, seen: map[chain.Audit]time.Time{},
		moved: make(chan struct{}),
	}
}

// Apply takes the next entry of the ledger; it leaves alone what is no audit. An entry may come twice.
func (b *Book) Apply(e chain.Entry) {
	if len(e.Record.Audited()) == 0 || !strings.HasPrefix(e.Chain, Prefix) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	node := nodeOf(e.Chain)
	if last := b.heads[node]; e.Chain < last.Chain || e.Chain == last.Chain && e.Record.N <= last.Record.N {
		return
	}
	b.heads[node] = e
	b.lines = append(b.lines, linesOf(e)...)
	if over := len(b.lines) - remembered; over > remembered/4 {
		b.lines = append([]Line(nil), b.lines[over:]...)
		b.forgot = true
	}
	close(b.moved)
	b.moved = make(chan struct{})
}

// nodeOf is the name of a chain without its day.
func nodeOf(name string) string { return name[:max(0, len(name)-len(time.DateOnly))] }

// Note keeps a in a moment. The same note within a time is one.
func (b *Book) Note(a chain.Audit, within time.Duration) {
	if within > 0 && b.repeated(a, within) {
		return
	}
	a.At = b.now()
	b.enqueue(&waiter{a: a, note: true})
}

// enqueue puts w at the end of what waits, and wakes Run for what nobody else writes.
func (b *Book) enqueue(w *waiter) {
	b.mu.Lock()
	full := w.note && len(b.queue) >= waiting
	if !full {
		b.queue = append(b.queue, w)
	}
	b.mu.Unlock()
	if full {
		b.lost(w.a, errTooMany)
		if w.done != nil {
			w.done <- errTooMany
		}
		return
	}
	select {
	case b.poke <- struct{}{}:
	default:
	}
}

// now is the time in the form in which it comes back from the ledger.
func (b *Book) now() time.Time { return b.o.Now().UTC().Round(0) }

func (b *Book) repeated(a chain.Audit, within time.Duration) bool {
	a.At = time.Time{}
	now := b.o.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if until, ok := b.seen[a]; ok && now.Before(until) {
		return true
	}
	if len(b.seen) >= maxWindows {
		clear(b.seen) // at worst something is noted once more
	}
	b.seen[a] = now.Add(within)
	return false
}

// Keep returns when the ledger has a, or with an error that wraps [ErrNotKept]. Whoever comes while the disk is busy shares the next write
// with all others who wait. If ctx ends first, a may be kept all the same.
func (b *Book) Keep(ctx context.Context, a chain.Audit) error {
	a.At = b.now()
	ctx, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	w := &waiter{a: a, done: make(chan error, 1)}
	b.enqueue(w)
	err := b.await(ctx, w)
	if err != nil && ctx.Err() != nil {
		b.withdraw(w)
	}
	return err
}

// Read returns when the ledger has a. Help goes first: if the ledger takes longer than atMost, or fails, it returns with an error, and a
// goes on waiting as a note does.
func (b *Book) Read(a chain.Audit, atMost time.Duration) error {
	a.At = b.now()
	ctx, cancel := context.WithTimeout(context.Background(), atMost)
	defer cancel()
	w := &waiter{a: a, note: true, done: make(chan error, 1)}
	b.enqueue(w)
	return b.await(ctx, w)
}

// await waits for the ledger's answer, and writes what waits if nobody else does.
func (b *Book) await(ctx context.Context, w *waiter) error {
	for {
		select {
		case err := <-w.done:
			if err != nil {
				return fmt.Errorf("%w: %w", ErrNotKept, err)
			}
			return nil
		case b.turn <- struct{}{}:
			go func() {
				defer func() { <-b.turn }()
				_, _ = b.write() // each who waits is told
			}()
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNotKept, ctx.Err())
		}
	}
}

// withdraw takes back what still waits.
func (b *Book) withdraw(w *waiter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := slices.Index(b.queue, w); at >= 0 {
		b.queue = slices.Delete(b.queue, at, at+1)
	}
}

// Run writes the notes until ctx ends, and then those that still wait.
func (b *Book) Run(ctx context.Context) {
	for {
		var again <-chan time.Time
		if err := b.writeAll(); err != nil {
			again = time.After(againAfter)
		}
		select {
		case <-b.poke:
		case <-again:
		case <-ctx.Done():
			if err := b.writeAll(); err != nil {
				b.mu.Lock()
				defer b.mu.Unlock()
				for _, w := range b.queue {
					b.lost(w.a, err)
				}
			}
			return
		}
	}
}

// writeAll writes until nothing waits, or the ledger fails.
func (b *Book) writeAll() error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	for {
		if more, err := b.write(); err != nil || !more {
			return err
		}
	}
}

// lost is the last resort: the record is then in the log and nowhere else.
func (b *Book) lost(a chain.Audit, err error) {
	b.o.Logger.Error("audit not stored", slog.Time("at", a.At), slog.String("user", a.User), slog.String("action", a.Action),
		slog.String("case", a.Case), slog.String("target", a.Target), slog.String("reason", a.Reason), slog.Bool("denied", a.Denied),
		slog.Any("error", err))
}
