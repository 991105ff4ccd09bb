package activation

import (
	"errors"
	"maps"
)

// Errors of [Decide] for the events of the 72 hours.
var (
	// ErrChanged means that somebody else said something newer than what the author of the command had seen. Nothing was written:
	// show it, and ask again.
	ErrChanged = errors.New("somebody else was quicker")
	// ErrAlreadyDone means that another person has marked the duty already.
	ErrAlreadyDone = errors.New("the duty is marked as done already")
	// ErrNotOffered means that there is no offer of this duty to this agency.
	ErrNotOffered = errors.New("the duty was not offered to this agency")
	// ErrNotProposed means that nobody has proposed this link, or it was settled.
	ErrNotProposed = errors.New("nobody has proposed this")
	// ErrSecondPerson means that the one who proposed can not agree.
	ErrSecondPerson = errors.New("a second person must agree")
	// ErrErased means that the personal fields of the case are gone for good.
	ErrErased = errors.New("the case was erased")
	// ErrHeld means that the case is under a legal hold.
	ErrHeld = errors.New("the case is under a legal hold")
)

// decideFollowUp refuses a word that its author would not have said, had they seen the newest.
func decideFollowUp(s State, cmd Command) ([]Event, error) {
	c, f := s.Course, cmd.FollowUp
	if f == nil {
		f = &FollowUp{}
	}
	switch cmd.Type {
	case DutyDone:
		switch d := c.Duty(f.Duty); {
		case d.Done && d.Word.By == cmd.Actor.ID && maps.Equal(d.Evidence, f.Evidence):
			return nil, nil
		case d.Done:
			return nil, ErrAlreadyDone
		}
	case DutyUndone:
		d := c.Duty(f.Duty)
		if !d.Done {
			return nil, nil
		}
		return unless(f.After != d.Word.ID, ErrChanged, cmd)
	case DutyPassed:
		return decidePassing(c.Duty(f.Duty), cmd)
	case MDTDecided:
		return unless(f.After != c.LastMeeting(), ErrChanged, cmd)
	case StatusRecorded:
		last, _ := c.LastStatus(f.Status.Moment)
		return unless(f.After != last.ID, ErrChanged, cmd)
	case FactsRecorded:
		return unless(f.After != c.LastFact(f.Facts), ErrChanged, cmd)
	case Informed:
		return unless(f.After != c.Informed.ID, ErrChanged, cmd)
	case Identified:
		return unless(f.After != c.Identified.ID, ErrChanged, cmd)
	case LinkProposed, PersonLinked, PersonUnlinked:
		return decideLink(c.Link(f.SameAs), cmd)
	default:
		return decideKeeping(c, f.After, cmd)
	}
	return []Event{cmd}, nil
}

func unless(no bool, err error, cmd Command) ([]Event, error) {
	if no {
		return nil, err
	}
	return []Event{cmd}, nil
}

func decidePassing(d DutyState, cmd Command) ([]Event, error) {
	switch f := cmd.FollowUp; {
	case d.Done:
		return nil, ErrAlreadyDone
	case f.Step == Offered:
		return unless(d.Step == Offered && d.Passing.Agency != cmd.Agency, ErrChanged, cmd)
	case f.Step == Declined && d.Passing.Agency == cmd.Agency: // taken back
		return unless(d.Step != Offered || f.To != d.To, ErrNotOffered, cmd)
	default:
		return unless(d.Step != Offered || d.To != cmd.Agency || f.To != cmd.Agency, ErrNotOffered, cmd)
	}
}

func decideLink(l Link, cmd Command) ([]Event, error) {
	switch {
	case cmd.Type == LinkProposed && (l.Holds() || l.Waits()):
		return nil, nil
	case cmd.Type == PersonLinked && l.Holds():
		return nil, nil
	case cmd.Type == PersonLinked && !l.Waits():
		return nil, ErrNotProposed
	case cmd.Type == PersonLinked && l.Proposed.By == cmd.Actor.ID:
		return nil, ErrSecondPerson
	case cmd.Type == PersonUnlinked && !l.Holds() && !l.Waits():
		return nil, nil
	}
	return []Event{cmd}, nil
}

func decideKeeping(c Course, after string, cmd Command) ([]Event, error) {
	switch cmd.Type {
	case PersonalRecorded:
		if !c.Erased.zero() {
			return nil, ErrErased
		}
		return unless(after != c.SealedBy.ID, ErrChanged, cmd)
	case HoldSet:
		return once(cmd, c.HoldWord.Mark.when(c.Hold))
	case HoldLifted:
		if !c.Hold {
			return nil, nil
		}
		return unless(after != c.HoldWord.ID, ErrChanged, cmd)
	default:
		return decideErasing(c, cmd)
	}
}

// decideErasing wants two people for what nobody can bring back. The county's own rule is the second one of what is erased by itself.
func decideErasing(c Course, cmd Command) ([]Event, error) {
	switch {
	case c.Hold && cmd.Type != ErasureDropped:
		return nil, ErrHeld
	case !c.Erased.zero(), cmd.Type == ErasureAsked && c.Erasing, cmd.Type == ErasureDropped && !c.Erasing:
		return nil, nil
	case cmd.Type != Erased || cmd.Actor.Kind == BySystem:
		return []Event{cmd}, nil
	case !c.Erasing:
		return nil, ErrNotProposed
	case c.ErasureWord.By == cmd.Actor.ID:
		return nil, ErrSecondPerson
	}
	return []Event{cmd}, nil
}

// when is m if it counts, otherwise nothing.
func (m Mark) when(counts bool) Mark {
	if !counts {
		return Mark{}
	}
	return m
}
