package flow_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

// waiting is a rig whose staff wait together with the youth of call a, which is so old.
func waiting(t *testing.T, age time.Duration) *rig {
	t.Helper()
	r := stepper(t, activation.Received)
	r.tap("next", "next", "later")
	a := call("a", activation.Received)
	a.AgeMS = age.Milliseconds()
	r.hear(a)
	return r
}

func TestStaffAreAskedHowTheYouthIs(t *testing.T) {
	r := waiting(t, 4*time.Minute)
	r.want(flow.Steps)
	r.tap("look", "back")
	a := call("a", activation.Received)
	a.AgeMS = (6 * time.Minute).Milliseconds()
	r.hear(a)
	r.want(flow.Steps) // put aside a moment ago
	r.pass(61*time.Second, true)
	r.want(flow.Welfare)
	r.effects = nil
	r.tap("well", "well")
	if len(r.effects) != 1 {
		t.Fatalf("asked for %v", r.effects)
	}
	if got := last[flow.Act](r); got.Kind != flow.Look || got.Well != activation.WelfareOK || got.Token != "t" || got.Case != "a" {
		t.Errorf("told %+v", got)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.Look, Case: "a"})
	r.want(flow.Steps)
	a.Welfare = &wire.Welfare{State: activation.WelfareOK}
	r.hear(a)
	r.pass(90*time.Second, true)
	r.want(flow.Steps)
}

func TestAYouthWhoCannotWait(t *testing.T) {
	r := waiting(t, 6*time.Minute)
	r.want(flow.Welfare)
	r.tap("unwell")
	if got := last[flow.Act](r); got.Well != activation.WelfareHelp {
		t.Errorf("told %+v", got)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.Look, Case: "a", Code: flow.Unreachable})
	r.want(flow.Welfare)
	if r.s.Unwell || r.s.Note.Code == "" {
		t.Error("a look that was not taken looks as if it was")
	}
	r.tap("unwell")
	r.send(flow.Done{Now: r.now, Kind: flow.Look, Case: "a"})
	if !r.s.Unwell {
		t.Error("the page does not say what to do now")
	}
	r.tap("back")
	r.want(flow.Steps)
}

func TestAReportIsACallAndThenItsAnswer(t *testing.T) {
	r := stepper(t, activation.Received)
	r.tap("next", "next", "said.information")
	if r.s.Step != flow.MakeReport || r.s.Called {
		t.Fatalf("step %d, called %v", r.s.Step, r.s.Called)
	}
	r.tap("asked")
	r.want(flow.Questions)
	r.tap("back", "phoned")
	if !r.s.Called {
		t.Error("what they said is not asked for")
	}
	r.tap("back")
	if r.s.Called || r.s.Step != flow.MakeReport {
		t.Error("the number is out of reach after one touch too many")
	}
}

func TestAfterwardsStaffLookAfterThemselves(t *testing.T) {
	r := stepper(t, activation.Here)
	r.hear(call("a", activation.StageHandedOver))
	r.tap("care")
	r.hear()
	r.want(flow.Care) // the agent goes on talking of the call that has ended
	r.tap("done")
	r.want(flow.Zone)
}

// room is a kiosk where only staff are.
func room(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.s.StaffOnly = true
	r.tap("close")
	r.want(flow.Room)
	return r
}

func TestTheStaffRoomCallsWithoutAPIN(t *testing.T) {
	r := room(t)
	r.tap("start", "back")
	r.want(flow.Room)
	r.tap("start")
	r.want(flow.Confirm)
	r.tap("sure")
	if got := last[flow.Raise](r); got != (flow.Raise{Trigger: activation.ByStaff, Mode: activation.Actual}) {
		t.Errorf("raised %+v", got)
	}
	r.want(flow.PIN)
	r.raised("a")
	r.hear(call("a", activation.Received))
	r.tap("pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Role: "staff", Token: "t"}})
	r.want(flow.Steps)
	if r.s.Case != "a" {
		t.Errorf("the steps are about %q", r.s.Case)
	}
	r.pass(3*time.Minute, true)
	r.want(flow.Room)
}

func TestTheStaffRoomSaysWhomToPhone(t *testing.T) {
	r := room(t)
	r.tap("start", "sure")
	r.effects = nil
	r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
	r.want(flow.Trouble)
	r = room(t)
	a := call("a", activation.Received)
	a.Fallback = agentapi.NoAnswer
	r.hear(a)
	r.tap("staff")
	r.want(flow.Trouble)
}

func TestAnOpenCallIsOneTouchAndAPINAway(t *testing.T) {
	r := room(t)
	r.hear(call("a", activation.Received), call("b", activation.Received))
	r.tap("open.1")
	r.want(flow.PIN)
	r.tap("pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Role: "staff", Token: "t"}})
	r.want(flow.Steps)
	if r.s.Case != "a" {
		t.Errorf("the older call is %q", r.s.Case)
	}
}

func TestALanguageIsChosenFromAllOfThem(t *testing.T) {
	r := newRig(t)
	r.tap("help", "languages")
	r.want(flow.Languages)
	r.tap("lang.es")
	r.want(flow.Ask)
	if r.s.Lang != "es" {
		t.Errorf("the question is in %s", r.s.Lang)
	}
	r.tap("yes", "languages")
	r.raised("a") // the answer comes while the languages are shown
	r.tap("back")
	r.want(flow.Status)
	if r.s.Case != "a" {
		t.Errorf("the page is about %q", r.s.Case)
	}
	r.tap("languages")
	r.pass(46*time.Second, true)
	r.want(flow.Idle)
}

func TestWalkTest(t *testing.T) {
	r := newRig(t)
	r.signIn()
	r.effects = nil
	r.tap("tests", "walk")
	if got := last[flow.Device](r); got.Kind != flow.StartWalk || got.Token != "t" {
		t.Errorf("asked %+v", got)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.StartWalk})
	r.agent.WalkTest.Stage = agentapi.WalkPress
	r.pass(4*time.Minute, true)
	r.want(flow.Walk) // somebody walks to the button
	r.tap("back")
	if got := last[flow.Device](r); got.Kind != flow.StopWalk {
		t.Errorf("asked %+v", got)
	}
	r.want(flow.Tests)
	r.agent.WalkTest.Stage = agentapi.WalkIdle
	r.pass(3*time.Minute, true)
	r.want(flow.Idle)
}

// it signs in as IT.
func it(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.tap("staff", "pin.1", "pin.3", "pin.5", "pin.7", "pin.ok")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Role: agentapi.RoleIT, Token: "t"}})
	r.want(flow.IT)
	r.effects = nil
	return r
}

