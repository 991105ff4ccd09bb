package view_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/view"
)

func words(t interface{ Fatal(...any) }) locale.Set {
	set, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func noon() time.Time { return time.Date(2026, time.November, 23, 14, 4, 0, 0, time.UTC) }

func about(a agentapi.Activation) flow.State {
	s := flow.New(noon(), []string{"en", "es"})
	s.Place, s.Screen, s.Case, s.Seen = time.UTC, flow.Status, a.ID, true
	s.Drill, s.Test = a.Mode == activation.Drill, a.Mode == activation.Test
	s.Agent.Activations = []agentapi.Activation{a}
	return s
}

func call(stage activation.Stage) agentapi.Activation {
	return agentapi.Activation{ID: "a", Code: "7F-21", Mode: activation.Actual, Stage: stage}
}

func eta(d time.Duration) *int64 {
	ms := d.Milliseconds()
	return &ms
}

func TestStatusSaysWhatTheAgentSays(t *testing.T) {
	const ahead, now, done = view.Ahead, view.Now, view.Done
	cases := []struct {
		name     string
		state    flow.State
		progress [4]view.Progress
		says     string // the row that is now
	}{
		{"tapped, not taken yet", calling(false), [4]view.Progress{now, ahead, ahead, ahead}, "One moment, please"},
		{"not taken", calling(true), [4]view.Progress{now, ahead, ahead, ahead}, "Your request is not sent yet"},
		{"taken", about(call(activation.Sending)), [4]view.Progress{now, ahead, ahead, ahead}, "Sending your request"},
		{"in the ledger", about(call(activation.Received)), [4]view.Progress{done, now, ahead, ahead}, "The county has it / Waiting for an answer. This can take a few minutes."},
		{"answered", about(call(activation.StageAcknowledged)), [4]view.Progress{done, now, ahead, ahead}, "The county has it / A person has answered"},
		{"coming, nobody named", about(call(activation.StageComing)), [4]view.Progress{done, done, now, ahead}, "Someone is coming"},
		{"here", about(call(activation.Here)), [4]view.Progress{done, done, done, now}, "They are here / We check who they are first"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := view.NewStatus(c.state, words(t))
			said := ""
			for i, r := range m.Rows {
				if r.Progress != c.progress[i] {
					t.Errorf("row %d is %v, want %v", i, r.Progress, c.progress[i])
				}
				if r.Progress == now {
					said = strings.TrimSuffix(r.Text+" / "+r.Sub, " / ")
				}
			}
			if said != c.says {
				t.Errorf("says %q, want %q", said, c.says)
			}
		})
	}
}

func calling(failed bool) flow.State {
	s := flow.New(noon(), []string{"en", "es"})
	s.Screen, s.Call = flow.Status, &flow.Call{Failed: failed, Effect: flow.Raise{Mode: activation.Actual}}
	return s
}

func TestWhoIsComingAndWhen(t *testing.T) {
	for _, c := range []struct {
		eta  *int64
		role string
		want string
	}{
		{eta(12 * time.Minute), "advocate", "An advocate · about 12 minutes"},
		{eta(11*time.Minute + time.Second), "advocate", "An advocate · about 12 minutes"},
		{eta(40 * time.Second), "law_enforcement", "An officer · about 1 minute"},
		{eta(-time.Minute), "child_welfare", "A social worker · later than planned"},
		{nil, "health", "A health worker · the time is not known yet"},
		{nil, "something_new", "A helper · the time is not known yet"},
	} {
		a := call(activation.StageComing)
		a.Who = []agentapi.Who{{Role: c.role, Stage: activation.StageComing, ETAMS: c.eta}}
		if got := view.NewStatus(about(a), words(t)).Rows[2].Sub; got != c.want {
			t.Errorf("says %q, want %q", got, c.want)
		}
	}
	a := call(activation.StageComing)
	a.Who = []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: eta(12 * time.Minute)}}
	s := about(a)
	s.Now = s.Now.Add(3 * time.Minute) // the agent was silent since
	if got := view.NewStatus(s, words(t)).Rows[2].Sub; got != "An advocate · about 9 minutes" {
		t.Errorf("three minutes later: %q", got)
	}
}

