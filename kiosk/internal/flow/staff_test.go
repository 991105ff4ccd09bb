package flow_test

import (
	"reflect"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

func TestPIN(t *testing.T) {
	r := newRig(t)
	r.tap("staff", "pin.2", "pin.4", "pin.ok")
	if len(r.effects) != 0 {
		t.Fatal("two digits were taken for a PIN")
	}
	r.tap("pin.6", "pin.9", "pin.erase", "pin.8", "pin.ok")
	if got := last[flow.TryPIN](r); got.PIN != "2468" {
		t.Error("another PIN was tried than typed")
	}
	if r.s.Typed != "" {
		t.Error("the typed PIN is kept")
	}
	r.send(flow.Admitted{Now: r.now, Code: agentapi.PINLocked, Retry: 30 * time.Second})
	r.tap("pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
	if len(r.effects) != 0 {
		t.Error("tried while it is locked")
	}
	r.pass(30*time.Second, true)
	r.tap("pin.ok")
	last[flow.TryPIN](r)
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Role: "staff", Token: "t"}})
	r.want(flow.Zone)
}

func TestPINAnswerAfterClosingOpensNothing(t *testing.T) {
	r := newRig(t)
	r.tap("staff", "pin.2", "pin.4", "pin.6", "pin.8", "pin.ok", "close")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Token: "t"}})
	r.want(flow.Idle)
	if r.s.Staff != (flow.Session{}) {
		t.Error("a closed page has a session")
	}
}

// stepper is a rig on the steps of call a.
func stepper(t *testing.T, stage activation.Stage) *rig {
	t.Helper()
	r := newRig(t)
	r.hear(call("a", stage))
	r.signIn()
	r.tap("open.0")
	r.want(flow.Steps)
	r.effects = nil
	return r
}

func TestWholeVisitOfStaff(t *testing.T) {
	r := stepper(t, activation.Received)
	r.tap("next", "flag.hurt", "flag.restroom", "flag.hurt", "next")
	if got := last[flow.Act](r); got.Kind != flow.Intake || !reflect.DeepEqual(got.Flags, []activation.Need{activation.Restroom}) {
		t.Errorf("intake is %+v", got)
	}
	r.tap("phoned", "said.immediate", "next")
	r.want(flow.Referral)
	for range 21 {
		r.tap("ref.7")
	}
	r.tap("ref.ok")
	got := last[flow.Act](r)
	if want := (activation.Report{Called: activation.Hotline, Disposition: activation.Immediate, Referral: "7777777777777777777"}); got.Report != want {
		t.Errorf("report is %+v, want %+v", got.Report, want)
	}
	r.send(flow.Done{Now: r.now, Kind: flow.Report, Case: "a"})
	r.want(flow.Steps)

	here := call("a", activation.Here)
	here.Reported = true
	r.hear(here)
	r.tap("next", "next", "next", "handover")
	r.want(flow.Steps) // not before the responder was checked
	r.tap("verify", "code.4", "code.8", "code.2", "code.1", "code.ok")
	if got := last[flow.Act](r); got.Kind != flow.Check || got.Code != "4821" || got.Token != "t" {
		t.Errorf("check is %+v", got)
	}
	here.Check.Verified = true
	r.hear(here)
	r.want(flow.Steps)
	r.tap("handover")
	r.want(flow.Confirm)
	r.tap("sure")
	if got := last[flow.Act](r); got.Kind != flow.GiveOver || got.Case != "a" {
		t.Errorf("hand-over is %+v", got)
	}
	r.hear(call("a", activation.StageHandedOver))
	r.tap("care", "done")
	r.want(flow.Zone)
}

