package belief_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/belief"
)

const sec = time.Second

func press(seq uint64, id string, at time.Duration) belief.Event {
	return belief.Event{
		Log: "log", Seq: seq, ID: "e-" + id, Case: id, Type: activation.Raised, Mode: activation.Actual, Trigger: activation.ByButton, At: at,
	}
}

func said(id string, stage activation.Stage, age time.Duration) wire.Activation {
	return wire.Activation{ID: id, Code: "7F-21", Mode: activation.Actual, Stage: stage, Trigger: activation.ByButton, AgeMS: age.Milliseconds()}
}

func only(t *testing.T, m *belief.Model, now time.Duration) agentapi.Activation {
	t.Helper()
	v := m.View(now)
	if len(v) != 1 {
		t.Fatalf("shows %d calls at %v: %+v", len(v), now, v)
	}
	return v[0]
}

func TestACallIsReceivedOnlyWhenTheBrokerListsIt(t *testing.T) {
	var m belief.Model
	m.Own(press(1, "a", 100*sec))
	m.Sent("log", 1, 101*sec)
	if a := only(t, &m, 103*sec); a.Stage != activation.Sending || a.AgeMS != 3000 || a.Tries != 1 || a.LastTryMS != 2000 || a.Code != "" {
		t.Errorf("before the broker's word: %+v", a)
	}
	m.Receipted("log", 1)
	m.Broker([]wire.Activation{said("a", activation.Received, 4*sec)}, 104*sec)
	if a := only(t, &m, 105*sec); a.Stage != activation.Received || a.AgeMS != 5000 || a.Tries != 0 || a.Code != "7F-21" {
		t.Errorf("after it: %+v", a)
	}
}

func TestThePromisesAreWatched(t *testing.T) {
	var m belief.Model
	m.Own(press(1, "a", 0))
	if f := only(t, &m, 10*sec-1).Fallback; f != agentapi.NoFallback {
		t.Errorf("just before 10 s: %q", f)
	}
	if next, ok := m.Next(sec); !ok || next != 10*sec {
		t.Errorf("the view next changes at %v, %v", next, ok)
	}
	if f := only(t, &m, 10*sec).Fallback; f != agentapi.NoReceipt {
		t.Errorf("at 10 s: %q", f)
	}
	m.Receipted("log", 1)
	m.Broker([]wire.Activation{said("a", activation.Received, 20*sec)}, 20*sec)
	if f := only(t, &m, 180*sec-1).Fallback; f != agentapi.NoFallback {
		t.Errorf("received, just before 180 s: %q", f)
	}
	if next, ok := m.Next(20 * sec); !ok || next != 180*sec {
		t.Errorf("the view next changes at %v, %v", next, ok)
	}
	if f := only(t, &m, 180*sec).Fallback; f != agentapi.NoAnswer {
		t.Errorf("at 180 s: %q", f)
	}
	m.Broker([]wire.Activation{said("a", activation.StageAcknowledged, 200*sec)}, 200*sec)
	if f := only(t, &m, 900*sec).Fallback; f != agentapi.NoFallback {
		t.Errorf("a person has taken it: %q", f)
	}
}

func TestARefusedCallStaysVisible(t *testing.T) {
	var m belief.Model
	m.Own(press(1, "a", 0))
	m.Refused("log", 1)
	m.Broker(nil, sec)
	if a := only(t, &m, sec); a.Fallback != agentapi.Refused || a.Stage != activation.Sending {
		t.Errorf("%+v", a)
	}
	if _, open := m.Open(activation.Actual); open {
		t.Error("the next press would be added to a call that nobody has")
	}
	if v := m.View(31 * time.Minute); len(v) != 0 {
		t.Errorf("still shown: %+v", v)
	}
}

func TestTheBrokersCallReplacesTheMadeUpOne(t *testing.T) {
	var m belief.Model
	m.Own(press(1, "mine", 0))
	m.Receipted("log", 1)
	theirs := said("theirs", activation.StageComing, 60*sec)
	theirs.Aliases = []string{"mine"}
	m.Broker([]wire.Activation{theirs}, sec)
	if a := only(t, &m, sec); a.ID != "theirs" || a.Stage != activation.StageComing {
		t.Errorf("%+v", a)
	}
	if c, ok := m.Find("mine"); !ok || c.ID != "theirs" || !c.Open {
		t.Errorf("a kiosk that still knows the old id finds %+v, %v", c, ok)
	}
}

func TestAnotherPressIsWatchedToo(t *testing.T) {
	var m belief.Model
	m.Broker([]wire.Activation{said("a", activation.StageComing, 0)}, 0)
	again := press(1, "a", 5*sec)
	again.Type = activation.PressedAgain
	m.Own(again)
	if f := only(t, &m, 15*sec).Fallback; f != agentapi.NoReceipt {
		t.Errorf("a second press without a receipt: %q", f)
	}
	m.Broker([]wire.Activation{said("a", activation.StageClosed, 16*sec)}, 16*sec)
	v := m.View(17 * sec)
	if len(v) != 2 || v[1].ID != again.ID || v[1].Stage != activation.Sending {
		t.Fatalf("a press that came after the end is a call of its own: %+v", v)
	}
	m.Receipted("log", 1)
	m.Broker([]wire.Activation{said("a", activation.StageClosed, 18*sec), said(again.ID, activation.Received, 13*sec)}, 18*sec)
	if v := m.View(18 * sec); len(v) != 2 || v[1].Stage != activation.Received {
		t.Errorf("%+v", v)
	}
}

