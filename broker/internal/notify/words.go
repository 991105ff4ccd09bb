package notify

import (
	"strings"
	"unicode"

	"safeyouthzone/broker/contract/activation"
)

// Text is a notice in words. Neither part has a line break in it, so that they fit headers.
type Text struct {
	Subject string // what is seen first: Safe Youth Zone activation 7F-21
	Body    string // one or two short sentences, without the link
}

const (
	product     = "Safe Youth Zone"
	maxZoneName = 80 // characters
)

// Words puts a notice into words. It uses the kind, the mode, the code and the zone's name, and nothing else of it.
func Words(n Notice) Text {
	t := Text{Subject: subject(n), Body: body(n)}
	switch n.Mode {
	case activation.Drill:
		t.Subject, t.Body = "DRILL: "+t.Subject, t.Body+" This is a drill: answer as if it were real."
	case activation.Test:
		t.Subject, t.Body = "TEST: "+t.Subject, t.Body+" This is a test: nobody needs help."
	case activation.Actual:
	}
	return t
}

// One is the whole notice in one line, for channels without a subject.
func (t Text) One() string { return t.Subject + ". " + t.Body }

func subject(n Notice) string {
	switch n.Kind {
	case Trouble:
		return product + " trouble"
	case Restoral:
		return product + " trouble is over"
	case Check:
		return product + " channel check"
	case Activation, Again, Unanswered, NobodyReachable, Reminder, Answered, Ended:
	}
	s := product + " activation"
	if n.Mode == activation.Drill || n.Mode == activation.Test {
		s = product + " " + string(n.Mode)
	}
	if n.Code != "" {
		s += " " + clean(n.Code)
	}
	return s + what(n.Kind)
}

// what sets apart the notices about one activation.
func what(k Kind) string {
	switch k {
	case Again:
		return ", something new"
	case Unanswered:
		return ", no answer yet"
	case NobodyReachable:
		return ", nobody could be reached"
	case Reminder:
		return ", reminder"
	case Answered:
		return ", answered"
	case Ended:
		return ", ended"
	case Activation, Trouble, Restoral, Check:
	}
	return ""
}

func body(n Notice) string {
	where := ""
	if z := clean(n.ZoneName); z != "" {
		where = z + ". "
	}
	return where + ask(n.Kind)
}

// ask says what the person can do now.
func ask(k Kind) string {
	switch k {
	case Activation:
		return "Please answer now."
	case Again:
		return "Something has changed. Please open the desk now."
	case Reminder:
		return "Something is due. Please open the desk."
	case Unanswered:
		return "Please answer now, or find somebody who can."
	case NobodyReachable:
		return "Open the desk and find somebody."
	case Answered:
		return "You need do nothing more, unless you are on your way."
	case Ended, Restoral:
		return "You need do nothing more."
	case Trouble:
		return "Open the desk to see what is wrong."
	case Check:
		return "Nothing has happened. This message shows that you can be reached here."
	}
	return "Open the desk."
}

// clean makes a name harmless wherever words go: one line, no control characters, not too long.
func clean(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}), " ")
	if r := []rune(s); len(r) > maxZoneName {
		s = string(r[:maxZoneName-1]) + "…"
	}
	return s
}
