package casefile

import (
	"container/list"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

// Prefix is what the names of the chains of cases begin with.
const Prefix = "case."

const longAgo = 24 * time.Hour

// ErrUnknown means that there is no such case.
var ErrUnknown = errors.New("no such case")

// Log is where events become permanent. When Append returns without an error, the record is durable. Its errors are
// chain.ErrConflict (decide again), chain.ErrUncertain (ask again with the same event id), or final.
type Log interface {
	Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error)
}

// Case is a case at one moment.
type Case struct {
	State activation.State
	Rev   uint64 // ledger sequence of its last event
}

// Entry is one event of a case's history.
type Entry struct {
	Rev   uint64
	Event activation.Event
}

// Book is the projection. It is safe for concurrent use.
type Book struct {
	log    Log
	now    func() time.Time
	logger *slog.Logger

	mu      sync.RWMutex
	files   map[string]*file
	aliases map[string]string   // id that a device made up -> case
	zones   map[string][]string // zone -> cases, oldest first, without those that ended long ago
	byRev   *list.List          // of *file, least recently changed first
	rev     uint64
	applied chan struct{} // closed and replaced at each change
	watch   []func(Case)
	paths   map[string]path // of devices
	archive Archive         // nil: nothing is cooled
	warm    *list.List      // of *file, least recently changed first: those that may have to be cooled

	pokeTurn sync.Mutex
	pokes    map[chan struct{}]struct{}
}

// New returns an empty book; [Book.Apply] fills it.
func New(log Log, now func() time.Time, logger *slog.Logger) *Book {
	return &Book{
		log: log, now: now, logger: logger, files: map[string]*file{}, aliases: map[string]string{}, zones: map[string][]string{},
		byRev: list.New(), warm: list.New(), paths: map[string]path{}, applied: make(chan struct{}), pokes: map[chan struct{}]struct{}{},
	}
}

// Watch calls fn after each change of a case, in order. It must be called before the first Apply; fn must be quick.
func (b *Book) Watch(fn func(Case)) { b.watch = append(b.watch, fn) }

// Apply takes the next entry of the ledger. An entry that cannot be folded is named in the log and left out: one bad record must
// not hide all other cases.
func (b *Book) Apply(e chain.Entry) {
	c, ok := b.apply(e)
	if !ok {
		return
	}
	b.poke()
	for _, fn := range b.watch {
		fn(c)
	}
}

func (b *Book) apply(e chain.Entry) (Case, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer func() {
		b.rev = e.Seq
		b.cool(e.Record.At())
		close(b.applied)
		b.applied = make(chan struct{})
	}()
	id, ok := caseOf(e)
	if !ok {
		return Case{}, false
	}
	f := b.files[id]
	if f == nil {
		f = &file{}
	}
	if device, ok := strings.CutPrefix(e.Chain, chain.PathPrefix); ok {
		b.paths[device] = path{newest: b.paths[device].newest, head: e.Head}
	}
	st, err := activation.Apply(f.state(), *e.Record.Event)
	if err != nil {
		b.logger.Error("ledger entry left out", slog.Uint64("seq", e.Seq), slog.String("case", id), slog.Any("error", err))
		return Case{}, false
	}
	if f.place == nil {
		b.files[id], f.place = f, b.byRev.PushBack(f)
		b.zones[st.Zone] = append(b.current(st.Zone), id)
	}
	if st.Trigger == activation.ByPath {
		b.forgetPath(st)
	}
	b.take(f, st, e)
	for _, a := range st.Aliases {
		b.aliases[a] = id
	}
	return Case{State: st, Rev: f.rev}, true
}

// caseOf is the case that an entry is about.
func caseOf(e chain.Entry) (string, bool) {
	if e.Record.Event == nil {
		return "", false
	}
	if strings.HasPrefix(e.Chain, chain.PathPrefix) {
		return e.Record.Event.Case, true
	}
	return strings.CutPrefix(e.Chain, Prefix)
}

