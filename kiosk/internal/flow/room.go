package flow

import "time"

// front is the page that this kiosk rests on.
func (s State) front() Screen {
	if s.StaffOnly {
		return Room
	}
	return Idle
}

// tapRoom is the resting page of a kiosk that stands where only staff are. Calling for help needs no PIN there: it never does.
func (s State) tapRoom(id string) (State, []Effect) {
	if _, ok := after(id, open); ok {
		if a, ok := s.row(id); ok {
			s = s.about(a.ID)
			s.Screen, s.Then = PIN, Steps
		}
		return s, nil
	}
	switch id {
	case TapStart:
		s.Screen, s.Sure = Confirm, Begin
	case TapStaff:
		if len(s.Unheeded()) > 0 {
			return s.toAlarm(), nil
		}
		return s.toStaff(), nil
	}
	return s, nil
}

// toStaff asks for a PIN; a device that belongs to no county yet asks for the code of its card.
func (s State) toStaff() State {
	if s.Known && !s.Agent.Health.Enrolled {
		s.Screen = Enrol
		return s
	}
	s.Screen, s.Then = PIN, Zone
	return s
}

// page is the page that people are about, also while they choose a language for it.
func (s State) page() Screen {
	if s.Screen == Languages {
		return s.From
	}
	return s.Screen
}

// tapLanguages chooses among all languages and goes back.
func (s State) tapLanguages(id string) State {
	if _, ok := after(id, lang); ok || id == TapBack {
		s.Screen, s.From = s.From, ""
	}
	return s
}

// toLanguages opens the page of all languages over a page that offers it.
func (s State) toLanguages() State {
	switch s.Screen {
	case Idle, Room, Ask, Status:
		s.Screen, s.From = Languages, s.Screen
	default:
	}
	return s
}

// HintAfter is how long the device may be cut off before staff are asked to look.
const HintAfter = 2 * time.Minute

// Hint reports whether staff should look at this screen, without anybody else learning why: how the youth is should be looked at, or the
// device has a fault.
func (s State) Hint() bool {
	for _, a := range s.visible() {
		if due, _ := s.Welfare(a); due && a.Mode != "" {
			return true
		}
	}
	down := !s.Agent.Link.Up && time.Duration(s.Agent.Link.ForMS)*time.Millisecond >= HintAfter
	return s.Known && (down || len(s.Agent.Health.Troubles) > 0)
}
