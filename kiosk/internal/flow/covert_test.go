package flow_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// pressed is a call that the panic button made, and that nobody answers.
func pressed() agentapi.Activation {
	a := call("p", activation.Received)
	a.Trigger, a.Fallback, a.AgeMS = activation.ByButton, agentapi.NoAnswer, (6 * time.Minute).Milliseconds()
	return a
}

func TestACovertCallByTheButtonIsForNobodysEyes(t *testing.T) {
	r := newRig(t)
	r.agent.Covert = true
	r.hear(pressed())
	r.want(flow.Idle)
	if r.s.Hint() || len(r.s.Alarms()) > 0 || len(r.s.Unheeded()) > 0 {
		t.Errorf("the neutral page asks for staff: hint %v, alarms %v", r.s.Hint(), r.s.Alarms())
	}
	r.tap("help")
	r.want(flow.Ask) // as if nobody had called
	r.tap("no", "staff")
	r.want(flow.PIN)
	r.pass(time.Minute, true)
	r.want(flow.Idle)
}

func TestWithoutCovertTheButtonsCallIsTold(t *testing.T) {
	r := newRig(t)
	r.hear(pressed())
	if !r.s.Hint() || len(r.s.Unheeded()) != 1 {
		t.Errorf("hint %v, alarms %v", r.s.Hint(), r.s.Alarms())
	}
	r.tap("help")
	r.want(flow.Status)
}

func TestStaffSeeACovertCallBehindTheirPIN(t *testing.T) {
	r := newRig(t)
	r.agent.Covert = true
	r.hear(pressed())
	r.signIn()
	r.want(flow.Trouble) // nobody answers: whom to phone comes first
	r.tap("called")
	r.want(flow.Steps)
	if r.s.Case != "p" {
		t.Errorf("the steps are of %q", r.s.Case)
	}
	r.tap("close")
	r.want(flow.Idle)
	if r.s.Hint() || len(r.s.Alarms()) > 0 {
		t.Error("the page that staff leave behind tells of the call")
	}
}

func TestWhoAsksForHelpAtACovertScreenIsAnswered(t *testing.T) {
	r := newRig(t)
	r.agent.Covert = true
	r.hear(pressed())
	r.tap("help", "yes")
	if got := last[flow.Raise](r); got.Trigger != activation.ByYouth {
		t.Errorf("called as %+v", got)
	}
	r.raised("p") // the agent adds it to the open call
	r.want(flow.Status)
	if r.s.Case != "p" {
		t.Errorf("the page is about %q", r.s.Case)
	}
	r.tap("close")
	if len(r.s.Unheeded()) != 1 {
		t.Error("staff are not asked to phone for a youth who asked here")
	}
	r.tap("help")
	r.want(flow.Status)
	r.hear(call("q", activation.Sending))
	r.raised("q")
	if len(r.s.Told) != 1 {
		t.Errorf("what is over is remembered: %v", r.s.Told)
	}
}

func TestAScreenThatOnlyStaffReachShowsCovertCalls(t *testing.T) {
	r := newRig(t)
	r.s.StaffOnly = true
	r.agent.Covert = true
	r.hear(pressed())
	if len(r.s.Unheeded()) != 1 {
		t.Error("the staff room does not say whom to phone")
	}
}
