package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// Path is the last proof of a device's way to the desk.
type Path struct {
	At   time.Time     // of the proof, by the ledger's clock; zero: none yet
	Took time.Duration // from the device to the closed test, its way through dispatch included
	Late bool          // it is overdue
	// Nobody says that the first rung of the zone's policy would have reached nobody at that moment.
	Nobody bool
	call   string
}

// Paths keeps the last proof of every device. It is safe for concurrent use.
type Paths struct {
	mu      *sync.Mutex
	all     map[string]Path
	started time.Time
	late    time.Duration // after which silence is trouble
}

func newPaths(started time.Time, late time.Duration) Paths {
	return Paths{mu: new(sync.Mutex), all: map[string]Path{}, started: started, late: late}
}

func (p Paths) observe(s activation.State) {
	if s.Trigger != activation.ByPath || s.ClosedAt.ID == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if at := s.ClosedAt.At; at.After(p.all[s.Device].At) {
		p.all[s.Device] = Path{At: at, Took: max(0, at.Sub(s.RaisedAt)), Nobody: s.Ladder.Nobody(0, 1), call: s.Case}
	}
}

// proved reports whether the last proof of a device is that of a call.
func (p Paths) proved(device, call string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[device].call == call
}

// Device is the last proof of a device. A device counts as proved when the broker starts: it cannot blame it for its own absence.
func (p Paths) Device(id string, now time.Time) Path {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.all[id]
	last := x.At
	if p.started.After(last) {
		last = p.started
	}
	x.Late = now.Sub(last) > p.late
	return x
}

// Paths are the last proofs.
func (e *Engine) Paths() Paths { return e.paths }

// prove is what dispatch does with a path test: it resolves the first rung as for a call, tells nobody, and closes the test.
func (e *Engine) prove(ctx context.Context, v ladder.View, p policy.Policy) time.Time {
	if !v.State.Stage().Open() {
		return time.Time{}
	}
	plan := ladder.Next(p, e.o.Directory, v)
	if plan.Claim != nil && plan.Claim.Rung.Nobody {
		if err := e.claim(ctx, v.State, *plan.Claim); err != nil {
			return e.fault(v, err)
		}
	}
	cmd := e.command(v.State, activation.Closed)
	cmd.Outcome = activation.WasTest
	if err := e.do(ctx, cmd); err != nil {
		return e.fault(v, err)
	}
	e.o.Logger.Debug("path test closed", slog.String("device", v.State.Device))
	return time.Time{}
}
