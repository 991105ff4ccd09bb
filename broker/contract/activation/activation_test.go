package activation_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
)

var (
	noon   = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	device = activation.Actor{Kind: activation.ByDevice, ID: "d-1"}
)

const (
	caseID = "01930000-0000-7000-8000-000000007f21"
	code   = "4821"
)

// at makes an event of the case that the ledger took n seconds after noon.
func at(n int, t activation.Type, edit func(*activation.Event)) activation.Event {
	e := activation.Event{
		ID: fmt.Sprintf("e-%03d", n), Case: caseID, Type: t, Mode: activation.Actual, Actor: device,
		LedgerTime: noon.Add(time.Duration(n) * time.Second),
	}
	if edit != nil {
		edit(&e)
	}
	return e
}

func raised() activation.Event {
	return at(0, activation.Raised, func(e *activation.Event) {
		e.Zone, e.Device, e.Trigger = "compton", "d-1", activation.ByYouth
	})
}

func desk(user, agency string) func(*activation.Event) {
	return func(e *activation.Event) {
		e.Actor = activation.Actor{Kind: activation.ByDesk, ID: user}
		e.Agency = agency
		if e.Type != activation.HandedOver && e.Type != activation.ResponderVerified {
			e.Code = code
		}
		if e.Type == activation.Coming {
			e.ETAMin = 12
		}
	}
}

func fold(t *testing.T, events ...activation.Event) activation.State {
	t.Helper()
	var s activation.State
	for _, e := range events {
		var err error
		if s, err = activation.Apply(s, e); err != nil {
			t.Fatalf("cannot apply %s: %v", e.Type, err)
		}
	}
	return s
}

func TestAJourneyGoesThroughItsStages(t *testing.T) {
	steps := []struct {
		event activation.Event
		want  activation.Stage
	}{
		{raised(), activation.Received},
		{at(1, activation.Acknowledged, desk("u-1", "advocate")), activation.StageAcknowledged},
		{at(2, activation.Coming, desk("u-1", "advocate")), activation.StageComing},
		{at(3, activation.Acknowledged, desk("u-2", "dcfs")), activation.StageComing},
		{at(4, activation.Arrived, desk("u-1", "advocate")), activation.Here},
		{at(5, activation.HandedOver, nil), activation.StageHandedOver},
		{at(6, activation.Closed, func(e *activation.Event) { e.Outcome = activation.Helped }), activation.StageClosed},
	}
	var s activation.State
	for _, step := range steps {
		var err error
		if s, err = activation.Apply(s, step.event); err != nil {
			t.Fatal(err)
		}
		if s.Stage() != step.want {
			t.Errorf("after %s the stage is %s, want %s", step.event.Type, s.Stage(), step.want)
		}
	}
	if got := s.Answer("dcfs").Stage(); got != activation.StageAcknowledged {
		t.Errorf("one agency's arrival moved another to %s", got)
	}
}

func TestTheRaisedTimeIsTheLedgersLessTheAge(t *testing.T) {
	e := raised()
	e.Source.AgeMS = (72 * time.Hour).Milliseconds()
	s := fold(t, e)
	if want := noon.Add(-72 * time.Hour); !s.RaisedAt.Equal(want) || !s.ReceivedAt.Equal(noon) {
		t.Errorf("raised %v, received %v; want %v, %v", s.RaisedAt, s.ReceivedAt, want, noon)
	}
}

func TestAKioskCannotCallOffHelp(t *testing.T) {
	s := fold(t, raised())
	for _, typ := range []activation.Type{activation.StandDownConfirmed, activation.StandDownDeclined} {
		if _, err := activation.Decide(s, at(1, typ, nil), noon); !errors.Is(err, activation.ErrForbidden) {
			t.Errorf("a device's %s was answered %v, want ErrForbidden", typ, err)
		}
	}
	asked := fold(t, raised(), at(1, activation.StandDownRequested, nil))
	if asked.Stage() != activation.Received || asked.StandDown() != activation.StandDownAsked {
		t.Errorf("asking to stand down made stage %s, stand-down %q", asked.Stage(), asked.StandDown())
	}
	events, err := activation.Decide(asked, at(2, activation.StandDownDeclined, func(e *activation.Event) { e.Actor.Kind = activation.ByDesk }), noon.Add(2*time.Second))
	if err != nil || len(events) != 1 {
		t.Fatalf("the desk cannot decline: %v", err)
	}
	if got := fold(t, raised(), at(1, activation.StandDownRequested, nil), events[0]).StandDown(); got != activation.StandDownRefused {
		t.Errorf("after the desk declined, stand-down is %q", got)
	}
}

