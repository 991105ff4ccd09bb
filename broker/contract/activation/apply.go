package activation

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of [Apply].
var (
	// ErrNotRaised means that an event came for a case of which the raising event is not known (yet).
	ErrNotRaised = errors.New("case was not raised")
	// ErrWrongCase means that an event belongs to another case or another mode.
	ErrWrongCase = errors.New("event belongs to another case")
	// ErrRaisedTwice means that a second, different raising event came for the same case.
	ErrRaisedTwice = errors.New("case was raised twice")
)

// Apply folds e into s and returns the new state; s is unchanged. A repeated event changes nothing. The result depends on the set
// of events alone, not on their order, given that the raising event comes first. On an error the returned state is s.
func Apply(s State, e Event) (State, error) {
	if err := e.Validate(); err != nil {
		return s, err
	}
	if e.Type == CodeEntered {
		return s, fmt.Errorf("%w: %s is a question, not a fact", ErrInvalid, e.Type)
	}
	if s.Case == "" {
		if e.Type != Raised {
			return s, fmt.Errorf("cannot apply %s: %w", e.Type, ErrNotRaised)
		}
		return raise(e), nil
	}
	if e.Case != s.Case || e.Mode != s.Mode {
		return s, ErrWrongCase
	}
	at, dup := slices.BinarySearch(s.Seen, e.ID)
	if dup {
		return s, nil
	}
	if e.Type == Raised {
		return s, ErrRaisedTwice
	}
	n := s.clone()
	n.Seen = slices.Insert(n.Seen, at, e.ID)
	n.fold(e)
	return n, nil
}

func raise(e Event) State {
	s := State{
		Case: e.Case, Zone: e.Zone, Device: e.Device, Mode: e.Mode, Trigger: e.Trigger, HeldAtStart: e.HeldAtStart,
		RaisedAt: e.HappenedAt(), ReceivedAt: e.LedgerTime, AgeAtLeast: e.Source.AgeAtLeast,
		SplitFrom: e.Other, Presses: 1, LastPress: mark(e), Seen: []string{e.ID},
	}
	s.Course.fold(e)
	return s
}

func mark(e Event) Mark { return Mark{At: e.HappenedAt(), ID: e.ID} }

// clone copies what fold may write, so that two states never share memory.
func (s State) clone() State {
	s.Seen, s.Needs, s.Aliases = slices.Clone(s.Seen), slices.Clone(s.Needs), slices.Clone(s.Aliases)
	s.Again, s.Splits = slices.Clone(s.Again), slices.Clone(s.Splits)
	s.Answers, s.WrongCode, s.Course = slices.Clone(s.Answers), slices.Clone(s.WrongCode), s.Course.clone()
	s.Ladder = s.Ladder.clone()
	return s
}

func (s *State) fold(e Event) {
	m := mark(e)
	if e.Type.FollowsUp() {
		s.Course.fold(e)
		return
	}
	if e.Type.Dispatches() {
		s.Ladder.fold(e)
		return
	}
	s.hurt(e, m)
	switch e.Type {
	case PressedAgain:
		s.press(e, m)
	case SplitOff:
		s.split(e, m)
	case NeedAsked:
		s.need(e.Need)
	case IntakeRecorded:
		if s.Intaken.latest(m) {
			s.Intake = slices.Clone(e.Intake)
		}
	case ReportMade:
		if s.Reported.latest(m) {
			r := *e.Report
			s.Report = &r
		}
	case WelfareChecked:
		if s.Welfared.latest(m) {
			s.Welfare = e.Welfare
		}
	case MessageSent:
		if s.Messaged.latest(m) {
			s.Message = e.Message
		}
	case Acknowledged, Coming, Arrived, CodeIssued, ResponderVerified:
		s.answer(e, m)
	case CodeRefused:
		s.WrongCode = append(s.WrongCode, m)
		slices.SortFunc(s.WrongCode, Mark.compare)
	default:
		s.end(e, m)
	}
}

func (s *State) end(e Event, m Mark) {
	switch e.Type {
	case HandedOver:
		if s.HandedOver.earliest(m); s.HandedOver == m {
			s.HandedOverTo = e.Agency
		}
	case Left:
		s.LeftAt.earliest(m)
	case StandDownRequested:
		s.Asked.latest(m)
	case StandDownDeclined:
		s.Declined.latest(m)
	case StandDownConfirmed:
		s.Confirmed.earliest(m)
	case Duress:
		s.UnderDuress.earliest(m)
	case Closed:
		if s.ClosedAt.earliest(m); s.ClosedAt == m {
			s.Outcome = e.Outcome
		}
	}
}

func (s *State) press(e Event, m Mark) {
	s.Presses++
	s.Again = append(s.Again, m)
	slices.SortFunc(s.Again, Mark.compare)
	s.LastPress.latest(m)
	if i, ok := slices.BinarySearch(s.Aliases, e.Alias); e.Alias != "" && !ok {
		s.Aliases = slices.Insert(s.Aliases, i, e.Alias)
	}
}

func (s *State) need(n Need) {
	if slices.Contains(s.Needs, n) {
		return
	}
	s.Needs = append(s.Needs, n)
	slices.SortFunc(s.Needs, func(a, b Need) int { return slices.Index(Needs(), a) - slices.Index(Needs(), b) })
}

func (s *State) answer(e Event, m Mark) {
	i, ok := s.find(e.Agency)
	if !ok {
		s.Answers = slices.Insert(s.Answers, i, Answer{Agency: e.Agency})
	}
	a := &s.Answers[i]
	if e.Type == ResponderVerified {
		a.Verified.earliest(m)
		return
	}
	if a.Spoke.latest(m) {
		a.By = e.Actor.ID
	}
	if a.CodeMade.latest(m) {
		a.Code = e.Code
	}
	if e.Type == CodeIssued {
		s.LastCode.latest(m)
		return
	}
	a.Acknowledged.earliest(m)
	switch e.Type {
	case Coming:
		a.Coming.earliest(m)
		if a.ETASaid.latest(m) {
			a.ETAMin = e.ETAMin
		}
	case Arrived:
		a.Arrived.earliest(m)
	}
}
