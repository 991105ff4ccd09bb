package flow

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// Next is what the kiosk becomes and must do after an event.
func Next(s State, e Event) (State, []Effect) {
	switch e := e.(type) {
	case Tick:
		return s.tick(e.Now)
	case Heard:
		return s.hear(e)
	case Tap:
		return s.tap(e)
	case Raised:
		return s.raised(e)
	case Admitted:
		return s.admitted(e), nil
	case Done:
		return s.done(e), nil
	}
	return s, nil
}

func (s State) tick(now time.Time) (State, []Effect) {
	s.Now = now
	s.Gone = now.Sub(s.Heard) > Silence
	if s.resting() {
		s = s.home()
	}
	if s.Call == nil {
		return s, nil
	}
	if now.Sub(s.Call.Since) > RetryFor && !s.Call.Waiting {
		s.Call = nil
		return s, nil
	}
	return s.retry()
}

// resting reports whether nobody has touched the page for too long.
func (s State) resting() bool {
	rest := StaffRest
	switch s.Screen {
	case Ask, Status, Languages, PIN:
		rest = YouthRest
	case Walk:
		if s.Walking() {
			return false // somebody walks to the button and back; the agent ends the test
		}
	case Idle, Room:
		rest = YouthRest
		if s.Lang == s.Site() {
			return false
		}
	default:
	}
	return s.Now.Sub(s.LastTouch) >= rest
}

// home is the neutral page: what was typed or touched is gone, help is not.
func (s State) home() State {
	s.Screen, s.Lang = s.front(), s.Site()
	s.Case, s.Seen, s.Over, s.Drill, s.Test = "", false, false, false, false
	s.Needs, s.NoNeed = nil, false
	s.Staff, s.Then, s.Sure, s.Loud = Session{}, "", "", 0
	s.From, s.Colour, s.Cells, s.Joined, s.Did = "", 0, nil, false, ""
	return s.begin().clean()
}

// begin forgets how far staff had come with another activation.
func (s State) begin() State {
	s.Step, s.Flags, s.Said, s.Police, s.Called, s.Wrong = SafePlace, nil, "", false, false, 0
	s.AskAt, s.Asked, s.Unwell = time.Time{}, "", false
	return s
}

// clean forgets what was typed.
func (s State) clean() State {
	s.Typed, s.Busy, s.Note, s.Wish = "", false, Note{}, ""
	return s
}

// retry offers a call again that the agent did not take.
func (s State) retry() (State, []Effect) {
	c := s.Call
	if c == nil || c.Waiting || s.Now.Before(c.NextTry) {
		return s, nil
	}
	again := *c
	again.Waiting = true
	s.Call = &again
	return s, []Effect{again.Effect}
}

func (s State) hear(e Heard) (State, []Effect) {
	fresh := !s.Known
	s.Now, s.Heard, s.Known, s.Gone = e.Now, e.Now, true, false
	s.Agent = e.State
	if e.Place != nil {
		s.Place = e.Place
	}
	if s.Screen == s.front() && (fresh || s.Now.Sub(s.LastTouch) >= YouthRest) {
		s.Lang = s.Site()
	}
	if !slices.Contains(s.Offered(), s.Lang) {
		s.Lang = s.Site()
	}
	if s.Screen == PIN && s.Then == Zone && !s.Agent.Health.Enrolled {
		s = s.clean()
		s.Screen = Enrol // somebody was quicker than the agent's first word
	}
	s = s.follow().alarm().look()
	if s.Call != nil && s.Call.Failed {
		sooner := *s.Call
		sooner.NextTry = s.Now
		s.Call = &sooner
		return s.retry()
	}
	return s, nil
}

// follow keeps the page on its activation when the agent names it, merges it with another or forgets it.
func (s State) follow() State {
	if s.Case == "" {
		return s
	}
	a, ok := s.Activation()
	if !ok && s.Seen {
		return s.merged()
	}
	if !ok {
		return s
	}
	s.Seen, s.Over = true, false
	s.Drill, s.Test = a.Mode == activation.Drill, a.Mode == activation.Test
	s.Needs = slices.DeleteFunc(slices.Clone(s.Needs), func(n Asked) bool { return slices.Contains(a.Needs, n.Need) })
	if s.Screen == Verify && a.Check.Verified {
		s = s.clean()
		s.Screen, s.Step = Steps, HandOver
	}
	if s.Screen != Steps && s.Screen != Status && s.Screen != Care && s.Ended() && s.Staff != (Session{}) {
		s = s.clean()
		s.Screen = Steps
	}
	return s
}

// merged is for an activation that the agent no longer names: the county may have put it together with another open one.
func (s State) merged() State {
	for _, a := range slices.Backward(s.Open()) {
		if (a.Mode == activation.Drill) == s.Drill && (a.Mode == activation.Test) == s.Test {
			s.Case, s.Over = a.ID, false
			return s
		}
	}
	s.Over = true
	return s
}

