package view

import (
	"strconv"
	"strings"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Pad is a page with a keypad: a PIN, a responder's code, a referral number.
type Pad struct {
	Band, Back, Close, Caption string
	Title, Body, Rule          string
	Boxes                      []string // what was typed, box by box; a PIN shows dots
	Line                       string   // what was typed, as one line
	Count                      string
	Note                       string
	Bad                        bool // the note is about something that did not work
	Skip                       string
	OK                         string
	Ready                      bool // OK does something
}

// NewPIN reads the page for the staff PIN. The digits are never in the model.
func NewPIN(s flow.State, set locale.Set) Pad {
	c := set.Pick(s.Lang)
	m := Pad{
		Band: band(s, c), Back: c.Text("back"), OK: c.Text("ok"), Title: c.Text("pin.title"), Body: c.Text("pin.body"),
		Line: strings.Repeat("•", len(s.Typed)), Ready: len(s.Typed) >= 4, Caption: draft(c),
	}
	if s.Busy {
		m.Note = c.Text("pin.checking")
		return m
	}
	left := s.Note.Until.Sub(s.Now)
	switch s.Note.Code {
	case "":
	case agentapi.PINWrong:
		m.Note, m.Bad = c.Text("pin.wrong"), true
	case agentapi.NoPINs:
		m.Note, m.Bad = c.Text("pin.none"), true
	case agentapi.PINWanted:
		m.Note = c.Text("pin.again")
	case agentapi.PINLocked, agentapi.BadRequest, agentapi.NotFound, agentapi.TooManyOpen, agentapi.NotConnected, agentapi.NoButton, agentapi.CallOpen,
		agentapi.TooLarge, agentapi.Internal:
		fallthrough
	default:
		m.Note, m.Bad = c.Text("pin.failed"), true
	}
	if left > 0 && (s.Note.Code == agentapi.PINLocked || s.Note.Code == "") {
		m.Note, m.Bad, m.Ready = c.Text("pin.locked", "age", age(c, left+time.Second-time.Nanosecond)), true, false
	} else if s.Note.Code == agentapi.PINLocked {
		m.Note, m.Bad = "", false
	}
	return m
}

// NewVerify reads the page for the responder's code.
func NewVerify(s flow.State, set locale.Set) Pad {
	c := set.Pick(s.Lang)
	a, _ := s.Activation()
	m := Pad{
		Band: band(s, c), Back: c.Text("back"), OK: c.Text("ok"), Caption: code(c, a),
		Title: c.Text("verify.title"), Body: c.Text("verify.body"), Rule: c.Text("verify.rule"),
		Boxes: []string{"", "", "", ""}, Ready: len(s.Typed) == 4,
	}
	for i, d := range s.Typed {
		m.Boxes[i] = string(d)
	}
	switch {
	case s.Busy || a.Check.Waiting:
		m.Note, m.Ready = c.Text("verify.checking"), false
	case s.Note.Offline():
		m.Note, m.Bad = c.Text("verify.offline", "number", desk(s, c)), true
	case s.Note.Code != "":
		m.Note, m.Bad = c.Text("verify.failed"), true
	case a.Check.Wrong > 0 && a.Check.TriesLeft == 0:
		m.Note, m.Bad, m.Ready = c.Text("verify.locked"), true, false
	case a.Check.Wrong > s.Wrong && s.Typed == "":
		m.Note, m.Bad = c.Text("verify.wrong", "n", strconv.Itoa(a.Check.TriesLeft)), true
	}
	return m
}

// NewReferral reads the page for the hotline's number.
func NewReferral(s flow.State, set locale.Set) Pad {
	c := set.Pick(s.Lang)
	m := Pad{
		Band: band(s, c), Back: c.Text("back"), OK: c.Text("ok"), Caption: caption(s, c),
		Title: c.Text("referral.title"), Body: c.Text("referral.body"), Skip: c.Text("referral.skip"),
		Line: grouped(s.Typed), Count: c.Text("referral.count", "n", strconv.Itoa(len(s.Typed))), Ready: len(s.Typed) == 19,
	}
	switch {
	case s.Busy:
	case s.Note.Code != "":
		m.Note, m.Bad = c.Text("report.failed"), true
	case m.Ready:
		m.Note = c.Text("referral.check")
	}
	return m
}

// grouped writes digits in fours, as they are read aloud.
func grouped(digits string) string {
	var b strings.Builder
	for i, d := range []rune(digits) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}
