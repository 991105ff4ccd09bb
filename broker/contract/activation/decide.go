package activation

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of [Decide]. Each is one decision of the caller: what to tell the person who asked.
var (
	// ErrEnded means that the case is closed or called off.
	ErrEnded = errors.New("the case has ended")
	// ErrAlreadyAnswered means that somebody of the same agency was quicker.
	ErrAlreadyAnswered = errors.New("the agency has already answered")
	// ErrNotArrived means that nobody of the agency is known to be there yet.
	ErrNotArrived = errors.New("nobody of the agency has arrived")
	// ErrNotRequested means that there is no wish to call help off which could be granted or declined.
	ErrNotRequested = errors.New("no stand-down was requested")
	// ErrNotFinished means that a case can not be closed while help is still on its way.
	ErrNotFinished = errors.New("help is still on its way")
	// ErrOutcome means that the outcome does not fit: a drill ends as a drill, a test as a test, an actual case as neither.
	ErrOutcome = errors.New("the outcome does not fit the mode")
	// ErrLocked means that too many wrong codes were typed; the desk must make a new one.
	ErrLocked = errors.New("too many wrong codes")
	// ErrForbidden means that this kind of actor can not do this at all: a kiosk cannot call off help.
	ErrForbidden = errors.New("not for this actor")
)

// Command asks for an event. It is shaped like the event that it would make, before the ledger has stamped it.
type Command = Event

// Decide answers whether cmd is possible in state s at the instant now, and which events it makes. The events are complete:
// the ledger may take them as they are. A command that is already true makes no event and no error.
//
// The responder's code in cmd is used only if the agency has none yet.
func Decide(s State, cmd Command, now time.Time) ([]Event, error) {
	if err := cmd.Validate(); err != nil {
		return nil, err
	}
	if err := mayAct(cmd); err != nil {
		return nil, err
	}
	cmd.LedgerTime = now
	switch {
	case slices.Contains(s.Seen, cmd.ID):
		return nil, nil
	case s.Case == "" && cmd.Type == Raised:
		return []Event{cmd}, nil
	case s.Case == "":
		return nil, ErrNotRaised
	case cmd.Type == Raised:
		return nil, ErrRaisedTwice
	case cmd.Case != s.Case || cmd.Mode != s.Mode:
		return nil, ErrWrongCase
	}
	if cmd.Actor.Kind == ByDevice {
		return decideDevice(s, cmd), nil
	}
	return decideDesk(s, cmd)
}

// mayAct is the wall of promise 6: what a device may say, and what only a person at the desk may decide.
func mayAct(cmd Command) error {
	device := []Type{Raised, PressedAgain, NeedAsked, IntakeRecorded, ReportMade, WelfareChecked, CodeEntered, HandedOver, Left, StandDownRequested, SplitOff, Duress}
	desk := []Type{
		Raised, Acknowledged, Coming, MessageSent, Arrived, CodeIssued, HandedOver, Left, StandDownConfirmed, StandDownDeclined, Closed,
		SplitOff,
	}
	desk = append(desk, FollowUpTypes()...)
	desk = append(desk, Escalated, Notified)
	may := desk
	if cmd.Actor.Kind == ByDevice {
		may = device
	}
	if !slices.Contains(may, cmd.Type) || cmd.Actor.Kind == ByDevice && !cmd.told() {
		return fmt.Errorf("cannot %s as %s: %w", cmd.Type, cmd.Actor.Kind, ErrForbidden)
	}
	return nil
}

// decideDevice never refuses: what a device reports has happened already, and a late fact is still a fact.
func decideDevice(s State, cmd Command) []Event {
	if cmd.Type != CodeEntered {
		return []Event{cmd}
	}
	out := cmd
	out.Code, out.Type = "", CodeRefused
	if s.CodeTries() > 0 {
		for _, a := range s.Answers {
			if a.Code == cmd.Code {
				out.Type, out.Agency = ResponderVerified, a.Agency
				break
			}
		}
	}
	return []Event{out}
}

func decideDesk(s State, cmd Command) ([]Event, error) {
	if cmd.Type.FollowsUp() {
		return decideFollowUp(s, cmd)
	}
	if cmd.Type.Dispatches() {
		return decideDispatch(s, cmd)
	}
	if st := s.Stage(); st == StageClosed || (st == StoodDown && cmd.Type != Closed) {
		return nil, ErrEnded
	}
	a := s.Answer(cmd.Agency)
	if cmd.Type != CodeIssued && a.Code != "" && cmd.Code != "" {
		cmd.Code = a.Code
	}
	switch cmd.Type {
	case Acknowledged:
		return taken(cmd, a, a.Acknowledged)
	case Arrived:
		return taken(cmd, a, a.Arrived)
	case HandedOver:
		if cmd.Agency == "" || a.Arrived.zero() {
			return nil, ErrNotArrived
		}
		return once(cmd, s.HandedOver)
	case Left:
		return once(cmd, s.LeftAt)
	case SplitOff:
		if slices.ContainsFunc(s.Splits, func(x Split) bool { return x.Case == cmd.Other }) {
			return nil, nil
		}
	case StandDownConfirmed, StandDownDeclined:
		if s.StandDown() != StandDownAsked {
			return nil, ErrNotRequested
		}
	case Closed:
		return closing(s, cmd)
	}
	return []Event{cmd}, nil
}

func taken(cmd Command, a Answer, m Mark) ([]Event, error) {
	if m.zero() {
		return []Event{cmd}, nil
	}
	if a.By == cmd.Actor.ID {
		return nil, nil
	}
	return nil, ErrAlreadyAnswered
}

func once(cmd Command, m Mark) ([]Event, error) {
	if !m.zero() {
		return nil, nil
	}
	return []Event{cmd}, nil
}

func closing(s State, cmd Command) ([]Event, error) {
	if s.Mode == Actual && s.Stage().Open() && cmd.Outcome != Duplicate {
		return nil, ErrNotFinished
	}
	fits := map[Mode]bool{
		Actual: cmd.Outcome != WasDrill && cmd.Outcome != WasTest,
		Drill:  cmd.Outcome == WasDrill,
		Test:   cmd.Outcome == WasTest,
	}
	if !fits[s.Mode] {
		return nil, ErrOutcome
	}
	return []Event{cmd}, nil
}