func TestTwoDesksOfOneAgencyOneWinsAndTheOtherIsTold(t *testing.T) {
	s := fold(t, raised())
	first, err := activation.Decide(s, at(1, activation.Acknowledged, desk("u-1", "dcfs")), noon)
	if err != nil {
		t.Fatal(err)
	}
	s, err = activation.Apply(s, first[0])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := activation.Decide(s, at(2, activation.Acknowledged, desk("u-2", "dcfs")), noon); !errors.Is(err, activation.ErrAlreadyAnswered) {
		t.Errorf("the second desk was answered %v, want ErrAlreadyAnswered", err)
	}
	if again, err := activation.Decide(s, at(3, activation.Acknowledged, desk("u-1", "dcfs")), noon); err != nil || len(again) != 0 {
		t.Errorf("pressing twice made %d events and %v", len(again), err)
	}
	if _, err := activation.Decide(s, at(4, activation.Acknowledged, desk("u-3", "advocate")), noon); err != nil {
		t.Errorf("another agency cannot answer for itself: %v", err)
	}
}

func enter(n int, c string) activation.Event {
	return at(n, activation.CodeEntered, func(e *activation.Event) { e.Code = c })
}

func TestFiveWrongCodesLockAndTheDeskUnlocks(t *testing.T) {
	s := fold(t, raised(), at(1, activation.Acknowledged, desk("u-1", "advocate")))
	try := func(n int, c string) activation.Type {
		t.Helper()
		out, err := activation.Decide(s, enter(n, c), noon.Add(time.Duration(n)*time.Second))
		if err != nil || len(out) != 1 {
			t.Fatalf("code entry made %d events, %v", len(out), err)
		}
		if out[0].Code != "" {
			t.Error("the typed code is stored")
		}
		s = fold2(t, s, out[0])
		return out[0].Type
	}
	for n := range activation.MaxCodeTries {
		if got := try(10+n, "0000"); got != activation.CodeRefused {
			t.Fatalf("a wrong code made %s", got)
		}
	}
	if got := try(20, code); got != activation.CodeRefused {
		t.Error("the right code was taken after five wrong ones")
	}
	fresh := at(30, activation.CodeIssued, desk("u-1", "advocate"))
	fresh.Code = "1357"
	s = fold2(t, s, fresh)
	if got := try(31, "1357"); got != activation.ResponderVerified || !s.Verified() {
		t.Errorf("the new code made %s, verified %v", got, s.Verified())
	}
}

