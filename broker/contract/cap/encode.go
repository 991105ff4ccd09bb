package cap

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"safeyouthzone/broker/contract/activation"
)

// Namespace is that of CAP 1.2.
const Namespace = "urn:oasis:names:tc:emergency:cap:1.2"

// ContentType is how a message travels.
const ContentType = "application/cap+xml"

// Errors of [Encode].
var (
	// ErrSender means that the sender or an address is no token: it must be there, without spaces, commas, < and &.
	ErrSender = errors.New("sender or address is not usable in an alert")
	// ErrNoStory means that nothing has happened that could be told.
	ErrNoStory = errors.New("there is nothing to tell")
)

// life is for how long a message is current unless another one follows.
const life = 24 * time.Hour

// Alert is the story of one activation up to its last step.
type Alert struct {
	Sender    string          // who sends, the same in all messages: desk@county.example.org
	Addresses []string        // for whom it is, at least one
	Case      string          // only hashed into identifiers
	Mode      activation.Mode // actual, drill or test
	Code      string          // activation.ShortCode
	ZoneName  string
	Steps     []Step // all of them, oldest first
}

// Identifier is the id of a step, counted from 0. It tells a stranger nothing, and is the same wherever and whenever it is made.
func (a Alert) Identifier(step int) string {
	h := sha256.Sum256([]byte("syz/cap/1\x00" + a.Sender + "\x00" + a.Case + "\x00" + strconv.Itoa(step)))
	return "syz-" + hex.EncodeToString(h[:12])
}

type message struct {
	XMLName    xml.Name `xml:"urn:oasis:names:tc:emergency:cap:1.2 alert"`
	Identifier string   `xml:"identifier"`
	Sender     string   `xml:"sender"`
	Sent       string   `xml:"sent"`
	Status     string   `xml:"status"`
	MsgType    string   `xml:"msgType"`
	Scope      string   `xml:"scope"`
	Addresses  string   `xml:"addresses"`
	Note       string   `xml:"note,omitempty"`
	References string   `xml:"references,omitempty"`
	Info       info     `xml:"info"`
}

type info struct {
	Language     string `xml:"language"`
	Category     string `xml:"category"`
	Event        string `xml:"event"`
	ResponseType string `xml:"responseType"`
	Urgency      string `xml:"urgency"`
	Severity     string `xml:"severity"`
	Certainty    string `xml:"certainty"`
	Expires      string `xml:"expires"`
	Headline     string `xml:"headline"`
	Description  string `xml:"description"`
	Area         area   `xml:"area"`
}

type area struct {
	Desc string `xml:"areaDesc"`
}

// Encode makes the message of the last step: the first step is an Alert, what follows are Updates, and being called off is a Cancel.
// Its errors are [ErrSender] and [ErrNoStory].
func Encode(a Alert) ([]byte, error) {
	if len(a.Steps) == 0 || a.Case == "" {
		return nil, ErrNoStory
	}
	if !token(a.Sender) || len(a.Addresses) == 0 {
		return nil, ErrSender
	}
	for _, to := range a.Addresses {
		if !token(to) {
			return nil, ErrSender
		}
	}
	b, err := xml.MarshalIndent(a.message(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("cannot encode alert: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

func (a Alert) message() message {
	n := len(a.Steps) - 1
	last := a.Steps[n]
	m := message{
		Identifier: a.Identifier(n), Sender: a.Sender, Sent: stamp(last.At), Status: status(a.Mode), MsgType: "Update", Scope: "Private",
		Addresses: strings.Join(a.Addresses, " "), Info: a.info(last),
	}
	switch {
	case n == 0:
		m.MsgType = "Alert"
	case last.What == CalledOff:
		m.MsgType = "Cancel"
	}
	if a.Mode != activation.Actual {
		m.Note = "This is a " + string(a.Mode) + ": nobody needs help." // the standard wants a note with an exercise
	}
	refs := make([]string, 0, n)
	for i, s := range a.Steps[:n] {
		refs = append(refs, a.Sender+","+a.Identifier(i)+","+stamp(s.At))
	}
	m.References = strings.Join(refs, " ")
	return m
}

func (a Alert) info(s Step) info {
	zone := line(a.ZoneName)
	if zone == "" {
		zone = "Safe Youth Zone"
	}
	what := "Safe Youth Zone activation"
	head := what
	if a.Mode != activation.Actual {
		what = "Safe Youth Zone " + string(a.Mode)
		head = strings.ToUpper(string(a.Mode)) + ": " + what
	}
	in := info{
		Language: "en-US", Category: "Safety", Event: what, ResponseType: "Assess", Urgency: "Immediate", Severity: "Severe",
		Certainty: "Observed", Expires: stamp(s.At.Add(life)), Area: area{Desc: zone},
		Headline: strings.TrimSpace(head + " " + line(a.Code)), Description: zone + ". " + words(s.What),
	}
	switch s.What {
	case Raised, PressedAgain:
	case Answered, Coming, Arrived:
		in.ResponseType, in.Urgency = "Monitor", "Expected"
	case Over, CalledOff:
		in.ResponseType, in.Urgency, in.Severity = "AllClear", "Past", "Minor"
	}
	return in
}

func words(w What) string {
	switch w {
	case Raised:
		return "Waiting for an answer."
	case PressedAgain:
		return "Pressed again."
	case Answered:
		return "Answered."
	case Coming:
		return "A responder is coming."
	case Arrived:
		return "A responder is there."
	case Over:
		return "Ended."
	case CalledOff:
		return "Called off."
	}
	return "Changed."
}

func status(m activation.Mode) string {
	switch m {
	case activation.Drill:
		return "Exercise"
	case activation.Test:
		return "Test"
	case activation.Actual:
	}
	return "Actual"
}

// stamp is the standard's form of a time: with an offset, never with Z.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") + "-00:00" }

// token reports whether s can stand in a sender, an address or a reference.
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`,<&"`, r) || r == unicode.ReplacementChar
	})
}

// line keeps a name on its line, and out of what XML can not carry.
func line(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	}), " ")
}
