package flow

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// hides reports whether a call must not be seen on the page: the site is covert, the panic button made the call, and nobody has asked for
// help at this screen. Who stands before a public screen must not learn of it, neither by a word nor by where the door leads. Staff see
// it as soon as they have typed a PIN, and for as long as they stay.
func (s State) hides(a agentapi.Activation) bool {
	return s.Agent.Covert && !s.StaffOnly && s.Staff == (Session{}) && a.Trigger == activation.ByButton && !slices.Contains(s.Told, a.ID)
}

// visible lists the open activations that the page may tell of, oldest first.
func (s State) visible() []agentapi.Activation { return slices.DeleteFunc(s.Open(), s.hides) }

// tell remembers that somebody has asked for help at this screen, and forgets what the agent has forgotten.
func (s State) tell(id string) State {
	s.Told = slices.DeleteFunc(slices.Clone(s.Told), func(old string) bool {
		_, ok := s.find(old)
		return !ok || old == id
	})
	s.Told = append(s.Told, id)
	return s
}
