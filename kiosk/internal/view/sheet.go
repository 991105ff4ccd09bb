package view

import (
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Sheet is a plain page of staff: a title, what to know, and what to do.
type Sheet struct {
	Band, Back, Close string
	Title, Body       string
	Lines             []string
	Signs             bool // the lines tell of faults
	Numbers           []Number
	Red               bool // they must be called now
	Mark              Progress
	Marked            bool // the mark stands beside the title
	Note              string
	Bad               bool
	Actions           []Action
	Great             bool // the actions are the question
}

// Action is one button of a sheet.
type Action struct {
	ID, Text, Sub string
	Main          bool
}

// maxLines is how many lines a sheet has room for.
const maxLines = 5

// NewSheet reads the sheet that is shown.
func NewSheet(s flow.State, set locale.Set) Sheet {
	c := set.Pick(s.Lang)
	m := Sheet{Band: band(s, c), Close: c.Text("close"), Back: c.Text("back")}
	switch s.Shown() {
	case flow.Questions:
		m.Title = c.Text("questions.title")
		m.Lines = []string{c.Text("questions.1"), c.Text("questions.2"), c.Text("questions.3"), c.Text("questions.4"), c.Text("questions.5")}
	case flow.Care:
		return m.care(s, c)
	case flow.Faults:
		return m.faults(s, c)
	case flow.Welfare:
		return m.welfare(s, c)
	case flow.Tests:
		m.Title, m.Great = c.Text("tests.title"), true
		m.Actions = []Action{
			{ID: flow.TapDrill, Text: c.Text("tests.drill"), Sub: c.Text("tests.drill.sub")},
			{ID: flow.TapWalk, Text: c.Text("tests.walk"), Sub: c.Text("tests.walk.sub")},
		}
	case flow.Walk:
		return m.walk(s, c)
	default:
	}
	return m
}

func (m Sheet) care(s flow.State, c *locale.Catalog) Sheet {
	m.Back, m.Title = "", c.Text("care.title")
	m.Lines = []string{c.Text("care.1"), c.Text("care.2"), c.Text("care.3"), c.Text("care.4")}
	for _, n := range numbers(s, c) {
		if n.Use == "support" {
			m.Numbers = []Number{n}
		}
	}
	m.Actions = []Action{{ID: flow.TapDone, Text: c.Text("done"), Main: true}}
	return m
}

func (m Sheet) faults(s flow.State, c *locale.Catalog) Sheet {
	m.Title, m.Lines, m.Signs = c.Text("faults.title"), top(faults(s, c), maxLines-1), true
	if len(m.Lines) == 0 {
		m.Title, m.Signs = c.Text("faults.none"), false
		return m
	}
	for _, n := range numbers(s, c) {
		if n.Use == "desk" {
			m.Numbers = []Number{n}
		}
	}
	return m
}

// faults is all that staff should know about the device, the link first.
func faults(s flow.State, c *locale.Catalog) []string {
	out := append(troubles(s.Agent, c), own(s, c)...)
	if !s.Agent.Link.Up {
		out = append([]string{c.Text("link.down", "age", coarse(c, since(s, s.Agent.Link.ForMS)))}, out...)
	}
	return out
}

func (m Sheet) welfare(s flow.State, c *locale.Catalog) Sheet {
	if s.Unwell {
		m.Title, m.Body, m.Red = c.Text("welfare.told"), c.Text("welfare.told.body"), !s.Drill && !s.Test
		m.Numbers = top(numbers(s, c), 2)
		if !m.Red {
			m.Body, m.Numbers = c.Text("call.drill.body"), nil
		}
		return m
	}
	m.Title, m.Body, m.Great = c.Text("welfare.title"), c.Text("welfare.body"), true
	m.Actions = []Action{
		{ID: flow.TapUnwell, Text: c.Text("welfare.unwell")},
		{ID: flow.TapWell, Text: c.Text("welfare.well")}, // neither is the one to be touched by habit
	}
	switch {
	case s.Busy:
		m.Note = c.Text("welfare.sending")
	case s.Note.Code != "":
		m.Note, m.Bad = c.Text("report.failed"), true
	}
	return m
}

// walk is the walk test of the panic button.
func (m Sheet) walk(s flow.State, c *locale.Catalog) Sheet {
	w := s.Agent.WalkTest
	m.Marked, m.Mark, m.Band = true, Now, c.Text("band.test")
	again := []Action{{ID: flow.TapAgain, Text: c.Text("walk.again"), Main: true}}
	switch {
	case s.Note.Code != "":
		m.Title, m.Body, m.Mark, m.Actions = c.Text("walk.failed"), unstarted(s.Note.Code, c), Ahead, again
	case w.Stage == agentapi.WalkPress:
		m.Title, m.Body = c.Text("walk.press"), c.Text("walk.press.body")
	case w.Stage == agentapi.WalkSending:
		m.Title, m.Body = c.Text("walk.sending"), c.Text("walk.sending.body")
	case s.Busy:
		m.Title = c.Text("walk.starting")
	case w.Stage == agentapi.WalkPassed:
		m.Title, m.Body, m.Mark, m.Actions = c.Text("walk.passed"), c.Text("walk.passed.body"), Done, again
	case w.Stage == agentapi.WalkFailed:
		m.Title, m.Body, m.Mark, m.Actions = c.Text("walk.failed"), c.Text("walk."+string(w.Reason)), Ahead, again
	default:
		m.Title, m.Mark, m.Actions = c.Text("tests.walk"), Ahead, again
	}
	return m
}

// unstarted says why a walk test did not begin.
func unstarted(code agentapi.Code, c *locale.Catalog) string {
	switch code {
	case agentapi.NoButton:
		return c.Text("walk.no_button")
	case agentapi.CallOpen:
		return c.Text("walk.call_open")
	case agentapi.NotConnected:
		return c.Text("walk.offline")
	default:
		return c.Text("walk.unstarted")
	}
}

// looked says what staff saw when they last looked how the youth is.
func looked(a agentapi.Activation, c *locale.Catalog) string {
	if a.Welfare == nil {
		return ""
	}
	if a.Welfare.State == activation.WelfareHelp {
		return c.Text("wait.need_help")
	}
	return c.Text("wait.ok")
}
