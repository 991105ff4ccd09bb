package activation_test

import (
	"errors"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
)

func deskWord(at time.Time) activation.Command {
	return activation.Command{Actor: activation.Actor{Kind: activation.ByDesk, ID: "u-1"}, LedgerTime: at}
}

func again(sec int) activation.Event {
	return at(sec, activation.PressedAgain, func(e *activation.Event) {
		e.Zone, e.Device, e.Trigger = "compton", "d-2", activation.ByButton
	})
}

func TestAnotherYoungPersonGetsACaseOfTheirOwn(t *testing.T) {
	s := fold(t, raised(), again(30))
	now := s.ReceivedAt.Add(2 * time.Minute)
	raise, note, err := activation.NewSplit(s, deskWord(now), activation.ByButton)
	if err != nil {
		t.Fatal(err)
	}
	if raise.Zone != s.Zone || raise.Device != s.Device || raise.Other != s.Case || raise.Trigger != activation.ByButton || raise.Case == s.Case {
		t.Errorf("the new case is %+v", raise)
	}
	events, err := activation.Decide(activation.State{}, raise, now)
	if err != nil || len(events) != 1 {
		t.Fatalf("raising: %v, %v", events, err)
	}
	second, err := activation.Apply(activation.State{}, events[0])
	if err != nil || second.SplitFrom != s.Case || !second.RaisedAt.Equal(s.LastPress.At) {
		t.Errorf("the new case is of %v, want %v (%v)", second.RaisedAt, s.LastPress.At, err)
	}
	events, err = activation.Decide(s, note, now)
	if err != nil || len(events) != 1 {
		t.Fatalf("noting: %v, %v", events, err)
	}
	s, err = activation.Apply(s, events[0])
	if err != nil || len(s.Splits) != 1 || s.Splits[0].Case != second.Case || s.Stage() != activation.Received {
		t.Errorf("the old case has %+v, %s (%v)", s.Splits, s.Stage(), err)
	}
	if third, _, _ := activation.NewSplit(s, deskWord(now), activation.ByButton); third.Case == second.Case || third.Trigger != activation.ByStaff {
		t.Errorf("the next young person got %+v", third)
	}
}

// TestTwoDesksSplitTheSamePressOnce: both failures of a step, and two desks at once, end in one new case.
func TestTwoDesksSplitTheSamePressOnce(t *testing.T) {
	for name, s := range map[string]activation.State{"a press": fold(t, raised(), again(30)), "told by phone": fold(t, raised())} {
		one, note, _ := activation.NewSplit(s, deskWord(s.ReceivedAt.Add(time.Minute)), activation.ByButton)
		other := deskWord(s.ReceivedAt.Add(time.Hour))
		other.Actor.ID = "u-2"
		two, _, _ := activation.NewSplit(s, other, activation.ByButton)
		if one.Case != two.Case || one.ID != two.ID {
			t.Errorf("%s: two desks make %s and %s", name, one.Case, two.Case)
		}
		first, err := activation.Decide(activation.State{}, one, s.ReceivedAt)
		if err != nil {
			t.Fatal(err)
		}
		fresh, _ := activation.Apply(activation.State{}, first[0])
		if repeated, err := activation.Decide(fresh, two, s.ReceivedAt); err != nil || len(repeated) != 0 {
			t.Errorf("%s: the second desk makes %v, %v", name, repeated, err)
		}
		if s, err = activation.Apply(s, note); err != nil {
			t.Fatal(err)
		}
		if repeated, err := activation.Decide(s, note, s.ReceivedAt); err != nil || len(repeated) != 0 {
			t.Errorf("%s: noting it twice makes %v, %v", name, repeated, err)
		}
	}
}

// A device says of another young person what staff told it: never by itself, and never whose press it was.
func TestADeviceSplitsOnlyOnTheWordOfStaff(t *testing.T) {
	s := fold(t, raised(), again(3))
	raise, note, _ := activation.NewSplit(s, deskWord(s.ReceivedAt), activation.ByButton)
	for _, cmd := range []activation.Command{raise, note} {
		cmd.Actor = activation.Actor{Kind: activation.ByDevice, ID: "d-1"}
		from := s
		if cmd.Type == activation.Raised {
			from = activation.State{}
		}
		if _, err := activation.Decide(from, cmd, s.ReceivedAt); !errors.Is(err, activation.ErrForbidden) {
			t.Errorf("a device may %s: %v", cmd.Type, err)
		}
		if cmd.Press = ""; cmd.Type == activation.Raised {
			cmd.Trigger = activation.ByStaff
		}
		if events, err := activation.Decide(from, cmd, s.ReceivedAt); err != nil || len(events) != 1 {
			t.Errorf("staff may not %s at a device: %v, %v", cmd.Type, events, err)
		}
	}
	one, two := activation.ToldCase(s.Case, "d-1", "k1"), activation.ToldCase(s.Case, "d-1", "k2")
	if one == two || one != activation.ToldCase(s.Case, "d-1", "k1") || one == activation.ToldCase(s.Case, "d-2", "k1") || !activation.ValidID(one) {
		t.Errorf("two requests make %s and %s", one, two)
	}
}

func TestOnlyWhatIsOpenIsSplit(t *testing.T) {
	s := fold(t, raised(), again(3))
	_, note, _ := activation.NewSplit(s, deskWord(s.ReceivedAt), activation.ByButton)
	ended := fold(t, raised(), at(2, activation.Left, nil))
	if _, _, err := activation.NewSplit(ended, deskWord(s.ReceivedAt), activation.ByStaff); !errors.Is(err, activation.ErrEnded) {
		t.Errorf("an ended case was split: %v", err)
	}
	for name, edit := range map[string]func(*activation.Event){
		"without the new case": func(e *activation.Event) { e.Other = "" },
		"into itself":          func(e *activation.Event) { e.Other = e.Case },
		"with prose":           func(e *activation.Event) { e.Press = "her sister" },
	} {
		e := note
		edit(&e)
		if !errors.Is(e.Validate(), activation.ErrInvalid) {
			t.Errorf("%s: accepted", name)
		}
	}
}
