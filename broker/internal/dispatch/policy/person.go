package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"safeyouthzone/broker/contract/activation"
)

// Contact is one way to reach a person.
type Contact struct {
	Channel string `json:"channel"`
	To      string `json:"to,omitempty"` // what the channel needs; staff data, kept out of ledger and logs
	AfterS  int    `json:"after_s"`      // seconds after the rung became due; a way that fails brings the next one forward
}

// PersonDoc is one of the county's people: staff data, never a youth's.
type PersonDoc struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Agency   string    `json:"agency"`
	Account  string    `json:"account,omitempty"` // at the desk, whose browsers a way of notifications reaches
	Off      bool      `json:"off,omitempty"`     // not to be reached at all: on leave
	Retired  bool      `json:"retired,omitempty"` // has left: kept for the names in what has been, without any address
	Was      string    `json:"was,omitempty"`     // the account of one who has left, until its browsers are forgotten
	Contacts []Contact `json:"contacts"`
	Version  int       `json:"version"`
	By       string    `json:"by"`
}

// Reachable reports whether a person may be told anything.
func (p PersonDoc) Reachable() bool { return !p.Off && !p.Retired }

const (
	maxContacts = 8
	maxContactS = 10 * 60
	maxTo       = 512
	maxName     = 80
)

// Check says everything that is wrong with a person's data. channels are those that this broker has.
func (p PersonDoc) Check(k Known, channels []string) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	if !activation.ValidID(p.ID) {
		say("The id is 1 to 64 of a-z, 0-9, '-' and '_'.")
	}
	if strings.TrimSpace(p.Name) == "" || utf8.RuneCountInString(p.Name) > maxName {
		say("The name is missing, or longer than %d letters.", maxName)
	}
	if !k.Agency(p.Agency) {
		say("There is no agency %q.", p.Agency)
	}
	if p.Account != "" && !activation.ValidID(p.Account) {
		say("The account at the desk is 1 to 64 of a-z, 0-9, '-' and '_'.")
	}
	if len(p.Contacts) == 0 && !p.Retired {
		say("There is no way to reach this person: choose one at “Way 1”.")
	}
	if len(p.Contacts) > maxContacts {
		say("There are at most %d ways to reach a person.", maxContacts)
	}
	for i, c := range p.Contacts {
		bad = append(bad, c.check(i+1, channels)...)
	}
	return bad
}

func (c Contact) check(n int, channels []string) []string {
	var bad []string
	if !slices.Contains(channels, c.Channel) {
		bad = append(bad, fmt.Sprintf("Way %d: this broker has no channel %q. It has: %s.", n, c.Channel, strings.Join(channels, ", ")))
	}
	if len(c.To) > maxTo || strings.IndexFunc(c.To, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) >= 0 {
		bad = append(bad, fmt.Sprintf("Way %d: the address is not one line of at most %d characters.", n, maxTo))
	}
	if c.AfterS < 0 || c.AfterS > maxContactS {
		bad = append(bad, fmt.Sprintf("Way %d: it waits 0 to %d seconds.", n, maxContactS))
	}
	return bad
}
