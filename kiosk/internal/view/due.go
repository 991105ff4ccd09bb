package view

import (
	"fmt"
	"strconv"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// written is within how long of learning of it the written report is due.
const written = 36 * time.Hour

// Due is until when the written report must be made. Every part is a text of its own: digits never stand in a sentence.
type Due struct {
	Label       string
	Day         string
	Clock, Half string
	Hours, Left string // how many hours are left; no number when it is overdue
	Late        bool
}

// due counts from when staff learned of it, which is when help was called for.
func due(s flow.State, a agentapi.Activation, c *locale.Catalog) *Due {
	left := written - since(s, a.AgeMS)
	at := s.Now.Add(left).In(s.Place)
	d := &Due{Label: c.Text("due.label"), Day: c.Text(fmt.Sprintf("day.%d", at.Weekday())), Left: c.Text("due.left")}
	d.Clock, d.Half = clockOf(c, at)
	if left <= 0 {
		d.Late, d.Left = true, c.Text("due.late")
		return d
	}
	d.Hours = strconv.Itoa(int(left / time.Hour))
	return d
}
