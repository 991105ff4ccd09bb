package device_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

func (r *rig) modes() []activation.Mode {
	var out []activation.Mode
	for _, e := range r.broker.Events() {
		out = append(out, e.Mode)
	}
	return out
}

func TestAWalkTestIsSentEndToEndAndKept(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		token := r.signIn("2468")
		if err := r.agent.StartWalkTest(t.Context(), ""); code(err) != agentapi.PINWanted {
			t.Errorf("without a PIN: %v", err)
		}
		if err := r.agent.StartWalkTest(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Second)
		if w := r.agent.State().WalkTest; w.Stage != agentapi.WalkPress || w.LeftMS != 45_000 {
			t.Errorf("waiting: %+v", w)
		}
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		s := r.agent.State()
		if s.WalkTest.Stage != agentapi.WalkPassed || s.WalkTest.TookMS < 20 || s.Health.LastTest == nil || !s.Health.LastTest.Passed {
			t.Errorf("pressed: %+v, %+v", s.WalkTest, s.Health.LastTest)
		}
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		if m := r.modes(); !slices.Equal(m, []activation.Mode{activation.Test, activation.Actual}) {
			t.Errorf("the broker got %v: the second press must be a call for help", m)
		}
		time.Sleep(3 * time.Minute)
		if w := r.agent.State().WalkTest; w.Stage != agentapi.WalkIdle {
			t.Errorf("minutes later: %+v", w)
		}
		r.reboot(time.Hour)
		r.start()
		defer r.stop()
		last := r.agent.State().Health.LastTest
		if last == nil || !last.Passed || last.AgoMS < 3_600_000 || last.AgoAtLeast {
			t.Errorf("after a restart: %+v", last)
		}
		time.Sleep(21 * time.Second)
		got := r.broker.Got(wire.UpHealth)
		if h, err := wire.DecodeHealth(got[len(got)-1].Payload); err != nil || h.WalkTest == nil || !h.WalkTest.Passed || h.Button != "ok" {
			t.Errorf("the broker is told %+v, %v", h, err)
		}
	})
}

func TestAWalkTestThatNobodyPressesIsTrouble(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		token := r.signIn("2468")
		begin := func() {
			t.Helper()
			if err := r.agent.StartWalkTest(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}
		begin()
		if err := r.agent.StopWalkTest(t.Context(), token); err != nil || r.agent.State().Health.LastTest != nil {
			t.Errorf("a test that was stopped says something about the button: %v", err)
		}
		begin()
		time.Sleep(61 * time.Second)
		if w := r.agent.State().WalkTest; w.Reason != agentapi.WalkNoPress || !slices.Equal(r.troubles(), []string{"walk_test"}) {
			t.Errorf("%+v, troubles %v", w, r.troubles())
		}
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		if m := r.modes(); !slices.Equal(m, []activation.Mode{activation.Actual}) {
			t.Errorf("the broker got %v: a press after the minute is a call for help", m)
		}
	})
}

func TestDuringACallNothingIsATest(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		token := r.signIn("2468")
		if err := r.agent.StartWalkTest(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		r.raise(activation.ByYouth)
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		if m := r.modes(); !slices.Equal(m, []activation.Mode{activation.Actual, activation.Actual}) {
			t.Errorf("the broker got %v", m)
		}
		if w := r.agent.State().WalkTest; w.Reason != agentapi.WalkCall {
			t.Errorf("%+v", w)
		}
		if err := r.agent.StartWalkTest(t.Context(), token); code(err) != agentapi.CallOpen {
			t.Errorf("%v", err)
		}
	})
}

func TestWhenNoWalkTestCanBegin(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.opt.Board = "none"
		r.start()
		token := r.signIn("2468")
		if err := r.agent.StartWalkTest(t.Context(), token); code(err) != agentapi.NoButton {
			t.Errorf("without a button: %v", err)
		}
		r.stop()
		r.opt.Board = "sim"
		r.start()
		defer r.stop()
		token = r.signIn("2468")
		if err := r.agent.StartWalkTest(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = true })
		r.broker.Cut()
		r.button(100 * time.Millisecond)
		time.Sleep(time.Second)
		if w := r.agent.State().WalkTest; w.Stage != agentapi.WalkSending {
			t.Errorf("%+v", w)
		}
		time.Sleep(30 * time.Second)
		if w := r.agent.State().WalkTest; w.Reason != agentapi.WalkNoReceipt {
			t.Errorf("%+v", w)
		}
		if err := r.agent.StartWalkTest(t.Context(), token); code(err) != agentapi.NotConnected {
			t.Errorf("without a link: %v", err)
		}
		synctest.Wait()
	})
}
