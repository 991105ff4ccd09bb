package view

import (
	"math"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Built-in numbers, for a kiosk whose agent was never heard.
const (
	Emergency = "911"
	Hotline   = "800-540-4000"
)

// Number is one number to call and what it is for.
type Number struct{ Use, What, Number string }

// numbers lists what the county wants shown, the emergency number first; the built-in ones if nothing is known.
func numbers(s flow.State, c *locale.Catalog) []Number {
	var out []Number
	for _, use := range []string{"emergency", "hotline", "desk", "text", "support"} {
		for _, n := range s.Agent.Settings.Numbers {
			if n.Use == use && n.Number != "" {
				out = append(out, Number{Use: use, What: c.Text("number." + use), Number: n.Number})
			}
		}
	}
	if len(out) == 0 {
		return []Number{
			{Use: "emergency", What: c.Text("number.emergency"), Number: Emergency},
			{Use: "hotline", What: c.Text("number.hotline"), Number: Hotline},
		}
	}
	return out
}

// number returns the number for a use, or the built-in one.
func number(s flow.State, c *locale.Catalog, use, spare string) string {
	for _, n := range numbers(s, c) {
		if n.Use == use {
			return n.Number
		}
	}
	return spare
}

func emergency(s flow.State, c *locale.Catalog) string { return number(s, c, "emergency", Emergency) }
func hotline(s flow.State, c *locale.Catalog) string   { return number(s, c, "hotline", Hotline) }
func desk(s flow.State, c *locale.Catalog) string      { return number(s, c, "desk", hotline(s, c)) }

// band is the violet line over a page, or nothing.
func band(s flow.State, c *locale.Catalog) string {
	switch {
	case s.Drill:
		return c.Text("band.drill")
	case s.Test:
		return c.Text("band.test")
	case s.Case != "" || s.Call != nil:
		return "" // the page of a real call says nothing that could make it look like less
	}
	test := s.Walking()
	for _, a := range s.Open() {
		if a.Mode == activation.Drill {
			return c.Text("band.elsewhere")
		}
		test = test || a.Mode == activation.Test
	}
	if test {
		return c.Text("band.elsewhere.test")
	}
	return ""
}

// role names who comes; a role without words is a helper.
func role(c *locale.Catalog, r string) string {
	if key := "role." + r; r != "" && c.Has(key) {
		return c.Text(key)
	}
	return c.Text("role.other")
}

// age says how long something has lasted.
func age(c *locale.Catalog, d time.Duration) string {
	d = max(0, d)
	switch {
	case d < time.Minute:
		return c.Text("age.s", "n", strconv.Itoa(int(d/time.Second)))
	case d < 2*time.Hour:
		return c.Text("age.min", "n", strconv.Itoa(int(d/time.Minute)))
	}
	return c.Text("age.h", "n", strconv.Itoa(int(d/time.Hour)))
}

// since adds the time that has passed since the agent spoke to an age that it told.
func since(s flow.State, ms int64) time.Duration {
	return time.Duration(ms)*time.Millisecond + max(0, s.Now.Sub(s.Heard))
}

// minutes is how many minutes an agency still needs; ok is false if it has not said, and the count is 0 when it is late.
func minutes(s flow.State, w agentapi.Who) (n int, ok bool) {
	if w.ETAMS == nil {
		return 0, false
	}
	left := time.Duration(*w.ETAMS)*time.Millisecond - max(0, s.Now.Sub(s.Heard))
	if left <= 0 {
		return 0, true
	}
	return int(math.Ceil(left.Minutes())), true
}

// code is the short name of an activation, for speech.
func code(c *locale.Catalog, a agentapi.Activation) string {
	if a.Code == "" {
		return c.Text("code.none")
	}
	return a.Code
}

// caption is code and age of the activation of a page.
func caption(s flow.State, c *locale.Catalog) string {
	a, ok := s.Activation()
	if !ok {
		return c.Text("code.none")
	}
	return code(c, a) + " · " + coarse(c, since(s, a.AgeMS))
}

// coarse is an age in minutes at least, so that a resting page is not drawn each second.
func coarse(c *locale.Catalog, d time.Duration) string {
	if d < time.Minute {
		return c.Text("age.min", "n", "0")
	}
	return age(c, d)
}