func TestEveryEndHasCalmWords(t *testing.T) {
	for stage, want := range map[activation.Stage]string{
		activation.StageHandedOver: "Your helper is with you now",
		activation.Gone:            "You chose to leave. That is okay.",
		activation.StoodDown:       "This request has ended",
		activation.StageClosed:     "This request has ended",
	} {
		m := view.NewStatus(about(call(stage)), words(t))
		if !m.Ended || m.EndTitle != want || m.EndBody == "" || m.Chips != nil {
			t.Errorf("%s: %+v", stage, m)
		}
	}
}

func TestTroubleIsCalmForYouthAndClearForStaff(t *testing.T) {
	for _, f := range []agentapi.Fallback{agentapi.NoReceipt, agentapi.NoAnswer, agentapi.Refused} {
		a := call(activation.Sending)
		a.Fallback, a.Tries, a.LastTryMS = f, 14, 3000
		s := about(a)
		youth := view.NewStatus(s, words(t))
		if youth.Tell != "Please tell a staff member" || !strings.Contains(youth.Why, view.Hotline) {
			t.Errorf("%s: youth read %q, %q", f, youth.Tell, youth.Why)
		}
		staff := view.NewTrouble(s, words(t))
		if staff.Title != "Call now, please" || len(staff.Numbers) != 2 || staff.Numbers[0].Number != "911" || staff.Reason == "" || !staff.Real {
			t.Errorf("%s: staff read %+v", f, staff)
		}
	}
}

// In a drill nobody may phone 911 by mistake.
func TestDrillNeverSaysToCall(t *testing.T) {
	a := call(activation.Sending)
	a.Mode, a.Fallback = activation.Drill, agentapi.NoReceipt
	m := view.NewTrouble(about(a), words(t))
	if m.Real || strings.Contains(m.Title, "Call now") || m.Band == "" {
		t.Errorf("a drill says %+v", m)
	}
	s := about(a)
	if youth := view.NewStatus(s, words(t)); strings.Contains(youth.Why, view.Hotline) {
		t.Errorf("a drill tells the youth to phone: %q", youth.Why)
	}
	s.Screen, s.Case = flow.Idle, ""
	if idle := view.NewIdle(s, words(t)); idle.StaffMustPhone {
		t.Error("a drill asks staff to phone on the neutral page")
	}
}

func TestBandOnEveryPageOfADrill(t *testing.T) {
	a := call(activation.Received)
	a.Mode = activation.Drill
	s, set := about(a), words(t)
	for _, lang := range set.Languages() {
		s.Lang = lang
		want := set.Pick(lang).Text("band.drill")
		bands := map[string]string{
			"status": view.NewStatus(s, set).Band, "steps": view.NewSteps(s, set).Band, "verify": view.NewVerify(s, set).Band,
			"referral": view.NewReferral(s, set).Band, "confirm": view.NewConfirm(s, set).Band, "trouble": view.NewTrouble(s, set).Band,
			"pin": view.NewPIN(s, set).Band,
		}
		for page, band := range bands {
			if band != want {
				t.Errorf("%s in %s has the band %q, want %q", page, lang, band, want)
			}
		}
		rest := s
		rest.Case, rest.Drill = "", false
		other := set.Pick(lang).Text("band.elsewhere")
		for page, band := range map[string]string{"idle": view.NewIdle(rest, set).Band, "ask": view.NewAsk(rest, set).Band, "zone": view.NewZone(rest, set).Band} {
			if band != other {
				t.Errorf("%s in %s has the band %q, want %q", page, lang, band, other)
			}
		}
	}
}

func TestRealCallHasNoBandBesideADrill(t *testing.T) {
	s := about(call(activation.Received))
	s.Agent.Activations = append(s.Agent.Activations, agentapi.Activation{ID: "d", Mode: activation.Drill, Stage: activation.Received})
	if got := view.NewStatus(s, words(t)).Band; got != "" {
		t.Errorf("a real call says %q", got)
	}
}