func fold2(t *testing.T, s activation.State, e activation.Event) activation.State {
	t.Helper()
	s, err := activation.Apply(s, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestModesNeverMix(t *testing.T) {
	s := fold(t, raised())
	drill := at(1, activation.PressedAgain, func(e *activation.Event) {
		e.Mode, e.Trigger, e.Zone, e.Device = activation.Drill, activation.ByButton, "compton", "d-1"
	})
	if _, err := activation.Apply(s, drill); !errors.Is(err, activation.ErrWrongCase) {
		t.Errorf("a drill event on an actual case was answered %v", err)
	}
	for _, out := range []activation.Outcome{activation.WasDrill, activation.WasTest} {
		closing := at(9, activation.Closed, func(e *activation.Event) { e.Outcome, e.Actor.Kind = out, activation.ByDesk })
		ended := fold2(t, s, at(2, activation.Left, nil))
		if _, err := activation.Decide(ended, closing, noon); !errors.Is(err, activation.ErrOutcome) {
			t.Errorf("an actual case may end as %s: %v", out, err)
		}
	}
}

func TestNoFieldCanCarryProse(t *testing.T) {
	for name, edit := range map[string]func(*activation.Event){
		"zone":    func(e *activation.Event) { e.Zone = "Maria from Main St" },
		"device":  func(e *activation.Event) { e.Device = "her name is" },
		"staff":   func(e *activation.Event) { e.Actor.Staff = "Mrs. Smith" },
		"boot":    func(e *activation.Event) { e.Source.Boot = "a b" },
		"need":    func(e *activation.Event) { e.Need = "he hit her" },
		"welfare": func(e *activation.Event) { e.Welfare = "she cries" },
		"message": func(e *activation.Event) { e.Message = "hello" },
		"agency":  func(e *activation.Event) { e.Agency = "x" },
		"referral": func(e *activation.Event) {
			e.Report = &activation.Report{Called: activation.Hotline, Referral: "call me"}
		},
	} {
		e := raised()
		edit(&e)
		if err := e.Validate(); !errors.Is(err, activation.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

// events draws a case: its raising event first, then anything in any order, with repeats of ids.
func events(t *rapid.T) []activation.Event {
	types := []activation.Type{
		activation.PressedAgain, activation.NeedAsked, activation.ReportMade, activation.Acknowledged, activation.Coming,
		activation.MessageSent, activation.Arrived, activation.CodeIssued, activation.ResponderVerified, activation.CodeRefused,
		activation.HandedOver, activation.Left, activation.StandDownRequested, activation.StandDownConfirmed,
		activation.StandDownDeclined, activation.Duress, activation.Closed, activation.IntakeRecorded,
		activation.WelfareChecked, activation.SplitOff,
	}
	types = append(types, activation.FollowUpTypes()...)
	out := []activation.Event{raised()}
	for n := range rapid.IntRange(0, 24).Draw(t, "n") {
		e := at(n+1, rapid.SampledFrom(types).Draw(t, "type"), nil)
		e.Source.AgeMS = rapid.Int64Range(0, 30_000).Draw(t, "age")
		fill(t, &e)
		out = append(out, e)
	}
	return out
}

func fill(t *rapid.T, e *activation.Event) {
	if e.Type.FollowsUp() {
		fillFollowUp(t, e)
		return
	}
	switch e.Type {
	case activation.PressedAgain:
		e.Trigger, e.Zone, e.Device = activation.ByButton, "compton", "d-2"
		e.Alias = rapid.SampledFrom([]string{"", "a-1", "a-2"}).Draw(t, "alias")
	case activation.SplitOff:
		e.Other, e.Press = rapid.SampledFrom([]string{"c-2", "c-3"}).Draw(t, "other"), "e-1"
	case activation.NeedAsked:
		e.Need = rapid.SampledFrom(activation.Needs()).Draw(t, "need")
	case activation.IntakeRecorded:
		e.Intake = []activation.Need{rapid.SampledFrom(activation.Needs()).Draw(t, "flag")}
	case activation.ReportMade:
		e.Report = &activation.Report{Called: activation.Hotline, Disposition: rapid.SampledFrom([]activation.Disposition{activation.Immediate, activation.FiveDays}).Draw(t, "d")}
	case activation.WelfareChecked:
		e.Welfare = rapid.SampledFrom([]activation.Welfare{activation.WelfareOK, activation.WelfareHelp}).Draw(t, "welfare")
	case activation.MessageSent:
		e.Message = rapid.SampledFrom(activation.Messages()).Draw(t, "message")
	case activation.Closed:
		e.Outcome = rapid.SampledFrom(activation.Outcomes()).Draw(t, "outcome")
	case activation.Acknowledged, activation.Coming, activation.Arrived, activation.CodeIssued, activation.ResponderVerified, activation.HandedOver:
		desk(rapid.SampledFrom([]string{"u-1", "u-2"}).Draw(t, "user"), rapid.SampledFrom([]string{"dcfs", "le"}).Draw(t, "agency"))(e)
	}
}

func TestAnyOrderAndAnyRepeatFoldToTheSameState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := events(t)
		want := apply(t, in)
		shuffled := rapid.Permutation(in[1:]).Draw(t, "order")
		repeats := rapid.SliceOfN(rapid.SampledFrom(in), 0, 8).Draw(t, "repeats")
		got := apply(t, append(append([]activation.Event{in[0]}, shuffled...), repeats...))
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("another order made another state:\n%+v\n%+v", got, want)
		}
	})
}

func TestWithoutItsRaisingEventACaseIsAClearError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s activation.State
		for _, e := range events(t)[1:] {
			next, err := activation.Apply(s, e)
			if !errors.Is(err, activation.ErrNotRaised) || !reflect.DeepEqual(next, s) {
				t.Fatalf("%s on a case that nobody raised: %v", e.Type, err)
			}
		}
	})
}

func TestATruncatedLogFoldsToAStateThatTheRestCompletes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := events(t)
		cut := rapid.IntRange(1, len(in)).Draw(t, "cut")
		handed := apply(t, in[:cut])
		before := text(t, handed)
		s := handed
		for _, e := range in[cut:] {
			var err error
			if s, err = activation.Apply(s, e); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(s, apply(t, in)) {
			t.Fatal("the rest of the log did not complete the state")
		}
		if text(t, handed) != before {
			t.Fatal("applying changed a state that was handed out")
		}
	})
}

func text(t *rapid.T, s activation.State) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func apply(t *rapid.T, in []activation.Event) activation.State {
	t.Helper()
	var s activation.State
	for _, e := range in {
		var err error
		if s, err = activation.Apply(s, e); err != nil {
			t.Fatalf("cannot apply %s: %v", e.Type, err)
		}
	}
	return s
}

func TestWhatIsDecidedCanBeApplied(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s activation.State
		for i, e := range events(t) {
			if rapid.Bool().Draw(t, "by desk") && i > 0 {
				e.Actor = activation.Actor{Kind: activation.ByDesk, ID: "u-9"}
			}
			out, err := activation.Decide(s, e, noon.Add(time.Duration(i)*time.Second))
			if err != nil {
				continue
			}
			for _, made := range out {
				if s, err = activation.Apply(s, made); err != nil {
					t.Fatalf("decided %s cannot be applied: %v", made.Type, err)
				}
			}
		}
	})
}

func TestShortCodeIsForSpeech(t *testing.T) {
	if got := activation.ShortCode(caseID); got != "7F-21" {
		t.Errorf("short code of %s is %s", caseID, got)
	}
	if got := activation.ShortCode("x"); got != "X" {
		t.Errorf("short code of a short id is %s", got)
	}
}
