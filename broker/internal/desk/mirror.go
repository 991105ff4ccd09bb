package desk

import (
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// step is one line of the way that the kiosk shows.
type step struct {
	Title, Sub string
	State      string // done, now, next
}

// mirror is what the youth reads at this moment, in the kiosk's own English words.
type mirror struct {
	Steps   []step
	Plain   string // instead of the steps, when the way has ended
	PlainTo string
	Message string
	Silent  string // why the kiosk may show something older
}

func roleWords(role string) string {
	switch role {
	case "law_enforcement":
		return "A deputy or officer"
	case "child_welfare":
		return "A child welfare worker"
	case "probation":
		return "A youth counselor"
	case "advocate":
		return "An advocate"
	case "mental_health":
		return "A counselor"
	case "health":
		return "A nurse or doctor"
	default:
		return "A helper"
	}
}

func messageWords(m activation.Message) string {
	switch m {
	case activation.WithYou:
		return "We are with you."
	case activation.Longer:
		return "It takes a little longer. They are still coming."
	case activation.StayInside:
		return "Please stay inside."
	case activation.SitQuiet:
		return "You can sit in a quiet place."
	case activation.NotInTrouble:
		return "You are not in trouble."
	default:
		return ""
	}
}

// aboutMinutes rounds up, and never promises less than one.
func aboutMinutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n <= 1 {
		return "about 1 minute"
	}
	return "about " + strconv.Itoa(n) + " minutes"
}

func (d *Desk) mirror(s activation.State, now time.Time) mirror {
	m := mirror{Message: messageWords(s.Message), Silent: d.silent(s, now)}
	stage := s.Stage()
	switch stage {
	case activation.StageHandedOver:
		m.Plain, m.PlainTo = "You are with someone who can help", "Thank you for coming in."
	case activation.Gone:
		m.Plain, m.PlainTo = "You can come back any time", "Every place with the yellow sign can help."
	case activation.StoodDown, activation.StageClosed:
		m.Plain, m.PlainTo = "The kiosk shows its ordinary page", ""
		m.Message = ""
	default:
		m.Steps = d.steps(s, stage, now)
	}
	return m
}

func (d *Desk) steps(s activation.State, stage activation.Stage, now time.Time) []step {
	a := furthest(s)
	county := step{Title: "The county has it", Sub: "We are finding the right person"}
	if stage == activation.StageAcknowledged {
		county = step{Title: "A person has your request", Sub: "They are finding who can come"}
	}
	coming := step{Title: "Someone is coming"}
	if stage == activation.StageComing {
		coming.Sub = roleWords(d.agency(a.Agency).Role)
		if left := a.ETA().Sub(now); left > 0 {
			coming.Sub += " · " + aboutMinutes(left)
		} else {
			coming.Sub += " · a little later than planned"
		}
	}
	here := step{Title: "They are here", Sub: "We check who they are first"}
	if s.Verified() {
		here.Sub = "We checked who they are"
	}
	steps := []step{{Title: "Your request was sent"}, county, coming, here}
	at := 1
	switch stage {
	case activation.StageComing:
		at = 2
	case activation.Here:
		at = 3
	}
	for i := range steps {
		switch {
		case i < at:
			steps[i].State, steps[i].Sub = "done", ""
		case i == at:
			steps[i].State = "now"
		default:
			steps[i].State, steps[i].Sub = "next", ""
		}
	}
	return steps
}

// silent says so when the kiosk can not have heard the newest.
func (d *Desk) silent(s activation.State, now time.Time) string {
	for _, dev := range d.opt.Fleet.Devices() {
		if dev.ID == s.Device && (!dev.Online || dev.Lost) {
			words := "This kiosk has not been heard for " + spoken(now.Sub(dev.LastSeen)) + ". It may show an older screen."
			if s.UnderDuress.ID == "" {
				words += " Phone the zone."
			}
			return words
		}
	}
	return ""
}
