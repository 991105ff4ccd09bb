package walktest_test

import (
	"testing"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/walktest"
)

const s = time.Second

func TestAPressThatComesBackPasses(t *testing.T) {
	var w walktest.Test
	if v := w.View(0); v.Stage != agentapi.WalkIdle || w.Waits(0) {
		t.Errorf("before: %+v", v)
	}
	w.Start(10 * s)
	if v := w.View(20 * s); v.Stage != agentapi.WalkPress || v.LeftMS != 50_000 || !w.Waits(20*s) {
		t.Errorf("waiting: %+v", v)
	}
	w.Sent("e-1", "c-1", 30*s, 30*s+20*time.Millisecond)
	if w.Waits(30 * s) {
		t.Error("a second press would be a test too: it must be a call for help")
	}
	if w.Start(31 * s) {
		t.Error("a press that is on its way was forgotten")
	}
	w.Receipted("e-0", 30*s)
	if _, ended := w.Advance(30 * s); ended {
		t.Error("another event's receipt ended it")
	}
	w.Receipted("e-1", 30*s+70*time.Millisecond)
	r, ended := w.Advance(31 * s)
	if !ended || !r.Passed || r.Took != 70*time.Millisecond {
		t.Errorf("%+v, %v", r, ended)
	}
	if _, again := w.Advance(32 * s); again {
		t.Error("the result came twice")
	}
	if v := w.View(40 * s); v.Stage != agentapi.WalkPassed || v.TookMS != 70 || v.Call != "c-1" {
		t.Errorf("passed: %+v", v)
	}
	w.Advance(30*s + 70*time.Millisecond + walktest.Shown)
	if v := w.View(40 * s); v.Stage != agentapi.WalkIdle || v.Call != "" {
		t.Errorf("later: %+v", v)
	}
}

func TestHowATestFails(t *testing.T) {
	for _, tc := range []struct {
		want agentapi.WalkReason
		then func(*walktest.Test)
		at   time.Duration
	}{
		{agentapi.WalkNoPress, func(*walktest.Test) {}, walktest.PressWithin},
		{agentapi.WalkNoReceipt, func(w *walktest.Test) { w.Sent("e", "c", s, s) }, s + walktest.ReceiptWithin},
		{agentapi.WalkRefused, func(w *walktest.Test) { w.Sent("e", "c", s, s); w.Refused("x", s); w.Refused("e", s) }, s},
		{agentapi.WalkStopped, func(w *walktest.Test) { w.Stop(agentapi.WalkStopped, s) }, s},
		{agentapi.WalkCall, func(w *walktest.Test) { w.Stop(agentapi.WalkCall, s) }, s},
	} {
		var w walktest.Test
		w.Start(0)
		tc.then(&w)
		if _, early := w.Advance(tc.at - 1); early != (tc.at == s) {
			t.Errorf("%s: ended early: %v", tc.want, early)
		}
		r, ended := w.Advance(tc.at)
		if tc.at == s {
			r, ended = walktest.Result{Reason: w.View(s).Reason}, true
		}
		if !ended || r.Passed || r.Reason != tc.want || w.Waits(tc.at) {
			t.Errorf("%+v, want %s", r, tc.want)
		}
		if v := w.View(tc.at); v.Stage != agentapi.WalkFailed || v.Reason != tc.want {
			t.Errorf("shown: %+v", v)
		}
	}
}

func TestAPressThatIsOnItsWayIsNotStopped(t *testing.T) {
	var w walktest.Test
	w.Stop(agentapi.WalkStopped, 0)
	if v := w.View(0); v.Stage != agentapi.WalkIdle {
		t.Errorf("an idle test was stopped: %+v", v)
	}
	w.Start(0)
	w.Sent("e", "c", s, s)
	w.Stop(agentapi.WalkStopped, 2*s)
	if v := w.View(2 * s); v.Stage != agentapi.WalkSending {
		t.Errorf("%+v", v)
	}
}
