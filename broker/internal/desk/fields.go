package desk

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
)

// Field is a part of a case that not everybody sees who may read the case.
type Field string

// The fields that are not everybody's.
const (
	FieldCode     Field = "code"     // what the own agency's responder says at the door; that of another agency is nobody's
	FieldReferral Field = "referral" // the number of the report
	FieldStaff    Field = "staff"    // which staff member of the zone acted
	FieldDecision Field = "decision" // what the team decided, and where the youth is
	FieldPerson   Field = "person"   // whom other cases are about too, and what is sealed
)

// shown is the whole of who sees which of them. Like the table of permissions it denies what it does not name. A new field of an event
// must be put into one of its lines, or into the list of everybody's, by TestEveryFieldIsSomebodys.
var shown = map[Field][]Role{
	FieldCode:     {Dispatcher, Responder, Supervisor},
	FieldReferral: {Dispatcher, Supervisor, MDT},
	FieldStaff:    {Dispatcher, Supervisor},
	FieldDecision: {Supervisor, MDT},
	FieldPerson:   {MDT},
}

// fields are all that are not everybody's.
func fields() []Field {
	return []Field{FieldCode, FieldReferral, FieldStaff, FieldDecision, FieldPerson}
}

// Shows reports whether a seat sees a field of the cases that it reads. A broken glass shows no more fields, but for the code of whoever
// has to send somebody to the door.
func (s Seat) Shows(f Field) bool {
	if s.Glass && f == FieldCode {
		return true
	}
	return slices.ContainsFunc(shown[f], func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// redact takes out of an event what a seat must not see. What it is given stays as it is.
func redact(seat Seat, e activation.Event) activation.Event {
	if e.Agency != seat.Agency || !seat.Shows(FieldCode) {
		e.Code = ""
	}
	if !seat.Shows(FieldStaff) {
		e.Actor.Staff = ""
	}
	e.Report = reportFor(seat, e.Report)
	if f := e.FollowUp; f != nil {
		kept := *f
		if !seat.Shows(FieldDecision) {
			kept.Decision, kept.Status = nil, nil
		}
		if !seat.Shows(FieldPerson) {
			kept.SameAs, kept.Sealed = "", nil
		}
		if !seat.May(RetentionAct) {
			kept.Why = ""
		}
		e.FollowUp = &kept
	}
	return e
}

// courseFor is what people said of the 72 hours, without what a seat must not see. Who may link persons sees links only once the audit
// has it: person says so.
func courseFor(seat Seat, c activation.Course, person bool) activation.Course {
	c.Sealed = nil
	if !seat.Shows(FieldDecision) {
		c.Meetings, c.Statuses = nil, nil
	}
	if !seat.Shows(FieldPerson) || !person {
		c.Links = nil
	}
	if !seat.May(RetentionAct) {
		c.HoldWhy = ""
	}
	return c
}

// redacted is a history as a seat may see it.
func redacted(seat Seat, entries []Entry) []Entry {
	out := slices.Clone(entries)
	for i := range out {
		out[i].Event = redact(seat, out[i].Event)
	}
	return out
}

func reportFor(seat Seat, r *activation.Report) *activation.Report {
	if r == nil || seat.Shows(FieldReferral) {
		return r
	}
	kept := *r
	kept.Referral = ""
	return &kept
}

// codeFor is the responder's code of the own agency, for those who tell it to a responder.
func codeFor(seat Seat, s activation.State) string {
	if a := s.Answer(seat.Agency); a.Acknowledged.ID != "" && seat.Shows(FieldCode) {
		return a.Code
	}
	return ""
}
