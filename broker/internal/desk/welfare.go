package desk

import (
	"time"

	"safeyouthzone/broker/contract/activation"
)

// lookEvery is how long staff have to look how the youth is: the kiosk asks after five minutes, and two more are theirs.
const lookEvery = 7 * time.Minute

// welfare is what staff saw when they last looked.
type welfare struct {
	Help bool
	At   time.Time
}

func welfareOf(s activation.State) *welfare {
	if s.Welfared.ID == "" {
		return nil
	}
	return &welfare{Help: s.Welfare == activation.WelfareHelp, At: s.Welfared.At}
}

// lookDue is when nobody has looked for too long; zero while nobody has to: a responder is there, or it is over, or only a device is
// tested.
func lookDue(s activation.State) time.Time {
	if stage := s.Stage(); !stage.Open() || stage == activation.Here || s.Mode == activation.Test {
		return time.Time{}
	}
	last := s.ReceivedAt
	if s.Welfared.At.After(last) {
		last = s.Welfared.At
	}
	return last.Add(lookEvery)
}
