package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/chain"
)

// Prefix is what the names of the chains of the audit begin with.
const Prefix = "audit."

const (
	waiting    = 4096   // notes that wait for the ledger
	remembered = 20_000 // entries that can be looked for; older ones are in the ledger
	tries      = 5
	retryAfter = 200 * time.Millisecond
	keepWithin = 5 * time.Second
	maxWindows = 50_000 // repeated notes that are remembered
)

// ErrNotKept means that the ledger did not take a record that had to be kept first.
var ErrNotKept = errors.New("audit could not be kept")

// Log is where records become permanent. Its errors are chain.ErrConflict, chain.ErrUncertain, or final.
type Log interface {
	Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error)
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
	o     Options
	queue chan chain.Audit
	turn  sync.Mutex // one append at a time: each needs the head that the one before it left

	mu    sync.Mutex
	heads map[string]chain.Entry // the last entry of each of the newest chains
	lines []Line                 // oldest first
	seen  map[chain.Audit]time.Time
	moved chan struct{} // closed and replaced when a head has moved
}

// New returns an empty book: [Book.Apply] fills it from the ledger, [Book.Run] writes.
func New(o Options) *Book {
	return &Book{
		o: o, queue: make(chan chain.Audit, waiting), heads: map[string]chain.Entry{}, seen: map[chain.Audit]time.Time{},
		moved: make(chan struct{}),
	}
}

// Apply takes the next entry of the ledger; it leaves alone what is no audit. An entry may come twice.
func (b *Book) Apply(e chain.Entry) {
	if e.Record.Audit == nil || !strings.HasPrefix(e.Chain, Prefix) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Record.N <= b.heads[e.Chain].Record.N {
		return
	}
	for name := range b.heads { // chains of days that have passed are not appended to again
		if name < e.Chain && strings.HasPrefix(name, e.Chain[:len(e.Chain)-len(time.DateOnly)]) {
			delete(b.heads, name)
		}
	}
	b.heads[e.Chain] = e
	b.lines = append(b.lines, lineOf(e))
	if over := len(b.lines) - remembered; over > remembered/4 {
		b.lines = append([]Line(nil), b.lines[over:]...)
	}
	close(b.moved)
	b.moved = make(chan struct{})
}

// Note keeps a in a moment. The same note within a time is one: whoever looks at a case for an hour, while the page fetches it anew at
// each change, has read it once.
func (b *Book) Note(a chain.Audit, within time.Duration) {
	if within > 0 && b.repeated(a, within) {
		return
	}
	a.At = b.o.Now().UTC()
	select {
	case b.queue <- a:
	default:
		b.lost(a, errors.New("too many wait"))
	}
}

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

// Keep returns when the ledger has a, or with an error that wraps [ErrNotKept].
func (b *Book) Keep(ctx context.Context, a chain.Audit) error {
	a.At = b.o.Now().UTC()
	ctx, cancel := context.WithTimeout(ctx, keepWithin)
	defer cancel()
	if err := b.append(ctx, a); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	return nil
}

// Run writes the notes until ctx ends, and then those that still wait.
func (b *Book) Run(ctx context.Context) {
	for {
		select {
		case a := <-b.queue:
			b.write(a)
		case <-ctx.Done():
			for {
				select {
				case a := <-b.queue:
					b.write(a)
				default:
					return
				}
			}
		}
	}
}

func (b *Book) write(a chain.Audit) {
	ctx, cancel := context.WithTimeout(context.Background(), keepWithin)
	defer cancel()
	if err := b.append(ctx, a); err != nil {
		b.lost(a, err)
	}
}

// lost is the last resort: the record is then in the log and nowhere else.
func (b *Book) lost(a chain.Audit, err error) {
	b.o.Logger.Error("audit not stored", slog.Time("at", a.At), slog.String("user", a.User), slog.String("action", a.Action),
		slog.String("case", a.Case), slog.String("target", a.Target), slog.String("reason", a.Reason), slog.Bool("denied", a.Denied),
		slog.Any("error", err))
}

func (b *Book) append(ctx context.Context, a chain.Audit) error {
	b.turn.Lock()
	defer b.turn.Unlock()
	name := Prefix + b.o.Node + "." + a.At.Format(time.DateOnly)
	var err error
	for range tries {
		head, moved := b.head(name)
		var e chain.Entry
		if e, err = b.o.Log.Append(ctx, name, head.Head, chain.Record{Audit: &a}); err == nil {
			b.Apply(e)
			return nil
		}
		if !errors.Is(err, chain.ErrConflict) && !errors.Is(err, chain.ErrUncertain) {
			return err
		}
		// It may be there already: then the ledger tells, and the head moves on.
		select {
		case <-moved:
		case <-time.After(retryAfter):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
		if last, _ := b.head(name); last.Record.Audit != nil && *last.Record.Audit == a {
			return nil
		}
	}
	return err
}

func (b *Book) head(name string) (chain.Entry, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heads[name], b.moved
}
