package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// ledger is a log in memory that obeys the real rules, for one or more nodes.
type ledger struct {
	mu    sync.Mutex
	all   []chain.Entry
	heads map[string]chain.Head
	books []*casefile.Book
	fail  error
}

func (l *ledger) Append(_ context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return chain.Entry{}, l.fail
	}
	if l.heads[name] != head {
		return chain.Entry{}, chain.ErrConflict
	}
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	h := chain.Head{N: r.N, Hash: chain.Hash(b), Seq: uint64(len(l.all) + 1)}
	e := chain.Entry{Seq: h.Seq, Chain: name, Record: r, Head: h}
	l.all, l.heads[name] = append(l.all, e), h
	for _, book := range l.books {
		book.Apply(e)
	}
	return e, nil
}

func (l *ledger) setFail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fail = err
}

// count is how many events of a type there are.
func (l *ledger) count(t activation.Type) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, e := range l.all {
		if e.Record.Event != nil && e.Record.Event.Type == t {
			n++
		}
	}
	return n
}

type doer struct{ b *casefile.Book }

func (d doer) Do(ctx context.Context, cmd activation.Command) (activation.State, error) {
	c, err := d.b.Do(ctx, cmd, nil)
	return c.State, err
}

// sent is one notice that came out of a channel.
type sent struct {
	at      time.Duration // since the start
	channel string
	dispatch.Notice
}

// channel keeps what it is given. Set Err or Wait to make it fail or hang.
type channel struct {
	r     *rig
	name  string
	mu    sync.Mutex
	err   error
	wait  time.Duration
	hosts map[string]time.Duration // how long an endpoint takes
}

func (c *channel) Send(ctx context.Context, n dispatch.Notice) (activation.NoticeState, error) {
	c.mu.Lock()
	err, wait := c.err, c.wait
	if d, ok := c.hosts[n.To]; ok {
		wait = d
	}
	c.mu.Unlock()
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	if err != nil {
		return "", err
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.sent = append(c.r.sent, sent{time.Since(c.r.start), c.name, n})
	return activation.NoticeSent, nil
}

func (c *channel) set(err error, wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err, c.wait = err, wait
}

type memory struct {
	mu  sync.Mutex
	rev uint64
}

func (m *memory) Put(context.Context, string, uint64, []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rev++
	return m.rev, nil
}

// rig is a county with a ledger, channels and as many nodes as a test starts.
type rig struct {
	t      *testing.T
	start  time.Time
	ledger *ledger
	book   *casefile.Book // of the test itself
	dir    *directory.Directory
	chans  map[string]*channel
	offset time.Duration // of the clock on the wall
	log    strings.Builder

	mu   sync.Mutex
	sent []sent
}

var errChanged = errors.New("changed")

// in runs a test in a bubble in which time stands still while somebody works.
func in(t *testing.T, fn func(*testing.T, *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, start: time.Now(), ledger: &ledger{heads: map[string]chain.Head{}}, chans: map[string]*channel{}}
		names := []string{"mail", "push", "sms"}
		for _, n := range append(names, "desk") {
			r.chans[n] = &channel{r: r, name: n, hosts: map[string]time.Duration{}}
		}
		r.chans["desk"].set(&dispatch.FaultError{Reason: activation.Unwatched}, 0)
		logger := slog.New(slog.NewTextHandler(&safe{r: r}, &slog.HandlerOptions{Level: slog.LevelDebug}))
		r.dir = directory.New(new(memory), []string{"dcfs", "sheriff", "advocate", "probation"}, names, errChanged, logger)
		r.book = r.newBook(logger)
		fn(t, r)
	})
}

type safe struct{ r *rig }

func (s *safe) Write(b []byte) (int, error) {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.r.log.Write(b)
}

func (r *rig) wall() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.offset)
}

func (r *rig) newBook(logger *slog.Logger) *casefile.Book {
	return casefile.New(r.ledger, r.wall, logger)
}

