package protocol

import (
	"slices"
	"time"
)

// State is how a duty stands.
type State string

// The states.
const (
	Waiting       State = "waiting"        // its time runs
	DueSoon       State = "due_soon"       // the last quarter of its time runs
	Overdue       State = "overdue"        // its time is over and it is not done
	DoneOnTime    State = "done_on_time"   // done no later than due
	DoneLate      State = "done_late"      //
	NotStarted    State = "not_started"    // what it runs from has not happened, and may never
	NotApplicable State = "not_applicable" // a condition does not hold
)

// Done reports whether the duty is done.
func (s State) Done() bool { return s == DoneOnTime || s == DoneLate }

// Open reports whether somebody still has to do it.
func (s State) Open() bool { return s == Waiting || s == DueSoon || s == Overdue }

// Standing is a duty of a case at one instant.
type Standing struct {
	Duty   Duty        `json:"duty"`
	Owner  string      `json:"owner"` // who owes it in this case
	State  State       `json:"state"`
	From   time.Time   `json:"from,omitzero"`
	Due    time.Time   `json:"due,omitzero"`
	Deed   Deed        `json:"done,omitzero"`
	Unsure []Condition `json:"unsure,omitempty"` // not known whether these hold: find out
}

// soon is the part of its time in which a duty is due soon.
const soon = 4

// SoonFrom is the instant from which a duty is due soon.
func (s Standing) SoonFrom() time.Time { return s.Due.Add(-time.Duration(s.Duty.Due) / soon) }

// Late is by how much a duty was done late, or is late at now; zero if it is not.
func (s Standing) Late(now time.Time) time.Duration {
	switch s.State {
	case DoneLate:
		return s.Deed.At.Sub(s.Due)
	case Overdue:
		return now.Sub(s.Due)
	default:
		return 0
	}
}

// Run says how each duty of a template stands at now, in the order of the template.
func Run(t Template, f Facts, now time.Time) []Standing {
	out := make([]Standing, 0, len(t.Duties))
	for _, d := range t.Duties {
		out = append(out, stand(t, d, f, now))
	}
	return out
}

func stand(t Template, d Duty, f Facts, now time.Time) Standing {
	s := Standing{Duty: d, Owner: d.Owner, From: f.start(d.From)}
	if to, ok := f.Owners[d.ID]; ok {
		s.Owner = to
	}
	if !s.From.IsZero() {
		s.Due = s.From.Add(time.Duration(d.Due))
	}
	deed, done := f.deed(t, s)
	if !done && !s.owed(f) {
		s.State = NotApplicable
		return s
	}
	if done {
		s.Unsure = nil
	}
	switch {
	case done && (s.Due.IsZero() || !deed.At.After(s.Due)):
		s.Deed, s.State = deed, DoneOnTime
	case done:
		s.Deed, s.State = deed, DoneLate
	case s.From.IsZero():
		s.State = NotStarted
	case now.After(s.Due):
		s.State = Overdue
	case !now.Before(s.SoonFrom()):
		s.State = DueSoon
	default:
		s.State = Waiting
	}
	return s
}

// owed reports whether all conditions hold or may hold, and keeps those that nobody knows.
func (s *Standing) owed(f Facts) bool {
	if f.Void || s.Duty.ZoneOnly && f.Field {
		return false
	}
	for _, c := range s.Duty.When {
		switch f.holds(c) {
		case No:
			return false
		case Unknown:
			s.Unsure = append(s.Unsure, c)
		}
	}
	return true
}

// deed is what did the duty: the earlier of a mark and of what the case shows by itself.
func (f Facts) deed(t Template, s Standing) (Deed, bool) {
	mark, marked := f.Marks[s.Duty.ID]
	sig, shown := f.Signals[s.Duty.DoneBy]
	if s.Duty.DoneBy == ByArrived {
		sig, shown = f.arrival(t, s)
	}
	shown = shown && s.Duty.DoneBy != ByNothing
	if shown && (!marked || sig.At.Before(mark.At)) {
		return sig, true
	}
	return mark, marked
}

func (f Facts) arrival(t Template, s Standing) (Deed, bool) {
	var first Deed
	for _, a := range f.Arrivals {
		if (t.is(a.Party, s.Owner) || t.is(a.Party, s.Duty.Owner)) && (first.At.IsZero() || a.At.Before(first.At)) {
			first = Deed{At: a.At, Taken: a.At, By: a.By, Agency: a.Agency, Signal: true}
		}
	}
	return first, !first.At.IsZero()
}

// Ends is when the protocol's own time is over.
func Ends(t Template, f Facts) time.Time { return f.Raised.Add(time.Duration(t.EndsAfter)) }

// Next is the first instant after now at which a standing changes by the clock alone; zero if none does.
func Next(standings []Standing, now time.Time) time.Time {
	var next time.Time
	for _, s := range standings {
		if !s.State.Open() {
			continue
		}
		// A duty is overdue just after its due instant.
		for _, at := range []time.Time{s.SoonFrom(), s.Due.Add(1)} {
			if at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
	}
	return next
}

// Prompt is why somebody is reminded.
type Prompt string

// The prompts.
const (
	Before Prompt = "due_soon"
	After  Prompt = "overdue"
)

// Reminder asks the owner of a duty to do it.
type Reminder struct {
	Duty   string
	Owner  string
	Prompt Prompt
	At     time.Time // when it falls due to be sent
	Due    time.Time
}

// Key names a reminder within its case: a restart sends none twice.
func (r Reminder) Key() string { return r.Duty + "." + string(r.Prompt) }

// Reminders are those that fell due after since and not after now, oldest first. A duty done in between needs none.
func Reminders(standings []Standing, since, now time.Time) []Reminder {
	var out []Reminder
	for _, s := range standings {
		if !s.State.Open() {
			continue
		}
		for _, r := range []Reminder{
			{s.Duty.ID, s.Owner, Before, s.SoonFrom(), s.Due}, {s.Duty.ID, s.Owner, After, s.Due.Add(1), s.Due},
		} {
			stale := r.Prompt == Before && s.State == Overdue
			if r.At.After(since) && !r.At.After(now) && !stale {
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return out
}
