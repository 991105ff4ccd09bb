package device

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/button"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/statefile"
)

const walkFile = "walktest.json"

// walked is the last walk test as it is kept over restarts.
type walked struct {
	Passed bool                `json:"passed"`
	Reason agentapi.WalkReason `json:"reason,omitempty"`
	TookMS int64               `json:"took_ms,omitempty"`
	Boot   string              `json:"boot"`
	MonoMS int64               `json:"mono_ms"`
	WallMS int64               `json:"wall_ms"`
	Synced bool                `json:"synced"`
}

// readWalked returns nil if there was no walk test, or none that can be read.
func readWalked(dir string) *walked {
	b, err := os.ReadFile(filepath.Join(dir, walkFile))
	w := &walked{}
	if err != nil || json.Unmarshal(b, w) != nil {
		return nil
	}
	return w
}

// StartWalkTest lets the next press of the button be a test, for a minute. It is part of agentapi.WalkTester.
func (a *Agent) StartWalkTest(_ context.Context, token string) error {
	if _, ok := a.gate.Check(token); !ok {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, call := a.model.Open(activation.Actual)
	switch {
	case call:
		return agentapi.NewProblem(agentapi.CallOpen)
	case !a.board.HasButton() || a.button == buttonFault || a.button == buttonStuck:
		return agentapi.NewProblem(agentapi.NoButton)
	case !a.up:
		return agentapi.NewProblem(agentapi.NotConnected)
	}
	if a.walk.Start(a.clock.Mono()) {
		a.log.Info("walk test begins")
		a.touch()
	}
	return nil
}

// StopWalkTest ends a test that waits for its press. It is part of agentapi.WalkTester.
func (a *Agent) StopWalkTest(_ context.Context, token string) error {
	if _, ok := a.gate.Check(token); !ok {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Mono()
	a.walk.Stop(agentapi.WalkStopped, now)
	a.advanceWalk(now)
	a.touch()
	return nil
}

// walkTakes decides whether a press of the button is the walk test's. If there is any doubt it is a call for help. The caller holds the lock.
func (a *Agent) walkTakes(e button.Event) bool {
	now := a.clock.Mono()
	a.advanceWalk(now)
	return a.walk.Waits(now) && !e.HeldAtStart
}

// advanceWalk lets the walk test go on, keeps what came of it, and reports whether one has ended. The caller holds the lock.
func (a *Agent) advanceWalk(now time.Duration) bool {
	if _, call := a.model.Open(activation.Actual); call {
		a.walk.Stop(agentapi.WalkCall, now)
	}
	if a.button == buttonFault {
		a.walk.Stop(agentapi.WalkButton, now)
	}
	r, ended := a.walk.Advance(now)
	if !ended {
		return false
	}
	a.log.Info("walk test ended", slog.Bool("passed", r.Passed), slog.String("reason", string(r.Reason)), slog.Duration("took", r.Took))
	if r.Reason == agentapi.WalkStopped || r.Reason == agentapi.WalkCall { // they say nothing about the button
		return true
	}
	w := &walked{
		Passed: r.Passed, Reason: r.Reason, TookMS: r.Took.Milliseconds(),
		Boot: a.clock.Boot, MonoMS: now.Milliseconds(), WallMS: a.clock.Now().UnixMilli(), Synced: a.clock.Synced(),
	}
	a.lastWalk = w
	a.chore(func() { a.keepWalked(w) })
	return true
}

func (a *Agent) keepWalked(w *walked) {
	b, err := json.Marshal(w)
	if err == nil {
		err = statefile.Write(filepath.Join(a.opt.StateDir, walkFile), b)
	}
	if err != nil {
		a.log.Warn("walk test not kept", slog.Any("error", err))
	}
}

// lastTest is the last walk test, its age counted now. The caller holds the lock.
func (a *Agent) lastTest() *wire.WalkTest {
	w := a.lastWalk
	if w == nil {
		return nil
	}
	age, atLeast := a.age(outbox.Meta{Boot: w.Boot, MonoMS: w.MonoMS, WallMS: w.WallMS, Synced: w.Synced})
	return &wire.WalkTest{
		Passed: w.Passed, Reason: string(w.Reason), TookMS: w.TookMS, AgoMS: age.Milliseconds(), AgoAtLeast: atLeast,
	}
}

// nextChange is when the state changes by the clock alone. The caller holds the lock.
func (a *Agent) nextChange(now time.Duration) (time.Duration, bool) {
	next, ok := a.model.Next(now)
	if at, waits := a.walk.Next(); waits && (!ok || at < next) {
		return at, true
	}
	return next, ok
}
