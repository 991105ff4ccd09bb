// Package desktest is a county for tests of the desk: a book of cases in memory that obeys the real rules, with zones, a fleet and
// agencies beside it. The book can be made to fail in the two ways that a ledger fails: not stored, and stored but not acknowledged.
package desktest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
)

// Book is a desk.Book in memory. Set Fail to make the next Do return it; with Stored the event is kept all the same.
type Book struct {
	Now func() time.Time

	mu      sync.Mutex
	rev     uint64
	cases   map[string]desk.Case
	entries map[string][]desk.Entry
	order   []string
	pokes   map[chan struct{}]struct{}
	fail    error
	stored  bool
}

// NewBook returns an empty book.
func NewBook(now func() time.Time) *Book {
	return &Book{Now: now, cases: map[string]desk.Case{}, entries: map[string][]desk.Entry{}, pokes: map[chan struct{}]struct{}{}}
}

// FailNext makes the next Do fail with err; stored says whether the event is kept all the same.
func (b *Book) FailNext(err error, stored bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail, b.stored = err, stored
}

// List implements desk.Book.
func (b *Book) List() []desk.Case {
	cases, _ := b.Changed(0)
	return cases
}

// Get implements desk.Book.
func (b *Book) Get(id string) (desk.Case, []desk.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.cases[id]
	if !ok {
		return c, nil, desk.ErrUnknownCase
	}
	return c, slices.Clone(b.entries[id]), nil
}

// Changed implements desk.Book.
func (b *Book) Changed(after uint64) ([]desk.Case, uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []desk.Case
	for _, id := range b.order {
		if c := b.cases[id]; c.Rev > after {
			out = append(out, c)
		}
	}
	return out, b.rev
}

// Changes implements desk.Book.
func (b *Book) Changes(ctx context.Context) <-chan struct{} {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	b.pokes[c] = struct{}{}
	b.mu.Unlock()
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.pokes, c)
	})
	return c
}

// Do implements desk.Book.
func (b *Book) Do(_ context.Context, cmd activation.Command) (desk.Case, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fail, stored := b.fail, b.stored
	b.fail = nil
	c := b.cases[cmd.Case]
	if fail != nil && !stored {
		return c, fail
	}
	events, err := activation.Decide(c.State, cmd, b.Now())
	if err != nil {
		return c, err
	}
	for _, e := range events {
		if c, err = b.put(c, e); err != nil {
			return c, err
		}
	}
	return c, fail
}

func (b *Book) put(c desk.Case, e activation.Event) (desk.Case, error) {
	st, err := activation.Apply(c.State, e)
	if err != nil {
		return c, err
	}
	b.rev++
	c = desk.Case{State: st, Rev: b.rev}
	b.cases[e.Case] = c
	b.entries[e.Case] = append(b.entries[e.Case], desk.Entry{Rev: b.rev, Event: e})
	b.order = append(slices.DeleteFunc(b.order, func(id string) bool { return id == e.Case }), e.Case)
	for p := range b.pokes {
		select {
		case p <- struct{}{}:
		default:
		}
	}
	return c, nil
}

// Raise calls for help as a device of a zone would, age ago, and returns the case id.
func (b *Book) Raise(zone, device string, mode activation.Mode, age time.Duration) string {
	id := uuid.Must(uuid.NewV7()).String()
	b.Device(id, device, mode, activation.Event{
		Type: activation.Raised, Zone: zone, Device: device, Trigger: activation.ByYouth,
		Source: activation.Source{AgeMS: age.Milliseconds()},
	})
	return id
}

// Device stores what a device tells about a case. It panics on an event that the rules refuse: the test is wrong.
func (b *Book) Device(id, device string, mode activation.Mode, e activation.Event) {
	e.ID, e.Case, e.Mode = uuid.Must(uuid.NewV7()).String(), id, mode
	e.Actor = activation.Actor{Kind: activation.ByDevice, ID: device}
	if _, err := b.Do(context.Background(), e); err != nil {
		panic(err)
	}
}
