package flow_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

func TestTwoTapsToHelp(t *testing.T) {
	r := newRig(t)
	r.tap("help")
	r.want(flow.Ask)
	if len(r.effects) != 0 {
		t.Fatal("the first tap called for help already")
	}
	r.tap("yes")
	r.want(flow.Status)
	if got := last[flow.Raise](r); got != (flow.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}) {
		t.Errorf("called for help as %+v", got)
	}
}

func TestNotNowCallsNobody(t *testing.T) {
	r := newRig(t)
	r.tap("help", "no")
	r.want(flow.Idle)
	if len(r.effects) != 0 {
		t.Errorf("asked for %v", r.effects)
	}
}

func TestCloseForgetsThePageAndNotTheCall(t *testing.T) {
	r := newRig(t)
	r.help()
	r.tap("need.hurt", "close")
	r.want(flow.Idle)
	if r.s.Case != "" || r.s.Needs != nil {
		t.Errorf("the neutral page still knows: case %q, needs %v", r.s.Case, r.s.Needs)
	}
	for _, e := range r.effects {
		if a, ok := e.(flow.Act); ok && a.Kind != flow.AskNeed {
			t.Errorf("closing did %v", a)
		}
	}
	r.tap("help")
	r.want(flow.Status)
	if r.s.Case != "a" {
		t.Errorf("the door leads to %q, want the open call", r.s.Case)
	}
}

func TestDoorLeadsToTheQuestionDuringADrill(t *testing.T) {
	r := newRig(t)
	drill := call("d", activation.Received)
	drill.Mode = activation.Drill
	r.hear(drill)
	r.tap("help")
	r.want(flow.Ask)
	r.tap("yes")
	if got := last[flow.Raise](r); got.Mode != activation.Actual {
		t.Errorf("raised in mode %s", got.Mode)
	}
	r.raised("a")
	if r.s.Drill {
		t.Error("a real call is marked as a drill")
	}
}

func TestNeedsBeforeTheAgentAnswers(t *testing.T) {
	r := newRig(t)
	r.tap("help", "yes", "need.hurt", "need.hurt", "need.water_food")
	r.effects = nil
	r.raised("a")
	if len(r.effects) != 2 {
		t.Fatalf("asked for %v, want the two needs", r.effects)
	}
	if got := last[flow.Act](r); got.Case != "a" || got.Need != activation.WaterFood {
		t.Errorf("asked for %+v", got)
	}
}

func TestANeedIsChosenOnlyWhenTheAgentHasIt(t *testing.T) {
	r := newRig(t)
	r.help()
	r.tap("need.hurt")
	if r.s.Chosen(activation.Hurt) {
		t.Error("shown as chosen before the agent took it")
	}
	r.send(flow.Done{Now: r.now, Kind: flow.AskNeed, Case: "a", Need: activation.Hurt, Code: flow.Unreachable})
	if r.s.Chosen(activation.Hurt) || !r.s.NoNeed {
		t.Error("a need that failed looks taken")
	}
	r.tap("need.hurt")
	r.send(flow.Done{Now: r.now, Kind: flow.AskNeed, Case: "a", Need: activation.Hurt})
	if !r.s.Chosen(activation.Hurt) || r.s.NoNeed {
		t.Error("a need that the agent took is not shown")
	}
}

func TestRestReturnsToNeutral(t *testing.T) {
	for _, open := range [][]string{{"help"}, {"help", "yes"}, {"staff"}} {
		r := newRig(t)
		r.tap(open...)
		r.pass(44*time.Second, true)
		if r.s.Screen == flow.Idle {
			t.Errorf("%v: neutral too soon", open)
		}
		r.pass(time.Second, true)
		r.want(flow.Idle)
	}
}

func TestLanguageReturnsToTheSites(t *testing.T) {
	r := newRig(t)
	r.agent.Settings.Languages = []string{"es", "en", "xx"}
	r.pass(46*time.Second, true)
	if r.s.Lang != "es" {
		t.Fatalf("neutral page is in %s, want the site's es", r.s.Lang)
	}
	r.tap("lang.en", "help", "lang.xx")
	if r.s.Lang != "en" {
		t.Errorf("page is in %s, want en", r.s.Lang)
	}
	r.tap("close")
	if r.s.Lang != "es" {
		t.Errorf("after closing the page is in %s: it tells what was chosen", r.s.Lang)
	}
	r.s.Home = "en"
	r.tap("help", "close")
	if r.s.Lang != "en" {
		t.Errorf("a kiosk of its own language is in %s", r.s.Lang)
	}
}

func TestAgentThatIsSilentForSixSeconds(t *testing.T) {
	r := newRig(t)
	r.pass(6*time.Second, false)
	r.want(flow.Idle)
	r.pass(time.Second, false)
	r.want(flow.Broken)
	r.tap("help")
	r.want(flow.Broken)
	r.hear()
	r.want(flow.Idle)
}

func TestCallThatTheAgentDoesNotTake(t *testing.T) {
	r := newRig(t)
	r.tap("help", "yes")
	r.effects = nil
	r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
	if a, bad := r.s.Trouble(); !bad || a.Fallback != flow.Failed {
		t.Fatal("a call that was not taken is no trouble")
	}
	r.pass(2*time.Second, false)
	if got := last[flow.Raise](r); got.Mode != activation.Actual {
		t.Errorf("offered again as %+v", got)
	}
	r.tap("close", "staff")
	r.want(flow.Trouble)
	r.raised("a")
	if _, bad := r.s.Trouble(); bad {
		t.Error("still trouble after the agent took it")
	}
}

func TestCallIsOfferedForTwoMinutesOnly(t *testing.T) {
	r := newRig(t)
	r.tap("help", "yes")
	for range 150 {
		if r.s.Call != nil && r.s.Call.Waiting {
			r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
		}
		r.pass(time.Second, false)
	}
	r.effects = nil
	r.pass(time.Minute, true)
	if len(r.effects) != 0 {
		t.Errorf("a stale call went off: %v", r.effects)
	}
}

func TestTwoCallsMergedByTheCounty(t *testing.T) {
	r := newRig(t)
	r.help()
	r.hear(call("b", activation.Received))
	if r.s.Case != "b" || r.s.Ended() {
		t.Errorf("page is about %q, ended %v; want b, open", r.s.Case, r.s.Ended())
	}
	r.agent.Activations = nil
	r.hear()
	if !r.s.Ended() {
		t.Error("a forgotten call is still open")
	}
}

func TestTroubleGoesAwayByItself(t *testing.T) {
	r := newRig(t)
	bad := call("a", activation.Sending)
	bad.Fallback = agentapi.NoReceipt
	r.hear(bad)
	r.tap("staff")
	r.want(flow.Trouble)
	r.hear(call("a", activation.Received))
	r.want(flow.Idle)
}
