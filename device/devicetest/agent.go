package devicetest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// Call is one call that the kiosk made. Verb is that of the action, or raise, pin, selftest, walktest, walkstop or button.
type Call struct {
	Verb   string
	ID     string
	Token  string
	Raise  agentapi.Raise
	Action agentapi.Action
	PIN    string
	Hold   time.Duration
}

// Agent is a scripted agent. The zero value has an empty state; use [New]. It is safe for concurrent use.
type Agent struct {
	mu      sync.Mutex
	state   agentapi.State
	changed chan struct{}
	calls   []Call
	fail    map[string]error
	pins    map[string]agentapi.PINAnswer
	raised  int
	inert   bool
}

// New makes an agent that is healthy, connected and knows its zone. Its PIN is 2468 for staff and 1357 for it.
func New() *Agent {
	return &Agent{
		changed: make(chan struct{}),
		fail:    map[string]error{},
		pins: map[string]agentapi.PINAnswer{
			"2468": {Role: "staff", Token: "token-staff", ExpiresMS: 300_000},
			"1357": {Role: "it", Token: "token-it", ExpiresMS: 300_000},
		},
		state: Healthy(),
	}
}

// Healthy is the state of a device at rest.
func Healthy() agentapi.State {
	s := agentapi.State{Rev: 1, Version: "test", Device: "d-test"}
	s.Link = agentapi.Link{Up: true, ForMS: 60_000}
	s.Health = agentapi.Health{Board: "sim", Button: "ok", DiskOK: true, Enrolled: true}
	s.Health.TimeSynced, s.Health.CertDays, s.Health.UpMS = true, 25, 3_600_000
	s.WalkTest.Stage = agentapi.WalkIdle
	s.Indicators = agentapi.Indicators{Healthy: true, Call: "off"}
	s.Settings.Rev, s.Settings.Zone, s.Settings.ZoneName = 1, "z-test", "Test Library"
	s.Settings.Languages, s.Settings.TimeZone = []string{"en", "es"}, "America/Los_Angeles"
	s.Settings.Numbers = append(s.Settings.Numbers, number("emergency", "911"), number("hotline", "800-540-4000"), number("desk", "213-555-0100"))
	return s
}

// Set changes the state; everybody who listens sees it at once.
func (a *Agent) Set(change func(*agentapi.State)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set(change)
}

func (a *Agent) set(change func(*agentapi.State)) {
	change(&a.state)
	a.state.Rev++
	close(a.changed)
	a.changed = make(chan struct{})
}

// Move brings an activation to a stage.
func (a *Agent) Move(id string, to activation.Stage) {
	a.Set(func(s *agentapi.State) {
		for i := range s.Activations {
			if s.Activations[i].ID == id {
				s.Activations[i].Stage = to
			}
		}
	})
}

// Fail makes every later call of a verb answer with err; nil heals it.
func (a *Agent) Fail(verb string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fail[verb] = err
}

// Inert makes Raise leave the state alone, so that the script alone says what the kiosk sees.
func (a *Agent) Inert() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.inert = true
}

// Calls lists the calls so far, in order.
func (a *Agent) Calls() []Call {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

// note records a call and says how it is to fail.
func (a *Agent) note(c Call) error {
	a.calls = append(a.calls, c)
	return a.fail[c.Verb]
}

// State is the scripted state.
func (a *Agent) State() agentapi.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.state
	s.Activations = slices.Clone(s.Activations)
	return s
}

// Changed is closed by the next Set.
func (a *Agent) Changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// Raise shows a new activation as sending, or finds the open one of the same mode.
func (a *Agent) Raise(_ context.Context, token string, r agentapi.Raise) (agentapi.Raised, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.note(Call{Verb: "raise", Token: token, Raise: r}); err != nil {
		return agentapi.Raised{}, err
	}
	for _, o := range a.state.Activations {
		if o.Mode == r.Mode && o.Stage.Open() {
			return agentapi.Raised{ID: o.ID, Again: true}, nil
		}
	}
	a.raised++
	id := fmt.Sprintf("a-%d", a.raised)
	if !a.inert {
		a.set(func(s *agentapi.State) {
			s.Activations = append(s.Activations, agentapi.Activation{ID: id, Mode: r.Mode, Trigger: r.Trigger, Stage: activation.Sending})
		})
	}
	return agentapi.Raised{ID: id}, nil
}

// Act records the action.
func (a *Agent) Act(_ context.Context, token, id string, act agentapi.Action) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.note(Call{Verb: string(act.Verb), ID: id, Token: token, Action: act}); err != nil {
		return err
	}
	if act.Verb.Staff() && !a.known(token) {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	return nil
}

func (a *Agent) known(token string) bool {
	for _, p := range a.pins {
		if p.Token == token {
			return true
		}
	}
	return false
}

// SignIn knows the two PINs of [New].
func (a *Agent) SignIn(_ context.Context, pin string) (agentapi.PINAnswer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.note(Call{Verb: "pin", PIN: pin}); err != nil {
		return agentapi.PINAnswer{}, err
	}
	p, ok := a.pins[pin]
	if !ok {
		return p, agentapi.NewProblem(agentapi.PINWrong)
	}
	return p, nil
}

func (a *Agent) selfTest(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.note(Call{Verb: "selftest"})
}

func (a *Agent) button(_ context.Context, hold time.Duration) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.note(Call{Verb: "button", Hold: hold})
}

// Screen implements agentapi.Screener: the call is noted.
func (a *Agent) Screen(context.Context, []string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.note(Call{Verb: "screen"})
}

// StartWalkTest waits for a press that never comes; the script says how the test goes on.
func (a *Agent) StartWalkTest(_ context.Context, token string) error {
	return a.walk("walktest", token, agentapi.WalkTest{Stage: agentapi.WalkPress, LeftMS: 60_000})
}

// StopWalkTest ends it.
func (a *Agent) StopWalkTest(_ context.Context, token string) error {
	return a.walk("walkstop", token, agentapi.WalkTest{Stage: agentapi.WalkFailed, Reason: agentapi.WalkStopped})
}

func (a *Agent) walk(verb, token string, to agentapi.WalkTest) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.note(Call{Verb: verb, Token: token}); err != nil {
		return err
	}
	if !a.known(token) {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	if !a.inert {
		a.set(func(s *agentapi.State) { s.WalkTest = to })
	}
	return nil
}

// Handler is the agent's API.
func (a *Agent) Handler() http.Handler {
	return agentapi.NewServer(a, agentapi.Options{SelfTest: a.selfTest, SimButton: a.button, WalkTest: a, Screen: a})
}
