package flow_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/kiosk/internal/flow"
)

// Staff give another young person a call of their own, deliberately; without that, a call belongs to the open one.
func TestStaffCallHelpForAnotherYouth(t *testing.T) {
	r := newRig(t)
	r.signIn()
	r.tap("another")
	r.want(flow.Zone) // nothing is open: there is nobody beside whom there could be another one
	drill := call("d", activation.Received)
	drill.Mode = activation.Drill
	r.hear(drill)
	r.tap("another")
	r.want(flow.Zone)
	r.hear(call("a", activation.Received))
	r.effects = nil
	r.tap("another")
	r.want(flow.Confirm)
	r.tap("back")
	r.want(flow.Zone)
	if r.tap("another"); len(r.effects) != 0 {
		t.Fatalf("asked for %v before anybody was sure", r.effects)
	}
	r.tap("sure")
	r.want(flow.Steps)
	first := last[flow.Raise](r)
	if first.Other != "a" || first.Key == "" || first.Trigger != activation.ByStaff || first.Mode != activation.Actual || first.Token != "t" {
		t.Errorf("called %+v", first)
	}
	// A try that failed is offered again as the same request, so that the agent knows it.
	r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
	r.want(flow.Trouble)
	r.pass(3*time.Second, false)
	if again := last[flow.Raise](r); again != first {
		t.Errorf("offered again as %+v, first as %+v", again, first)
	}
	r.tap("steps")
	r.raised("b")
	r.hear(call("a", activation.Received), call("b", activation.Sending))
	if r.want(flow.Steps); r.s.Case != "b" {
		t.Errorf("the page is about %q", r.s.Case)
	}
	// The next one is another request.
	r.tap("back")
	r.now = r.now.Add(time.Second)
	r.tap("another", "sure")
	if next := last[flow.Raise](r); next.Key == first.Key || next.Other != "b" {
		t.Errorf("the third young person is called for with %+v", next)
	}
}

// The call that was open has ended while staff were asked: help is called for all the same.
func TestAnotherYouthWhenTheFirstCallHasEnded(t *testing.T) {
	r := newRig(t)
	r.signIn()
	r.hear(call("a", activation.Received))
	r.tap("another")
	r.hear(call("a", activation.StageHandedOver))
	r.tap("sure")
	if got := last[flow.Raise](r); got.Other != "" || got.Key != "" || got.Mode != activation.Actual {
		t.Errorf("called %+v", got)
	}
}
