package flow

import "slices"

// wished remembers a touch that needs the name of the call while the agent has not given it yet: staff see "One moment" instead of a button
// that does nothing. Another touch on the page takes its place.
func (s State) wished(id string) (State, bool) {
	s.Wish = ""
	if s.Case != "" || s.Call == nil {
		return s, false
	}
	saving := id == TapNext && s.Step == MakeReport && (s.Said != "" || s.Police)
	if !saving && !slices.Contains([]string{TapLook, TapLeft, TapCancel}, id) {
		return s, false
	}
	s.Wish = id
	return s, true
}

// grant does what was wished for, if its page is still there.
func (s State) grant() (State, []Effect) {
	id := s.Wish
	s.Wish = ""
	if id == "" || s.Screen != Steps {
		return s, nil
	}
	return s.tapSteps(id)
}

// noteFlags keeps what staff saw until the agent has named the call; closing the page takes nothing of it back.
func (s State) noteFlags() State {
	if s.Step != ImmediateNeeds || s.Call == nil || len(s.Flags) == 0 {
		return s
	}
	call := *s.Call
	call.Flags, call.Token = slices.Clone(s.Flags), s.Staff.Token
	s.Call = &call
	return s
}

// named is what was asked for before the call had a name.
func (c Call) named(id string) []Effect {
	var out []Effect
	for _, n := range c.Needs {
		out = append(out, Act{Kind: AskNeed, Case: id, Need: n})
	}
	if len(c.Flags) > 0 {
		out = append(out, Act{Kind: Intake, Token: c.Token, Case: id, Flags: slices.Clone(c.Flags)})
	}
	return out
}

// Moment reports whether a touch on that button waits for the name of the call.
func (s State) Moment(id string) bool { return s.Wish != "" && s.Wish == id }
