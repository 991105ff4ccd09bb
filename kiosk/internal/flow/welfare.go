package flow

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// While everybody waits, staff are asked how the youth is.
const (
	WelfareEvery = 5 * time.Minute
	askAgain     = time.Minute // after somebody put the question aside
)

// Welfare reports whether it is time to look how the youth of an activation is, and else in how long.
func (s State) Welfare(a agentapi.Activation) (due bool, left time.Duration) {
	age := a.AgeMS
	if a.Welfare != nil {
		age = a.Welfare.AgeMS
	}
	since := time.Duration(age)*time.Millisecond + max(0, s.Now.Sub(s.Heard))
	return a.Stage.Open() && since >= WelfareEvery, max(0, WelfareEvery-since)
}

// look asks staff how the youth is, when it is time and they are past the first steps.
func (s State) look() State {
	a, ok := s.Activation()
	if !ok || s.Screen != Steps || s.Step < WaitTogether || s.Now.Before(s.AskAt) {
		return s
	}
	if due, _ := s.Welfare(a); due {
		return s.toWelfare()
	}
	return s
}

func (s State) toWelfare() State {
	s = s.clean()
	s.Screen, s.Unwell = Welfare, false
	return s
}

func (s State) tapWelfare(id string) (State, []Effect) {
	if id == TapBack {
		s = s.clean()
		s.Screen, s.AskAt = Steps, s.Now.Add(askAgain)
		return s, nil
	}
	well := activation.WelfareOK
	switch {
	case s.Busy || s.Unwell || s.Ended():
		return s, nil
	case id == TapUnwell:
		well = activation.WelfareHelp
	case id != TapWell:
		return s, nil
	}
	s, effects := s.act(Act{Kind: Look, Well: well}, true)
	s.Busy, s.Note = len(effects) > 0, Note{}
	s.Asked = well
	return s, effects
}

// looked takes the agent's answer: all is well and the work goes on, or the page says what to do now.
func (s State) looked(code agentapi.Code) State {
	if s.Screen != Welfare || code != "" {
		return s
	}
	s.AskAt = s.Now.Add(askAgain)
	if s.Asked == activation.WelfareHelp {
		s.Unwell = true
		return s
	}
	s = s.clean()
	s.Screen = Steps
	return s
}
