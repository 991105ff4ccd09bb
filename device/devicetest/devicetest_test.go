package devicetest_test

import (
	"errors"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/devicetest"
)

func TestTheScriptSaysWhatTheKioskSees(t *testing.T) {
	a, c := devicetest.Start(t)
	ctx := t.Context()
	r, err := c.Raise(ctx, agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual})
	if err != nil {
		t.Fatal(err)
	}
	a.Move(r.ID, activation.StageComing)
	s, err := c.State(ctx)
	if err != nil || len(s.Activations) != 1 || s.Activations[0].Stage != activation.StageComing {
		t.Errorf("%+v, %v", s.Activations, err)
	}
	p, err := c.PIN(ctx, "2468")
	if err != nil || p.Role != "staff" {
		t.Errorf("%+v, %v", p, err)
	}
	if err := c.HandOver(ctx, p.Token, r.ID); err != nil {
		t.Error(err)
	}
	var problem *agentapi.Problem
	if _, err := c.PIN(ctx, "9999"); !errors.As(err, &problem) || problem.Code != agentapi.PINWrong {
		t.Errorf("%v", err)
	}
	a.Fail("raise", agentapi.NewProblem(agentapi.Internal))
	if _, err := c.Raise(ctx, agentapi.Raise{}); !errors.As(err, &problem) || problem.Code != agentapi.Internal {
		t.Errorf("%v", err)
	}
	a.Inert()
	a.Fail("raise", nil)
	if _, err := c.Raise(ctx, agentapi.Raise{Trigger: activation.ByStaff, Mode: activation.Drill}); err != nil {
		t.Error(err)
	}
	if s := a.State(); len(s.Activations) != 1 {
		t.Errorf("an inert agent moved by itself: %+v", s.Activations)
	}
	if n := len(a.Calls()); n != 6 {
		t.Errorf("%d calls were noted", n)
	}
}