func TestNeutralPageShowsNothingOfACall(t *testing.T) {
	set := words(t)
	plain := flow.New(noon(), []string{"en", "es"})
	plain.Place = time.UTC
	want := view.NewIdle(plain, set)
	for _, stage := range []activation.Stage{activation.Sending, activation.Received, activation.StageComing, activation.Here, activation.StageHandedOver} {
		s := about(call(stage))
		s.Screen, s.Case = flow.Idle, ""
		if got := view.NewIdle(s, set); !reflect.DeepEqual(got, want) {
			t.Errorf("with a call that is %s the neutral page is %+v", stage, got)
		}
	}
}

func TestNumbersWithoutAnAgent(t *testing.T) {
	s := flow.New(noon(), []string{"en", "es"})
	s.Gone = true
	m := view.NewBroken(s, words(t))
	if len(m.Numbers) != 2 || m.Numbers[0].Number != "911" || m.Numbers[1].Number != "800-540-4000" {
		t.Errorf("numbers are %+v", m.Numbers)
	}
	s.Agent.Settings.Numbers = []wire.PhoneNumber{{Use: "hotline", Number: "213-639-4500"}, {Use: "emergency", Number: "112"}}
	if m := view.NewBroken(s, words(t)); m.Numbers[0].Number != "112" || m.Numbers[1].Number != "213-639-4500" {
		t.Errorf("the county's numbers are shown as %+v", m.Numbers)
	}
}

func TestClockHasNoSeconds(t *testing.T) {
	s := flow.New(noon(), []string{"en", "es"})
	place, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	s.Place = place
	m := view.NewIdle(s, words(t))
	if m.Clock != "6:04" || m.Half != "am" || m.Date != "Monday, November 23" {
		t.Errorf("%q %q %q", m.Clock, m.Half, m.Date)
	}
	later := s
	later.Now = s.Now.Add(59 * time.Second)
	if !reflect.DeepEqual(view.NewIdle(later, words(t)), m) {
		t.Error("the neutral page changes within a minute")
	}
}

func TestPINPageNeverHasTheDigits(t *testing.T) {
	s := flow.New(noon(), []string{"en", "es"})
	s.Screen, s.Typed = flow.PIN, "13579"
	if text := fmt.Sprintf("%+v", view.NewPIN(s, words(t))); strings.ContainsAny(text, "13579") {
		t.Errorf("the page has digits of the PIN: %s", text)
	}
}

func TestPINNotes(t *testing.T) {
	for _, c := range []struct {
		note flow.Note
		want string
	}{
		{flow.Note{Code: agentapi.PINWrong}, "That PIN is not right."},
		{flow.Note{Code: agentapi.PINLocked, Until: noon().Add(50 * time.Second)}, "Too many tries. Wait 50 s."},
		{flow.Note{Code: agentapi.PINLocked, Until: noon()}, ""},
		{flow.Note{Code: agentapi.NoPINs}, "The county has set no PINs here yet. Call the desk."},
		{flow.Note{Code: flow.Unreachable}, "The help point did not answer. Try again."},
	} {
		s := flow.New(noon(), []string{"en", "es"})
		s.Screen, s.Note = flow.PIN, c.note
		if got := view.NewPIN(s, words(t)).Note; got != c.want {
			t.Errorf("%s: %q, want %q", c.note.Code, got, c.want)
		}
	}
}

