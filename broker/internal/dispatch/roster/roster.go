// Package roster says who is on duty when. It is pure: it is asked with an instant and reads no clock.
//
// Duties are written in the local time of a site or an agency, because people come to work by the clock on the wall. On the night
// when clocks are set back, the repeated hour belongs to whoever has that hour; on the night when they are set forward, the missing
// hour is nobody's. Hand-overs are counted in days of the calendar, never in hours.
package roster

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// ErrRoster means that a roster is not acceptable.
var ErrRoster = errors.New("roster is not acceptable")

// Clock is a time of day by the clock on the wall, in minutes after midnight.
type Clock int

const (
	day  Clock = 24 * 60
	week       = 7
)

// Shift is a part of the week. From may be later than To: then it goes over midnight and belongs to the day on which it begins.
// From and To the same means the whole day.
type Shift struct {
	Days   []time.Weekday
	From   Clock
	To     Clock
	People []string // ids
	// Rotate makes the people take turns by the week; otherwise all of them are on duty.
	Rotate bool
}

// Override replaces people for a while: From inclusive, Until exclusive.
type Override struct {
	From, Until time.Time
	Off         string // is not on duty; "" for nobody
	On          string // is on duty; "" for nobody
}

// Roster is who is on duty when.
type Roster struct {
	ID        string
	Zone      *time.Location
	Start     time.Time // a date on which the first of each rotation begins their week
	HandOver  Clock     // at this time of that weekday the week changes hands
	Shifts    []Shift
	Overrides []Override
}

// Check reports what is wrong with a roster, in words for the person who wrote it.
func (r Roster) Check() error {
	switch {
	case !activation.ValidID(r.ID):
		return fmt.Errorf("%w: id must be 1 to 64 of a-z, 0-9, '-' and '_'", ErrRoster)
	case r.Zone == nil:
		return fmt.Errorf("%w: %s: the time zone is missing", ErrRoster, r.ID)
	case len(r.Shifts) == 0:
		return fmt.Errorf("%w: %s: there is no shift: nobody would ever be on duty", ErrRoster, r.ID)
	case r.HandOver < 0 || r.HandOver >= day:
		return fmt.Errorf("%w: %s: the hand-over is not a time of day", ErrRoster, r.ID)
	}
	for i, s := range r.Shifts {
		switch {
		case len(s.Days) == 0 || len(s.People) == 0:
			return fmt.Errorf("%w: %s: shift %d has no days or no people", ErrRoster, r.ID, i+1)
		case s.From < 0 || s.From >= day || s.To < 0 || s.To > day:
			return fmt.Errorf("%w: %s: shift %d does not begin or end at a time of day", ErrRoster, r.ID, i+1)
		case s.Rotate && r.Start.IsZero():
			return fmt.Errorf("%w: %s: shift %d takes turns by the week, but the day on which the first week begins is missing", ErrRoster, r.ID, i+1)
		}
	}
	for i, o := range r.Overrides {
		if !o.Until.After(o.From) || o.Off == o.On {
			return fmt.Errorf("%w: %s: override %d has no length or changes nothing", ErrRoster, r.ID, i+1)
		}
	}
	return nil
}

// OnDuty returns the ids of the people on duty at an instant, sorted; an empty list is an answer that somebody must hear of.
func (r Roster) OnDuty(at time.Time) []string {
	local := at.In(r.Zone)
	var on []string
	for _, s := range r.Shifts {
		if !s.holds(local) {
			continue
		}
		if s.Rotate {
			on = append(on, s.People[r.turn(local, len(s.People))])
		} else {
			on = append(on, s.People...)
		}
	}
	for _, o := range r.Overrides {
		if at.Before(o.From) || !at.Before(o.Until) {
			continue
		}
		on = slices.DeleteFunc(on, func(p string) bool { return o.Off != "" && p == o.Off })
		if o.On != "" {
			on = append(on, o.On)
		}
	}
	slices.Sort(on)
	return slices.Compact(on)
}

// holds reports whether a shift is on at a local time.
func (s Shift) holds(local time.Time) bool {
	now := Clock(local.Hour()*60 + local.Minute())
	today, yesterday := local.Weekday(), (local.Weekday()+week-1)%week
	switch {
	case s.From == s.To%day:
		return slices.Contains(s.Days, today)
	case s.From < s.To:
		return slices.Contains(s.Days, today) && now >= s.From && now < s.To
	default:
		return (slices.Contains(s.Days, today) && now >= s.From) || (slices.Contains(s.Days, yesterday) && now < s.To)
	}
}

// turn is whose week it is: the number of hand-overs since the start, around.
func (r Roster) turn(local time.Time, n int) int {
	days := dayNumber(local) - dayNumber(r.Start.In(r.Zone))
	if Clock(local.Hour()*60+local.Minute()) < r.HandOver {
		days-- // the night before the hand-over is still the old week's
	}
	weeks := days / week
	if days%week < 0 {
		weeks--
	}
	return ((weeks % n) + n) % n
}

// dayNumber counts days of the calendar, whatever length they have.
func dayNumber(t time.Time) int {
	const secondsOfDay = 24 * 60 * 60
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}
