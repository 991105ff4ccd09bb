package view

import (
	"strings"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// IT is how the device is, for the people who look after it.
type IT struct {
	Band, Close, Title string
	Rows               []Reading
	Actions            []Choice
	Note               string
	Bad                bool
}

// Reading is one line: what it is, and what it says. The two never stand in one text.
type Reading struct {
	What, Says string
	Bad        bool
}

// NewIT reads the page.
func NewIT(s flow.State, set locale.Set) IT {
	c := set.Pick(s.Lang)
	m := IT{Band: band(s, c), Close: c.Text("close"), Title: c.Text("it.title"), Rows: readings(s, c)}
	for _, a := range []struct{ id, key string }{
		{flow.TapColours, "colours"},
		{flow.TapTouch, "touch"},
		{flow.TapWalk, "walk"},
		{flow.TapSelf, "self"},
		{flow.TapEnrol, "card"},
		{flow.TapRestart, "restart"},
	} {
		m.Actions = append(m.Actions, Choice{ID: a.id, Text: c.Text("it." + a.key)})
	}
	switch {
	case s.Busy:
		m.Note = c.Text("pin.checking")
	case s.Note.Code != "":
		m.Note, m.Bad = c.Text("it.failed"), true
	case s.Did == flow.SelfTest:
		m.Note = c.Text("it.checked")
	case s.Did == flow.Restart:
		m.Note = c.Text("it.restarting")
	}
	return m
}

func readings(s flow.State, c *locale.Catalog) []Reading {
	h := s.Agent.Health
	button := c.Text("it.button.ok")
	if c.Has("it.button." + h.Button) {
		button = c.Text("it.button." + h.Button)
	}
	works := func(ok bool) string {
		if ok {
			return c.Text("it.works")
		}
		return c.Text("it.fault")
	}
	pick := func(is bool, yes, no string) string {
		if is {
			return c.Text(yes)
		}
		return c.Text(no)
	}
	rows := []Reading{
		{c.Text("it.link"), pick(s.Agent.Link.Up, "it.link.up", "it.link.down"), !s.Agent.Link.Up},
		{c.Text("it.device"), short(s.Agent.Device), !h.Enrolled},
		{c.Text("it.version"), s.Agent.Version, false},
		{c.Text("it.cert"), count(h.CertDays), h.CertDays <= 5},
		{c.Text("it.button"), button, h.Button != "ok"},
		lastTest(h, c),
		{c.Text("it.waiting"), count(h.Outbox), h.Outbox > 0},
		{c.Text("it.disk"), works(h.DiskOK), !h.DiskOK},
		{c.Text("it.clock"), pick(h.TimeSynced, "it.clock.set", "it.clock.unset"), !h.TimeSynced},
		numbersChecked(s.Agent, c),
	}
	return append(rows, measured(h, c)...)
}

// measured is what the machine can measure of itself.
func measured(h agentapi.Health, c *locale.Catalog) []Reading {
	temp := Reading{What: c.Text("it.temperature"), Says: c.Text("it.unknown")}
	if t := h.Machine.TempMilliC; t != nil {
		temp.Says, temp.Bad = count(int(*t/1000)), *t >= 80_000
	}
	power := Reading{What: c.Text("it.power"), Says: c.Text("it.unknown")}
	if u := h.Machine.UnderVoltage; u != nil {
		power.Says, power.Bad = c.Text("it.works"), *u
		if *u {
			power.Says = c.Text("it.power.weak")
		}
	}
	hours := Reading{What: c.Text("it.hours"), Says: count(int(time.Duration(h.UpMS) * time.Millisecond / time.Hour))}
	free := Reading{What: c.Text("it.free"), Says: c.Text("it.unknown")}
	if h.Machine.DiskSize > 0 {
		free.Says, free.Bad = count(int(h.Machine.DiskFree>>20)), h.Machine.DiskFree < 64<<20
	}
	return []Reading{temp, power, hours, free}
}

func lastTest(h agentapi.Health, c *locale.Catalog) Reading {
	r := Reading{What: c.Text("it.test"), Says: c.Text("it.test.never")}
	if t := h.LastTest; t != nil {
		r.Says, r.Bad = c.Text("it.test.passed"), !t.Passed
		if !t.Passed {
			r.Says = c.Text("it.test.failed")
		}
	}
	return r
}

func numbersChecked(s agentapi.State, c *locale.Catalog) Reading {
	r := Reading{What: c.Text("it.numbers"), Says: s.Settings.VerifiedOn}
	if r.Says == "" {
		r.Says = c.Text("it.numbers.never")
	}
	for _, t := range s.Health.Troubles {
		r.Bad = r.Bad || t.Code == "contacts"
	}
	return r
}

// short leaves of a long id what fits on a line.
func short(id string) string {
	const most = 14
	if len(id) <= most {
		return id
	}
	return id[:most-1] + "…"
}

// Card is the page for the code of an enrolment card.
type Card struct {
	Back, Title string
	Line        string // what was typed, in fours
	Note        string
	Bad         bool
	OK          string
	Ready       bool
	Joined      bool
}

// NewCard reads the page.
func NewCard(s flow.State, set locale.Set) Card {
	c := set.Pick(s.Lang)
	m := Card{Back: c.Text("back"), Title: c.Text("enrol.title"), OK: c.Text("ok"), Ready: len(s.Typed) == 16 && !s.Busy, Joined: s.Joined}
	m.Line = grouped(s.Typed + strings.Repeat("·", 16-len(s.Typed)))
	switch {
	case s.Busy:
		m.Note = c.Text("enrol.checking")
	case s.Joined:
		m.Note = c.Text("enrol.done")
	case s.Note.Code == "":
	case s.Note.Code == agentapi.CardRefused:
		m.Note, m.Bad = c.Text("enrol.refused"), true
	case s.Note.Code == agentapi.NotConnected:
		m.Note, m.Bad = c.Text("enrol.offline"), true
	case s.Note.Code == agentapi.NotFound:
		m.Note, m.Bad = c.Text("enrol.nowhere"), true
	default:
		m.Note, m.Bad = c.Text("enrol.failed"), true
	}
	return m
}
