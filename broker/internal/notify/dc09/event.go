package dc09

import (
	"fmt"
	"strings"
	"unicode"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
)

// Format is the language of the events.
type Format string

// The formats.
const (
	SIA       Format = "sia"
	ContactID Format = "contact_id"
)

// Point is where a zone is in the receiving centre's books.
type Point struct {
	Account string // empty for the channel's own
	Area    int    // 0 to 99
	Number  int    // 0 to 999
}

// Code is an event in both formats.
type Code struct {
	SIA     string // two letters
	Restore string // two letters
	CID     int    // three digits
}

// what says which event a notice is; restore is that it is over. Not every notice is one for a receiving centre.
func what(n notify.Notice, call Code) (c Code, restore, ok bool) {
	switch n.Kind {
	case notify.Activation, notify.Again, notify.Unanswered, notify.NobodyReachable, notify.Reminder:
		c = call
	case notify.Ended:
		c, restore = call, true
	case notify.Trouble:
		c = Code{SIA: "YC", Restore: "YK", CID: 350}
	case notify.Restoral:
		c, restore = Code{SIA: "YC", Restore: "YK", CID: 350}, true
	case notify.Check:
		c = Code{SIA: "RP", Restore: "RP", CID: 602}
	case notify.Answered:
		return c, false, false
	default:
		return c, false, false
	}
	switch n.Mode {
	case activation.Drill:
		return Code{SIA: "RX", Restore: "RX", CID: 601}, false, true
	case activation.Test:
		return Code{SIA: "RP", Restore: "RP", CID: 602}, false, true
	case activation.Actual:
	}
	return c, restore, true
}

// data writes an event: in SIA with the code and the zone's name as text, in Contact ID as numbers alone.
func data(f Format, c Code, restore bool, p Point, n notify.Notice) string {
	if f == ContactID {
		q := 1
		if restore {
			q = 3
		}
		return fmt.Sprintf("%d%03d %02d %03d", q, c.CID, p.Area, p.Number)
	}
	code := c.SIA
	if restore {
		code = c.Restore
	}
	s := fmt.Sprintf("Nri%d/%s%03d", p.Area, code, p.Number)
	if t := text(n); t != "" {
		s += "|A" + t
	}
	return s
}

const maxText = 60 // bytes

// text is the code and the zone's name in what a receiver can show: printable ASCII without delimiters.
func text(n notify.Notice) string {
	s := n.Code + " " + n.ZoneName
	switch n.Mode {
	case activation.Drill, activation.Test:
		s = strings.ToUpper(string(n.Mode)) + " " + s
	case activation.Actual:
	}
	s = strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || !unicode.IsPrint(r) || strings.ContainsRune(`|[]"^`, r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), maxText)]
}