// node starts a broker's dispatch; stop ends it as a crash would: nothing is written any more.
func (r *rig) node(name string) (e *dispatch.Engine, stop func()) {
	logger := slog.New(slog.NewTextHandler(&safe{r: r}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	book := r.newBook(logger)
	chans := map[string]dispatch.Channel{}
	for k, c := range r.chans {
		chans[k] = c
	}
	e = dispatch.New(dispatch.Options{
		Book: doer{book}, Directory: r.dir, Policies: r.dir, Channels: chans, Node: name, Steady: time.Now, Wall: r.wall,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, PathLate: pathLate, Logger: logger,
	})
	book.Watch(func(c casefile.Case) { e.Observe(c.State) })
	r.ledger.mu.Lock()
	for _, entry := range r.ledger.all {
		book.Apply(entry)
	}
	r.ledger.books = append(r.ledger.books, book)
	r.ledger.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			<-done
			r.ledger.mu.Lock()
			defer r.ledger.mu.Unlock()
			r.ledger.books = slices.DeleteFunc(r.ledger.books, func(b *casefile.Book) bool { return b == book })
		})
	}
	r.t.Cleanup(stop)
	return e, stop
}

// follow gives the test's own book what the ledger has.
func (r *rig) follow() {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	for _, e := range r.ledger.all[r.book.Rev():] {
		r.book.Apply(e)
	}
}

func (r *rig) state(id string) activation.State {
	r.follow()
	c, _, err := r.book.Get(id)
	if err != nil {
		r.t.Fatal(err)
	}
	return c.State
}

func (r *rig) do(cmd activation.Command) {
	r.t.Helper()
	r.follow()
	r.ledger.mu.Lock()
	r.ledger.books = append(r.ledger.books, r.book)
	r.ledger.mu.Unlock()
	cmd.ID = uuid.Must(uuid.NewV7()).String()
	_, err := r.book.Do(r.t.Context(), cmd, nil)
	r.ledger.mu.Lock()
	r.ledger.books = slices.DeleteFunc(r.ledger.books, func(b *casefile.Book) bool { return b == r.book })
	r.ledger.mu.Unlock()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) raise(mode activation.Mode) string {
	id := uuid.Must(uuid.NewV7()).String()
	r.do(activation.Command{
		Case: id, Type: activation.Raised, Mode: mode, Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}, Zone: "compton", Device: "d-1",
		Trigger: activation.ByYouth,
	})
	return id
}

func (r *rig) answer(id, agency string) {
	r.do(activation.Command{
		Case: id, Type: activation.Acknowledged, Mode: r.state(id).Mode, Actor: activation.Actor{Kind: activation.ByDesk, ID: agency + "-1"}, Agency: agency, Code: "4821",
	})
}

func (r *rig) person(id, agency string, contacts ...policy.Contact) {
	r.t.Helper()
	if len(contacts) == 0 {
		contacts = []policy.Contact{{Channel: "mail", To: id + "@example.org"}}
	}
	if err := r.dir.PutPerson(r.t.Context(), policy.PersonDoc{ID: id, Name: "Person " + id, Agency: agency, Contacts: contacts}, "u-1"); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) roster(id, agency string, shifts ...policy.Shift) {
	r.t.Helper()
	doc := policy.RosterDoc{ID: id, Name: id, Agency: agency, TimeZone: "America/Los_Angeles", HandOver: "07:00", Shifts: shifts}
	if err := r.dir.PutRoster(r.t.Context(), doc, "u-1"); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) policy(rungs ...policy.Rung) {
	r.t.Helper()
	if err := r.dir.PutPolicy(r.t.Context(), policy.Policy{Rungs: rungs}, "u-1", r.wall()); err != nil {
		r.t.Fatal(err)
	}
}

func rung(after int, targets ...string) policy.Rung {
	out := policy.Rung{AfterS: after, Supervisor: strings.HasPrefix(targets[0], "!")}
	for _, t := range targets {
		out.Targets = append(out.Targets, policy.ParseTarget(strings.TrimPrefix(t, "!")))
	}
	return out
}

// told is what came out so far, as "0s mail p-1", without what the desk channel was asked.
func (r *rig) told() []string {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, s := range r.sent {
		out = append(out, fmt.Sprintf("%v %s %s", s.at.Round(time.Millisecond), s.channel, s.Target))
	}
	slices.Sort(out)
	return out
}

func (r *rig) want(want ...string) {
	r.t.Helper()
	slices.Sort(want)
	if got := r.told(); !slices.Equal(got, want) {
		r.t.Errorf("told:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// got is what was sent so far.
func (r *rig) got() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}
