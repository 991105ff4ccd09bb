package casefile

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	jsonx "github.com/go-json-experiment/json"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

const (
	coolAfter    = 7 * 24 * time.Hour // without a change, and closed: the duties of 72 hours are over
	recallWithin = 3 * time.Second
)

// Archive is where the events of cases that were closed long ago are read again: the ledger.
type Archive interface {
	// Entry reads what the ledger holds at a place.
	Entry(ctx context.Context, seq uint64) (chain.Entry, error)
}

// file is what the book holds of a case. A warm file has its state and events in memory; a cold one, of a case that was closed long ago, has
// the state encoded and knows where in the ledger the events are. Either says the same.
type file struct {
	id     string
	device string // of a path test, else empty
	rev    uint64
	head   chain.Head
	seqs   []uint64 // places of the events in the ledger, in their order
	last   time.Time

	open, closed, erased bool
	ended, closedAt      time.Time

	warm   activation.State
	events []*activation.Event // nil in a cold file
	cold   []byte              // nil in a warm file

	place *list.Element // in Book.byRev
	waits *list.Element // in Book.warm; nil if it need not be looked at
}

// state is the case's state; it shares no memory that anybody writes.
func (f *file) state() activation.State {
	if f.cold == nil {
		return f.warm
	}
	var st activation.State
	if err := jsonx.Unmarshal(f.cold, &st); err != nil {
		panic(fmt.Sprintf("casefile: a state that was encoded here can not be read: %v", err))
	}
	return st
}

func (f *file) now() Case { return Case{State: f.state(), Rev: f.rev} }

// take puts an event and the state after it into a file. The caller holds the lock.
func (b *Book) take(f *file, st activation.State, e chain.Entry) {
	f.id, f.rev, f.head, f.last = st.Case, e.Seq, e.Head, e.Record.Event.LedgerTime
	f.seqs = append(f.seqs, e.Seq)
	switch f.open = st.Stage().Open(); {
	case f.open:
		f.ended = time.Time{}
	case f.ended.IsZero(): // what is said of it later, by a device that was out of reach, does not bring it back to a screen
		f.ended = f.last
	}
	f.closed, f.closedAt, f.erased = st.ClosedAt.ID != "", st.ClosedAt.At, st.Course.Erased.ID != ""
	if st.Trigger == activation.ByPath {
		f.device = st.Device
	}
	b.byRev.MoveToBack(f.place)
	if f.cold != nil { // what comes so late changes the state and wakes nothing
		if cold, err := json.Marshal(st); err == nil {
			f.cold = cold
			return
		}
	}
	f.warm, f.events = st, append(f.events, e.Record.Event)
	if f.waits == nil {
		f.waits = b.warm.PushBack(f)
	} else {
		b.warm.MoveToBack(f.waits)
	}
}

// Cool lets the book keep what was closed long ago in little memory, and read its events in the ledger. It must be called before the first
// Apply.
func (b *Book) Cool(a Archive) { b.archive = a }

// Settle is called when the ledger has been read: what rested at its end has rested until now.
func (b *Book) Settle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cool(b.now())
}

// cool makes files cold whose time has come when an entry of that time is taken. Who reads a ledger of years cools a case where it rested in
// the ledger, as it was cooled when that was written: not in the middle of its story, to wake it for each further word. A time that the clock
// has not reached is not believed. The caller holds the lock.
func (b *Book) cool(at time.Time) {
	if b.archive == nil {
		return
	}
	if now := b.now(); at.IsZero() || at.After(now) {
		at = now
	}
	before := at.Add(-coolAfter)
	for {
		e := b.warm.Front()
		if e == nil {
			return
		}
		f, ok := e.Value.(*file)
		if ok && !f.last.Before(before) {
			return
		}
		b.warm.Remove(e)
		f.waits = nil
		if !f.closed || f.device != "" {
			continue // it stays as it is until it changes
		}
		cold, err := json.Marshal(f.warm)
		if err != nil {
			b.logger.Error("case can not be encoded and stays in memory", slog.String("case", f.id), slog.Any("error", err))
			continue
		}
		f.warm, f.events, f.cold = activation.State{}, nil, cold
	}
}

// recall reads the events of a case in the ledger.
func (b *Book) recall(id string, all []Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), recallWithin)
	defer cancel()
	for i := range all {
		e, err := b.archive.Entry(ctx, all[i].Rev)
		if err != nil {
			return fmt.Errorf("cannot read the history of a case: %w", err)
		}
		if of, ok := caseOf(e); !ok || of != id {
			return fmt.Errorf("cannot read the history of a case: %w", ErrUnknown)
		}
		all[i].Event = *e.Record.Event
	}
	return nil
}
