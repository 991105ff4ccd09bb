package flow_test

import (
	"slices"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/kiosk/internal/flow"
)

// started is a call by staff that the agent has not answered yet, at a step.
func started(t *testing.T, taps ...string) *rig {
	t.Helper()
	r := newRig(t)
	r.signIn()
	r.tap("start")
	r.tap(taps...)
	r.effects = nil
	return r
}

func TestATouchBeforeTheCallHasANameIsRemembered(t *testing.T) {
	toWait := []string{"next", "next", "later"}
	for _, c := range []struct {
		name  string
		taps  []string
		touch string
		page  flow.Screen
		sure  flow.Kind
	}{
		{"look how they are", toWait, "look", flow.Welfare, ""},
		{"the youth left", nil, "left", flow.Confirm, flow.Left},
		{"ask to cancel", toWait, "cancel", flow.Confirm, flow.Cancel},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := started(t, append(c.taps, c.touch, c.touch)...)
			r.want(flow.Steps)
			if !r.s.Moment(c.touch) {
				t.Error("the page does not say that the touch waits")
			}
			r.raised("a")
			r.want(c.page)
			if r.s.Case != "a" || r.s.Sure != c.sure || r.s.Moment(c.touch) {
				t.Errorf("the page is about %q, asks %q", r.s.Case, r.s.Sure)
			}
		})
	}
}

// A touch that was followed by another one, or whose page was closed, must not act later.
func TestARememberedTouchDoesNotOutliveItsPage(t *testing.T) {
	for name, c := range map[string]struct {
		then []string
		want flow.Screen
	}{
		"another touch": {[]string{"look", "back"}, flow.Steps},
		"closed":        {[]string{"look", "close"}, flow.Idle},
	} {
		t.Run(name, func(t *testing.T) {
			r := started(t, append([]string{"next", "next", "later"}, c.then...)...)
			r.raised("a")
			r.want(c.want)
		})
	}
	r := started(t, "next", "next", "later", "look")
	r.send(flow.Raised{Now: r.now, Mode: activation.Actual, Code: flow.Unreachable})
	r.want(flow.Trouble)
	r.tap("steps")
	r.raised("a")
	r.want(flow.Steps)
}

// A report or flags that staff gave while the agent was slow reach it.
func TestWhatStaffGaveBeforeTheCallHasANameIsNotLost(t *testing.T) {
	r := started(t, "next", "flag.hurt", "next", "phoned", "said.information", "next")
	if r.s.Step != flow.MakeReport || !r.s.Moment(flow.TapNext) {
		t.Fatalf("the report does not wait: step %d", r.s.Step)
	}
	r.raised("a")
	var kinds []flow.Kind
	for _, e := range r.effects {
		if a, ok := e.(flow.Act); ok && a.Case == "a" && a.Token == "t" {
			kinds = append(kinds, a.Kind)
		}
	}
	if !slices.Equal(kinds, []flow.Kind{flow.Intake, flow.Report}) {
		t.Errorf("the agent is told %v, want flags and report", kinds)
	}
	closed := started(t, "next", "flag.hurt", "next", "close")
	closed.raised("a")
	if got := last[flow.Act](closed); got.Kind != flow.Intake || !slices.Equal(got.Flags, []activation.Need{activation.Hurt}) {
		t.Errorf("after the page was closed the agent is told %+v", got)
	}
}
