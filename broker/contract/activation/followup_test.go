package activation_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
)

var day = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// fillFollowUp gives an event of the 72 hours what its type wants.
func fillFollowUp(t *rapid.T, e *activation.Event) {
	who := rapid.SampledFrom([]string{"u-1", "u-2"}).Draw(t, "who")
	e.Actor, e.Agency = activation.Actor{Kind: activation.ByDesk, ID: who}, rapid.SampledFrom([]string{"dcfs", "probation"}).Draw(t, "for")
	f := &activation.FollowUp{}
	switch e.Type {
	case activation.DutyDone, activation.DutyUndone, activation.DutyPassed:
		f.Duty = rapid.SampledFrom([]string{"in_person_visit", "missing_report"}).Draw(t, "duty")
		if e.Type == activation.DutyPassed {
			f.To = rapid.SampledFrom([]string{"dcfs", "probation"}).Draw(t, "to")
			f.Step = rapid.SampledFrom([]activation.Step{activation.Offered, activation.Accepted, activation.Declined}).Draw(t, "step")
		}
	case activation.MDTDecided:
		f.Decision = &activation.Decision{Code: rapid.SampledFrom([]string{"home", "relative"}).Draw(t, "code"), NextReview: day}
	case activation.StatusRecorded:
		f.Status = &activation.Status{Moment: rapid.SampledFrom([]activation.Moment{activation.At72h, activation.Now}).Draw(t, "moment"), Code: "home", AsOf: day}
	case activation.FactsRecorded:
		f.Facts = map[activation.Circumstance]bool{rapid.SampledFrom(activation.Circumstances()).Draw(t, "fact"): rapid.Bool().Draw(t, "is")}
	case activation.Identified:
		f.Station, f.IdentifiedBy = "century", rapid.SampledFrom([]string{"vice_operation", "unknown"}).Draw(t, "how")
	default:
		fillKeeping(t, e, f)
		return
	}
	e.FollowUp = f
}

func fillKeeping(t *rapid.T, e *activation.Event, f *activation.FollowUp) {
	switch e.Type {
	case activation.Informed:
		return
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked:
		f.SameAs, e.FollowUp = rapid.SampledFrom([]string{"c-2", "c-3"}).Draw(t, "same"), f
	case activation.PersonalRecorded:
		f.Sealed, e.FollowUp = []byte{byte(rapid.IntRange(0, 255).Draw(t, "box"))}, f
	}
	e.Agency = ""
}

func follow(n int, typ activation.Type, user, agency string, f activation.FollowUp) activation.Event {
	return at(n, typ, func(e *activation.Event) {
		e.Actor, e.Agency, e.FollowUp = activation.Actor{Kind: activation.ByDesk, ID: user}, agency, &f
	})
}

func decide(t *testing.T, s activation.State, cmd activation.Event) (activation.State, error) {
	t.Helper()
	events, err := activation.Decide(s, cmd, cmd.LedgerTime)
	if err != nil {
		return s, err
	}
	for _, e := range events {
		s = fold2(t, s, e)
	}
	return s, nil
}

func must(t *testing.T, s activation.State, cmd activation.Event) activation.State {
	t.Helper()
	s, err := decide(t, s, cmd)
	if err != nil {
		t.Fatalf("%s: %v", cmd.Type, err)
	}
	return s
}

func TestDutiesGoOnAfterTheActivationIsClosed(t *testing.T) {
	s := fold(t, raised(), at(1, activation.Left, nil), at(2, activation.Closed, func(e *activation.Event) { e.Outcome = activation.WentAway }))
	s = must(t, s, follow(3, activation.DutyDone, "u-1", "dcfs", activation.FollowUp{Duty: "missing_report"}))
	if d := s.Course.Duty("missing_report"); !d.Done || d.Word.By != "u-1" {
		t.Errorf("the duty is %+v", d)
	}
}

