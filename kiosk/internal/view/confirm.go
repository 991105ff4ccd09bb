package view

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Confirm asks staff whether they are sure.
type Confirm struct {
	Band, Close, Caption string
	Title, Body          string
	Yes, No              string
}

// NewConfirm reads the question.
func NewConfirm(s flow.State, set locale.Set) Confirm {
	c := set.Pick(s.Lang)
	a, _ := s.Activation()
	key := "confirm." + string(s.Sure)
	m := Confirm{
		Band: band(s, c), Close: c.Text("close"), Caption: caption(s, c), No: c.Text("back"), Yes: c.Text(key + ".yes"),
		Title: c.Text(key), Body: c.Text(key+".body", "role", role(c, a.Check.Role)),
	}
	switch s.Sure {
	case flow.Another:
		m.Caption, m.Yes = "", c.Text("confirm.begin.yes")
	case flow.Begin, flow.Restart:
		m.Caption = ""
	default:
	}
	return m
}
