package view

import (
	"strconv"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Steps is the staff's page of one call: a rail of steps and one card of work.
type Steps struct {
	Band, Close, Caption string
	Rail                 [6]Row
	Left                 string // the youth left
	Step                 flow.Step
	Title, Body          string
	Lines                []string // what to do, one under the other
	Number               string   // to call on this step
	Said                 string   // over the choices
	Failed               bool     // Said tells that the report was not saved
	Choices              []Choice
	Chips                []Chip
	Who                  []WhoRow
	Due                  *Due     // of the written report
	Aside                []Choice // quiet actions of this step
	Note                 string
	Bad                  bool
	Back, Next           string
	NextID               string
	Over                 bool // the call has ended
}

// Choice is one button that staff can choose.
type Choice struct {
	ID, Text string
	Chosen   bool
}

// WhoRow is one agency and what it said.
type WhoRow struct {
	Role, Says string
	Here       bool
}

// NewSteps reads the page of one call.
func NewSteps(s flow.State, set locale.Set) Steps {
	c := set.Pick(s.Lang)
	a, _ := s.Activation()
	m := Steps{
		Band: band(s, c), Close: c.Text("close"), Caption: caption(s, c), Left: c.Text("rail.left"), Step: s.Step,
		Back: c.Text("back"), Next: c.Text("next"), NextID: flow.TapNext, Rail: rail(s, a, c),
	}
	if s.Ended() {
		return m.over(s, a, c)
	}
	switch s.Step {
	case flow.SafePlace:
		m.Title = c.Text("safe.title")
		m.Lines = []string{c.Text("safe.1"), c.Text("safe.2"), c.Text("safe.3"), c.Text("safe.4", "number", emergency(s, c))}
	case flow.ImmediateNeeds:
		m = m.needs(s, a, c)
	case flow.MakeReport:
		m = m.report(s, a, c)
	case flow.WaitTogether:
		m = m.wait(s, a, c)
	case flow.WhoIsComing:
		m = m.who(s, a, c)
	case flow.HandOver:
		m = m.handOver(a, c)
	}
	if s.Note.Code != "" && m.Note == "" && !m.Failed {
		m.Note, m.Bad = c.Text("report.failed"), true
	}
	if s.Moment(flow.TapLeft) {
		m.Left = c.Text("welfare.sending")
	}
	if s.Moment(m.NextID) {
		m.Next = c.Text("welfare.sending")
	}
	return m
}

// rail marks what is behind, what is now and what is ahead; a report is done only when the agent has it.
func rail(s flow.State, a agentapi.Activation, c *locale.Catalog) [6]Row {
	keys := [6]string{"safe", "needs", "report", "wait", "who", "handover"}
	var out [6]Row
	for i, k := range keys {
		out[i].Text = c.Text("rail." + k)
		at := flow.Step(i)
		switch {
		case at == s.Step && !s.Ended():
			out[i].Progress = Now
		case at == flow.MakeReport && a.Reported, at == flow.HandOver && a.Stage == activation.StageHandedOver:
			out[i].Progress = Done
		case at < s.Step && at != flow.MakeReport:
			out[i].Progress = Done
		}
	}
	return out
}

func (m Steps) needs(s flow.State, a agentapi.Activation, c *locale.Catalog) Steps {
	m.Title, m.Body = c.Text("needs.title"), c.Text("needs.body", "number", emergency(s, c))
	for _, n := range activation.Needs() {
		chip := Chip{ID: flow.TapFlag(n), Need: n, Text: seen(n, c)}
		for _, asked := range append(append([]activation.Need{}, a.Needs...), s.Flags...) {
			chip.Chosen = chip.Chosen || asked == n
		}
		m.Chips = append(m.Chips, chip)
	}
	if len(a.Needs) > 0 {
		m.Note = c.Text("needs.asked")
	}
	return m
}

func (m Steps) report(s flow.State, a agentapi.Activation, c *locale.Catalog) Steps {
	if a.Reported {
		m.Title, m.Body, m.Due = c.Text("report.done"), c.Text("report.done.body"), due(s, a, c)
		return m
	}
	if !s.Called {
		return m.toCall(s, c)
	}
	m.Title, m.Body = c.Text("report.heard"), c.Text("report.heard.body")
	if s.Note.Code != "" {
		m.Body, m.Failed = c.Text("report.failed"), true
	}
	for _, d := range flow.Dispositions() {
		m.Choices = append(m.Choices, Choice{ID: flow.TapSaid(d), Text: c.Text("report." + string(d)), Chosen: d == s.Said})
	}
	m.Choices = append(m.Choices, Choice{ID: flow.TapPolice, Text: c.Text("report.police"), Chosen: s.Police})
	switch {
	case s.Numbered():
		m.Next = c.Text("report.number")
	case s.Said != "" || s.Police:
		m.Next = c.Text("report.save")
	default:
		m.Next, m.NextID = c.Text("report.later"), flow.TapLater
	}
	return m
}

// toCall is whom to call, why, and what they will ask.
func (m Steps) toCall(s flow.State, c *locale.Catalog) Steps {
	m.Title, m.Number = c.Text("report.title"), hotline(s, c)
	policy := s.Agent.Settings.Policy
	if policy == "" {
		policy = wire.Mandated
	}
	m.Body = c.Text("report." + string(policy))
	m.Next, m.NextID = c.Text("report.phoned"), flow.TapPhoned
	if s.Drill || s.Test {
		m.Body, m.Next = c.Text("report.drill"), c.Text("next")
	}
	m.Aside = []Choice{{ID: flow.TapAsked, Text: c.Text("report.asked")}, {ID: flow.TapLater, Text: c.Text("report.later")}}
	return m
}

func (m Steps) wait(s flow.State, a agentapi.Activation, c *locale.Catalog) Steps {
	m.Title = c.Text("wait.title")
	m.Lines = []string{c.Text("wait.1"), c.Text("wait.2")}
	if a.Message != "" {
		m.Lines = append(m.Lines, c.Text("wait.message", "message", c.Text("message."+string(a.Message))))
	}
	if words := looked(a, c); words != "" {
		m.Lines = append(m.Lines, words)
	}
	m.Aside = []Choice{{ID: flow.TapLook, Text: c.Text("wait.look")}, {ID: flow.TapMirror, Text: c.Text("wait.mirror")}}
	switch a.StandDown {
	case activation.StandDownAsked, activation.StandDownGranted:
		m.Note = c.Text("cancel." + string(a.StandDown))
	case activation.StandDownRefused:
		m.Note = c.Text("cancel.declined")
	case activation.NoStandDown:
		m.Aside = append(m.Aside, Choice{ID: flow.TapCancel, Text: c.Text("wait.cancel")})
	}
	for i := range m.Aside {
		if s.Moment(m.Aside[i].ID) {
			m.Aside[i].Text = c.Text("welfare.sending")
		}
	}
	return m
}

func (m Steps) who(s flow.State, a agentapi.Activation, c *locale.Catalog) Steps {
	m.Title = c.Text("who.title")
	for _, w := range top(a.Who, 4) {
		m.Who = append(m.Who, whoRow(s, w, c))
	}
	if len(m.Who) == 0 {
		m.Body = c.Text("who.none")
	}
	return m
}

func whoRow(s flow.State, w agentapi.Who, c *locale.Catalog) WhoRow {
	row := WhoRow{Role: role(c, w.Role), Says: c.Text("who.answered"), Here: w.Stage.Rank() >= activation.Here.Rank()}
	switch {
	case row.Here:
		row.Says = c.Text("who.here")
	case w.Stage == activation.StageComing:
		row.Says = c.Text("who.coming")
		if n, ok := minutes(s, w); ok && n > 0 {
			row.Says = c.Text("who.eta", "n", strconv.Itoa(n))
		} else if ok {
			row.Says = c.Text("who.late")
		}
	}
	return row
}

func (m Steps) handOver(a agentapi.Activation, c *locale.Catalog) Steps {
	m.Title = c.Text("handover.title")
	m.Lines = []string{c.Text("handover.1"), c.Text("handover.2"), c.Text("handover.3")}
	m.Next, m.NextID = c.Text("handover.verify"), flow.TapVerify
	if a.Check.Verified {
		m.Title = c.Text("handover.checked", "role", role(c, a.Check.Role))
		m.Lines = []string{c.Text("handover.ready"), c.Text("handover.tell")}
		m.Next, m.NextID = c.Text("handover.now"), flow.TapHandOver
	}
	return m
}

// over is what staff see when the call has ended.
func (m Steps) over(s flow.State, a agentapi.Activation, c *locale.Catalog) Steps {
	key := "over." + ending(s, a)
	m.Over, m.Left, m.Back = true, "", ""
	m.Title, m.Body = c.Text(key), c.Text(key+".body")
	m.Next, m.NextID = c.Text("care.next"), flow.TapCare
	if !s.Drill && !s.Test && a.Stage != activation.StoodDown {
		m.Due = due(s, a, c)
	}
	return m
}

// seen is a need in the words of somebody who looks after the youth; most needs are things, and called the same by everybody.
func seen(n activation.Need, c *locale.Catalog) string {
	if key := "needs." + string(n); c.Has(key) {
		return c.Text(key)
	}
	return c.Text("need." + string(n))
}
