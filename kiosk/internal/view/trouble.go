package view

import (
	"strconv"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Trouble tells staff whom to phone, and why.
type Trouble struct {
	Band, Close string
	Reason      string
	Title       string
	Numbers     []Number
	Trying      string
	Called      string
	Steps       string
	Real        bool // not a drill: red
}

// NewTrouble reads the page.
func NewTrouble(s flow.State, set locale.Set) Trouble {
	c := set.Pick(s.Lang)
	alarm, _ := s.Trouble()
	a, _ := s.Activation()
	m := Trouble{
		Band: band(s, c), Close: c.Text("close"), Title: c.Text("call.now"), Numbers: top(numbers(s, c), 2),
		Called: c.Text("call.called"), Steps: c.Text("call.steps"), Real: !s.Drill && !s.Test,
	}
	m.Reason, m.Trying = reason(s, alarm, a, c)
	if !m.Real {
		m.Title, m.Trying, m.Called = c.Text("call.drill"), c.Text("call.drill.body"), c.Text("next")
	}
	return m
}

func reason(s flow.State, alarm flow.Alarm, a agentapi.Activation, c *locale.Catalog) (why, then string) {
	switch alarm.Fallback {
	case agentapi.NoAnswer:
		return c.Text("call.no_answer"), c.Text("call.kept")
	case agentapi.Refused:
		return c.Text("call.refused"), c.Text("call.never")
	case agentapi.NoReceipt:
		last := since(s, a.LastTryMS).Truncate(time.Second)
		return c.Text("call.no_receipt"), c.Text("call.trying", "n", strconv.Itoa(a.Tries), "age", age(c, last))
	case flow.Failed, agentapi.NoFallback:
	}
	return c.Text("call.failed"), c.Text("call.resend")
}
