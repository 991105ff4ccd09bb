package device

import (
	"context"
	"errors"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/staff"
)

// Raise calls for help. It returns once the event is on the disk, or is on its way though the disk is dead or slow; State tells which.
func (a *Agent) Raise(_ context.Context, token string, r agentapi.Raise) (agentapi.Raised, error) {
	if !r.Valid() {
		return agentapi.Raised{}, agentapi.NewProblem(agentapi.BadRequest)
	}
	who, _ := a.gate.Check(token) // an old token does not stop a call for help
	a.mu.Lock()
	call := a.press
	if r.Other != "" {
		call = a.apart
	}
	raised, m, err := call(r, false, who)
	a.mu.Unlock()
	if err != nil {
		return raised, err
	}
	a.await(m.stored)
	return raised, nil
}

// Press calls for help as the panic button does.
func (a *Agent) Press(ctx context.Context) (agentapi.Raised, error) {
	return a.Raise(ctx, "", agentapi.Raise{Trigger: activation.ByButton, Mode: activation.Actual})
}

// Button holds the simulated contact down; on other boards it is NotFound.
func (a *Agent) Button(_ context.Context, hold time.Duration) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.board.Sim == nil {
		return agentapi.NewProblem(agentapi.NotFound)
	}
	a.board.Sim.Press(hold)
	return nil
}

// Act does to an activation what its verb says.
func (a *Agent) Act(_ context.Context, token, id string, act agentapi.Action) error {
	who, signedIn := a.gate.Check(token)
	if act.Verb.Staff() && !signedIn {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	if !act.Verb.Staff() {
		who = staff.Session{}
	}
	a.mu.Lock()
	m, err := a.act(id, act, who)
	a.mu.Unlock()
	if err != nil {
		return err
	}
	a.await(m.stored)
	return nil
}

func (a *Agent) act(id string, act agentapi.Action, who staff.Session) (made, error) {
	call, ok := a.model.Find(id)
	if !ok || a.id == nil || (act.Verb == agentapi.Needs && !call.Open) {
		return made{}, agentapi.NewProblem(agentapi.NotFound)
	}
	if act.Verb == agentapi.Verify && !a.up {
		return made{}, agentapi.NewProblem(agentapi.NotConnected)
	}
	ev, ok := event(act)
	if !ok {
		return made{}, agentapi.NewProblem(agentapi.NotFound)
	}
	ev.Case, ev.Mode = call.ID, call.Mode
	m, err := a.emit(ev, who)
	if err != nil {
		return made{}, err
	}
	a.tell(call.ID, call.Mode, who)
	return m, nil
}

func event(act agentapi.Action) (activation.Event, bool) {
	switch act.Verb {
	case agentapi.Needs:
		return activation.Event{Type: activation.NeedAsked, Need: act.Need}, true
	case agentapi.Intake:
		return activation.Event{Type: activation.IntakeRecorded, Intake: act.Flags}, true
	case agentapi.Reports:
		return activation.Event{Type: activation.ReportMade, Report: &act.Report}, true
	case agentapi.Welfare:
		return activation.Event{Type: activation.WelfareChecked, Welfare: act.State}, true
	case agentapi.Leave:
		return activation.Event{Type: activation.Left}, true
	case agentapi.Cancel:
		return activation.Event{Type: activation.StandDownRequested}, true
	case agentapi.Verify:
		return activation.Event{Type: activation.CodeEntered, Code: act.Code}, true
	case agentapi.HandOver:
		return activation.Event{Type: activation.HandedOver}, true
	default:
		return activation.Event{}, false
	}
}

// SignIn checks a PIN. A PIN for duress answers as any other, and tells the desk of every open call.
func (a *Agent) SignIn(_ context.Context, pin string) (agentapi.PINAnswer, error) {
	token, who, err := a.gate.SignIn(pin)
	locked := (*staff.LockedError)(nil)
	switch {
	case errors.As(err, &locked):
		p := agentapi.NewProblem(agentapi.PINLocked)
		p.RetryMS = locked.For.Milliseconds()
		return agentapi.PINAnswer{}, p
	case errors.Is(err, staff.ErrNone):
		return agentapi.PINAnswer{}, agentapi.NewProblem(agentapi.NoPINs)
	case errors.Is(err, staff.ErrWrong):
		return agentapi.PINAnswer{}, agentapi.NewProblem(agentapi.PINWrong)
	case err != nil:
		return agentapi.PINAnswer{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if who.Duress && a.id != nil {
		for _, v := range a.model.View(a.clock.Mono()) {
			if v.Stage.Open() {
				a.tell(v.ID, v.Mode, who)
			}
		}
	}
	return agentapi.PINAnswer{Role: who.Role, Token: token, ExpiresMS: staff.SessionFor.Milliseconds()}, nil
}

// SelfTest looks for troubles at once.
func (a *Agent) SelfTest(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.look(a.clock.Mono())
	a.touch()
	return nil
}
