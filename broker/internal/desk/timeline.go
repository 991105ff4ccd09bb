package desk

import (
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// line is one event of a case in words.
type line struct {
	At    time.Time // when the ledger took it
	Late  string    // how much earlier it happened, if that matters
	Words string
	By    string
	Class string // new, alarm, or nothing
}

// timeline is the newest first.
func (d *Desk) timeline(entries []Entry) []line {
	out := make([]line, 0, len(entries))
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i].Event
		l := line{At: e.LedgerTime, Words: d.eventWords(e), By: d.actorWords(e), Class: eventClass(e)}
		if age := e.LedgerTime.Sub(e.HappenedAt()); age >= lateAfter || e.Source.AgeAtLeast {
			l.Late = spoken(age) + " earlier"
			if e.Source.AgeAtLeast {
				l.Late = "at least " + l.Late
			}
		}
		out = append(out, l)
	}
	return out
}

func eventClass(e activation.Event) string {
	switch e.Type {
	case activation.WelfareChecked:
		if e.Welfare == activation.WelfareHelp {
			return "alarm"
		}
		return ""
	case activation.Escalated:
		if e.Dispatch != nil && e.Dispatch.Rung != nil && e.Dispatch.Rung.Nobody {
			return "alarm"
		}
		return ""
	case activation.Raised, activation.PressedAgain:
		return "new"
	case activation.Duress, activation.CodeRefused, activation.StandDownRequested:
		return "alarm"
	default:
		return ""
	}
}

func (d *Desk) eventWords(e activation.Event) string {
	if words := d.answerWords(e); words != "" {
		return words
	}
	if words := d.courseWords(e); words != "" {
		return words
	}
	if words := d.dispatchWords(e); words != "" {
		return words
	}
	switch e.Type {
	case activation.Raised:
		if e.Other != "" {
			return "Another young person of " + activation.ShortCode(e.Other)
		}
		switch {
		case countysDrill(e.Mode, e.Device) && e.Actor.Kind == activation.BySystem:
			return "A drill began, by the schedule"
		case countysDrill(e.Mode, e.Device):
			return "A drill began, from the desk"
		}
		return "Help was called for: " + triggerWords(e.Trigger)
	case activation.PressedAgain:
		return "Called again: " + triggerWords(e.Trigger)
	case activation.SplitOff:
		return "Another young person: now " + activation.ShortCode(e.Other)
	case activation.NeedAsked:
		return "Asks for: " + needWords(e.Need)
	case activation.IntakeRecorded:
		return "Staff recorded what the youth needs"
	case activation.ReportMade:
		return "Report made to " + calledWords(e.Report.Called)
	case activation.WelfareChecked:
		if e.Welfare == activation.WelfareHelp {
			return "Staff looked how the youth is: they need help now"
		}
		return "Staff looked how the youth is: all right"
	case activation.MessageSent:
		return "Sentence on the kiosk: “" + messageWords(e.Message) + "”"
	case activation.CodeRefused:
		return "A wrong responder code was typed"
	case activation.Left:
		return "The youth left"
	case activation.StandDownRequested:
		return "Staff ask to call it off"
	case activation.StandDownConfirmed:
		return "Called off by the desk"
	case activation.StandDownDeclined:
		return "Not called off: help still comes"
	case activation.Duress:
		return "Duress code used at the kiosk"
	case activation.Closed:
		return "Closed: " + outcomeWords(e.Outcome)
	default:
		return string(e.Type)
	}
}

func (d *Desk) answerWords(e activation.Event) string {
	name := d.agency(e.Agency).Name
	switch e.Type {
	case activation.Acknowledged:
		return name + " acknowledged"
	case activation.Coming:
		return name + " is coming, " + strconv.Itoa(e.ETAMin) + " min"
	case activation.Arrived:
		return name + " arrived"
	case activation.CodeIssued:
		return name + " got a new responder code"
	case activation.ResponderVerified:
		return name + ": responder’s code was right"
	case activation.HandedOver:
		if e.Agency == "" {
			return "Staff recorded the hand-over"
		}
		return "Handed over to " + name
	default:
		return ""
	}
}

func (d *Desk) actorWords(e activation.Event) string {
	switch {
	case e.Actor.Kind == activation.ByDesk:
		return d.userWords(e.Actor.ID)
	case e.Actor.Staff != "":
		return "Kiosk, staff " + e.Actor.Staff
	case e.Actor.Kind == activation.ByDevice:
		return "Device " + e.Actor.ID
	default:
		return "System"
	}
}
