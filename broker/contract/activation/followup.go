package activation

import (
	"maps"
	"slices"
	"time"
)

// The types of events of the 72 hours after a call, and of the months behind them. Only the desk writes them; they stay possible when
// the activation itself has long been closed.
const (
	DutyDone         Type = "duty_done"         // an agency did what it owes
	DutyUndone       Type = "duty_undone"       // the mark was a mistake
	DutyPassed       Type = "duty_passed"       // one agency offers a duty to another, which takes it or does not
	MDTDecided       Type = "mdt_decided"       // the multidisciplinary team met
	StatusRecorded   Type = "status_recorded"   // where the youth is: at 72 hours, or now
	FactsRecorded    Type = "facts_recorded"    // what duties depend on
	Informed         Type = "informed"          // when the reporter received the information
	Identified       Type = "identified"        // how and at which station a recovery began
	LinkProposed     Type = "link_proposed"     // somebody believes that two recoveries are of one person
	PersonLinked     Type = "person_linked"     // a second person agrees
	PersonUnlinked   Type = "person_unlinked"   // they are not
	PersonalRecorded Type = "personal_recorded" // sealed personal fields; the key is not in the ledger
	HoldSet          Type = "hold_set"          // the case must be kept, whatever the retention rule says
	HoldLifted       Type = "hold_lifted"
	ErasureAsked     Type = "erasure_asked"   // somebody asks to erase the personal fields; a second person does it
	ErasureDropped   Type = "erasure_dropped" // the case is kept after all
	Erased           Type = "erased"          // retention: the key of the personal fields was destroyed
)

// FollowUpTypes lists the types above.
func FollowUpTypes() []Type {
	return []Type{
		DutyDone, DutyUndone, DutyPassed, MDTDecided, StatusRecorded, FactsRecorded, Informed, Identified,
		LinkProposed, PersonLinked, PersonUnlinked, PersonalRecorded, HoldSet, HoldLifted, ErasureAsked, ErasureDropped, Erased,
	}
}

// FollowsUp reports whether a type is one of the 72 hours.
func (t Type) FollowsUp() bool { return slices.Contains(FollowUpTypes(), t) }

// Step is where the passing of a duty stands.
type Step string

// The steps. Until it is accepted, the duty stays with the one who offered it.
const (
	Offered  Step = "offered"
	Accepted Step = "accepted"
	Declined Step = "declined"
)

// Circumstance is a coarse fact on which duties depend.
type Circumstance string

// The circumstances that the desk records. That the youth left, and whether hurt, is known from other events too.
const (
	InCare         Circumstance = "in_care"
	UnderProbation Circumstance = "under_probation"
	IsHurt         Circumstance = "hurt"
)

// Circumstances lists them.
func Circumstances() []Circumstance { return []Circumstance{IsHurt, InCare, UnderProbation} }

// Moment says which moment a status is of.
type Moment string

// The moments.
const (
	At72h Moment = "72h"
	Now   Moment = "current"
)

// Decision is what the multidisciplinary team decided. Codes come from the county's lists; the list's version is kept with them.
type Decision struct {
	Code       string    `json:"code"`
	Reason     string    `json:"reason,omitempty"`     // why juvenile hall, and only then
	TookPart   []string  `json:"took_part,omitempty"`  // roles, never people
	NextReview time.Time `json:"next_review,omitzero"` // a day
	Lists      int       `json:"lists,omitempty"`      // version of the code lists
}

// Status is where the youth is, coarsely, and on which day that was so.
type Status struct {
	Moment Moment    `json:"moment"`
	Code   string    `json:"code"`
	AsOf   time.Time `json:"as_of"`
	Lists  int       `json:"lists,omitempty"`
}

// FollowUp is what an event of the 72 hours carries. It is codes, ids, days and one sealed box: nothing in it can be read as prose.
type FollowUp struct {
	Duty         string                `json:"duty,omitempty"`     // duty_done, duty_undone, duty_passed
	Evidence     map[string]string     `json:"evidence,omitempty"` // duty_done: codes that the template asks for
	To           string                `json:"to,omitempty"`       // duty_passed: the agency that it is offered to
	Step         Step                  `json:"step,omitempty"`     // duty_passed
	Decision     *Decision             `json:"decision,omitempty"` // mdt_decided
	Status       *Status               `json:"status,omitempty"`   // status_recorded
	Facts        map[Circumstance]bool `json:"facts,omitempty"`    // facts_recorded
	Station      string                `json:"station,omitempty"`  // raised in the field, identified
	IdentifiedBy string                `json:"identified_by,omitempty"`
	SameAs       string                `json:"same_as,omitempty"` // link_proposed, person_linked, person_unlinked: another case
	Sealed       []byte                `json:"sealed,omitempty"`  // personal_recorded
	Why          string                `json:"why,omitempty"`     // hold_set: a code
	After        string                `json:"after,omitempty"`   // the event that its author saw as the newest word on the matter
}

func (f *FollowUp) clone() *FollowUp {
	if f == nil {
		return nil
	}
	n := *f
	n.Evidence, n.Facts, n.Sealed = maps.Clone(f.Evidence), maps.Clone(f.Facts), slices.Clone(f.Sealed)
	if f.Decision != nil {
		d := *f.Decision
		d.TookPart = slices.Clone(d.TookPart)
		n.Decision = &d
	}
	if f.Status != nil {
		s := *f.Status
		n.Status = &s
	}
	return &n
}
