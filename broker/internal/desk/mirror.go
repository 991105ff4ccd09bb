package desk

import (
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// step is one line of the way that the kiosk shows.
type step struct {
	Title, Sub string
	By         time.Time // someone is coming by then: the kiosk counts the minutes down
	About      string    // those minutes, as they are now
	State      string    // done, now, next
}

// mirror is what the youth reads at this moment.
type mirror struct {
	Band    string // over the page, in a drill or a test
	Steps   []step
	Plain   string // instead of the steps, when the way has ended
	PlainTo string
	Message string
	Silent  string // why the kiosk may show something older
}

// kioskWords are the kiosk's own English words, by the keys of its catalogue. A test compares the two.
var kioskWords = map[string]string{
	"status.sent": "Your request was sent", "status.received": "The county has it", "status.waiting": "Waiting for an answer. This can take a few minutes.",
	"status.answered": "A person has answered", "status.coming.next": "Someone comes to you", "status.coming": "Someone is coming",
	"status.came": "Someone came to you", "status.here.next": "They arrive", "status.here": "They are here",
	"status.check": "We check who they are first", "status.checked": "We checked who they are",
	"status.soon": "{role} · about {n} minutes", "status.minute": "{role} · about 1 minute", "status.late": "{role} · later than planned",

	"message.with_you": "We are with you.", "message.longer": "It will take a little longer.",
	"message.stay_inside": "Please stay inside.", "message.sit_quiet": "You can sit somewhere quiet.",
	"message.not_in_trouble": "You are not in trouble.",

	"role.advocate": "An advocate", "role.law_enforcement": "An officer", "role.child_welfare": "A social worker",
	"role.probation": "A probation worker", "role.mental_health": "A counselor", "role.health": "A health worker",
	"role.desk": "The county", "role.other": "A helper",

	"ended.handed_over": "Your helper is with you now", "ended.handed_over.body": "They will tell you what happens next.",
	"ended.left": "You chose to leave. That is okay.", "ended.left.body": "You can come back at any time.",
	"ended.stand_down": "This request has ended", "ended.stand_down.body": "You can ask for help again at any time.",
	"band.drill": "DRILL · NOT A REAL CALL", "band.test": "TEST · NOT A REAL CALL", "band.elsewhere": "DRILL TODAY · REAL HELP STILL WORKS",

	"ended.closed": "This request has ended", "ended.closed.body": "You can ask for help again at any time.",
}

// KioskWords returns the words that the desk believes the kiosk shows, by the keys of the kiosk's catalogue.
func KioskWords() map[string]string {
	out := make(map[string]string, len(kioskWords))
	for k, v := range kioskWords {
		out[k] = v
	}
	return out
}

func messageWords(m activation.Message) string { return kioskWords["message."+string(m)] }

func roleWords(role string) string {
	if w, ok := kioskWords["role."+role]; ok {
		return w
	}
	return kioskWords["role.other"]
}

// aboutWords are the minutes as the kiosk says them: rounded up, and never a promise that is over.
func aboutWords(left time.Duration) string {
	key := "status.soon"
	n := int((left + time.Minute - 1) / time.Minute)
	switch {
	case left <= 0:
		key = "status.late"
	case n == 1:
		key = "status.minute"
	}
	return strings.NewReplacer("{role} · ", "", "{n}", strconv.Itoa(n)).Replace(kioskWords[key])
}

func (d *Desk) mirror(s activation.State, now time.Time) mirror {
	stage := s.Stage()
	band := map[activation.Mode]string{activation.Drill: kioskWords["band.drill"], activation.Test: kioskWords["band.test"]}[s.Mode]
	switch {
	case stage.Open() && countysDrill(s.Mode, s.Device):
		return mirror{Band: kioskWords["band.elsewhere"], Plain: "Its first page", PlainTo: "A youth who needs help can call for it as always."}
	case stage.Open():
		return mirror{Band: band, Steps: d.steps(s, stage, now), Message: messageWords(s.Message), Silent: d.silent(s, now)}
	}
	key := "ended." + string(stage)
	if stage == activation.StageClosed {
		key = "ended.closed"
		switch s.Outcome {
		case activation.Helped:
			key = "ended.handed_over"
		case activation.WentAway:
			key = "ended.left"
		}
	}
	return mirror{Plain: kioskWords[key], PlainTo: kioskWords[key+".body"]}
}

func (d *Desk) steps(s activation.State, stage activation.Stage, now time.Time) []step {
	w := func(key string) string { return kioskWords["status."+key] }
	steps := []step{
		{Title: w("sent")}, {Title: w("received")}, {Title: w("coming.next")}, {Title: w("here.next"), Sub: w("check")},
	}
	at := 1
	switch stage {
	case activation.StageComing:
		at = 2
		a := furthest(s)
		steps[2] = step{Title: w("coming"), Sub: roleWords(d.agency(a.Agency).Role), By: a.ETA(), About: aboutWords(a.ETA().Sub(now))}
	case activation.Here:
		at = 3
		steps[2].Title, steps[3].Title = w("came"), w("here")
		if s.Verified() {
			steps[3].Sub = w("checked")
		}
	case activation.StageAcknowledged:
		steps[1].Sub = w("answered")
	default:
		steps[1].Sub = w("waiting")
	}
	for i := range steps {
		switch {
		case i < at:
			steps[i].State = "done"
		case i == at:
			steps[i].State = "now"
		default:
			steps[i].State = "next"
		}
	}
	return steps
}

// silent says so when the kiosk can not have heard the newest.
func (d *Desk) silent(s activation.State, now time.Time) string {
	for _, dev := range d.opt.Fleet.Devices() {
		if dev.ID != s.Device || (dev.Online && !dev.Lost) {
			continue
		}
		words := "This kiosk is not connected. It may show an older screen."
		if !dev.LastSeen.IsZero() {
			words = "This kiosk has not been heard for " + spoken(now.Sub(dev.LastSeen)) + ". It may show an older screen."
		}
		if s.UnderDuress.ID == "" {
			words += " Phone the zone."
		}
		return words
	}
	return ""
}

// doc is the sentence of the moment as a program reads it.
func (m mirror) doc() kioskDoc {
	out := kioskDoc{Title: m.Plain, Line: m.PlainTo, Message: m.Message}
	for _, s := range m.Steps {
		if s.State == "now" {
			out.Title, out.Line = s.Title, s.Sub
			if s.About != "" {
				out.Line += " · " + s.About
			}
		}
	}
	return out
}
