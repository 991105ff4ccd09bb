package view_test

import (
	"reflect"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/view"
)

// TestACovertCallLeavesEveryPublicPageAsItWas compares each page that anybody can reach without a PIN, word for word.
func TestACovertCallLeavesEveryPublicPageAsItWas(t *testing.T) {
	set := words(t)
	rest := flow.New(noon(), []string{"en", "es"})
	rest.Place, rest.Known, rest.Agent.Covert = time.UTC, true, true
	rest.Agent.Health.Enrolled, rest.Agent.Link.Up = true, true
	pages := func(s flow.State) []any {
		out := []any{view.NewIdle(s, set), view.Spoken(s, set)}
		for _, taps := range [][]string{{"help"}, {"languages"}, {"staff"}, {"help", "lang.es"}} {
			at := s
			for _, id := range taps {
				at, _ = flow.Next(at, flow.Tap{Now: at.Now, ID: id})
			}
			out = append(out, at.Shown(), view.NewAsk(at, set), view.NewPicker(at, set), view.NewPIN(at, set), view.Spoken(at, set))
		}
		return out
	}
	want := pages(rest)
	for _, stage := range []activation.Stage{
		activation.Sending, activation.Received, activation.StageAcknowledged, activation.StageComing, activation.Here, activation.StageClosed,
	} {
		for _, fallback := range []agentapi.Fallback{agentapi.NoFallback, agentapi.NoReceipt, agentapi.NoAnswer, agentapi.Refused} {
			for _, age := range []time.Duration{0, time.Minute, time.Hour} {
				a := call(stage)
				a.Trigger, a.Fallback, a.AgeMS, a.Message = activation.ByButton, fallback, age.Milliseconds(), activation.WithYou
				s, effects := flow.Next(rest, flow.Heard{Now: rest.Now, Place: time.UTC, State: with(rest.Agent, a)})
				if got := pages(s); !reflect.DeepEqual(got, want) || len(effects) > 0 {
					t.Fatalf("a call that is %s, with %q, after %v changes a page:\n%+v\nwas\n%+v", stage, fallback, age, got, want)
				}
			}
		}
	}
	open := rest.Agent
	open.Covert = false
	a := call(activation.Received)
	a.Trigger, a.Fallback = activation.ByButton, agentapi.NoAnswer
	s, _ := flow.Next(rest, flow.Heard{Now: rest.Now, Place: time.UTC, State: with(open, a)})
	if reflect.DeepEqual(pages(s), want) {
		t.Error("where nothing is covert the pages are the same too: this test proves nothing")
	}
}

func with(s agentapi.State, a agentapi.Activation) agentapi.State {
	s.Activations = []agentapi.Activation{a}
	return s
}
