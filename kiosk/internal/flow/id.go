package flow

import (
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/activation"
)

// The ids of buttons. They are stable: tests and the simulator tap by them.
const (
	TapHelp     = "help"
	TapYes      = "yes"
	TapNo       = "no"
	TapClose    = "close"
	TapStaff    = "staff"
	TapBack     = "back"
	TapNext     = "next"
	TapLater    = "later"
	TapDone     = "done"
	TapStart    = "start"
	TapDrill    = "drill"
	TapLeft     = "left"
	TapCancel   = "cancel"
	TapMirror   = "mirror"
	TapVerify   = "verify"
	TapHandOver = "handover"
	TapPolice   = "police"
	TapSkip     = "skip"
	TapSure     = "sure"
	TapCalled   = "called"
	TapSteps    = "steps"
	TapMore     = "languages"
	TapTests    = "tests"
	TapWalk     = "walk"
	TapAgain    = "again"
	TapFaults   = "faults"
	TapPhoned   = "phoned"
	TapAsked    = "asked"
	TapLook     = "look"
	TapWell     = "well"
	TapUnwell   = "unwell"
	TapCare     = "care"
	TapAnother  = "another"
	TapColours  = "colours"
	TapColour   = "colour"
	TapTouch    = "touch"
	TapSelf     = "selftest"
	TapRestart  = "restart"
	TapEnrol    = "enrol"

	lang = "lang."
	need = "need."
	flag = "flag."
	said = "said."
	open = "open."
	cell = "cell."

	Erase = "erase" // keys of a pad, beside the digits
	OK    = "ok"
)

// TapLang is the id of the button of a language.
func TapLang(language string) string { return lang + language }

// TapNeed is the id of a need on the youth's page.
func TapNeed(n activation.Need) string { return need + string(n) }

// TapFlag is the id of a need on the staff's page.
func TapFlag(n activation.Need) string { return flag + string(n) }

// TapSaid is the id of an answer of the hotline.
func TapSaid(d activation.Disposition) string { return said + string(d) }

// TapCell is the id of a part of the screen in the touch test.
func TapCell(i int) string { return cell + strconv.Itoa(i) }

// TapOpen is the id of a row of open activations.
func TapOpen(row int) string { return open + strconv.Itoa(row) }

// TapKey is the id of a key on the pad of a page: pin.1, code.ok, ref.erase.
func TapKey(s Screen, key string) string { return pad(s) + key }

func pad(s Screen) string {
	switch s {
	case PIN:
		return "pin."
	case Verify:
		return "code."
	case Referral:
		return "ref."
	case Enrol:
		return "card."
	default:
	}
	return "key."
}

// Dispositions lists the hotline's answers in the order of the page.
func Dispositions() []activation.Disposition {
	return []activation.Disposition{
		activation.Immediate, activation.FiveDays, activation.EvaluatedOut, activation.Information, activation.Consultation,
	}
}

// after returns what follows a prefix.
func after(id, prefix string) (string, bool) { return strings.CutPrefix(id, prefix) }
