package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/view"
)

// Who reads a translation that no native speaker has checked is told so, in that language.
func TestADraftSaysThatItIsOne(t *testing.T) {
	set := words(t)
	s := flow.New(noon(), set.Languages())
	for _, c := range set {
		s.Lang, s.Screen = c.Language, flow.Languages
		draft := c.Review == locale.Draft
		p := view.NewPicker(s, set)
		if p.Note == "" {
			t.Errorf("%s: the picker does not say what the mark means", c.Language)
		}
		i := slices.IndexFunc(p.Languages, func(l view.Language) bool { return l.Code == c.Language })
		if marked := p.Languages[i].Mark != ""; marked != draft || (draft && p.Languages[i].Mark != c.Text("languages.mark")) {
			t.Errorf("%s: the mark in the picker is %q", c.Language, p.Languages[i].Mark)
		}
		s.Screen = flow.PIN
		if told := view.NewPIN(s, set).Caption == c.Text("languages.draft"); told != draft {
			t.Errorf("%s: staff are told of a draft: %v", c.Language, told)
		}
	}
	s.Lang = "en"
	s.Langs = []string{"en"}
	if p := view.NewPicker(s, set); p.Note != "" {
		t.Errorf("without a draft the picker says %q", p.Note)
	}
}

// The 36 hours run from when staff learned of it, in hours and not in calendar days, also over the night when clocks change.
func TestTheWrittenReportIsDue(t *testing.T) {
	place, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.October, 31, 20, 0, 0, 0, place) // clocks go back five hours later
	for _, c := range []struct {
		age              time.Duration
		day, clock, half string
		hours            string
		late             bool
	}{
		{0, "Monday", "7:00", "am", "36", false},
		{30 * time.Minute, "Monday", "6:30", "am", "35", false},
		{37 * time.Hour, "Saturday", "7:00", "pm", "", true},
	} {
		a := call(activation.StageHandedOver)
		a.AgeMS = c.age.Milliseconds()
		s := about(a)
		s.Now, s.Heard, s.Place = now, now, place
		d := view.NewSteps(s, words(t)).Due
		if d == nil {
			t.Fatal("nothing is due")
		}
		if d.Day != c.day || d.Clock != c.clock || d.Half != c.half || d.Hours != c.hours || d.Late != c.late {
			t.Errorf("after %v it is due %+v, want %+v", c.age, *d, c)
		}
	}
	a := call(activation.StageHandedOver)
	a.Mode = activation.Drill
	s := about(a)
	s.Drill = true
	if d := view.NewSteps(s, words(t)).Due; d != nil {
		t.Errorf("after a drill a report is due: %+v", d)
	}
}

// Whatever ends a walk test has words, and every page of it is marked.
func TestAWalkTestSaysHowItWent(t *testing.T) {
	set := words(t)
	s := flow.New(noon(), set.Languages())
	s.Screen = flow.Walk
	seen := map[string]bool{}
	for _, reason := range []agentapi.WalkReason{
		agentapi.WalkNoPress, agentapi.WalkNoReceipt, agentapi.WalkRefused, agentapi.WalkButton, agentapi.WalkCall, agentapi.WalkStopped,
	} {
		s.Agent.WalkTest = agentapi.WalkTest{Stage: agentapi.WalkFailed, Reason: reason}
		for _, lang := range set.Languages() {
			s.Lang = lang
			m := view.NewSheet(s, set)
			if m.Body == "" || m.Band != set.Pick(lang).Text("band.test") || m.Mark == view.Done {
				t.Errorf("%s in %s: %+v", reason, lang, m)
			}
			seen[m.Body] = true
		}
	}
	if want := 6 * len(set.Languages()); len(seen) != want {
		t.Errorf("%d different sentences, want %d", len(seen), want)
	}
	s.Lang, s.Agent.WalkTest = "en", agentapi.WalkTest{Stage: agentapi.WalkPassed}
	if m := view.NewSheet(s, set); m.Title != "The button works" || m.Mark != view.Done {
		t.Errorf("%+v", m)
	}
	for code, want := range map[agentapi.Code]string{
		agentapi.NoButton: "no button", agentapi.CallOpen: "A call for help is open", agentapi.NotConnected: "Not connected", flow.Unreachable: "did not start",
	} {
		s.Note.Code = code
		if m := view.NewSheet(s, set); !strings.Contains(m.Body, want) {
			t.Errorf("%s: %q", code, m.Body)
		}
	}
}

