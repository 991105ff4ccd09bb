package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// Book is where events become permanent. Do returns the case after the command; its errors are those of activation.Decide, or say that it
// is not known whether anything was stored.
type Book interface {
	Do(ctx context.Context, cmd activation.Command) (activation.State, error)
}

// Directory is whom to tell.
type Directory interface {
	ladder.Directory
}

// Policies says what is in force for a zone.
type Policies interface {
	Policy(zone string) (p policy.Policy, own bool)
}

// Options are what an engine needs.
type Options struct {
	Book      Book
	Directory Directory
	Policies  Policies
	Channels  map[string]Channel
	Node      string
	Steady    func() time.Time // never jumps; only its differences count
	Wall      func() time.Time // as the ledger's
	NewID     func() string
	PathLate  time.Duration // for how long a device may be silent about its way to the desk
	Logger    *slog.Logger
}

// The limits of an engine.
const (
	workers     = 16
	storeWithin = 10 * time.Second
	doubt       = time.Second // until a ledger that did not answer is asked again
)

// Engine looks for people. Hand it every change of every case with [Engine.Observe], then start it with [Engine.Run].
type Engine struct {
	o    Options
	jobs *jobs
	wg   sync.WaitGroup

	mu      sync.Mutex
	running bool
	ctx     context.Context //nolint:containedctx // of Run: lanes begin and end with it
	cases   map[string]*track
	lanes   map[string]*lane
	times   Times
	paths   Paths
}

// track is what the engine knows of a case beside its state.
type track struct {
	state activation.State
	seen  map[string]time.Time // mark -> when it was observed, by the steady clock
	known map[string]bool      // notices on their way
	news  []activation.Notice  // of notices, not in the ledger yet
	busy  bool                 // a worker has it
	again bool                 // and must look once more
	timer *time.Timer
}

// New returns an engine.
func New(o Options) *Engine {
	return &Engine{o: o, jobs: newJobs(), cases: map[string]*track{}, lanes: map[string]*lane{}, times: newTimes(), paths: newPaths(o.Wall(), o.PathLate)}
}

// Observe takes a case as it is now. It is quick, and is called in the order of the ledger.
func (e *Engine) Observe(s activation.State) {
	e.times.observe(s)
	e.paths.observe(s)
	e.mu.Lock()
	defer e.mu.Unlock()
	if t := e.absorb(s); t != nil && e.running {
		e.look(t)
	}
}

// absorb keeps the newest state of a case, and forgets a case that needs nothing any more. The caller holds the lock.
func (e *Engine) absorb(s activation.State) *track {
	t := e.cases[s.Case]
	if t == nil {
		if !ladder.Live(s) {
			return nil
		}
		t = &track{known: map[string]bool{}, seen: map[string]time.Time{}}
		e.cases[s.Case] = t
	}
	if len(s.Seen) >= len(t.state.Seen) {
		t.state = s
	}
	if e.running {
		t.note(e.o.Steady())
	}
	return t
}

// note remembers when marks were observed first.
func (t *track) note(now time.Time) {
	for _, m := range t.marks() {
		if _, ok := t.seen[m.ID]; !ok {
			t.seen[m.ID] = now
		}
	}
}

func (t *track) marks() []activation.Mark {
	out := []activation.Mark{{At: t.state.ReceivedAt}}
	for _, c := range t.state.Ladder.Rungs {
		out = append(out, c.Mark)
	}
	for _, n := range t.state.Ladder.Notices {
		out = append(out, n.Mark)
	}
	for _, n := range t.state.News() {
		out = append(out, n.Mark)
	}
	out = append(out, t.state.Again...)
	for _, a := range t.state.Answers {
		out = append(out, a.Acknowledged)
	}
	return out
}

// Run looks for people until ctx ends, and waits for those that are being told.
func (e *Engine) Run(ctx context.Context) {
	e.mu.Lock()
	e.ctx, e.running = ctx, true
	steady, wall := e.o.Steady(), e.o.Wall()
	for _, t := range e.cases { // what happened before this start has happened by the clock on the wall
		for _, m := range t.marks() {
			t.seen[m.ID] = steady.Add(-max(0, wall.Sub(m.At)))
		}
		e.look(t)
	}
	e.mu.Unlock()
	for range workers {
		e.wg.Go(func() {
			for {
				j, ok := e.jobs.next()
				if !ok {
					return
				}
				e.step(ctx, j)
			}
		})
	}
	<-ctx.Done()
	e.jobs.close()
	e.mu.Lock()
	e.running = false
	for _, t := range e.cases {
		if t.timer != nil {
			t.timer.Stop()
		}
	}
	e.mu.Unlock()
	e.wg.Wait()
}

// look puts a case in the queue, once. The caller holds the lock.
func (e *Engine) look(t *track) {
	if t.busy {
		t.again = true
		return
	}
	t.busy = true
	e.jobs.put(job{id: t.state.Case, urgency: ladder.Urgency(t.state), at: t.state.ReceivedAt})
}

