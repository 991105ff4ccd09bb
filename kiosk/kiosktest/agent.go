package kiosktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk"
)

var _ kiosk.Client = (*Agent)(nil)

// The PINs that an [Agent] takes, and what it gives for them.
const (
	PIN       = "2468"
	DuressPIN = "8642" // of the same staff member
	ITPIN     = "1357"
	Token     = "token-1"
	ITToken   = "token-it"
)

// ErrOff is what an [Agent] answers while it is switched off.
var ErrOff = errors.New("agent is switched off")

// Agent is a scripted agent: tests change its state and look at the calls that arrived. A call for help becomes an activation in
// stage sending; everything after that is for the test to say. It is safe for concurrent use.
type Agent struct {
	mu      sync.Mutex
	state   agentapi.State
	changed chan struct{}
	off     bool
	fail    map[string]error
	calls   []string
	raised  int
	forced  int
	screen  []string
}

// NewAgent returns an agent of a healthy, connected device in a zone.
func NewAgent() *Agent {
	return &Agent{state: Sample(), changed: make(chan struct{}), fail: map[string]error{}}
}

// Sample is the state of a healthy, connected device with nothing open.
func Sample() agentapi.State {
	return agentapi.State{
		Rev: 1, Version: "test", Device: "d-1", Link: agentapi.Link{Up: true, ForMS: 60_000},
		Health:     agentapi.Health{Board: "sim", Button: "ok", DiskOK: true, Enrolled: true},
		Indicators: agentapi.Indicators{Healthy: true, Call: "off"},
		Settings: agentapi.Settings{
			Rev: 1, Zone: "z-1", ZoneName: "Compton Library", Hours: "Open until 8 pm", Languages: []string{"en", "es"},
			Events:   []wire.Listing{{What: "Homework help", When: "3:30 pm"}, {What: "Teen film club", When: "5:00 pm"}},
			Numbers:  []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}},
			TimeZone: "America/Los_Angeles",
		},
	}
}

// Change changes the state and tells everybody who listens.
func (a *Agent) Change(f func(*agentapi.State)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.state.Activations = slices.Clone(a.state.Activations)
	f(&a.state)
	a.state.Rev++
	close(a.changed)
	a.changed = make(chan struct{})
}

// Newest changes the newest activation.
func (a *Agent) Newest(f func(*agentapi.Activation)) {
	a.Change(func(s *agentapi.State) {
		if n := len(s.Activations); n > 0 {
			f(&s.Activations[n-1])
		}
	})
}

// Off switches the agent off or on: streams break and calls fail.
func (a *Agent) Off(off bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.off = off
	close(a.changed)
	a.changed = make(chan struct{})
}

// Fail makes a call fail until err is nil: raise, need, pin, intake, report, left, cancel, verify or handover.
func (a *Agent) Fail(call string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail[call] = err
}

// Calls lists the calls that arrived, like "need hurt".
func (a *Agent) Calls() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// Forced is how often the PIN for duress was typed.
func (a *Agent) Forced() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.forced
}

// State is the state now.
func (a *Agent) State() agentapi.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	state := a.state
	state.Activations = slices.Clone(state.Activations)
	return state
}

// Changed is closed by the next change.
func (a *Agent) Changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// Events implements kiosk.Client.
func (a *Agent) Events(ctx context.Context, heard func(agentapi.State)) error {
	beat := time.NewTicker(agentapi.HeartbeatMS * time.Millisecond)
	defer beat.Stop()
	for {
		changed := a.Changed()
		if a.isOff() {
			return ErrOff
		}
		heard(a.State())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-beat.C:
		}
	}
}

func (a *Agent) isOff() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.off
}

// RaiseAs implements kiosk.Client.
func (a *Agent) RaiseAs(_ context.Context, token string, r agentapi.Raise) (agentapi.Raised, error) {
	if err := a.note("raise", token, string(r.Trigger), string(r.Mode), r.Other); err != nil {
		return agentapi.Raised{}, err
	}
	var out agentapi.Raised
	a.Change(func(s *agentapi.State) {
		for _, act := range s.Activations {
			if r.Other == "" && act.Mode == r.Mode && act.Stage.Open() {
				out = agentapi.Raised{ID: act.ID, Again: true}
				return
			}
		}
		a.raised++
		out.ID = fmt.Sprintf("a-%d", a.raised)
		s.Activations = append(s.Activations, agentapi.Activation{ID: out.ID, Mode: r.Mode, Trigger: r.Trigger, Stage: activation.Sending, Tries: 1})
	})
	return out, nil
}

// Need implements kiosk.Client.
func (a *Agent) Need(_ context.Context, id string, n activation.Need) error {
	if err := a.note("need", id, string(n)); err != nil {
		return err
	}
	return a.change(id, func(act *agentapi.Activation) { act.Needs = append(slices.Clone(act.Needs), n) })
}

