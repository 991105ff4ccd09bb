package view

import (
	"fmt"
	"strconv"
	"time"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// maxListings is how many lines the neutral page has room for.
const maxListings = 2

// Idle is the neutral page: an ordinary page of the site that also has a yellow door.
type Idle struct {
	Band           string
	Welcome, Site  string
	Clock, Half    string // 2:04 and pm
	Date           string
	Listings       []Listing
	Help, Touch    string
	Languages      []Language
	More           string // opens the page of all languages
	Voice          Voice
	Staff, Call    string // Call: whom staff must phone, or nothing
	StaffMustPhone bool
	Shift          [2]int // moves the page a little now and then, so that nothing burns into the screen
}

// Listing is one line of the site's programme.
type Listing struct{ What, When string }

// Language is one button of the picker, by its own name. Mark says in that language that no native speaker has checked it, or is empty.
type Language struct{ Code, Name, Mark string }

// NewIdle reads the neutral page.
func NewIdle(s flow.State, set locale.Set) Idle {
	c := set.Pick(s.Lang)
	now := s.Now.In(s.Place)
	clock, half := clockOf(c, now)
	m := Idle{
		Shift: shift(now), Band: band(s, c), Clock: clock, Half: half, Date: date(c, now),
		Welcome: c.Text("idle.welcome"), Site: s.Agent.Settings.ZoneName,
		Help: c.Text("idle.help"), Touch: c.Text("idle.touch"), Staff: c.Text("idle.staff"),
		Voice: voice(s, c), Languages: languages(s, set), More: c.Text("languages.more"),
	}
	if s.Hint() && !s.Reading { // for as long as the page is read its corner is that of the volume
		m.Staff = c.Text("idle.look")
	}
	if m.Site == "" {
		m.Welcome, m.Site = "", c.Text("idle.nowhere")
	}
	if h := s.Agent.Settings.Hours; h != "" {
		m.Date += " · " + h
	}
	for i, l := range s.Agent.Settings.Events {
		if i < maxListings {
			m.Listings = append(m.Listings, Listing{What: l.What, When: l.When})
		}
	}
	if len(s.Unheeded()) > 0 {
		m.StaffMustPhone, m.Call = true, c.Text("idle.call", "number", hotline(s, c))
	}
	return m
}

// shift walks around in a small circle, one step in ten minutes.
func shift(now time.Time) [2]int {
	ring := [...][2]int{{0, 0}, {2, 1}, {3, -1}, {1, -3}, {-1, -2}, {-3, 0}, {-2, 2}, {0, 3}}
	const step = 600
	return ring[int(now.Unix()/step)%len(ring)]
}

// languages lists the other languages of the site, by their own names.
func languages(s flow.State, set locale.Set) []Language {
	var out []Language
	for _, l := range s.Offered() {
		if l != s.Lang {
			out = append(out, language(set, l))
		}
	}
	return out
}

func language(set locale.Set, code string) Language {
	c := set.Pick(code)
	m := Language{Code: code, Name: c.Name}
	if c.Review == locale.Draft {
		m.Mark = c.Text("languages.mark")
	}
	return m
}

// draft is a sentence for whoever reads a translation that no native speaker has checked; empty for the others.
func draft(c *locale.Catalog) string {
	if c.Review == locale.Draft {
		return c.Text("languages.draft")
	}
	return ""
}

// clockOf is the time of day without seconds: a page that changes each second costs power and gives nothing.
func clockOf(c *locale.Catalog, now time.Time) (clock, half string) {
	if !c.TwelveHr {
		return now.Format("15:04"), ""
	}
	half = c.Text("clock.am")
	if now.Hour() >= 12 {
		half = c.Text("clock.pm")
	}
	return now.Format("3:04"), half
}

func date(c *locale.Catalog, now time.Time) string {
	return c.Text("date",
		"day", c.Text(fmt.Sprintf("day.%d", now.Weekday())),
		"month", c.Text(fmt.Sprintf("month.%d", now.Month())),
		"n", strconv.Itoa(now.Day()))
}
