package kiosktest

import (
	"context"
	"net/http"

	"safeyouthzone/device/agentapi"
)

// Handler serves a scripted agent over the real API, for a kiosk in another process.
func (a *Agent) Handler() http.Handler {
	return agentapi.NewServer(served{a}, agentapi.Options{
		SelfTest: func(ctx context.Context) error { _, err := a.SelfTest(ctx); return err }, WalkTest: walking{a}, IT: a, Screen: a,
	})
}

// walking makes an Agent a tester of its button.
type walking struct{ a *Agent }

// StartWalkTest implements agentapi.WalkTester.
func (w walking) StartWalkTest(ctx context.Context, token string) error {
	_, err := w.a.StartWalkTest(ctx, token)
	return err
}

// StopWalkTest implements agentapi.WalkTester.
func (w walking) StopWalkTest(ctx context.Context, token string) error {
	_, err := w.a.StopWalkTest(ctx, token)
	return err
}

// served makes an Agent what the server of the API wants.
type served struct{ *Agent }

// Raise implements agentapi.Agent.
func (s served) Raise(ctx context.Context, token string, r agentapi.Raise) (agentapi.Raised, error) {
	return s.RaiseAs(ctx, token, r)
}

// SignIn implements agentapi.Agent.
func (s served) SignIn(ctx context.Context, pin string) (agentapi.PINAnswer, error) {
	return s.PIN(ctx, pin)
}

// Act implements agentapi.Agent.
func (s served) Act(ctx context.Context, token, id string, a agentapi.Action) error {
	switch a.Verb {
	case agentapi.Needs:
		return s.Need(ctx, id, a.Need)
	case agentapi.Intake:
		return s.Intake(ctx, token, id, a.Flags)
	case agentapi.Reports:
		return s.Report(ctx, token, id, a.Report)
	case agentapi.Welfare:
		return s.Welfare(ctx, token, id, a.State)
	case agentapi.Leave:
		return s.Left(ctx, token, id)
	case agentapi.Cancel:
		return s.Cancel(ctx, token, id)
	case agentapi.Verify:
		return s.Verify(ctx, token, id, a.Code)
	case agentapi.HandOver:
		return s.HandOver(ctx, token, id)
	}
	return agentapi.NewProblem(agentapi.NotFound)
}
