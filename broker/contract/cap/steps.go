package cap

import (
	"time"

	"safeyouthzone/broker/contract/activation"
)

// What is what a step of the story says.
type What string

// The steps that a story can have.
const (
	Raised       What = "raised"
	PressedAgain What = "pressed_again"
	Answered     What = "answered" // by the first agency
	Coming       What = "coming"
	Arrived      What = "arrived"
	Over         What = "over"
	CalledOff    What = "called_off" // at the desk, or found to be no call of its own
)

// Step is one message of a story.
type Step struct {
	What What
	At   time.Time // when the ledger took it
}

// Steps tells the story of a case: those of its events, in the order of the ledger, that make a message. Nothing follows the end.
// The number of a step never changes, because a ledger only grows.
func Steps(events []activation.Event) []Step {
	var out []Step
	told := map[What]bool{}
	for _, e := range events {
		w := whatOf(e)
		switch {
		case told[Over] || told[CalledOff]:
			return out
		case w == "" || (told[w] && w != PressedAgain):
			continue
		}
		told[w] = true
		out = append(out, Step{What: w, At: e.LedgerTime})
	}
	return out
}

func whatOf(e activation.Event) What {
	switch e.Type {
	case activation.Raised:
		return Raised
	case activation.PressedAgain:
		return PressedAgain
	case activation.Acknowledged:
		return Answered
	case activation.Coming:
		return Coming
	case activation.Arrived:
		return Arrived
	case activation.HandedOver, activation.Left:
		return Over
	case activation.StandDownConfirmed:
		return CalledOff
	case activation.Closed:
		if e.Outcome == activation.Duplicate || e.Outcome == activation.NotNeeded {
			return CalledOff
		}
		return Over
	default:
		return ""
	}
}
