package desk

import (
	"strings"
	"time"
)

// clearWithin is how long ago a time can be that still needs no day, although midnight was in between.
const clearWithin = 12 * time.Hour

// zone never fails: a case outlives the configuration that named its zone.
func (d *Desk) zone(id string) Zone {
	if z, ok := d.opt.Zones.Zone(id); ok {
		return z
	}
	return Zone{ID: id, Name: "Zone " + id}
}

// agency never fails, for the same reason.
func (d *Desk) agency(id string) Agency {
	if a, ok := d.agencies[id]; ok {
		return a
	}
	return Agency{ID: id, Name: id, Short: id}
}

// userWords names a desk user by agency and seat, as far as the id tells.
func (d *Desk) userWords(user string) string {
	for _, a := range d.opt.Agencies {
		if strings.HasPrefix(user, a.ID+"-") {
			return a.Short + ", seat " + seatName(user, a.ID)
		}
	}
	return "Seat " + seatName(user, "")
}

func (d *Desk) clock(t time.Time) string      { return t.In(d.opt.TimeZone).Format("15:04:05") }
func (d *Desk) hourMinute(t time.Time) string { return t.In(d.opt.TimeZone).Format("15:04") }

// dated is a clock time, with its day where that is not clear.
func (d *Desk) dated(t time.Time) string {
	t, now := t.In(d.opt.TimeZone), d.opt.Clock().In(d.opt.TimeZone)
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) || now.Sub(t).Abs() < clearWithin {
		return t.Format("15:04:05")
	}
	return t.Format("2 Jan 15:04")
}

// inHour is an hour with its day, for what is known by the hour alone.
func (d *Desk) inHour(t time.Time) string {
	t, now := t.In(d.opt.TimeZone), d.opt.Clock().In(d.opt.TimeZone)
	day := t.Format("2 Jan 2006")
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		day = "Today"
	}
	return day + ", " + t.Format("15:04") + " to " + t.Add(time.Hour).Format("15:04")
}
