package flow_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

func ids() []string {
	out := strings.Fields("help yes no staff back next later done start drill left cancel mirror verify handover police skip sure called steps " +
		"languages tests walk again faults phoned asked look well unwell care another listen louder quieter colours colour touch cell.0 cell.99 selftest restart enrol card.A card.ok card.erase " +
		"lang.en lang.es open.0 open.1 open.9 pin.ok pin.erase code.ok code.erase ref.ok ref.erase need.hurt flag.hurt said.immediate said.information x")
	for _, p := range []string{"pin.", "code.", "ref."} {
		out = append(out, p+"1", p+"2")
	}
	return out
}

func stages() []activation.Stage {
	return []activation.Stage{
		activation.Sending, activation.Received, activation.StageAcknowledged, activation.StageComing, activation.Here,
		activation.StageHandedOver, activation.Gone, activation.StoodDown, activation.StageClosed,
	}
}

// world makes any sequence of what can happen, also what should not.
func world(t *rapid.T, now *time.Time) flow.Event {
	*now = now.Add(time.Duration(rapid.IntRange(0, 30_000).Draw(t, "ms")) * time.Millisecond)
	code := rapid.SampledFrom([]agentapi.Code{"", "", flow.Unreachable, agentapi.PINWanted, agentapi.PINWrong, agentapi.PINLocked, agentapi.NotConnected})
	id := rapid.SampledFrom([]string{"", "a", "b"})
	mode := rapid.SampledFrom([]activation.Mode{activation.Actual, activation.Drill, activation.Test})
	switch rapid.IntRange(0, 8).Draw(t, "event") {
	case 0:
		return flow.Tick{Now: *now}
	case 1:
		return flow.Raised{Now: *now, Mode: mode.Draw(t, "mode"), ID: id.Draw(t, "id"), Code: code.Draw(t, "code")}
	case 2:
		return flow.Admitted{Now: *now, Session: flow.Session{Token: "t", Role: rapid.SampledFrom([]string{"staff", "it"}).Draw(t, "role")}, Code: code.Draw(t, "code")}
	case 3:
		kinds := []flow.Kind{flow.AskNeed, flow.Intake, flow.Report, flow.Check, flow.Left, flow.Cancel, flow.GiveOver, flow.Look, flow.StartWalk, flow.Restart, flow.EnrolCard}
		return flow.Done{Now: *now, Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Case: id.Draw(t, "id"), Need: activation.Hurt, Code: code.Draw(t, "code")}
	case 4, 5:
		s := agentapi.State{Health: agentapi.Health{Enrolled: rapid.Bool().Draw(t, "enrolled")}}
		for _, name := range []string{"a", "b"} {
			if rapid.Bool().Draw(t, "there") {
				s.Activations = append(s.Activations, agentapi.Activation{
					ID: name, Mode: mode.Draw(t, "mode"), Stage: rapid.SampledFrom(stages()).Draw(t, "stage"),
					AgeMS: rapid.Int64Range(0, 600_000).Draw(t, "age"), Fallback: rapid.SampledFrom([]agentapi.Fallback{"", agentapi.NoReceipt, agentapi.NoAnswer, agentapi.Refused}).Draw(t, "fallback"),
				})
			}
		}
		return flow.Heard{Now: *now, State: s}
	}
	return flow.Tap{Now: *now, ID: rapid.SampledFrom(ids()).Draw(t, "tap")}
}

func TestAnyHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
		s := flow.New(now, []string{"en", "es"})
		if s.StaffOnly = rapid.Bool().Draw(t, "staff only"); s.StaffOnly {
			s.Screen = flow.Room
		}
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			e := world(t, &now)
			before := s
			next, effects := flow.Next(s, e)
			if again, twice := flow.Next(before, e); !reflect.DeepEqual(next, again) || !reflect.DeepEqual(effects, twice) {
				t.Fatal("the same event in the same state did something else: a state was changed in place")
			}
			for _, effect := range effects {
				honest(t, before, e, effect)
			}
			s = next
			whole(t, s)
			escape(t, s, now)
		}
	})
}

