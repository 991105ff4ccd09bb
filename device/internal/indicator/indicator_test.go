package indicator_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/indicator"
)

func rest() agentapi.State {
	return agentapi.State{Link: agentapi.Link{Up: true}, Health: agentapi.Health{Button: "ok", DiskOK: true, Enrolled: true}}
}

func TestWhatTheLampsSay(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*agentapi.State)
		want   agentapi.Indicators
	}{
		{"rest", func(*agentapi.State) {}, agentapi.Indicators{Healthy: true, Call: "off"}},
		{"no link", func(s *agentapi.State) { s.Link.Up = false }, agentapi.Indicators{Call: "off"}},
		{"not enrolled", func(s *agentapi.State) { s.Health.Enrolled = false }, agentapi.Indicators{Call: "off"}},
		{"stuck", func(s *agentapi.State) {
			s.Health.Button, s.Health.Troubles = "stuck", []wire.Trouble{{Code: "button_stuck"}}
		}, agentapi.Indicators{Fault: true, Call: "off"}},
		{"sending", func(s *agentapi.State) { s.Activations = calls(activation.Sending) }, agentapi.Indicators{Healthy: true, Call: "sent"}},
		{"one of two taken", func(s *agentapi.State) {
			s.Activations = calls(activation.StageComing, activation.Received)
		}, agentapi.Indicators{Healthy: true, Call: "sent"}},
		{"all taken", func(s *agentapi.State) {
			s.Activations = calls(activation.StageComing, activation.Here)
		}, agentapi.Indicators{Healthy: true, Call: "acknowledged"}},
		{"ended", func(s *agentapi.State) { s.Activations = calls(activation.StageClosed) }, agentapi.Indicators{Healthy: true, Call: "off"}},
	} {
		s := rest()
		tc.change(&s)
		if got := indicator.Show(s); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

func calls(stages ...activation.Stage) []agentapi.Activation {
	var out []agentapi.Activation
	for _, s := range stages {
		out = append(out, agentapi.Activation{Stage: s})
	}
	return out
}

func TestTheRhythmTellsThemApart(t *testing.T) {
	lit := func(i agentapi.Indicators) (amber, blue time.Duration) {
		const span = 10 * time.Second
		for at := time.Duration(0); at < span; {
			_, a, b, stays := indicator.Lit(i, at)
			if stays == 0 {
				stays = span
			}
			stays = min(stays, span-at)
			if a {
				amber += stays
			}
			if b {
				blue += stays
			}
			at += stays
		}
		return amber, blue
	}
	if a, b := lit(agentapi.Indicators{Fault: true, Call: "sent"}); a != 5*time.Second || b != 1500*time.Millisecond {
		t.Errorf("in 10 s amber is lit %v and blue %v", a, b)
	}
	if a, b := lit(agentapi.Indicators{Healthy: true, Call: "acknowledged"}); a != 0 || b != 10*time.Second {
		t.Errorf("in 10 s amber is lit %v and blue %v", a, b)
	}
}