// PIN implements kiosk.Client.
func (a *Agent) PIN(_ context.Context, pin string) (agentapi.PINAnswer, error) {
	if err := a.note("pin"); err != nil {
		return agentapi.PINAnswer{}, err
	}
	switch pin {
	case PIN:
		return agentapi.PINAnswer{Role: "staff", Token: Token, ExpiresMS: 600_000}, nil
	case DuressPIN: // looks the same; only the agent knows
		a.mu.Lock()
		defer a.mu.Unlock()
		a.forced++
		return agentapi.PINAnswer{Role: "staff", Token: Token, ExpiresMS: 600_000}, nil
	case ITPIN:
		return agentapi.PINAnswer{Role: agentapi.RoleIT, Token: ITToken, ExpiresMS: 600_000}, nil
	}
	return agentapi.PINAnswer{}, agentapi.NewProblem(agentapi.PINWrong)
}

// Intake implements kiosk.Client.
func (a *Agent) Intake(_ context.Context, token, id string, flags []activation.Need) error {
	return a.note("intake", token, id, fmt.Sprint(flags))
}

// Report implements kiosk.Client.
func (a *Agent) Report(_ context.Context, token, id string, r agentapi.ReportRequest) error {
	if err := a.note("report", token, id, string(r.Called), string(r.Disposition), r.Referral); err != nil {
		return err
	}
	return a.change(id, func(act *agentapi.Activation) { act.Reported = true })
}

// Welfare implements kiosk.Client.
func (a *Agent) Welfare(_ context.Context, token, id string, w activation.Welfare) error {
	if err := a.note("welfare", token, id, string(w)); err != nil {
		return err
	}
	return a.change(id, func(act *agentapi.Activation) { act.Welfare = &wire.Welfare{State: w} })
}

// Verify implements kiosk.Client.
func (a *Agent) Verify(_ context.Context, token, id, code string) error {
	return a.note("verify", token, id, code)
}

// StartWalkTest implements kiosk.Client: the next press is a test.
func (a *Agent) StartWalkTest(_ context.Context, token string) (agentapi.State, error) {
	return a.walk(token, "walktest", agentapi.WalkPress)
}

// StopWalkTest implements kiosk.Client.
func (a *Agent) StopWalkTest(_ context.Context, token string) (agentapi.State, error) {
	return a.walk(token, "walktest.stop", agentapi.WalkIdle)
}

func (a *Agent) walk(token, call string, stage agentapi.WalkStage) (agentapi.State, error) {
	if err := a.note(call, token); err != nil {
		return agentapi.State{}, err
	}
	a.Change(func(s *agentapi.State) { s.WalkTest = agentapi.WalkTest{Stage: stage} })
	return a.State(), nil
}

// SelfTest implements kiosk.Client.
func (a *Agent) SelfTest(context.Context) (agentapi.State, error) {
	return a.State(), a.note("selftest")
}

// Restart implements kiosk.Client.
func (a *Agent) Restart(_ context.Context, token string) error { return a.note("restart", token) }

// Enrol implements kiosk.Client: the device is enrolled.
func (a *Agent) Enrol(_ context.Context, token, code string) error {
	if err := a.note("enrol", token, code); err != nil {
		return err
	}
	a.Change(func(s *agentapi.State) { s.Health.Enrolled = true })
	return nil
}

// Screen implements kiosk.Client: the faults are troubles of the device.
func (a *Agent) Screen(_ context.Context, faults []string) error {
	if a.isOff() {
		return ErrOff
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.screen = slices.Clone(faults)
	return nil
}

// ScreenFaults is what the kiosk said last of its screen.
func (a *Agent) ScreenFaults() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.screen)
}

// Left implements kiosk.Client.
func (a *Agent) Left(_ context.Context, token, id string) error { return a.note("left", token, id) }

// Cancel implements kiosk.Client.
func (a *Agent) Cancel(_ context.Context, token, id string) error { return a.note("cancel", token, id) }

// HandOver implements kiosk.Client.
func (a *Agent) HandOver(_ context.Context, token, id string) error {
	return a.note("handover", token, id)
}

func (a *Agent) note(call string, args ...string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := call
	for _, arg := range args {
		if arg != "" {
			line += " " + arg
		}
	}
	a.calls = append(a.calls, line)
	if a.off {
		return ErrOff
	}
	return a.fail[call]
}

func (a *Agent) change(id string, f func(*agentapi.Activation)) error {
	err := error(agentapi.NewProblem(agentapi.NotFound))
	a.Change(func(s *agentapi.State) {
		for i := range s.Activations {
			if s.Activations[i].ID == id {
				f(&s.Activations[i])
				err = nil
			}
		}
	})
	return err
}
