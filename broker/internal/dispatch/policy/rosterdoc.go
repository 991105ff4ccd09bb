package policy

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // duties are by the clock on the wall, also where the machine has no time zones
	"unicode/utf8"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/roster"
)

// Shift is a part of the week, as it is written down.
type Shift struct {
	Days   []int    `json:"days"` // 0 Sunday to 6 Saturday
	From   string   `json:"from"` // 22:00
	To     string   `json:"to"`   // 06:00 is the next morning
	People []string `json:"people"`
	Rotate bool     `json:"rotate,omitempty"` // by the week, in the order of People
}

// Override replaces people for a while; times are by the roster's clock: 2026-11-27 22:00.
type Override struct {
	From  string `json:"from"`
	Until string `json:"until"`
	Off   string `json:"off,omitempty"`
	On    string `json:"on,omitempty"`
}

// RosterDoc is a roster as it is written down.
type RosterDoc struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Agency    string     `json:"agency"`
	TimeZone  string     `json:"time_zone"`
	Start     string     `json:"start,omitempty"` // 2026-11-23: the first of each rotation begins their week
	HandOver  string     `json:"hand_over"`       // 07:00
	Shifts    []Shift    `json:"shifts"`
	Overrides []Override `json:"overrides,omitempty"`
	Version   int        `json:"version"`
	By        string     `json:"by"`
}

// LocalTime is how overrides are written.
const LocalTime = "2006-01-02T15:04"

// Check says everything that is wrong with a roster.
func (d RosterDoc) Check(k Known) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if !activation.ValidID(d.ID) {
		say("The id is 1 to 64 of a-z, 0-9, '-' and '_'.")
	}
	if strings.TrimSpace(d.Name) == "" || utf8.RuneCountInString(d.Name) > maxName {
		say("The name is missing, or longer than %d letters.", maxName)
	}
	if !k.Agency(d.Agency) {
		say("There is no agency %q.", d.Agency)
	}
	for i, s := range d.Shifts {
		for _, p := range s.People {
			if !k.Person(p) {
				say("Shift %d: there is no person %q, or they have left.", i+1, p)
			}
		}
	}
	for i, o := range d.Overrides {
		for _, p := range []string{o.On, o.Off} {
			if p != "" && !k.Person(p) {
				say("Change %d: there is no person %q, or they have left.", i+1, p)
			}
		}
	}
	if _, err := d.Roster(); err != nil {
		say("%s", upper(strings.TrimPrefix(strings.TrimPrefix(err.Error(), roster.ErrRoster.Error()+": "), d.ID+": ")))
	}
	return bad
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// Roster makes the rules of it.
func (d RosterDoc) Roster() (roster.Roster, error) {
	loc, err := time.LoadLocation(d.TimeZone)
	if err != nil || d.TimeZone == "" {
		return roster.Roster{}, fmt.Errorf("%w: there is no time zone %q", roster.ErrRoster, d.TimeZone)
	}
	r := roster.Roster{ID: d.ID, Zone: loc}
	if r.HandOver, err = clock(d.HandOver); err != nil {
		return r, err
	}
	if d.Start != "" {
		if r.Start, err = time.ParseInLocation(time.DateOnly, d.Start, loc); err != nil {
			return r, fmt.Errorf("%w: the start %q is not a day", roster.ErrRoster, d.Start)
		}
		r.Start = r.Start.Add(12 * time.Hour) // noon exists on every day
	}
	for i, s := range d.Shifts {
		shift := roster.Shift{People: s.People, Rotate: s.Rotate}
		for _, day := range s.Days {
			if day < 0 || day > 6 {
				return r, fmt.Errorf("%w: shift %d has a day that is not one of the week", roster.ErrRoster, i+1)
			}
			shift.Days = append(shift.Days, time.Weekday(day))
		}
		if shift.From, err = clock(s.From); err == nil {
			shift.To, err = clock(s.To)
		}
		if err != nil {
			return r, fmt.Errorf("%w: shift %d does not begin or end at a time of day", roster.ErrRoster, i+1)
		}
		r.Shifts = append(r.Shifts, shift)
	}
	for i, o := range d.Overrides {
		from, err1 := time.ParseInLocation(LocalTime, o.From, loc)
		until, err2 := time.ParseInLocation(LocalTime, o.Until, loc)
		if err1 != nil || err2 != nil {
			return r, fmt.Errorf("%w: change %d has no day and time to begin or to end", roster.ErrRoster, i+1)
		}
		r.Overrides = append(r.Overrides, roster.Override{From: from, Until: until, On: o.On, Off: o.Off})
	}
	return r, r.Check()
}

func clock(s string) (roster.Clock, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%w: %q is not a time of day", roster.ErrRoster, s)
	}
	return roster.Clock(t.Hour()*60 + t.Minute()), nil
}
