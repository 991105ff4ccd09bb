package broker_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/policy"
	"safeyouthzone/broker/internal/edge"
	"safeyouthzone/broker/internal/ledger"
)

// node is what of a broker dispatches: a casefile that follows the real store, and an engine.
type node struct {
	book   *casefile.Book
	engine *dispatch.Engine
}

type storeDoer struct{ b *casefile.Book }

func (d storeDoer) Do(ctx context.Context, cmd activation.Command) (activation.State, error) {
	c, err := d.b.Do(ctx, cmd, nil)
	return c.State, err
}

// post counts how often each notice was sent, by whichever node.
type post struct {
	mu   sync.Mutex
	sent map[string]int
	why  map[dispatch.Why]int
}

func (p *post) Send(_ context.Context, n dispatch.Notice) (activation.NoticeState, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[n.ID]++
	p.why[n.Why]++
	return activation.NoticeSent, nil
}

type unwatched struct{}

func (unwatched) Send(context.Context, dispatch.Notice) (activation.NoticeState, error) {
	return "", &dispatch.FaultError{Reason: activation.Unwatched, Final: true}
}

// memoryTable keeps the directory.
type memoryTable struct {
	mu  sync.Mutex
	rev uint64
}

func (m *memoryTable) Put(context.Context, string, uint64, []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rev++
	return m.rev, nil
}

// TestThreeNodesOnOneStoreActOnce: the store is the real one, the nodes race for every rung and for every piece of news.
func TestThreeNodesOnOneStoreActOnce(t *testing.T) {
	ctx, log := t.Context(), slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	e, err := edge.Start(ctx, edge.Options{StoreDir: filepath.Join(t.TempDir(), "engine"), Listen: "127.0.0.1:0", Name: "store", Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	dir := directory.New(new(memoryTable), []string{"sheriff"}, []string{"mail"}, errors.New("changed"), log)
	for _, id := range []string{"p-1", "p-2"} {
		p := policy.PersonDoc{ID: id, Name: id, Agency: "sheriff", Contacts: []policy.Contact{{Channel: "mail", To: id}}}
		if err := dir.PutPerson(ctx, p, "u"); err != nil {
			t.Fatal(err)
		}
	}
	both := []policy.Target{{Kind: policy.Person, ID: "p-1"}, {Kind: policy.Person, ID: "p-2"}}
	ladder := policy.Policy{Rungs: []policy.Rung{{Targets: both}, {AfterS: 1, Targets: both}, {AfterS: 120, Supervisor: true, Targets: both}}}
	if err := dir.PutPolicy(ctx, ladder, "u", time.Now()); err != nil {
		t.Fatal(err)
	}
	mail := &post{sent: map[string]int{}, why: map[dispatch.Why]int{}}
	var nodes []node
	for _, name := range []string{"b1", "b2", "b3"} {
		nodes = append(nodes, startNode(t, e, name, dir, mail, log))
	}
	const calls = 40
	for i := range calls {
		raise(t, nodes[i%len(nodes)])
	}
	want := func(n int) bool {
		mail.mu.Lock()
		defer mail.mu.Unlock()
		return len(mail.sent) >= n
	}
	eventually(t, "two rungs of all calls", func() bool { return want(calls * 4) })
	for _, c := range nodes[0].book.Recent(0) {
		say := func(cmd activation.Command) {
			cmd.ID, cmd.Case, cmd.Mode = uuid.Must(uuid.NewV7()).String(), c.State.Case, activation.Actual
			if _, err := nodes[0].book.Do(ctx, cmd, nil); err != nil {
				t.Fatal(err)
			}
		}
		say(activation.Command{Type: activation.Acknowledged, Actor: activation.Actor{Kind: activation.ByDesk, ID: "p-1"}, Agency: "sheriff", Code: "1234"})
		say(activation.Command{Type: activation.Duress, Actor: activation.Actor{Kind: activation.ByDevice, ID: "dev-1"}})
	}
	eventually(t, "news of all calls", func() bool { return want(calls * 5) })
	eventually(t, "all is written down", func() bool { return settled(nodes[1].book) })
	mail.mu.Lock()
	defer mail.mu.Unlock()
	for id, n := range mail.sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	if len(mail.sent) != calls*5 || mail.why[dispatch.News] != calls {
		t.Errorf("%d notices, of them %v", len(mail.sent), mail.why)
	}
}

// settled reports whether the ledger says of every notice by mail what became of it.
func settled(b *casefile.Book) bool {
	for _, c := range b.Recent(0) {
		for _, n := range c.State.Ladder.Notices {
			if n.Channel == "mail" && n.State == activation.NoticeQueued {
				return false
			}
		}
	}
	return true
}

func raise(t *testing.T, n node) {
	t.Helper()
	_, err := n.book.Do(t.Context(), activation.Command{
		ID: uuid.Must(uuid.NewV7()).String(), Case: uuid.Must(uuid.NewV7()).String(), Type: activation.Raised, Mode: activation.Actual,
		Actor: activation.Actor{Kind: activation.ByDevice, ID: "dev-1"}, Zone: "compton", Device: "dev-1", Trigger: activation.ByYouth,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func startNode(t *testing.T, e *edge.Edge, name string, dir *directory.Directory, mail dispatch.Channel, log *slog.Logger) node {
	t.Helper()
	l, err := ledger.Open(t.Context(), e.Conn(), 1)
	if err != nil {
		t.Fatal(err)
	}
	n := node{book: casefile.New(l, time.Now, log)}
	n.engine = dispatch.New(dispatch.Options{
		Book: storeDoer{n.book}, Directory: dir, Policies: dir, Channels: map[string]dispatch.Channel{"mail": mail, "desk": unwatched{}},
		Node: name, Steady: time.Now, Wall: time.Now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Logger: log,
	})
	n.book.Watch(func(c casefile.Case) { n.engine.Observe(c.State) })
	following, err := l.Follow(t.Context(), func(x chain.Entry) error { n.book.Apply(x); return nil })
	if err != nil {
		t.Fatal(err)
	}
	run, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { n.engine.Run(run); close(done) }()
	t.Cleanup(func() { cancel(); <-done; following.Stop() })
	return n
}

// TestATableForgetsWhatIsOld: the store deletes by itself what no one asks for any more.
func TestATableForgetsWhatIsOld(t *testing.T) {
	e, err := edge.Start(t.Context(), edge.Options{StoreDir: filepath.Join(t.TempDir(), "engine"), Listen: "127.0.0.1:0", Name: "store", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	if _, err := ledger.OpenTable(t.Context(), e.Conn(), "ANSWERS", 1); err != nil { // as an older version made it
		t.Fatal(err)
	}
	table, err := ledger.OpenTableFor(t.Context(), e.Conn(), "ANSWERS", 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Put(t.Context(), "used", 0, []byte("x")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is forgotten", func() bool {
		_, _, err := table.Get(t.Context(), "used")
		return errors.Is(err, ledger.ErrNoKey)
	})
	if _, err := table.Put(t.Context(), "used", 0, []byte("y")); err != nil {
		t.Errorf("a key that was forgotten can not be new again: %v", err)
	}
}
