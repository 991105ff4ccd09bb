package flow

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
)

func (s State) tap(e Tap) (State, []Effect) {
	if e.Now.After(s.Now) {
		s.Now = e.Now
	}
	s.LastTouch = s.Now
	if language, ok := after(e.ID, lang); ok {
		if slices.Contains(s.Offered(), language) {
			s.Lang = language
		}
		if s.Screen == Languages {
			s = s.tapLanguages(e.ID)
		}
		return s, nil
	}
	if e.ID == TapClose {
		return s.home(), nil
	}
	if e.ID == TapQuieter || e.ID == TapLouder {
		return s.volume(e.ID), nil
	}
	if e.ID == TapMore && !s.Gone {
		return s.toLanguages(), nil
	}
	switch s.Shown() {
	case Idle:
		return s.tapIdle(e.ID)
	case Ask:
		return s.tapAsk(e.ID)
	case Status:
		return s.tapStatus(e.ID)
	case PIN:
		return s.tapPIN(e.ID)
	case Zone:
		return s.tapZone(e.ID)
	case Steps:
		return s.tapSteps(e.ID)
	case Referral:
		return s.tapReferral(e.ID)
	case Verify:
		return s.tapVerify(e.ID)
	case Confirm:
		return s.tapConfirm(e.ID)
	case Trouble:
		return s.tapTrouble(e.ID)
	default:
		return s.tapMore(e.ID)
	}
}

// tapMore is for the pages around those of a call.
func (s State) tapMore(id string) (State, []Effect) {
	switch s.Shown() {
	case Room:
		return s.tapRoom(id)
	case Languages:
		return s.tapLanguages(id), nil
	case Welfare:
		return s.tapWelfare(id)
	case Tests:
		return s.tapTests(id)
	case Walk:
		return s.tapWalk(id)
	case IT:
		return s.tapIT(id)
	case Panel:
		return s.tapPanel(id), nil
	case Touch:
		return s.tapTouch(id), nil
	case Enrol:
		return s.tapEnrol(id)
	case Questions:
		if id == TapBack {
			s.Screen = Steps
		}
	case Faults:
		if id == TapBack {
			s.Screen = Zone
		}
	case Care:
		if id == TapDone {
			s = s.about("")
			s.Screen = Zone
		}
	default:
	}
	return s, nil
}

func (s State) tapIdle(id string) (State, []Effect) {
	switch id {
	case TapHelp:
		if a, ok := s.actual(); ok {
			s = s.about(a.ID)
			s.Screen = Status
		} else if s.calling() {
			s.Screen = Status
		} else {
			s.Screen = Ask
		}
	case TapStaff:
		if len(s.Alarms()) > 0 {
			return s.toAlarm(), nil
		}
		return s.toStaff(), nil
	}
	return s, nil
}

// calling reports whether a real call is on its way to the agent.
func (s State) calling() bool { return s.Call != nil && s.Call.Effect.Mode == activation.Actual }

func (s State) tapAsk(id string) (State, []Effect) {
	switch id {
	case TapYes:
		s.Screen = Status
		return s.raise(Raise{Trigger: activation.ByYouth, Mode: activation.Actual})
	case TapNo:
		return s.home(), nil
	}
	return s, nil
}

// raise calls for help. A real call that is already on its way to the agent takes the place of a second one.
func (s State) raise(r Raise) (State, []Effect) {
	if s.calling() && r.Mode == activation.Actual {
		return s, nil
	}
	s = s.about("")
	s.Drill, s.Test = r.Mode == activation.Drill, r.Mode == activation.Test
	s.Call = &Call{Effect: r, Since: s.Now, Waiting: true}
	return s, []Effect{r}
}

func (s State) tapStatus(id string) (State, []Effect) {
	if id == TapDone && s.Ended() {
		return s.home(), nil
	}
	n, ok := after(id, need)
	wanted := activation.Need(n)
	if !ok || !slices.Contains(activation.Needs(), wanted) || s.Ended() || s.asked(wanted) {
		return s, nil
	}
	s.Needs = append(slices.Clone(s.Needs), Asked{Need: wanted})
	s.NoNeed = false
	if s.Case != "" {
		return s, []Effect{Act{Kind: AskNeed, Case: s.Case, Need: wanted}}
	}
	if s.Call != nil {
		call := *s.Call
		call.Needs = append(slices.Clone(call.Needs), wanted)
		s.Call = &call
	}
	return s, nil
}

func (s State) asked(n activation.Need) bool {
	return s.Chosen(n) || slices.Contains(s.Needs, Asked{Need: n})
}

// key adds a digit of a pad to what was typed; it reports whether OK was touched.
func (s State) key(id string, most int) (State, bool) {
	k, ok := after(id, pad(s.Screen))
	switch {
	case !ok || s.Busy:
	case k == OK:
		return s, true
	case k == Erase:
		if s.Typed != "" {
			s.Typed = s.Typed[:len(s.Typed)-1]
		}
	case len(k) == 1 && k[0] >= '0' && k[0] <= '9' && len(s.Typed) < most:
		s.Typed, s.Note = s.Typed+k, Note{Until: s.Note.Until}
	}
	return s, false
}

func (s State) tapPIN(id string) (State, []Effect) {
	if id == TapBack {
		return s.home(), nil
	}
	s, enter := s.key(id, pinMost)
	if !enter || len(s.Typed) < pinLeast || s.Now.Before(s.Note.Until) {
		return s, nil
	}
	pin := s.Typed
	s.Typed, s.Busy, s.Note = "", true, Note{}
	return s, []Effect{TryPIN{PIN: pin}}
}

func (s State) tapTrouble(id string) (State, []Effect) {
	a, bad := s.Trouble()
	switch id {
	case TapCalled:
		if bad && !slices.Contains(s.Phoned, a) {
			s.Phoned = append(slices.Clone(s.Phoned), a)
		}
		s.Step, s.Called = MakeReport, true
	case TapSteps:
		if bad && !slices.Contains(s.Passed, a) {
			s.Passed = append(slices.Clone(s.Passed), a)
		}
	default:
		return s, nil
	}
	if s.Staff == (Session{}) {
		s.Screen, s.Then = PIN, Steps
		return s, nil
	}
	s.Screen = Steps
	return s, nil
}
