package kiosk

import (
	"context"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// Client is what a kiosk needs of the agent of its device; *agentapi.Client is one. An error that is an *agentapi.Problem is the
// agent's answer; any other error means that the agent was not reached, and that the call may have happened or not.
type Client interface {
	Caller
	Staff
	Ender
	Device
	Reporter
}

// Caller is what anybody at the screen may do.
type Caller interface {
	// Events calls the function with every state, at once and on every change, until the stream breaks or ctx ends.
	Events(ctx context.Context, heard func(agentapi.State)) error
	// RaiseAs calls for help. It returns when the call is on the disk. An old or empty token does not stop it.
	RaiseAs(ctx context.Context, token string, r agentapi.Raise) (agentapi.Raised, error)
	// Need asks for a need, silently.
	Need(ctx context.Context, id string, n activation.Need) error
	// PIN opens the calls of staff.
	PIN(ctx context.Context, pin string) (agentapi.PINAnswer, error)
}

// Staff is what staff may record with the token of their PIN.
type Staff interface {
	Intake(ctx context.Context, token, id string, flags []activation.Need) error
	Report(ctx context.Context, token, id string, r agentapi.ReportRequest) error
	// Welfare records how the youth is.
	Welfare(ctx context.Context, token, id string, w activation.Welfare) error
	// Verify sends a responder's code; the answer comes as Check in a later state.
	Verify(ctx context.Context, token, id, code string) error
}

// Device is what may be asked of the device itself.
type Device interface {
	StartWalkTest(ctx context.Context, token string) (agentapi.State, error)
	StopWalkTest(ctx context.Context, token string) (agentapi.State, error)
	SelfTest(ctx context.Context) (agentapi.State, error)
	// Restart ends the agent; its supervisor starts it again.
	Restart(ctx context.Context, token string) error
	// Enrol takes the code of a card; it may take half a minute.
	Enrol(ctx context.Context, token, code string) error
}

// Reporter is told how the screen itself is.
type Reporter interface {
	// Screen says what is wrong with the screen now, by the codes of the API; nothing means that all is well.
	Screen(ctx context.Context, faults []string) error
}

// Ender is how a call ends, as far as a kiosk has a say in it.
type Ender interface {
	Left(ctx context.Context, token, id string) error
	// Cancel asks the desk; it ends nothing by itself.
	Cancel(ctx context.Context, token, id string) error
	HandOver(ctx context.Context, token, id string) error
}