func TestTwoPeopleMarkOneDutyAndTheSecondIsTold(t *testing.T) {
	visit := activation.FollowUp{Duty: "in_person_visit"}
	s := must(t, fold(t, raised()), follow(1, activation.DutyDone, "u-1", "dcfs", visit))
	if _, err := decide(t, s, follow(2, activation.DutyDone, "u-2", "dcfs", visit)); !errors.Is(err, activation.ErrAlreadyDone) {
		t.Errorf("the second was answered %v", err)
	}
	if _, err := decide(t, s, follow(3, activation.DutyUndone, "u-2", "dcfs", visit)); !errors.Is(err, activation.ErrChanged) {
		t.Errorf("a mark that nobody named was taken back: %v", err)
	}
	seen := activation.FollowUp{Duty: visit.Duty, After: s.Course.Duty(visit.Duty).Word.ID}
	s = must(t, s, follow(3, activation.DutyUndone, "u-2", "dcfs", seen))
	early := follow(4, activation.DutyDone, "u-2", "dcfs", visit)
	early.Source.AgeMS = time.Hour.Milliseconds() // it was done before the mistaken mark
	s = must(t, s, early)
	if d := s.Course.Duty("in_person_visit"); !d.Done || !d.Word.Of.Equal(early.LedgerTime.Add(-time.Hour)) {
		t.Errorf("marked again for an earlier hour, the duty is %+v", d)
	}
}

func TestTwoMeetingsAtOnceAreBothKeptOrTheSecondIsTold(t *testing.T) {
	s := must(t, fold(t, raised()), follow(1, activation.MDTDecided, "u-1", "mdt", activation.FollowUp{Decision: &activation.Decision{Code: "home"}}))
	blind := follow(2, activation.MDTDecided, "u-2", "mdt", activation.FollowUp{Decision: &activation.Decision{Code: "relative"}})
	if _, err := decide(t, s, blind); !errors.Is(err, activation.ErrChanged) {
		t.Errorf("a decision that did not know of the other was answered %v", err)
	}
	blind.FollowUp.After = s.Course.LastMeeting()
	s = must(t, s, blind)
	if m := s.Course.Meetings; len(m) != 2 || m[0].Decision.Code != "home" || m[1].Decision.Code != "relative" {
		t.Errorf("meetings: %+v", m)
	}
}

func TestADutyStaysUntilTheOtherAgencyTakesIt(t *testing.T) {
	pass := func(n int, agency string, step activation.Step, to string) activation.Event {
		return follow(n, activation.DutyPassed, "u-"+agency, agency, activation.FollowUp{Duty: "missing_report", To: to, Step: step})
	}
	s := must(t, fold(t, raised()), pass(1, "dcfs", activation.Offered, "probation"))
	if s.Course.Duty("missing_report").Taken.ID != "" {
		t.Error("an offer moved the duty")
	}
	if _, err := decide(t, s, pass(2, "dmh", activation.Accepted, "dmh")); !errors.Is(err, activation.ErrNotOffered) {
		t.Errorf("a third agency took it: %v", err)
	}
	s = must(t, s, pass(3, "probation", activation.Accepted, "probation"))
	if got := s.Course.Duty("missing_report").Taken.Agency; got != "probation" {
		t.Errorf("after acceptance %q owes it", got)
	}
}

func TestALinkNeedsTwoPeopleAndCanBeUndone(t *testing.T) {
	same := activation.FollowUp{SameAs: "c-2"}
	s := fold(t, raised())
	if _, err := decide(t, s, follow(1, activation.PersonLinked, "u-2", "", same)); !errors.Is(err, activation.ErrNotProposed) {
		t.Errorf("agreed to nothing: %v", err)
	}
	s = must(t, s, follow(2, activation.LinkProposed, "u-1", "", same))
	if _, err := decide(t, s, follow(3, activation.PersonLinked, "u-1", "", same)); !errors.Is(err, activation.ErrSecondPerson) {
		t.Errorf("one person did both steps: %v", err)
	}
	s = must(t, s, follow(4, activation.PersonLinked, "u-2", "", same))
	if !s.Course.Link("c-2").Holds() {
		t.Error("two people agreed and the link does not hold")
	}
	s = must(t, s, follow(5, activation.PersonUnlinked, "u-1", "", same))
	if l := s.Course.Link("c-2"); l.Holds() || l.Waits() {
		t.Error("the link is not undone")
	}
}