func TestITTriesScreenAndTouch(t *testing.T) {
	r := it(t)
	r.tap("colours")
	for range flow.Colours {
		r.want(flow.Panel)
		r.tap("colour")
	}
	r.want(flow.IT)
	r.tap("touch")
	for i := range flow.TouchCols * flow.TouchRows {
		r.tap("cell."+strconv.Itoa(i), "cell."+strconv.Itoa(i))
	}
	if len(r.s.Cells) != flow.TouchCols*flow.TouchRows {
		t.Errorf("%d fields answered", len(r.s.Cells))
	}
	r.tap("back")
	r.want(flow.IT)
}

func TestITRestartsAfterAsking(t *testing.T) {
	r := it(t)
	r.tap("restart", "back", "restart")
	r.want(flow.Confirm)
	if len(r.effects) != 0 {
		t.Fatal("restarted without asking")
	}
	r.tap("sure")
	if got := last[flow.Device](r); got.Kind != flow.Restart || got.Token != "t" {
		t.Errorf("asked %+v", got)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.Restart, Code: agentapi.PINWanted})
	r.want(flow.PIN)
}

func TestANewDeviceAsksForTheCodeOfItsCard(t *testing.T) {
	r := newRig(t)
	r.agent.Health.Enrolled = false
	r.hear()
	r.tap("staff")
	r.want(flow.Enrol)
	for _, k := range "D76NTF9C2RWTQANIOLUY" { // four of them are no keys
		r.tap("card." + string(k))
	}
	r.tap("card.ok")
	if got := last[flow.Device](r); got.Kind != flow.EnrolCard || got.Code != "D76NTF9C2RWTQANY" || got.Token != "" {
		t.Errorf("asked %+v", got)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.EnrolCard, Code: agentapi.CardRefused})
	if r.s.Typed == "" || r.s.Note.Code != agentapi.CardRefused {
		t.Error("a mistyped code must be typed again as a whole")
	}
	r.tap("card.ok")
	r.send(flow.Done{Now: r.now, Kind: flow.EnrolCard})
	if !r.s.Joined || r.s.Typed != "" {
		t.Errorf("joined %v, typed %q", r.s.Joined, r.s.Typed)
	}
	r.tap("back")
	r.want(flow.Idle)
	r.agent.Health.Enrolled = true
	r.hear()
	r.tap("staff")
	r.want(flow.PIN)
	r.agent.Health.Enrolled = false
	r.hear() // the first word of the agent came after the finger
	r.want(flow.Enrol)
}

// What staff should look at must not tell anybody else of a call.
func TestStaffAreAskedToLook(t *testing.T) {
	for name, change := range map[string]func(*agentapi.State){
		"a fault": func(s *agentapi.State) { s.Health.Troubles = []wire.Trouble{{Code: "disk"}} },
		"no link": func(s *agentapi.State) { s.Link.Up, s.Link.ForMS = false, 130_000 },
		"a look due": func(s *agentapi.State) {
			s.Activations = []agentapi.Activation{{ID: "a", Mode: activation.Actual, Stage: activation.Received, AgeMS: 301_000}}
		},
	} {
		r := newRig(t)
		if r.s.Hint() {
			t.Error("nothing is wrong, and staff are asked to look")
		}
		change(&r.agent)
		r.hear()
		if !r.s.Hint() {
			t.Errorf("%s: nobody is asked to look", name)
		}
		if !slices.Contains([]flow.Screen{flow.Idle}, r.s.Shown()) {
			t.Errorf("%s: the page is %s", name, r.s.Shown())
		}
	}
}
