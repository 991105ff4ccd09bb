package view

import (
	"slices"
	"strconv"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

const maxCalls = 3

// Zone is the staff's page of the whole site.
type Zone struct {
	Band, Close     string
	Title           string
	Heading         string // over the open calls
	Calls           []CallRow
	More            string
	Link            string
	Linked          bool
	Fault, FaultSub string // the first thing that needs care, and how many more
	Start, StartSub string
	Tests, TestsSub string
	Another         string // beside an open call, or nothing
}

// CallRow is one open call for help.
type CallRow struct{ ID, Code, Stage, Age string }

// NewZone reads the staff's page of the site. The newest call is first.
func NewZone(s flow.State, set locale.Set) Zone {
	c := set.Pick(s.Lang)
	m := Zone{
		Band: band(s, c), Close: c.Text("close"), Title: s.Agent.Settings.ZoneName, Heading: c.Text("zone.open"),
		Start: c.Text("zone.start"), StartSub: c.Text("zone.start.sub"), Tests: c.Text("zone.tests"), TestsSub: c.Text("zone.tests.sub"),
		Linked: s.Agent.Link.Up, Link: c.Text("link.up"),
	}
	if m.Title == "" {
		m.Title = c.Text("zone.title")
	}
	if !m.Linked {
		m.Link = c.Text("link.down", "age", coarse(c, since(s, s.Agent.Link.ForMS)))
	}
	if _, ok := s.Beside(); ok {
		m.Another = c.Text("zone.another")
	}
	open := s.Open()
	if len(open) == 0 {
		m.Heading = c.Text("zone.none")
	}
	slices.Reverse(open)
	for i, a := range top(open, maxCalls) {
		m.Calls = append(m.Calls, CallRow{
			ID: flow.TapOpen(i), Code: code(c, a), Age: coarse(c, since(s, a.AgeMS)),
			Stage: c.Text("zone.by", "mode", c.Text("mode."+string(a.Mode)), "stage", c.Text("stage."+string(a.Stage))),
		})
	}
	if more := len(open) - maxCalls; more > 0 {
		m.More = c.Text("zone.more", "n", strconv.Itoa(more))
	}
	if all := append(troubles(s.Agent, c), own(s, c)...); len(all) > 0 {
		m.Fault = all[0]
		if more := len(all) - 1; more > 0 {
			m.FaultSub = c.Text("zone.more", "n", strconv.Itoa(more))
		}
	}
	return m
}

// troubles says in plain words what is wrong with the device, the worst first.
func troubles(s agentapi.State, c *locale.Catalog) []string {
	var out []string
	add := func(key string, pairs ...string) {
		if !c.Has("trouble." + key) {
			key = "other"
		}
		if words := c.Text("trouble."+key, pairs...); !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	switch h := s.Health; h.Button {
	case "fault", "stuck", "held":
		add("button_" + h.Button)
	}
	if !s.Health.Enrolled {
		add("not_enrolled")
	}
	if !s.Health.DiskOK {
		add("disk")
	}
	for _, t := range s.Health.Troubles {
		if !slices.Contains(agentapi.ScreenFaults(), t.Code) { // the screen itself knows more of them, see own
			add(t.Code)
		}
	}
	if s.Health.Outbox > 0 && !s.Link.Up {
		add("waiting", "n", strconv.Itoa(s.Health.Outbox))
	}
	return out
}