// step does what is due for one case.
func (e *Engine) step(ctx context.Context, j job) {
	v, p, news, ok := e.view(j.id)
	if !ok {
		return
	}
	var again time.Time
	switch {
	case v.State.Trigger == activation.ByPath:
		again = e.prove(ctx, v, p)
	case len(news) > 0 && j.news:
		again = e.report(ctx, v.State, news)
	default:
		again = e.plan(ctx, v, p)
	}
	e.done(j, again)
}

func (e *Engine) view(id string) (v ladder.View, p policy.Policy, news []activation.Notice, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.cases[id]
	if t == nil {
		return v, p, nil, false
	}
	t.again = false
	known, seen := make(map[string]bool, len(t.known)), t.seen
	for k := range t.known {
		known[k] = true
	}
	at := make(map[string]time.Time, len(seen))
	for k, x := range seen {
		at[k] = x
	}
	p, _ = e.o.Policies.Policy(t.state.Zone)
	v = ladder.View{
		State: t.state, Node: e.o.Node, Known: known, Now: e.o.Steady(), Wall: e.o.Wall(),
		At: func(m activation.Mark) time.Time { return at[m.ID] },
	}
	return v, p, append([]activation.Notice(nil), t.news...), true
}

func (e *Engine) plan(ctx context.Context, v ladder.View, p policy.Policy) time.Time {
	plan := ladder.Next(p, e.o.Directory, v)
	if len(plan.Drop) > 0 {
		if err := e.notify(ctx, v.State, plan.Drop); err != nil {
			return e.fault(v, err)
		}
	}
	for _, n := range plan.Send {
		e.hand(v.State, n.Notice)
	}
	if len(plan.Take) > 0 {
		if err := e.notify(ctx, v.State, plan.Take); err != nil {
			return e.fault(v, err)
		}
	}
	if plan.Claim != nil {
		if err := e.claim(ctx, v.State, *plan.Claim); err != nil {
			return e.fault(v, err)
		}
		return v.Now // look at once: there is something to send
	}
	return plan.Again
}

func (e *Engine) claim(ctx context.Context, s activation.State, c ladder.Claim) error {
	cmd := e.command(s, activation.Escalated)
	cmd.Dispatch = &activation.Dispatch{Rung: &c.Rung, Notices: c.Notices}
	if err := e.do(ctx, cmd); err != nil {
		return err
	}
	if c.Rung.Nobody {
		e.o.Logger.Error("nobody is reachable on this rung", slog.String("case", s.Case), slog.String("zone", s.Zone),
			slog.String("mode", string(s.Mode)), slog.Int("rung", c.Rung.N))
	}
	return nil
}

func (e *Engine) notify(ctx context.Context, s activation.State, all []activation.Notice) error {
	for len(all) > 0 {
		n := min(len(all), activation.MaxNotices)
		cmd := e.command(s, activation.Notified)
		cmd.Dispatch = &activation.Dispatch{Notices: all[:n]}
		if err := e.do(ctx, cmd); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func (e *Engine) command(s activation.State, t activation.Type) activation.Command {
	return activation.Command{
		ID: e.o.NewID(), Case: s.Case, Mode: s.Mode, Type: t, Actor: activation.Actor{Kind: activation.BySystem, ID: e.o.Node},
	}
}

func (e *Engine) do(ctx context.Context, cmd activation.Command) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	s, err := e.o.Book.Do(ctx, cmd)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.absorb(s)
	return nil
}

// fault says when to look again after an error.
func (e *Engine) fault(v ladder.View, err error) time.Time {
	switch {
	case errors.Is(err, activation.ErrChanged):
		return v.Now
	case errors.Is(err, activation.ErrEnded):
		return time.Time{} // the change that ended it is on its way here
	}
	e.o.Logger.Error("dispatch not stored; trying again", slog.String("case", v.State.Case), slog.Any("error", err))
	return v.Now.Add(doubt)
}

// done gives a case back, and looks at it again at once, later or never.
func (e *Engine) done(j job, again time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.cases[j.id]
	if t == nil {
		return
	}
	t.busy = false
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	stuck := j.news && again.After(e.o.Steady()) // the ledger does not answer
	if len(t.news) > 0 && !stuck {
		t.busy = true // look anew behind it, whatever becomes of it
		e.jobs.put(t.newsJob())
		return
	}
	if t.again || !again.IsZero() && !again.After(e.o.Steady()) {
		e.look(t)
		return
	}
	if !again.IsZero() && e.running {
		t.timer = time.AfterFunc(again.Sub(e.o.Steady()), func() {
			e.mu.Lock()
			defer e.mu.Unlock()
			if e.running {
				e.look(t)
			}
		})
		return
	}
	if !ladder.Live(t.state) && len(t.known) == 0 {
		delete(e.cases, j.id)
	}
}