func TestWhatIsOnItsWayIsShownAtOnce(t *testing.T) {
	var m belief.Model
	b := said("a", activation.Received, 0)
	b.Needs = []activation.Need{activation.WaterFood}
	m.Broker([]wire.Activation{b}, 0)
	for i, e := range []belief.Event{
		{Type: activation.NeedAsked, Need: activation.Hurt},
		{Type: activation.CodeEntered},
		{Type: activation.ReportMade},
		{Type: activation.StandDownRequested},
		{Type: activation.Left},
	} {
		e.Log, e.Seq, e.Case, e.Mode = "log", uint64(i+1), "a", activation.Actual
		m.Own(e)
	}
	a := only(t, &m, 20*sec)
	if !slices.Equal(a.Needs, []activation.Need{activation.Hurt, activation.WaterFood}) {
		t.Errorf("needs %v", a.Needs)
	}
	if !a.Check.Waiting || !a.Reported || a.StandDown != activation.StandDownAsked {
		t.Errorf("%+v", a)
	}
	if a.Stage != activation.Received || a.Fallback != agentapi.NoFallback {
		t.Errorf("the screen hopes: stage %v, fallback %q", a.Stage, a.Fallback)
	}
	for seq := range uint64(5) {
		m.Receipted("log", seq+1)
	}
	if a := only(t, &m, 21*sec); a.Check.Waiting || len(a.Needs) != 1 {
		t.Errorf("after the receipts, before the broker's list: %+v", a)
	}
}

func TestEndedCallsAreDropped(t *testing.T) {
	var m belief.Model
	m.Broker([]wire.Activation{said("a", activation.StageHandedOver, 0)}, sec)
	m.Broker([]wire.Activation{said("a", activation.StageHandedOver, 0)}, 600*sec)
	if v := m.View(sec + belief.KeepEnded - 1); len(v) != 1 {
		t.Errorf("an ended call is gone at once")
	}
	if v := m.View(sec + belief.KeepEnded); len(v) != 0 {
		t.Errorf("still shown after 15 minutes without the broker's word: %+v", v)
	}
	m.Broker(nil, 601*sec)
	if v := m.View(601 * sec); len(v) != 0 {
		t.Errorf("shown though the broker stopped listing it: %+v", v)
	}
}

func TestTheTimeOfArrivalRunsDown(t *testing.T) {
	var m belief.Model
	eta := int64(60_000)
	b := said("a", activation.StageComing, 0)
	b.Who = []wire.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &eta}}
	m.Broker([]wire.Activation{b}, 0)
	if left := *only(t, &m, 70*sec).Who[0].ETAMS; left != -10_000 || eta != 60_000 {
		t.Errorf("left %d ms, the broker's own word is now %d", left, eta)
	}
}

func TestModesDoNotMix(t *testing.T) {
	var m belief.Model
	m.Own(press(1, "a", 0))
	if _, open := m.Open(activation.Drill); open {
		t.Error("a drill would be added to an actual call")
	}
	if id, open := m.Open(activation.Actual); !open || id != "a" || m.Count() != 1 {
		t.Errorf("%q %v", id, open)
	}
}

// TestNothingIsShownAsReceivedWithoutTheBrokersWord plays any order of own events, receipts, refusals and lists.
func TestNothingIsShownAsReceivedWithoutTheBrokersWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m belief.Model
		now := time.Duration(0)
		listed := map[string]bool{}
		for n := range rapid.IntRange(1, 40).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(0, 200).Draw(t, "wait")) * sec
			seq := uint64(rapid.IntRange(1, 6).Draw(t, "seq"))
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "case")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				m.Own(press(uint64(n+1), id, now))
			case 1:
				m.Receipted("log", seq)
			case 2:
				m.Refused("log", seq)
			case 3:
				listed = map[string]bool{id: true}
				m.Broker([]wire.Activation{said(id, rapid.SampledFrom([]activation.Stage{
					activation.Received, activation.StageComing, activation.StageClosed,
				}).Draw(t, "stage"), 0)}, now)
			case 4:
				m.Sent("log", seq, now)
			}
			for _, a := range m.View(now) {
				if a.Stage != activation.Sending && !listed[a.ID] {
					t.Fatalf("%s shown as %s without the broker's word", a.ID, a.Stage)
				}
				if a.AgeMS < 0 {
					t.Fatalf("%s has the age %d", a.ID, a.AgeMS)
				}
			}
			if next, ok := m.Next(now); ok && next <= now {
				t.Fatalf("next change at %v, now %v", next, now)
			}
		}
	})
}
