package desk

import (
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// maxMinutes is the longest way that a person can say to need; the rules refuse more.
const maxMinutes = 240

// status is a stage as people see it: always a colour (Class), an icon and words together.
type status struct {
	Class string
	Icon  string
	Words string
}

func statusOf(s activation.Stage) status {
	switch s {
	case activation.Received:
		return status{"new", "bell", "Waiting for an answer"}
	case activation.StageAcknowledged:
		return status{"ack", "hand", "Acknowledged"}
	case activation.StageComing:
		return status{"coming", "car", "Help is coming"}
	case activation.Here:
		return status{"here", "together", "Responder is there"}
	case activation.StageHandedOver:
		return status{"handed", "check", "Handed over"}
	case activation.Gone:
		return status{"ended", "door", "The youth left"}
	case activation.StoodDown:
		return status{"ended", "stop", "Called off"}
	default:
		return status{"ended", "box", "Closed"}
	}
}

func needWords(n activation.Need) string {
	switch n {
	case activation.Hurt:
		return "Is hurt"
	case activation.Afraid:
		return "Afraid of someone here"
	case activation.QuietPlace:
		return "A quiet place"
	case activation.WaterFood:
		return "Water or food"
	case activation.WarmClothes:
		return "Warm clothes"
	case activation.Restroom:
		return "Restroom"
	case activation.PhoneCall:
		return "A phone call"
	case activation.Interpreter:
		return "An interpreter"
	default:
		return string(n)
	}
}

// urgent needs are shown so that nobody reads past them.
func urgent(n activation.Need) bool { return n == activation.Hurt || n == activation.Afraid }

// countysDrill reports whether a drill was begun at the desk or by the schedule: no help point began it, and none shows its steps.
func countysDrill(m activation.Mode, device string) bool {
	return m == activation.Drill && device == "desk"
}

func triggerWords(t activation.Trigger) string {
	switch t {
	case activation.ByButton:
		return "Panic button"
	case activation.ByYouth:
		return "Youth at the kiosk"
	case activation.ByStaff:
		return "Staff for a youth"
	default:
		return "In the field"
	}
}

func calledBy(s activation.State) string {
	if countysDrill(s.Mode, s.Device) {
		return "The county’s own drill"
	}
	return triggerWords(s.Trigger)
}

func outcomeWords(o activation.Outcome) string {
	switch o {
	case activation.Helped:
		return "Helped"
	case activation.WentAway:
		return "The youth left"
	case activation.NotNeeded:
		return "Not needed"
	case activation.Duplicate:
		return "Duplicate"
	case activation.WasDrill:
		return "Drill done"
	case activation.WasTest:
		return "Test done"
	default:
		return string(o)
	}
}

func calledWords(c activation.Called) string {
	if c == activation.LawEnforcement {
		return "law enforcement"
	}
	return "the hotline"
}

func dispositionWords(d activation.Disposition) string {
	switch d {
	case activation.Immediate:
		return "Immediate response"
	case activation.FiveDays:
		return "Response in five days"
	case activation.EvaluatedOut:
		return "Evaluated out"
	case activation.Information:
		return "Information only"
	case activation.Consultation:
		return "Consultation"
	default:
		return ""
	}
}

var languages = map[string]string{
	"en": "English", "es": "Spanish", "zh-Hans": "Chinese", "zh-Hant": "Chinese (Traditional)", "ko": "Korean", "vi": "Vietnamese",
	"tl": "Tagalog", "hy": "Armenian", "ru": "Russian", "fa": "Farsi", "ar": "Arabic", "km": "Khmer", "ja": "Japanese",
}

func languageWords(tags []string) string {
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		if w, ok := languages[t]; ok {
			t = w
		}
		out = append(out, t)
	}
	return strings.Join(out, ", ")
}

// elapsed is a running time: 4:05, 3 h 05 m, 2 d 3 h.
func elapsed(d time.Duration) string {
	d = max(0, d)
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h >= 48:
		return strconv.Itoa(h/24) + " d " + strconv.Itoa(h%24) + " h"
	case h > 0:
		return strconv.Itoa(h) + " h " + two(m) + " m"
	default:
		return strconv.Itoa(m) + ":" + two(int(d.Seconds())%60)
	}
}

// spoken is a span in a sentence: 40 s, 12 min, 3 h 5 min, 2 days.
func spoken(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case h == 0:
		return strconv.Itoa(m) + " min"
	case h < 48 && m == 0:
		return strconv.Itoa(h) + " h"
	case h < 48:
		return strconv.Itoa(h) + " h " + strconv.Itoa(m) + " min"
	default:
		return strconv.Itoa(h/24) + " days"
	}
}

// seatName is the part of a user id that tells two seats of one agency apart.
func seatName(user, agency string) string {
	return strings.ToUpper(strings.TrimPrefix(user, agency+"-"))
}
