package report

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// Recovery is one recovery as the sheet counts it. It holds a pseudonym and coarse codes, and is kept in memory only.
type Recovery struct {
	Case         string
	Person       string // the same for all recoveries of one individual
	At           time.Time
	Recorded     time.Time // since when the ledger knows of it
	Station      string
	Zone         string // "" if it began in the field
	Age          int    // whole years at the recovery; 0 if nobody recorded it
	IdentifiedBy string
	Decision     string // initial
	Reason       string // of juvenile hall
	Status72     string
	Current      string
	CurrentAsOf  time.Time
	Answered     Span
	Arrived      Span
	HandedOver   Span
	Duties       []Tally
}

// Span is how long something took; negative if it has not happened.
type Span time.Duration

// Never is the span of what has not happened.
const Never Span = -1

func span(from, to time.Time) Span {
	if to.IsZero() || from.IsZero() {
		return Never
	}
	return Span(max(0, to.Sub(from)))
}

// Tally is how the duties of one agency stand in one case.
type Tally struct {
	Agency                string
	OnTime, Late, Overdue int // what is not yet due is not counted
}

// Unset is the category of what nobody has recorded.
const Unset = "not_recorded"

// Of reads a case. It is false for what is never counted: drills, tests, duplicates, and calls of which it turned out that nobody
// needed help. station is where the case belongs if nobody said otherwise, and standings are its duties now.
func Of(s activation.State, standings []protocol.Standing, station string) (Recovery, bool) {
	if s.Mode != activation.Actual || s.Outcome == activation.Duplicate || s.Outcome == activation.NotNeeded ||
		s.StandDown() == activation.StandDownGranted {
		return Recovery{}, false
	}
	c := s.Course
	r := Recovery{
		Case: s.Case, Person: s.Case, At: s.RaisedAt, Recorded: s.ReceivedAt, Zone: s.Zone, Station: c.Station, IdentifiedBy: c.IdentifiedBy,
		Answered: Never, Arrived: Never, HandedOver: span(s.RaisedAt, s.HandedOver.At),
	}
	if s.Trigger == activation.InField {
		r.Zone = ""
	}
	if r.Station == "" {
		r.Station = station
	}
	if r.IdentifiedBy == "" && r.Zone != "" {
		r.IdentifiedBy = protocol.SafeYouthZone
	}
	for _, a := range s.Answers {
		r.Answered = sooner(r.Answered, span(s.RaisedAt, a.Acknowledged.At))
		r.Arrived = sooner(r.Arrived, span(s.RaisedAt, a.Arrived.At))
	}
	if len(c.Meetings) > 0 {
		d := c.Meetings[0].Decision
		r.Decision, r.Reason = d.Code, d.Reason
	}
	if n, ok := c.LastStatus(activation.At72h); ok {
		r.Status72 = n.Status.Code
	}
	if n, ok := c.LastStatus(activation.Now); ok {
		r.Current, r.CurrentAsOf = n.Status.Code, n.Status.AsOf
	}
	r.Duties = tallies(standings)
	return r, true
}

func sooner(a, b Span) Span {
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

func tallies(standings []protocol.Standing) []Tally {
	var out []Tally
	for _, s := range standings {
		i := slices.IndexFunc(out, func(t Tally) bool { return t.Agency == s.Owner })
		if i < 0 {
			i = len(out)
			out = append(out, Tally{Agency: s.Owner})
		}
		switch s.State {
		case protocol.DoneOnTime:
			out[i].OnTime++
		case protocol.DoneLate:
			out[i].Late++
		case protocol.Overdue:
			if len(s.Unsure) == 0 { // nobody knows whether it is owed at all
				out[i].Overdue++
			}
		}
	}
	return slices.DeleteFunc(out, func(t Tally) bool { return t.OnTime+t.Late+t.Overdue == 0 })
}
