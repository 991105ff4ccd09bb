package activation

import "time"

const (
	maxEvidence = 8
	maxTookPart = 16
	maxSealed   = 2 << 10
)

// part names the fields of a [FollowUp] that a type of event may carry.
type part struct{ duty, evidence, pass, decision, status, facts, origin, link, sealed, why, after bool }

func partsOf(t Type) part {
	switch t {
	case DutyDone:
		return part{duty: true, evidence: true}
	case DutyUndone:
		return part{duty: true, after: true}
	case DutyPassed:
		return part{duty: true, pass: true}
	case MDTDecided:
		return part{decision: true, after: true}
	case StatusRecorded:
		return part{status: true, after: true}
	case FactsRecorded:
		return part{facts: true, after: true}
	case Raised:
		return part{origin: true}
	case Identified:
		return part{origin: true, after: true}
	case Informed, HoldLifted:
		return part{after: true}
	case LinkProposed, PersonLinked, PersonUnlinked:
		return part{link: true}
	case PersonalRecorded:
		return part{sealed: true, after: true}
	case HoldSet:
		return part{why: true}
	default:
		return part{}
	}
}

// wantsAgency are the types for which an agency speaks.
func (t Type) wantsAgency() bool {
	switch t {
	case DutyDone, DutyUndone, DutyPassed, MDTDecided, StatusRecorded, FactsRecorded, Informed, Identified:
		return true
	default:
		return false
	}
}

// validateFollowUp refuses what does not belong to the type, and what is not an id, a code or a day.
func (e Event) validateFollowUp() error {
	bare := e.Type == ErasureAsked || e.Type == ErasureDropped || e.Type == Erased
	switch {
	case e.FollowUp == nil && (bare || e.Type == Informed || e.Type == HoldSet || e.Type == HoldLifted || !e.Type.FollowsUp()):
		return nil
	case e.FollowUp == nil || bare:
		return invalid("follow_up")
	case e.Type != Raised && !e.Type.FollowsUp(), e.Type == Raised && e.Trigger != InField:
		return invalid("follow_up")
	}
	f, p := *e.FollowUp, partsOf(e.Type)
	if err := f.validateDuty(p); err != nil {
		return err
	}
	return f.validateRest(p, e.Case)
}

func (f FollowUp) validateDuty(p part) error {
	switch {
	case p.duty != (f.Duty != "") || f.Duty != "" && !ValidID(f.Duty):
		return invalid("duty")
	case !p.evidence && f.Evidence != nil || !validCodes(f.Evidence):
		return invalid("evidence")
	case p.pass != (f.To != "") || f.To != "" && !ValidID(f.To) || p.pass != f.Step.valid():
		return invalid("to")
	}
	return nil
}

func (f FollowUp) validateRest(p part, own string) error {
	switch {
	case p.decision != (f.Decision != nil) || !f.Decision.valid():
		return invalid("decision")
	case p.status != (f.Status != nil) || !f.Status.valid():
		return invalid("status")
	case p.facts != (len(f.Facts) > 0) || !validFacts(f.Facts):
		return invalid("facts")
	case !p.origin && f.Station+f.IdentifiedBy != "" || p.origin && !(ValidID(f.Station) && ValidID(f.IdentifiedBy)):
		return invalid("station")
	case p.link != (f.SameAs != "") || f.SameAs != "" && (!ValidID(f.SameAs) || f.SameAs == own):
		return invalid("same_as")
	case p.sealed != (len(f.Sealed) > 0) || len(f.Sealed) > maxSealed:
		return invalid("sealed")
	case f.Why != "" && !(p.why && ValidID(f.Why)):
		return invalid("why")
	case f.After != "" && !(p.after && ValidID(f.After)):
		return invalid("after")
	}
	return nil
}

func (s Step) valid() bool { return s == Offered || s == Accepted || s == Declined }

func validCodes(m map[string]string) bool {
	for k, v := range m {
		if !ValidID(k) || !ValidID(v) {
			return false
		}
	}
	return len(m) <= maxEvidence
}

func validFacts(m map[Circumstance]bool) bool {
	for c := range m {
		if c != IsHurt && c != InCare && c != UnderProbation {
			return false
		}
	}
	return true
}

func (d *Decision) valid() bool {
	if d == nil {
		return true
	}
	for _, r := range d.TookPart {
		if !ValidID(r) {
			return false
		}
	}
	return ValidID(d.Code) && (d.Reason == "" || ValidID(d.Reason)) && len(d.TookPart) <= maxTookPart && d.Lists >= 0 && isDay(d.NextReview)
}

func (s *Status) valid() bool {
	if s == nil {
		return true
	}
	return (s.Moment == At72h || s.Moment == Now) && ValidID(s.Code) && !s.AsOf.IsZero() && isDay(s.AsOf) && s.Lists >= 0
}

// isDay reports whether t is nothing or the beginning of a day in UTC: finer than a day nobody needs to know.
func isDay(t time.Time) bool { return t.IsZero() || t.Equal(t.UTC().Truncate(24*time.Hour)) }