// honest checks what may be asked of the agent, and by whom.
func honest(t *rapid.T, before flow.State, e flow.Event, effect flow.Effect) {
	switch effect := effect.(type) {
	case flow.Raise:
		tap, ok := e.(flow.Tap)
		again := before.Call != nil && before.Call.Effect == effect
		if !again && (!ok || !slices.Contains([]string{"yes", "start", "drill", "sure"}, tap.ID)) {
			t.Fatalf("called for help on %#v", e)
		}
		if ok && !again && (tap.ID == "drill") != (effect.Mode == activation.Drill) {
			t.Fatalf("%s raised %s", tap.ID, effect.Mode)
		}
	case flow.Device:
		if effect.Token == "" && effect.Kind != flow.EnrolCard {
			t.Fatalf("%s without a PIN", effect.Kind)
		}
	case flow.Act:
		if effect.Case == "" {
			t.Fatalf("%s of nothing", effect.Kind)
		}
		if effect.Kind != flow.AskNeed && effect.Token == "" {
			t.Fatalf("%s without a PIN", effect.Kind)
		}
		if tap, ok := e.(flow.Tap); slices.Contains([]flow.Kind{flow.Left, flow.Cancel, flow.GiveOver}, effect.Kind) && (!ok || tap.ID != "sure") {
			t.Fatalf("%s without being asked", effect.Kind)
		}
	}
}

// whole checks what must be true of every state.
func whole(t *rapid.T, s flow.State) {
	if !slices.Contains(flow.Screens(), s.Shown()) {
		t.Fatalf("page %q", s.Shown())
	}
	if slices.Contains([]flow.Screen{
		flow.Zone, flow.Steps, flow.Referral, flow.Verify,
		flow.Questions, flow.Welfare, flow.Care, flow.Faults, flow.Tests, flow.Walk, flow.IT, flow.Panel, flow.Touch,
	}, s.Screen) && s.Staff == (flow.Session{}) {
		t.Fatalf("%s is open without a PIN", s.Screen)
	}
	if s.Screen == flow.Confirm && s.Sure != flow.Begin && s.Staff == (flow.Session{}) {
		t.Fatalf("asks for %s without a PIN", s.Sure)
	}
	if (s.Screen == flow.Idle || s.Screen == flow.Room) && s.Screen != home(s) {
		t.Fatalf("a kiosk for staff (%v) rests on %s", s.StaffOnly, s.Screen)
	}
	if s.Screen == home(s) && (s.Case != "" || s.Typed != "" || s.Needs != nil || s.Drill || s.Staff != (flow.Session{}) || s.Flags != nil) {
		t.Fatalf("the neutral page knows something: %+v", s)
	}
	if a, ok := s.Activation(); ok && s.Seen && !s.Over && s.Drill != (a.Mode == activation.Drill) {
		t.Fatalf("drill mark is %v on a call of mode %s", s.Drill, a.Mode)
	}
}

// escape checks that no page holds anybody: Close leads to neutral, and so does leaving it alone.
func escape(t *rapid.T, s flow.State, now time.Time) {
	closed, effects := flow.Next(s, flow.Tap{Now: now, ID: "close"})
	if closed.Screen != home(s) || len(effects) != 0 {
		t.Fatalf("Close leads to %s and does %v", closed.Screen, effects)
	}
	if (closed.Call == nil) != (s.Call == nil) {
		t.Fatal("Close took back a call for help")
	}
	rested, _ := flow.Next(s, flow.Tick{Now: now.Add(3 * time.Minute)})
	if rested.Screen != home(s) {
		t.Fatalf("left alone on %s, still on %s", s.Screen, rested.Screen)
	}
}

func home(s flow.State) flow.Screen {
	if s.StaffOnly {
		return flow.Room
	}
	return flow.Idle
}