// While somebody tests the button, nobody who needs help may think that help is off.
func TestATestElsewhereIsToldOnNeutralPages(t *testing.T) {
	s := flow.New(noon(), []string{"en"})
	s.Agent.WalkTest.Stage = agentapi.WalkPress
	if got := view.NewIdle(s, words(t)).Band; got != "TEST TODAY · REAL HELP STILL WORKS" {
		t.Errorf("the neutral page says %q", got)
	}
	s.Agent.Activations = []agentapi.Activation{call(activation.Received)}
	s.Screen, s.Case = flow.Status, s.Agent.Activations[0].ID
	if got := view.NewStatus(s, words(t)).Band; got != "" {
		t.Errorf("the page of a real call says %q", got)
	}
}

func TestTheStaffRoomShowsWhatIsOpen(t *testing.T) {
	set := words(t)
	s := flow.New(noon(), set.Languages())
	s.Known, s.StaffOnly, s.Screen = true, true, flow.Room
	s.Agent.Link.Up, s.Agent.Health = true, agentapi.Health{Button: "ok", DiskOK: true, Enrolled: true}
	if m := view.NewRoom(s, set); m.Heading != "No open calls for help" || m.Call != "" || m.Fault != "" {
		t.Errorf("at rest: %+v", m)
	}
	a := call(activation.Received)
	a.AgeMS = (6 * time.Minute).Milliseconds()
	s.Agent.Activations = []agentapi.Activation{a}
	if m := view.NewRoom(s, set); len(m.Calls) != 1 || m.Calls[0].Stage != "Look how the youth is" {
		t.Errorf("nobody has looked for six minutes: %+v", m.Calls)
	}
	s.Agent.Activations[0].Welfare = &wire.Welfare{State: activation.WelfareOK, AgeMS: 1000}
	s.Agent.Activations[0].Fallback = agentapi.NoAnswer
	if m := view.NewRoom(s, set); m.Calls[0].Stage != "The county has it" || !strings.Contains(m.Call, view.Hotline) {
		t.Errorf("unanswered: %+v %q", m.Calls, m.Call)
	}
}

// What is bad is bad in the eye too; what was not measured is not called good.
func TestITReadsTheDevice(t *testing.T) {
	set := words(t)
	s := flow.New(noon(), set.Languages())
	s.Screen, s.Agent = flow.IT, agentapi.State{Device: "d-1", Version: "1.2", Health: agentapi.Health{Button: "stuck", DiskOK: true, Outbox: 3, CertDays: 2}}
	bad, says := map[string]bool{}, map[string]string{}
	for _, r := range view.NewIT(s, set).Rows {
		bad[r.What], says[r.What] = r.Bad, r.Says
	}
	for _, what := range []string{"Link", "Button", "Messages waiting", "Certificate, days left", "Clock"} {
		if !bad[what] {
			t.Errorf("%s is %q and not marked", what, says[what])
		}
	}
	if says["Temperature, °C"] != "Not measured" || bad["Temperature, °C"] || says["Last button test"] != "Never" || says["Numbers checked on"] != "Never" {
		t.Errorf("%v", says)
	}
}

func TestWhatBecameOfACode(t *testing.T) {
	for code, want := range map[agentapi.Code]string{
		agentapi.CardRefused: "does not take", agentapi.NotConnected: "was not reached", agentapi.NotFound: "No county", flow.Unreachable: "did not work",
	} {
		s := flow.New(noon(), []string{"en"})
		s.Screen, s.Typed, s.Note.Code = flow.Enrol, "D76N", code
		if m := view.NewCard(s, words(t)); !strings.Contains(m.Note, want) || !m.Bad || !strings.HasPrefix(m.Line, "D76N ") || m.Ready {
			t.Errorf("%s: %+v", code, m)
		}
	}
}

func TestWelfareInADrillCallsNobody(t *testing.T) {
	s := about(call(activation.StageComing))
	s.Screen, s.Unwell = flow.Welfare, true
	if m := view.NewSheet(s, words(t)); !m.Red || len(m.Numbers) != 2 {
		t.Errorf("help is needed now: %+v", m)
	}
	s.Drill = true
	if m := view.NewSheet(s, words(t)); m.Red || m.Numbers != nil || m.Band == "" {
		t.Errorf("in a drill: %+v", m)
	}
}