// alarm shows staff whom to phone, once for each reason, and takes the page away when the reason is gone.
func (s State) alarm() State {
	a, bad := s.Trouble()
	switch {
	case s.Screen == Steps && bad && !slices.Contains(s.Passed, a) && !slices.Contains(s.Phoned, a):
		s.Screen = Trouble
	case s.Screen == Zone && len(without(s.Unheeded(), s.Passed)) > 0:
		s = s.toAlarm()
	case s.Screen == Trouble && !bad && s.Staff != (Session{}) && (s.Case != "" || s.Call != nil):
		s.Screen = Steps
	case s.Screen == Trouble && !bad:
		s = s.home()
	}
	return s
}

// toAlarm turns to the first reason to phone.
func (s State) toAlarm() State {
	all := s.Unheeded()
	if len(all) == 0 {
		all = s.Alarms()
	}
	s = s.about(all[0].Case)
	s.Screen = Trouble
	return s
}

// about turns the page to another activation.
func (s State) about(id string) State {
	if id != s.Case {
		s = s.begin()
		s.Needs, s.NoNeed, s.Over = nil, false, false
	}
	a, ok := s.find(id)
	s.Case, s.Seen = id, ok
	s.Drill, s.Test = a.Mode == activation.Drill, a.Mode == activation.Test
	return s.clean()
}

// raised takes the agent's answer to a call for help.
func (s State) raised(e Raised) (State, []Effect) {
	s.Now = e.Now
	if s.Call == nil || s.Call.Effect.Mode != e.Mode {
		return s, nil
	}
	call := *s.Call
	call.Waiting = false
	mine := s.Case == "" && s.mine()
	if e.Code != "" || e.ID == "" {
		call.Failed, call.NextTry = true, e.Now.Add(RetryEvery)
		s.Call, s.Wish = &call, ""
		if mine && (s.Screen == Steps || s.Screen == PIN) {
			s.Screen = Trouble
		}
		return s, nil
	}
	s.Call = nil
	s = s.tell(e.ID)
	effects := call.named(e.ID)
	if !mine {
		return s, effects
	}
	s.Case = e.ID
	s, more := s.follow().alarm().grant()
	return s, append(effects, more...)
}

// mine reports whether the page is about the call that is on its way to the agent.
func (s State) mine() bool {
	switch s.page() {
	case Status, Steps, Trouble:
		return true
	case PIN:
		return s.Then == Steps
	default:
		return false
	}
}

// admitted takes the agent's answer to a PIN. On another page than the pad it comes too late and opens nothing.
func (s State) admitted(e Admitted) State {
	s.Now = e.Now
	if s.Screen != PIN || !s.Busy {
		return s
	}
	s.Busy = false
	if e.Code != "" {
		s.Note = Note{Code: e.Code, Until: e.Now.Add(e.Retry)}
		return s
	}
	s = s.clean()
	s.Staff, s.Screen = e.Session, s.Then
	if s.Screen == Steps && s.Case == "" && s.Call == nil {
		s.Screen = Zone
	}
	if s.Screen == Zone && s.Staff.Role == agentapi.RoleIT {
		s.Screen = IT
	}
	return s.alarm()
}

// done takes the agent's answer to anything else.
func (s State) done(e Done) State {
	s.Now = e.Now
	if e.Kind == AskNeed {
		return s.needDone(e)
	}
	if slices.Contains([]Kind{StartWalk, StopWalk, SelfTest, Restart, EnrolCard}, e.Kind) {
		return s.deviceDone(e)
	}
	if e.Case != s.Case {
		return s
	}
	s.Busy = false
	if e.Code == agentapi.PINWanted && s.Staff != (Session{}) {
		s = s.clean()
		s.Staff, s.Screen, s.Then = Session{}, PIN, Steps
		s.Note = Note{Code: agentapi.PINWanted}
		return s
	}
	s.Note = Note{Code: e.Code}
	if e.Kind == Look {
		return s.looked(e.Code)
	}
	if e.Kind == Report && e.Code == "" && (s.Screen == Steps || s.Screen == Referral) {
		s = s.clean()
		s.Screen, s.Said, s.Police, s.Called = Steps, "", false, false
	}
	return s
}

func (s State) needDone(e Done) State {
	if e.Case != s.Case && s.Case != "" {
		return s
	}
	s.Needs = slices.Clone(s.Needs)
	i := slices.Index(s.Needs, Asked{Need: e.Need})
	if i < 0 {
		return s
	}
	if e.Code != "" {
		s.Needs, s.NoNeed = slices.Delete(s.Needs, i, i+1), true
		return s
	}
	s.Needs[i].Taken, s.NoNeed = true, false
	return s
}
