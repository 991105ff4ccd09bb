package device_test

import (
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
)

func (r *rig) button(hold time.Duration) {
	r.t.Helper()
	if err := r.agent.Button(r.t.Context(), hold); err != nil {
		r.t.Fatal(err)
	}
}

func TestAStuckButtonIsTroubleAlsoAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		r.button(time.Hour)
		time.Sleep(29 * time.Second)
		if s := r.agent.State(); s.Health.Button != "held" || len(s.Health.Troubles) != 0 {
			t.Errorf("held: %+v", s.Health)
		}
		time.Sleep(2 * time.Second)
		s := r.agent.State()
		if s.Health.Button != "stuck" || s.Health.Troubles[0].Code != "button_stuck" || s.Indicators.Healthy || !s.Indicators.Fault {
			t.Errorf("stuck: %+v %+v", s.Health, s.Indicators)
		}
		if len(r.broker.Events()) != 1 {
			t.Errorf("%d events of one long press", len(r.broker.Events()))
		}
		if _, err := r.agent.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}); err != nil {
			t.Errorf("the screen does not call while the button is stuck: %v", err)
		}
		r.stop()
		r.start()
		defer r.stop()
		r.button(time.Minute)
		time.Sleep(2 * time.Second)
		if n := len(r.broker.Events()); n != 3 {
			t.Errorf("a press at the restored contact: %d events", n)
		}
		time.Sleep(2 * time.Minute)
		if s := r.agent.State(); s.Health.Button != "ok" || len(s.Health.Troubles) != 0 {
			t.Errorf("released: %+v", s.Health)
		}
	})
}

func TestAHiddenHoldIsObeyed(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.opt.Hold = 1500 * time.Millisecond
		r.start()
		defer r.stop()
		r.button(time.Second)
		time.Sleep(3 * time.Second)
		if n := len(r.broker.Events()); n != 0 {
			t.Errorf("a short touch called")
		}
		r.button(1600 * time.Millisecond)
		time.Sleep(3 * time.Second)
		if n := len(r.broker.Events()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestSupervisionIsReportedEvery20Seconds(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.opt.Version = "1.2.3"
		r.start()
		defer r.stop()
		time.Sleep(60 * time.Second)
		got := r.broker.Got(wire.UpHealth)
		if len(got) < 3 || len(got) > 4 {
			t.Fatalf("%d reports in a minute", len(got))
		}
		h, err := wire.DecodeHealth(got[len(got)-1].Payload)
		if err != nil || h.Version != "1.2.3" || h.Board != "sim" || h.Boot != "boot-1" || !h.Synced || h.CertDays < 365 || h.UpMS < 40_000 {
			t.Errorf("%+v, %v", h, err)
		}
	})
}

func TestWithoutABoardTheKioskStillCalls(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.opt.Board = "none"
		r.start()
		defer r.stop()
		if err := r.agent.Button(t.Context(), time.Second); code(err) != agentapi.NotFound {
			t.Errorf("there is a button: %v", err)
		}
		r.raise(activation.ByYouth)
		if a := r.only(); a.Stage != activation.Received {
			t.Errorf("%+v", a)
		}
	})
}

func TestTwoAgentsCannotShareAState(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		if _, err := device.New(device.Options{StateDir: r.dir}); err == nil || !strings.Contains(err.Error(), "in use") {
			t.Errorf("second agent: %v", err)
		}
	})
}