// current is the cases of a zone without those that ended long ago, which no kiosk shows any more.
func (b *Book) current(zone string) []string {
	now := b.now()
	return slices.DeleteFunc(b.zones[zone], func(id string) bool {
		end := b.files[id].ended
		return !end.IsZero() && now.Sub(end) > longAgo
	})
}

// Rev is the ledger sequence that the book has reached.
func (b *Book) Rev() uint64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.rev
}

// Get returns a case with its history, or [ErrUnknown]. An id that a device made up for a call that joined another case leads
// to that case. Of a case that was closed long ago the history is read in the ledger; if that fails, so does Get.
func (b *Book) Get(id string) (Case, []Entry, error) {
	b.mu.RLock()
	f := b.find(id)
	if f == nil {
		b.mu.RUnlock()
		return Case{}, nil, ErrUnknown
	}
	c, cold, all := f.now(), f.cold != nil, make([]Entry, len(f.seqs))
	for i, seq := range f.seqs {
		all[i].Rev = seq
		if !cold {
			all[i].Event = *f.events[i]
		}
	}
	b.mu.RUnlock()
	if !cold {
		return c, all, nil
	}
	return c, all, b.recall(c.State.Case, all)
}

func (b *Book) find(id string) *file {
	if to, ok := b.aliases[id]; ok {
		id = to
	}
	return b.files[id]
}

// Resolve follows an alias to its case, and says whether that is still open.
func (b *Book) Resolve(id string) (to string, open, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	f := b.find(id)
	if f == nil {
		return "", false, false
	}
	return f.id, f.open, true
}

// Open returns the open case of a zone and mode, if there is one: the newest.
func (b *Book) Open(zone string, mode activation.Mode) (string, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, id := range slices.Backward(b.zones[zone]) {
		if f := b.files[id]; f.open {
			if st := f.state(); st.Mode == mode && st.Trigger != activation.ByPath {
				return id, true
			}
		}
	}
	return "", false
}

// Changed returns the cases that changed after a ledger sequence, in the order of their changes, and the sequence that the book has
// reached.
func (b *Book) Changed(after uint64) ([]Case, uint64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	found := b.changed(after) // first whom, then what: a case is large, and there may be very many
	out := make([]Case, len(found))
	for i, f := range found {
		out[i] = f.now()
	}
	return out, b.rev
}

// ChangedIDs is [Book.Changed] for who asks for each case later.
func (b *Book) ChangedIDs(after uint64) ([]string, uint64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	found := b.changed(after)
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.id
	}
	return out, b.rev
}

// Erased are the cases whose personal fields were erased.
func (b *Book) Erased() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []string
	for id, f := range b.files {
		if f.erased {
			out = append(out, id)
		}
	}
	return out
}

// changed is what changed after a ledger sequence, oldest first. The caller holds the lock.
func (b *Book) changed(after uint64) []*file {
	var found []*file
	for e := b.byRev.Back(); e != nil; e = e.Prev() {
		f, ok := e.Value.(*file)
		if !ok || f.rev <= after {
			break
		}
		found = append(found, f)
	}
	slices.Reverse(found)
	return found
}

// EndedAt is when the last was said that ends a case: zero while it is open.
func EndedAt(st activation.State) time.Time {
	if st.Stage().Open() {
		return time.Time{}
	}
	var last time.Time
	for _, m := range []activation.Mark{st.HandedOver, st.LeftAt, st.Confirmed, st.ClosedAt} {
		if m.At.After(last) {
			last = m.At
		}
	}
	return last
}

// Zone returns the cases of a zone that are open or stopped being open at most lately ago, oldest first.
func (b *Book) Zone(zone string, lately time.Duration) []activation.State {
	now := b.now()
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []activation.State
	for _, id := range b.zones[zone] {
		f := b.files[id]
		if f.ended.IsZero() || now.Sub(f.ended) <= lately {
			out = append(out, f.state())
		}
	}
	return out
}