func TestReportThatCouldNotBeSavedIsNotLost(t *testing.T) {
	r := stepper(t, activation.Received)
	r.tap("next", "next", "phoned", "said.information", "next")
	r.send(flow.Done{Now: r.now, Kind: flow.Report, Case: "a", Code: flow.Unreachable})
	if r.s.Said != activation.Information || r.s.Note.Code == "" || r.s.Step != flow.MakeReport {
		t.Errorf("said %q, note %q, step %d", r.s.Said, r.s.Note.Code, r.s.Step)
	}
	r.effects = nil
	r.tap("next")
	last[flow.Act](r)
}

func TestLeftAndCancelAskFirst(t *testing.T) {
	for id, kind := range map[string]flow.Kind{"left": flow.Left, "cancel": flow.Cancel} {
		r := stepper(t, activation.Received)
		r.tap(id, "back")
		if len(r.effects) != 0 {
			t.Fatalf("%s: done without asking", id)
		}
		r.tap(id, "sure")
		if got := last[flow.Act](r); got.Kind != kind || got.Case != "a" {
			t.Errorf("%s did %+v", id, got)
		}
		r.want(flow.Steps)
	}
}

func TestDrillIsMarkedAtOnce(t *testing.T) {
	r := newRig(t)
	r.signIn()
	r.tap("tests", "drill")
	if got := last[flow.Raise](r); got.Mode != activation.Drill || got.Trigger != activation.ByStaff || got.Token != "t" {
		t.Errorf("drill raised as %+v", got)
	}
	if !r.s.Drill {
		t.Error("the page of a drill is not marked before the agent answers")
	}
}

func TestADrillDoesNotReplaceARealCall(t *testing.T) {
	r := newRig(t)
	r.tap("help", "yes")
	r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
	r.tap("close")
	r.s.Staff, r.s.Screen = flow.Session{Token: "t"}, flow.Zone
	r.effects = nil
	r.tap("drill")
	if len(r.effects) != 0 || r.s.Call.Effect.Mode != activation.Actual {
		t.Error("a drill took the place of a real call that is still on its way")
	}
}

func TestStaffSeeWhomToPhoneOnce(t *testing.T) {
	r := stepper(t, activation.Received)
	late := call("a", activation.Received)
	late.Fallback = agentapi.NoAnswer
	r.hear(late)
	r.want(flow.Trouble)
	r.tap("called")
	r.want(flow.Steps)
	if r.s.Step != flow.MakeReport {
		t.Errorf("after the call the step is %d, want the report", r.s.Step)
	}
	r.hear(late)
	r.want(flow.Steps)
	if len(r.s.Unheeded()) != 0 {
		t.Error("asked to phone again after somebody did")
	}
}

func TestTheNumbersNeedNoPIN(t *testing.T) {
	r := newRig(t)
	bad := call("a", activation.Sending)
	bad.Fallback = agentapi.NoReceipt
	r.hear(bad)
	r.tap("staff")
	r.want(flow.Trouble)
	r.tap("steps")
	r.want(flow.PIN)
	if len(r.s.Unheeded()) != 1 {
		t.Error("looking is not phoning")
	}
}

func TestOldTokenAsksForThePINAgain(t *testing.T) {
	r := stepper(t, activation.Received)
	r.tap("left", "sure")
	r.send(flow.Done{Now: r.now, Kind: flow.Left, Case: "a", Code: agentapi.PINWanted})
	r.want(flow.PIN)
	r.tap("pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
	r.send(flow.Admitted{Now: r.now, Session: flow.Session{Token: "t2"}})
	r.want(flow.Steps)
}

func TestShowingTheYouthsPageEndsTheSession(t *testing.T) {
	r := stepper(t, activation.StageComing)
	r.tap("mirror")
	r.want(flow.Status)
	if r.s.Staff != (flow.Session{}) {
		t.Error("a youth at the page could act as staff")
	}
}

func TestStaffPageRests(t *testing.T) {
	r := stepper(t, activation.StageComing)
	r.pass(119*time.Second, true)
	r.want(flow.Steps)
	r.pass(time.Second, true)
	r.want(flow.Idle)
	if r.s.Staff != (flow.Session{}) {
		t.Error("a resting page keeps its session")
	}
}
