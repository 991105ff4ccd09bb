package view

import (
	"strconv"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Progress is how far a row has come.
type Progress int

// The three states of a row.
const (
	Ahead Progress = iota
	Now
	Done
)

// Row is one of the four states on the youth's page.
type Row struct {
	Text, Sub string
	Progress  Progress
}

// Chip is one need that can be touched.
type Chip struct {
	ID, Text string
	Need     activation.Need
	Chosen   bool
}

// Status is the youth's page of a call for help.
type Status struct {
	Band, Close string
	Voice       Voice
	Languages   []Language
	More        string
	Rows        [4]Row
	Message     string // of the desk
	Tell, Why   string // please tell a staff member; and why, with the number
	Choose      string
	NeedsTitle  string
	Chips       []Chip
	NeedFailed  string
	Ended       bool
	EndTitle    string
	EndBody     string
	EndDone     string
}

// NewStatus reads the youth's page.
func NewStatus(s flow.State, set locale.Set) Status {
	c := set.Pick(s.Lang)
	m := Status{
		Band: band(s, c), Close: c.Text("close"), Voice: voice(s, c), Languages: languages(s, set), More: c.Text("languages.more"),
		Choose: c.Text("status.choose"), NeedsTitle: c.Text("status.needs"),
	}
	a, known := s.Activation()
	if s.Ended() {
		return m.ended(s, a, c)
	}
	m.Rows = rows(s, a, known, c)
	if a.Message != "" {
		m.Message = c.Text("message." + string(a.Message))
	}
	if _, bad := s.Trouble(); bad || lost(s) {
		m.Tell, m.Why = c.Text("status.tell"), c.Text("status.longer", "number", hotline(s, c))
		if s.Drill || s.Test {
			m.Why = c.Text("status.drill")
		}
	}
	if m.Tell == "" && m.Message == "" {
		m.Choose = c.Text("status.calm") + " " + m.Choose
	}
	if s.NoNeed {
		m.NeedFailed = c.Text("status.need_failed")
	}
	for _, n := range activation.Needs() {
		m.Chips = append(m.Chips, Chip{ID: flow.TapNeed(n), Need: n, Text: c.Text("need." + string(n)), Chosen: s.Chosen(n)})
	}
	return m
}

// lost reports whether the call never reached the agent and is no longer offered to it.
func lost(s flow.State) bool { return s.Case == "" && s.Call == nil }

// stage is how far the call has come; a stage that the agent has not told is [activation.Sending].
func stage(a agentapi.Activation, known bool) activation.Stage {
	if !known {
		return activation.Sending
	}
	return a.Stage
}

// rows fills the four states. What is ahead is said as a plan, never as a fact.
func rows(s flow.State, a agentapi.Activation, known bool, c *locale.Catalog) [4]Row {
	st := stage(a, known)
	out := [4]Row{
		{Text: c.Text("status.sending")},
		{Text: c.Text("status.received.next")},
		{Text: c.Text("status.coming.next")},
		{Text: c.Text("status.here.next"), Sub: c.Text("status.check")},
	}
	now := map[activation.Stage]int{activation.Received: 1, activation.StageAcknowledged: 1, activation.StageComing: 2, activation.Here: 3}[st]
	for i := range out {
		switch {
		case i < now:
			out[i].Progress = Done
		case i == now:
			out[i].Progress = Now
		}
	}
	switch {
	case lost(s) || (s.Call != nil && s.Call.Failed && s.Case == ""):
		out[0].Text = c.Text("status.unsent")
	case s.Case == "":
		out[0].Text = c.Text("status.saving")
	}
	if now >= 1 {
		out[0].Text, out[1].Text = c.Text("status.sent"), c.Text("status.received")
	}
	if now == 1 {
		out[1].Sub = c.Text("status.waiting")
		if st == activation.StageAcknowledged {
			out[1].Sub = c.Text("status.answered")
		}
	}
	if now == 2 {
		out[2].Text, out[2].Sub = c.Text("status.coming"), coming(s, a, c)
	}
	if now == 3 {
		out[2].Text, out[3].Text = c.Text("status.came"), c.Text("status.here")
		if a.Check.Verified {
			out[3].Sub = c.Text("status.checked")
		}
	}
	return out
}

// coming is who comes first and in how many minutes.
func coming(s flow.State, a agentapi.Activation, c *locale.Catalog) string {
	for _, w := range a.Who {
		if w.Stage != activation.StageComing {
			continue
		}
		who := role(c, w.Role)
		n, ok := minutes(s, w)
		switch {
		case !ok:
			return c.Text("status.unknown", "role", who)
		case n == 0:
			return c.Text("status.late", "role", who)
		case n == 1:
			return c.Text("status.minute", "role", who)
		}
		return c.Text("status.soon", "role", who, "n", strconv.Itoa(n))
	}
	return ""
}

// ended says calmly that it is over, and that one may come back.
func (m Status) ended(s flow.State, a agentapi.Activation, c *locale.Catalog) Status {
	m.Ended, m.EndDone, m.Choose, m.NeedsTitle = true, c.Text("done"), "", ""
	key := "ended." + ending(s, a)
	m.EndTitle, m.EndBody = c.Text(key), c.Text(key+".body")
	return m
}

// ending names how a call ended: handed_over, left, stand_down or closed.
func ending(s flow.State, a agentapi.Activation) string {
	if s.Over {
		return "closed"
	}
	switch a.Stage {
	case activation.StageHandedOver, activation.Gone, activation.StoodDown:
		return string(a.Stage)
	case activation.StageClosed:
		switch a.Outcome {
		case activation.Helped:
			return string(activation.StageHandedOver)
		case activation.WentAway:
			return string(activation.Gone)
		case activation.NotNeeded, activation.Duplicate, activation.WasDrill, activation.WasTest:
		}
	case activation.Sending, activation.Received, activation.StageAcknowledged, activation.StageComing, activation.Here:
	}
	return "closed"
}