func TestVerifyNotes(t *testing.T) {
	for _, c := range []struct {
		name  string
		check agentapi.Check
		note  agentapi.Code
		want  string
	}{
		{"waiting", agentapi.Check{Waiting: true}, "", "Checking the code"},
		{"wrong", agentapi.Check{Check: wire.Check{Wrong: 1, TriesLeft: 4}}, "", "Not right. 4 tries left."},
		{"locked", agentapi.Check{Check: wire.Check{Wrong: 5}}, "", "No tries left. Call the desk for a new code."},
		{"offline", agentapi.Check{}, agentapi.NotConnected, "Not connected. Call the desk: 800-540-4000."},
		{"failed", agentapi.Check{}, flow.Unreachable, "That did not go through. Try again."},
	} {
		a := call(activation.Here)
		a.Check = c.check
		s := about(a)
		s.Note.Code = c.note
		if got := view.NewVerify(s, words(t)).Note; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDeviceTroublesInPlainWords(t *testing.T) {
	s := flow.New(noon(), []string{"en", "es"})
	s.Agent.Health = agentapi.Health{Button: "stuck", DiskOK: true, Enrolled: true, Troubles: []wire.Trouble{{Code: "button_stuck"}, {Code: "nobody_knows"}}}
	m := view.NewZone(s, words(t))
	if m.Fault != "The panic button is stuck. Touch the screen for help." || m.FaultSub != "1 more" {
		t.Errorf("the worst is %q, then %q", m.Fault, m.FaultSub)
	}
	s.Screen = flow.Faults
	want := []string{m.Fault, "The device reports a fault. Call the county desk."}
	s.Agent.Link.Up = true
	if got := view.NewSheet(s, words(t)).Lines; !reflect.DeepEqual(got, want) {
		t.Errorf("the faults are %q, want %q", got, want)
	}
}

func TestStepsOfTheReport(t *testing.T) {
	s := about(call(activation.Received))
	s.Step = flow.MakeReport
	set := words(t)
	if m := view.NewSteps(s, set); m.NextID != flow.TapPhoned || m.Number != view.Hotline || m.Body != "The law asks you to report. The report is your own." {
		t.Errorf("before the call: %q %q %q", m.NextID, m.Number, m.Body)
	}
	for policy, want := range map[wire.Policy]string{wire.CountyPolicy: "Your county asks", wire.AskSupervisor: "Ask your supervisor"} {
		s.Agent.Settings.Policy = policy
		if m := view.NewSteps(s, set); !strings.HasPrefix(m.Body, want) {
			t.Errorf("%s: %q", policy, m.Body)
		}
	}
	s.Called = true
	if m := view.NewSteps(s, set); m.NextID != flow.TapLater || m.Number != "" {
		t.Errorf("before a choice: %q %q", m.NextID, m.Number)
	}
	s.Said = activation.Immediate
	if m := view.NewSteps(s, set); m.Next != "Next: referral number" || m.NextID != flow.TapNext {
		t.Errorf("with a number to come: %q", m.Next)
	}
	s.Said, s.Police = "", true
	if m := view.NewSteps(s, set); m.Next != "Save the report" {
		t.Errorf("police: %q", m.Next)
	}
	s.Agent.Activations[0].Reported = true
	if m := view.NewSteps(s, set); m.Number != "" || !strings.Contains(m.Body, "36 hours") {
		t.Errorf("reported: %+v", m)
	}
}

// The screen never hopes: whatever else is true, these words come from the stage alone.
func TestNeverReceivedUnlessTheAgentSaysSo(t *testing.T) {
	set := words(t)
	rapid.Check(t, func(t *rapid.T) {
		stage := rapid.SampledFrom([]activation.Stage{
			activation.Sending, activation.Received, activation.StageAcknowledged, activation.StageComing, activation.Here,
		}).Draw(t, "stage")
		a := call(stage)
		a.Tries = rapid.IntRange(0, 99).Draw(t, "tries")
		a.Fallback = rapid.SampledFrom([]agentapi.Fallback{"", agentapi.NoReceipt, agentapi.NoAnswer, agentapi.Refused}).Draw(t, "fallback")
		a.Message = rapid.SampledFrom(append(activation.Messages(), "")).Draw(t, "message")
		if rapid.Bool().Draw(t, "who") {
			a.Who = []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: eta(time.Minute)}}
		}
		s := about(a)
		s.Agent.Link.Up = rapid.Bool().Draw(t, "link")
		if rapid.Bool().Draw(t, "unknown") {
			s.Agent.Activations, stage = nil, activation.Sending
		}
		s.Lang = rapid.SampledFrom(set.Languages()).Draw(t, "lang")
		text, c := fmt.Sprintf("%+v", view.NewStatus(s, set)), set.Pick(s.Lang)
		for key, least := range map[string]activation.Stage{
			"status.sent": activation.Received, "status.received": activation.Received, "status.answered": activation.StageAcknowledged,
			"status.coming": activation.StageComing, "status.here": activation.Here,
		} {
			if strings.Contains(text, "{Text:"+c.Text(key)+" ") && stage.Rank() < least.Rank() {
				t.Fatalf("says %q while the call is %s", c.Text(key), stage)
			}
		}
	})
}
