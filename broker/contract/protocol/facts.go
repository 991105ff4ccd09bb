package protocol

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Truth is whether something is so: it can be unknown, and then a duty that depends on it is shown, not hidden.
type Truth int

// The truths.
const (
	Unknown Truth = iota
	No
	Yes
)

func truth(is bool) Truth {
	if is {
		return Yes
	}
	return No
}

// Deed is something that was done: when it happened, when the ledger took it, by whom.
type Deed struct {
	At     time.Time         `json:"at"`
	Taken  time.Time         `json:"taken"`
	By     string            `json:"by,omitempty"`
	Agency string            `json:"agency,omitempty"`
	With   map[string]string `json:"evidence,omitempty"`
	Signal bool              `json:"by_itself,omitempty"` // nobody marked it: the case shows it
}

// Facts are what the clock needs to know of a case.
type Facts struct {
	Raised, Informed, Arrived, Left time.Time // zero: not (yet)
	Field                           bool      // it began in the field, not at a zone
	Void                            bool      // a duplicate, or nobody needed help: nothing is owed
	Hurt, InCare, UnderProbation    Truth
	Marks                           map[string]Deed   // what was marked, by duty
	Owners                          map[string]string // who took a duty over
	Signals                         map[Signal]Deed   // all but arrivals
	Arrivals                        []Arrival
}

// Arrival is a responder who is there.
type Arrival struct {
	Party
	At time.Time
	By string
}

// FactsOf reads the facts of a case. role says which role an agency of the county has.
func FactsOf(s activation.State, role func(agency string) string) Facts {
	c := s.Course
	f := Facts{
		Raised: s.RaisedAt, Informed: s.RaisedAt, Left: s.LeftAt.At, Field: s.Trigger == activation.InField,
		Hurt: hurt(s), InCare: told(c, activation.InCare), UnderProbation: told(c, activation.UnderProbation),
		Void:  s.Outcome == activation.Duplicate || s.Outcome == activation.NotNeeded || s.StandDown() == activation.StandDownGranted,
		Marks: map[string]Deed{}, Owners: map[string]string{}, Signals: map[Signal]Deed{},
	}
	if c.Informed.ID != "" {
		f.Informed = c.Informed.Of
	}
	for _, d := range c.Duties {
		if d.Done {
			f.Marks[d.Duty] = Deed{At: d.Word.Of, Taken: d.Word.At, By: d.Word.By, Agency: d.Word.Agency, With: d.Evidence}
		}
		if d.Taken.ID != "" {
			f.Owners[d.Duty] = d.Taken.Agency
		}
	}
	f.answers(s, role)
	f.signal(ByReportMade, s.Reported, "", "")
	f.signal(ByHandedOver, s.HandedOver, "", s.HandedOverTo)
	if len(c.Meetings) > 0 {
		m := c.Meetings[0]
		f.Signals[ByMDT] = Deed{At: m.Of, Taken: m.At, By: m.By, Agency: m.Agency, Signal: true}
	}
	for _, n := range c.Statuses {
		if n.Status.Moment == activation.At72h {
			f.Signals[ByStatus72h] = Deed{At: n.Of, Taken: n.At, By: n.By, Agency: n.Agency, Signal: true}
			break
		}
	}
	return f
}

func (f *Facts) signal(by Signal, m activation.Mark, who, agency string) {
	if m.ID != "" {
		f.Signals[by] = Deed{At: m.At, Taken: m.At, By: who, Agency: agency, Signal: true}
	}
}

func (f *Facts) answers(s activation.State, role func(string) string) {
	for _, a := range s.Answers {
		if d, ok := f.Signals[ByAcknowledged]; a.Acknowledged.ID != "" && (!ok || a.Acknowledged.At.Before(d.At)) {
			f.signal(ByAcknowledged, a.Acknowledged, "", a.Agency)
		}
		if a.Arrived.ID == "" {
			continue
		}
		f.Arrivals = append(f.Arrivals, Arrival{Party{a.Agency, role(a.Agency)}, a.Arrived.At, a.By})
		if f.Arrived.IsZero() || a.Arrived.At.Before(f.Arrived) {
			f.Arrived = a.Arrived.At
		}
	}
}

// hurt believes the desk's word first, then what the youth or staff touched.
func hurt(s activation.State) Truth {
	if t := told(s.Course, activation.IsHurt); t != Unknown {
		return t
	}
	if slices.Contains(s.Needs, activation.Hurt) || slices.Contains(s.Intake, activation.Hurt) {
		return Yes
	}
	return Unknown
}

func told(c activation.Course, what activation.Circumstance) Truth {
	f, ok := c.Facts[what]
	if !ok {
		return Unknown
	}
	return truth(f.Is)
}

func (f Facts) holds(c Condition) Truth {
	switch c {
	case IfHurt:
		return f.Hurt
	case IfInCare:
		return f.InCare
	case IfUnderProbation:
		return f.UnderProbation
	default:
		return truth(!f.Left.IsZero())
	}
}

func (f Facts) start(s Start) time.Time {
	switch s {
	case FromInformed:
		return f.Informed
	case FromArrived:
		return f.Arrived
	case FromLeft:
		return f.Left
	default:
		return f.Raised
	}
}
