package desk

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// courseBrief is the 72 hours in a few words, beside the call.
type courseBrief struct {
	Overdue, Open int
	Next          time.Time
	NextWhat      string
}

func (d *Desk) courseBrief(k Case) *courseBrief {
	if d.opt.Course.Protocol == nil {
		return nil
	}
	var b courseBrief
	_, _, standings := d.standings(k)
	for _, s := range standings {
		switch {
		case s.State == protocol.Overdue:
			b.Overdue++
		case s.State.Open():
			b.Open++
			if b.Next.IsZero() || s.Due.Before(b.Next) {
				b.Next, b.NextWhat = s.Due, s.Duty.Title
			}
		}
	}
	return &b
}

// courseWords are the events of the 72 hours in the timeline, as redact left them. Who is the same person is not told there.
func (d *Desk) courseWords(e activation.Event) string {
	name, f := d.agency(e.Agency).Name, e.FollowUp
	switch e.Type {
	case activation.DutyDone:
		return name + " did: " + d.dutyTitle(f.Duty)
	case activation.DutyUndone:
		return name + " took a mark back: " + d.dutyTitle(f.Duty)
	case activation.DutyPassed:
		return name + ", passing on “" + d.dutyTitle(f.Duty) + "” to " + d.agency(f.To).Name + ": " + string(f.Step)
	case activation.MDTDecided:
		if f.Decision == nil {
			return "The team decided"
		}
		return "The team decided: " + d.codeLabel(protocol.MDTDecision, f.Decision.Code)
	case activation.StatusRecorded:
		if f.Status == nil {
			return "Where the youth is was recorded"
		}
		return "Status: " + d.codeLabel(protocol.StatusList, f.Status.Code)
	case activation.FactsRecorded:
		return name + " recorded what duties depend on"
	case activation.Informed:
		return name + " recorded when the reporter knew"
	case activation.Identified:
		return "Identified: " + d.codeLabel(protocol.IdentifiedBy, f.IdentifiedBy)
	case activation.LinkProposed, activation.PersonLinked, activation.PersonUnlinked, activation.PersonalRecorded:
		return "The person’s record was worked on"
	case activation.HoldSet:
		return "Legal hold set"
	case activation.HoldLifted:
		return "Legal hold lifted"
	case activation.ErasureAsked:
		return "Somebody asked to erase the personal fields"
	case activation.ErasureDropped:
		return "The personal fields are kept after all"
	case activation.Erased:
		return "Personal fields erased"
	default:
		return ""
	}
}

func (d *Desk) codeLabel(list, code string) string {
	if d.opt.Course.Protocol == nil {
		return code
	}
	return d.opt.Course.Protocol.Lists().Label(list, code)
}

func (d *Desk) dutyTitle(id string) string {
	if d.opt.Course.Protocol == nil {
		return id
	}
	if x, ok := d.opt.Course.Protocol.Template(^uint64(0)).Duty(id); ok {
		return x.Title
	}
	return id
}
