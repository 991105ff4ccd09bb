package flow

import (
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// tapTests is where staff choose what to try: the whole way with people, or the panic button alone.
func (s State) tapTests(id string) (State, []Effect) {
	switch id {
	case TapBack:
		s.Screen = Zone
	case TapDrill:
		return s.start(activation.Drill)
	case TapWalk:
		s = s.clean()
		s.Screen, s.Busy = Walk, true
		return s, []Effect{Device{Kind: StartWalk, Token: s.Staff.Token}}
	}
	return s, nil
}

// Walking reports whether the next press of the panic button is a test.
func (s State) Walking() bool {
	st := s.Agent.WalkTest.Stage
	return st == agentapi.WalkPress || st == agentapi.WalkSending
}

func (s State) tapWalk(id string) (State, []Effect) {
	switch id {
	case TapBack:
		s = s.clean()
		s.Screen = Tests
		if s.Staff.Role == agentapi.RoleIT {
			s.Screen = IT
		}
		if s.Agent.WalkTest.Stage == agentapi.WalkPress {
			return s, []Effect{Device{Kind: StopWalk, Token: s.Staff.Token}}
		}
	case TapAgain:
		if s.Busy || s.Walking() {
			return s, nil
		}
		s = s.clean()
		s.Busy = true
		return s, []Effect{Device{Kind: StartWalk, Token: s.Staff.Token}}
	}
	return s, nil
}
