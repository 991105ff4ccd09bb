package flow

import (
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/device/agentapi"
)

// What the screen is tried with.
const (
	Colours   = 6  // of the screen test, one after the other
	TouchCols = 6  // of the touch test
	TouchRows = 4  //
	cardChars = 16 // of an enrolment card
)

// CardKeys are the keys for the code of a card: Crockford's base 32, which has no letters that look like digits.
const CardKeys = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func (s State) tapIT(id string) (State, []Effect) {
	switch id {
	case TapColours:
		s.Screen, s.Colour = Panel, 0
	case TapTouch:
		s.Screen, s.Cells = Touch, nil
	case TapSelf:
		s.Busy, s.Note, s.Did = true, Note{}, ""
		return s, []Effect{Device{Kind: SelfTest, Token: s.Staff.Token}}
	case TapWalk:
		return s.tapTests(TapWalk)
	case TapRestart:
		s = s.clean()
		s.Screen, s.Sure = Confirm, Restart
	case TapEnrol:
		s = s.clean()
		s.Screen = Enrol
	}
	return s, nil
}

// tapPanel shows the next colour; after the last one the test is over.
func (s State) tapPanel(id string) State {
	if id != TapColour {
		return s
	}
	if s.Colour++; s.Colour >= Colours {
		s.Screen, s.Colour = IT, 0
	}
	return s
}

// tapTouch marks a part of the screen that answers.
func (s State) tapTouch(id string) State {
	if id == TapBack {
		s.Screen, s.Cells = IT, nil
		return s
	}
	n, ok := after(id, cell)
	i, err := strconv.Atoi(n)
	if !ok || err != nil || i < 0 || i >= TouchCols*TouchRows || slices.Contains(s.Cells, i) {
		return s
	}
	s.Cells = append(slices.Clone(s.Cells), i)
	return s
}

func (s State) tapEnrol(id string) (State, []Effect) {
	if id == TapBack {
		if s.Staff == (Session{}) {
			return s.home(), nil
		}
		s = s.clean()
		s.Screen = IT
		return s, nil
	}
	k, ok := after(id, "card.")
	switch {
	case !ok || s.Busy:
	case k == OK:
		if len(s.Typed) != cardChars {
			return s, nil
		}
		s.Busy, s.Note = true, Note{}
		return s, []Effect{Device{Kind: EnrolCard, Token: s.Staff.Token, Code: s.Typed}}
	case k == Erase:
		if s.Typed != "" {
			s.Typed = s.Typed[:len(s.Typed)-1]
		}
	case len(k) == 1 && strings.Contains(CardKeys, k) && len(s.Typed) < cardChars:
		s.Typed, s.Note = s.Typed+k, Note{}
	}
	return s, nil
}

// deviceDone takes the agent's answer to what was asked of the device itself.
func (s State) deviceDone(e Done) State {
	page := map[Kind]Screen{StartWalk: Walk, StopWalk: Walk, SelfTest: IT, Restart: IT, EnrolCard: Enrol}[e.Kind]
	if s.Screen != page {
		return s
	}
	s.Busy, s.Note = false, Note{Code: e.Code}
	switch {
	case e.Code == agentapi.PINWanted && s.Staff != (Session{}):
		s = s.clean()
		s.Staff, s.Screen, s.Then = Session{}, PIN, Zone
		s.Note = Note{Code: agentapi.PINWanted}
	case e.Code == "" && (e.Kind == SelfTest || e.Kind == Restart):
		s.Did = e.Kind
	case e.Kind == EnrolCard && e.Code == "":
		s.Typed, s.Joined = "", true
	}
	return s
}
