package desk

import (
	"context"
	"errors"
	"html/template"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// Errors of the parts below.
var (
	// ErrDocument means that a document or scope does not make sense; the message says what is wrong, in words for its author.
	ErrDocument = errors.New("the document is not acceptable")
	// ErrTold means that a sheet can not be released because earlier ones already tell a small count of it.
	ErrTold = errors.New("earlier releases already tell a small count")
)

// ErrPersonal means that an age or a year of birth can not be.
var ErrPersonal = errors.New("a personal field is out of range")

// Course is the 72 hours and the months behind them, as the desk needs them. All or none of its parts are set; without them the desk
// has no pages for cases and reports.
type Course struct {
	Protocol  Protocol
	Cases     CaseIndex
	Personal  PersonalFields
	Keeping   Keeping
	Reminders Reminders
	Reports   Reports
}

// Protocol is the county's protocol and its other documents. The newest version of a document is in force; a case keeps the template
// that was in force at its place in the ledger.
type Protocol interface {
	Template(first uint64) protocol.Template
	Lists() protocol.Lists
	Stations() protocol.Stations
	// Document returns the newest version and its number; 0 for what ships, nil if there is none.
	Document(kind, key string) (body []byte, n uint64)
	// Put validates a document and stores it as the version after seen. Its errors wrap [ErrDocument], or activation.ErrChanged if
	// somebody else was quicker.
	Put(ctx context.Context, by Seat, kind, key string, seen uint64, body []byte) error
}

// Query is a search. Zero fields ask for nothing.
type Query struct {
	Text    string
	Station string
	From    time.Time
	To      time.Time
	Overdue bool
	Held    bool // under a legal hold
	Limit   int
}

// Hit is a case as a search shows it.
type Hit struct {
	Case    string           `json:"id"`
	Code    string           `json:"code"`
	At      time.Time        `json:"at"`
	Station string           `json:"station,omitempty"`
	Zone    string           `json:"zone,omitempty"`
	Mode    activation.Mode  `json:"mode"`
	Stage   activation.Stage `json:"stage"`
	Open    int              `json:"duties_open"`
	Overdue int              `json:"duties_overdue"`
	Next    time.Time        `json:"next_due,omitzero"`
	Last    time.Time        `json:"last_event"`
	Erased  bool             `json:"erased,omitempty"`
	Held    bool             `json:"held,omitempty"`
	Sealed  bool             `json:"personal,omitempty"`
}

// Suggestion is a case that may be of the same person.
type Suggestion struct {
	Hit
	Sure bool   `json:"sure"`
	Why  string `json:"why"` // same_number, same_year_and_station
}

// CaseIndex finds cases, closed ones too.
type CaseIndex interface {
	Search(q Query) (hits []Hit, all int)
	Same(id string) []Hit
	Suggest(id string) []Suggestion
	First(id string) uint64 // the place in the ledger at which a case began
}

// Personal are the personal fields of a case. Numbered says that the county's client number was given; the number itself is not kept.
type Personal struct {
	Age       int  `json:"age,omitempty"`
	BirthYear int  `json:"birth_year,omitempty"`
	Numbered  bool `json:"numbered,omitempty"`
}

// PersonalFields seals and opens personal fields, and destroys their keys.
type PersonalFields interface {
	// Open fails with activation.ErrErased if nobody can open the box any more.
	Open(id string, box []byte) (Personal, error)
	Seal(id string, old []byte, p Personal, number string) ([]byte, error)
	Erase(ctx context.Context, by Seat, id string) error
}

// Keeping says what is kept, and for how long.
type Keeping interface {
	// Due lists the cases whose time is over and which nothing holds.
	Due() []Hit
	// Until says when the personal fields of a case whose last entry was at last are to be erased.
	Until(last time.Time) time.Time
	// Of lists the cases for which the county's own client number was given.
	Of(number string) []Hit
}

// Reminders tell agencies of their duties.
type Reminders interface {
	// Reminds reports whether anybody of an agency of a template can be told.
	Reminds(t protocol.Template, owner string) bool
}

// Scope is what a fact sheet is about: whole days, and stations; none means all.
type Scope struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Stations []string `json:"stations,omitempty"`
}

// Sheet is a fact sheet in every form in which it is given out.
type Sheet struct {
	Scope  Scope
	Made   time.Time
	Public bool
	HTML   template.HTML
	Page   []byte
	CSV    []byte
	JSON   []byte
}

// Released is one publication.
type Released struct {
	N     uint64    `json:"n"`
	Scope Scope     `json:"scope"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

// Reports makes fact sheets.
type Reports interface {
	// Working has every number: it is for those who may see cases.
	Working(s Scope) (Sheet, error)
	// Release publishes a scope without small counts, once: the same scope again is the same release. Its errors wrap [ErrDocument]
	// and [ErrTold].
	Release(ctx context.Context, by Seat, s Scope) (n uint64, err error)
	Released() []Released
	Public(n uint64) (Sheet, bool)
	Style() template.CSS
}