func TestAHoldKeepsACaseAndErasureIsForGood(t *testing.T) {
	by := func(n int, typ activation.Type, who string) activation.Event {
		return at(n, typ, func(e *activation.Event) { e.Actor = activation.Actor{Kind: activation.ByDesk, ID: who} })
	}
	s := must(t, fold(t, raised()), by(1, activation.ErasureAsked, "u-1"))
	s = must(t, s, by(2, activation.HoldSet, "u-1"))
	if s.Course.Erasing {
		t.Error("a hold leaves it asked that the case be erased")
	}
	for _, typ := range []activation.Type{activation.ErasureAsked, activation.Erased} {
		if _, err := decide(t, s, by(3, typ, "u-2")); !errors.Is(err, activation.ErrHeld) {
			t.Errorf("%s on a held case was answered %v", typ, err)
		}
	}
	stale := by(4, activation.HoldLifted, "u-1")
	if _, err := decide(t, s, stale); !errors.Is(err, activation.ErrChanged) {
		t.Errorf("a hold that nobody named was lifted: %v", err)
	}
	stale.FollowUp = &activation.FollowUp{After: s.Course.HoldWord.ID}
	s = must(t, s, stale)
	if _, err := decide(t, s, by(5, activation.Erased, "u-2")); !errors.Is(err, activation.ErrNotProposed) {
		t.Errorf("erased what nobody asked to erase: %v", err)
	}
	s = must(t, s, by(6, activation.ErasureAsked, "u-1"))
	if _, err := decide(t, s, by(7, activation.Erased, "u-1")); !errors.Is(err, activation.ErrSecondPerson) {
		t.Errorf("one person erased a case: %v", err)
	}
	if dropped := must(t, s, by(8, activation.ErasureDropped, "u-1")); dropped.Course.Erasing {
		t.Error("what was taken back is still asked")
	}
	s = must(t, s, by(9, activation.Erased, "u-2"))
	box := follow(10, activation.PersonalRecorded, "u-1", "", activation.FollowUp{Sealed: []byte{1}})
	if _, err := decide(t, s, box); !errors.Is(err, activation.ErrErased) {
		t.Errorf("personal fields were added to an erased case: %v", err)
	}
}

// TestALastWordIsNeverSilent: whoever speaks of what somebody else changed meanwhile is told, for every kind of word that can be corrected.
func TestALastWordIsNeverSilent(t *testing.T) {
	hurt := map[activation.Circumstance]bool{activation.IsHurt: true}
	for typ, f := range map[activation.Type]activation.FollowUp{
		activation.FactsRecorded: {Facts: hurt},
		activation.Informed:      {},
		activation.Identified:    {Station: "century", IdentifiedBy: "unknown"},
		activation.MDTDecided:    {Decision: &activation.Decision{Code: "home"}},
	} {
		first := follow(1, typ, "u-1", "dcfs", f)
		s := must(t, fold(t, raised()), first)
		second := follow(2, typ, "u-2", "probation", f)
		if _, err := decide(t, s, second); !errors.Is(err, activation.ErrChanged) {
			t.Errorf("the second %s was answered %v", typ, err)
		}
		second.FollowUp.After = first.ID
		must(t, s, second)
	}
	s := must(t, fold(t, raised()), follow(1, activation.FactsRecorded, "u-1", "dcfs", activation.FollowUp{Facts: hurt}))
	care := activation.FollowUp{Facts: map[activation.Circumstance]bool{activation.InCare: true}}
	if _, err := decide(t, s, follow(2, activation.FactsRecorded, "u-2", "probation", care)); err != nil {
		t.Errorf("another fact was refused: %v", err)
	}
}

func TestNoFieldOfTheFollowUpCanCarryProse(t *testing.T) {
	for name, e := range map[string]activation.Event{
		"duty":     follow(1, activation.DutyDone, "u-1", "dcfs", activation.FollowUp{Duty: "She said"}),
		"evidence": follow(1, activation.DutyDone, "u-1", "dcfs", activation.FollowUp{Duty: "d", Evidence: map[string]string{"where": "at her aunt's"}}),
		"decision": follow(1, activation.MDTDecided, "u-1", "mdt", activation.FollowUp{Decision: &activation.Decision{Code: "to Maria"}}),
		"who":      follow(1, activation.MDTDecided, "u-1", "mdt", activation.FollowUp{Decision: &activation.Decision{Code: "home", TookPart: []string{"Ms. Lee"}}}),
		"hour":     follow(1, activation.StatusRecorded, "u-1", "mdt", activation.FollowUp{Status: &activation.Status{Moment: activation.Now, Code: "home", AsOf: noon}}),
		"smuggled": follow(1, activation.DutyDone, "u-1", "dcfs", activation.FollowUp{Duty: "d", Sealed: []byte("name")}),
		"on left":  follow(1, activation.Left, "u-1", "", activation.FollowUp{Duty: "d"}),
	} {
		if err := e.Validate(); !errors.Is(err, activation.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestADeviceCanNotSpeakForTheCounty(t *testing.T) {
	for _, typ := range activation.FollowUpTypes() {
		e := follow(1, typ, "d-1", "dcfs", activation.FollowUp{Duty: "d"})
		e.Actor = device
		if events, err := activation.Decide(fold(t, raised()), e, noon); err == nil {
			t.Errorf("a device's %s made %d events", typ, len(events))
		}
	}
}
