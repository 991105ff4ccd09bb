package flow

import (
	"slices"
	"strconv"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

func (s State) tapZone(id string) (State, []Effect) {
	if _, ok := after(id, open); ok {
		if a, ok := s.row(id); ok {
			s = s.about(a.ID)
			s.Screen = Steps
		}
		return s.alarm(), nil
	}
	switch id {
	case TapBack:
		return s.home(), nil
	case TapStart:
		return s.start(activation.Actual)
	case TapAnother:
		if _, ok := s.Beside(); ok {
			s.Screen, s.Sure = Confirm, Another
		}
	case TapTests:
		s.Screen = Tests
	case TapFaults:
		s.Screen = Faults
	}
	return s, nil
}

// row is the open activation of a row: the newest is the first.
func (s State) row(id string) (agentapi.Activation, bool) {
	n, _ := after(id, open)
	i, err := strconv.Atoi(n)
	list := s.Open()
	if err != nil || i < 0 || i >= len(list) {
		return agentapi.Activation{}, false
	}
	return list[len(list)-1-i], true
}

func (s State) start(mode activation.Mode) (State, []Effect) {
	if mode == activation.Drill && s.calling() {
		return s, nil
	}
	s.Screen, s.Case = Steps, ""
	return s.raise(Raise{Token: s.Staff.Token, Trigger: activation.ByStaff, Mode: mode})
}

// Beside is the call beside which there can be another young person: the newest real one that is open. While a call is on its way to the
// agent there is none: nobody knows yet what it becomes.
func (s State) Beside() (agentapi.Activation, bool) {
	if s.calling() {
		return agentapi.Activation{}, false
	}
	return s.actual()
}

// another calls for help for another young person. If the open call has ended meanwhile, this is a call like any other.
func (s State) another() (State, []Effect) {
	r := Raise{Token: s.Staff.Token, Trigger: activation.ByStaff, Mode: activation.Actual}
	if first, ok := s.Beside(); ok {
		r.Other, r.Key = first.ID, "k-"+strconv.FormatInt(s.Now.UnixMilli(), 36)
	}
	s.Case = ""
	return s.raise(r)
}

func (s State) tapSteps(id string) (State, []Effect) {
	if s.Ended() {
		if id == TapCare {
			s.Screen = Care
		}
		return s, nil
	}
	s, waits := s.wished(id)
	if waits {
		return s, nil
	}
	switch id {
	case TapBack:
		if s.Step == MakeReport && s.Called {
			s.Called, s.Note = false, Note{}
			return s, nil
		}
		if s.Step == SafePlace {
			s = s.about("")
			s.Screen = Zone
			return s, nil
		}
		s.Step--
		s.Note = Note{}
	case TapLater:
		return s.forward(), nil
	case TapNext:
		return s.next()
	case TapLeft:
		return s.ask(Left), nil
	case TapCancel:
		return s.ask(Cancel), nil
	case TapLook:
		if s.Case != "" {
			return s.toWelfare(), nil
		}
	case TapAsked:
		if s.Step == MakeReport {
			s.Screen = Questions
		}
	case TapPhoned:
		s.Called = s.Step == MakeReport
	case TapMirror:
		return s.mirror(), nil
	case TapVerify:
		return s.toVerify(), nil
	case TapHandOver:
		if a, ok := s.Activation(); ok && a.Check.Verified {
			return s.ask(GiveOver), nil
		}
	default:
		return s.choose(id), nil
	}
	return s, nil
}

func (s State) forward() State {
	s.Note, s.Called = Note{}, false
	s.Step = min(s.Step+1, HandOver)
	return s
}

// next leaves a step: what was chosen there goes to the agent.
func (s State) next() (State, []Effect) {
	if s.Case == "" {
		return s.noteFlags().forward(), nil
	}
	switch s.Step {
	case ImmediateNeeds:
		return s.forward().act(Act{Kind: Intake, Flags: slices.Clone(s.Flags)}, len(s.Flags) > 0)
	case MakeReport:
		if a, ok := s.Activation(); s.Busy || (ok && a.Reported && s.Said == "" && !s.Police) {
			return s.forward(), nil
		}
		if s.Numbered() {
			s = s.clean()
			s.Screen = Referral
			return s, nil
		}
		s, effects := s.act(s.report(""), s.Said != "" || s.Police)
		s.Busy = len(effects) > 0
		return s, effects
	case SafePlace, WaitTogether, WhoIsComing, HandOver, steps:
	}
	return s.forward(), nil
}

// Numbered reports whether the hotline gives a number for what it said.
func (s State) Numbered() bool {
	return !s.Police && slices.Contains([]activation.Disposition{activation.Immediate, activation.FiveDays, activation.EvaluatedOut}, s.Said)
}

func (s State) report(referral string) Act {
	r := activation.Report{Called: activation.Hotline, Disposition: s.Said, Referral: referral}
	if s.Police {
		r = activation.Report{Called: activation.LawEnforcement}
	}
	return Act{Kind: Report, Report: r}
}

// act makes an effect of the staff on the activation of this page.
func (s State) act(a Act, really bool) (State, []Effect) {
	if !really || s.Case == "" {
		return s, nil
	}
	a.Case, a.Token = s.Case, s.Staff.Token
	return s, []Effect{a}
}

// choose marks what staff touched on a step.
func (s State) choose(id string) State {
	if n, ok := after(id, flag); ok && s.Step == ImmediateNeeds && slices.Contains(activation.Needs(), activation.Need(n)) {
		s.Flags = toggle(s.Flags, activation.Need(n))
	}
	if s.Step != MakeReport || s.Busy {
		return s
	}
	if d, ok := after(id, said); ok && slices.Contains(Dispositions(), activation.Disposition(d)) {
		s.Said, s.Police, s.Note = activation.Disposition(d), false, Note{}
	}
	if id == TapPolice {
		s.Said, s.Police, s.Note = "", true, Note{}
	}
	return s
}

func toggle(all []activation.Need, n activation.Need) []activation.Need {
	if i := slices.Index(all, n); i >= 0 {
		return slices.Delete(slices.Clone(all), i, i+1)
	}
	return append(slices.Clone(all), n)
}

func (s State) ask(k Kind) State {
	if s.Case == "" {
		return s
	}
	s = s.clean()
	s.Screen, s.Sure = Confirm, k
	return s
}

// mirror gives the page to the youth: the staff member's leave to act ends with it.
func (s State) mirror() State {
	s = s.clean()
	s.Staff, s.Screen = Session{}, Status
	return s
}

func (s State) toVerify() State {
	a, ok := s.Activation()
	if !ok || a.Check.Verified {
		return s
	}
	s = s.clean()
	s.Screen, s.Wrong = Verify, a.Check.Wrong
	return s
}

func (s State) tapReferral(id string) (State, []Effect) {
	if s.Busy {
		return s, nil
	}
	switch id {
	case TapBack:
		s = s.clean()
		s.Screen = Steps
		return s, nil
	case TapSkip:
		s.Busy = true
		return s.act(s.report(""), true)
	}
	s, enter := s.key(id, refDigits)
	if !enter || len(s.Typed) != refDigits {
		return s, nil
	}
	s.Busy = true
	return s.act(s.report(s.Typed), true)
}

func (s State) tapVerify(id string) (State, []Effect) {
	if id == TapBack {
		s = s.clean()
		s.Screen = Steps
		return s, nil
	}
	a, ok := s.Activation()
	if !ok || a.Check.Waiting {
		return s, nil
	}
	s, enter := s.key(id, codeDigits)
	if !enter || len(s.Typed) != codeDigits {
		return s, nil
	}
	code := s.Typed
	s = s.clean()
	s.Busy, s.Wrong = true, a.Check.Wrong
	return s.act(Act{Kind: Check, Code: code}, true)
}

func (s State) tapConfirm(id string) (State, []Effect) {
	switch id {
	case TapBack:
		kind := s.Sure
		s.Screen, s.Sure = Steps, ""
		switch kind {
		case Begin:
			return s.home(), nil
		case Another:
			s.Screen = Zone
			return s.alarm(), nil
		case Restart:
			s.Screen = IT
		default:
		}
	case TapSure:
		kind := s.Sure
		s.Screen, s.Sure = Steps, ""
		switch kind {
		case Begin:
			s.Screen, s.Then = PIN, Steps
			return s.raise(Raise{Trigger: activation.ByStaff, Mode: activation.Actual})
		case Another:
			return s.another()
		case Restart:
			s.Screen, s.Busy = IT, true
			return s, []Effect{Device{Kind: Restart, Token: s.Staff.Token}}
		default:
		}
		return s.act(Act{Kind: kind}, true)
	}
	return s, nil
}

// Offline reports whether the last try failed for want of the county or of the agent.
func (n Note) Offline() bool { return n.Code == agentapi.NotConnected }
