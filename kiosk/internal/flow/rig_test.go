package flow_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// rig drives a state machine and keeps what it asked for.
type rig struct {
	t       *testing.T
	s       flow.State
	now     time.Time
	agent   agentapi.State
	effects []flow.Effect
}

func newRig(t *testing.T) *rig {
	t.Helper()
	now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	r := &rig{t: t, now: now, s: flow.New(now, []string{"en", "es"})}
	r.agent.Health.Enrolled, r.agent.Link.Up = true, true
	r.hear()
	return r
}

func (r *rig) send(e flow.Event) {
	var fx []flow.Effect
	r.s, fx = flow.Next(r.s, e)
	r.effects = append(r.effects, fx...)
}

func (r *rig) hear(all ...agentapi.Activation) {
	if all != nil {
		r.agent.Activations = all
	}
	r.send(flow.Heard{Now: r.now, State: r.agent})
}

func (r *rig) tap(ids ...string) {
	for _, id := range ids {
		r.send(flow.Tap{Now: r.now, ID: id})
	}
}

// pass lets time pass second by second; a live agent is heard all the while.
func (r *rig) pass(d time.Duration, alive bool) {
	for end := r.now.Add(d); r.now.Before(end); {
		r.now = r.now.Add(time.Second)
		if alive {
			r.hear()
		}
		r.send(flow.Tick{Now: r.now})
	}
}

func (r *rig) raised(id string) { r.send(flow.Raised{Now: r.now, Mode: activation.Actual, ID: id}) }

// signIn opens the staff pages.
func (r *rig) signIn() {
	r.tap("staff", "pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Role: "staff", Token: "t"}})
}

// help walks through the door to a call that the agent took.
func (r *rig) help() {
	r.tap("help", "yes")
	r.raised("a")
	r.hear(call("a", activation.Sending))
	r.effects = nil
}

func (r *rig) want(screen flow.Screen) {
	r.t.Helper()
	if got := r.s.Shown(); got != screen {
		r.t.Fatalf("page is %s, want %s", got, screen)
	}
}

// last returns the newest effect and forgets all.
func last[T flow.Effect](r *rig) T {
	r.t.Helper()
	if len(r.effects) == 0 {
		r.t.Fatalf("nothing was asked for")
	}
	e, ok := r.effects[len(r.effects)-1].(T)
	if !ok {
		r.t.Fatalf("asked for %#v", r.effects[len(r.effects)-1])
	}
	r.effects = nil
	return e
}

func call(id string, stage activation.Stage) agentapi.Activation {
	return agentapi.Activation{ID: id, Mode: activation.Actual, Stage: stage, Trigger: activation.ByYouth}
}
