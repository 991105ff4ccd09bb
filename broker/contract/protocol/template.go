package protocol

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Duration is a time.Duration that is written as text: 90m, 36h. A day is 24 hours, always.
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) {
	s := time.Duration(d).String()
	for _, none := range []string{"m0s", "h0m"} { // 36h, not 36h0m0s
		if strings.HasSuffix(s, none) {
			s = s[:len(s)-2]
		}
	}
	return []byte(s), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("cannot read duration: write it as 15m, 36h or 1h30m")
	}
	*d = Duration(v)
	return nil
}

// Start is the moment from which a duty's time runs.
type Start string

// The starts.
const (
	FromRaised   Start = "raised"   // help was called for, or the youth was met in the field
	FromInformed Start = "informed" // the reporter received the information; if nobody said otherwise, when help was called for
	FromArrived  Start = "arrived"  // the first responder arrived
	FromLeft     Start = "left"     // the youth left
)

// Condition must hold for a duty to be owed.
type Condition string

// The conditions.
const (
	IfHurt           Condition = "hurt"
	IfInCare         Condition = "in_care"
	IfLeft           Condition = "left"
	IfUnderProbation Condition = "under_probation"
)

// Signal is what marks a duty as done without anybody marking it.
type Signal string

// The signals.
const (
	ByNothing      Signal = ""
	ByAcknowledged Signal = "acknowledged"
	ByReportMade   Signal = "report_made"
	ByArrived      Signal = "arrived"
	ByHandedOver   Signal = "handed_over"
	ByMDT          Signal = "mdt_decided"
	ByStatus72h    Signal = "status_72h"
)

// Kiosk says how much of a duty a kiosk shows.
type Kiosk string

// What a kiosk shows.
const (
	KioskYes   Kiosk = "yes"
	KioskStage Kiosk = "stage"
	KioskTimer Kiosk = "timer"
	KioskNo    Kiosk = "no"
)

// Agency is one of those who owe duties. Role ties it to whoever has that role in the county's configuration.
type Agency struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role,omitempty"`
}

// Evidence is a coarse question that is asked when a duty is marked. It can only be answered from the choices.
type Evidence struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Choices []string `json:"choices"`
}

// Duty is what one agency owes by when.
type Duty struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Owner    string      `json:"owner"`
	From     Start       `json:"from"`
	Due      Duration    `json:"due"`
	When     []Condition `json:"when,omitempty"` // all must hold
	DoneBy   Signal      `json:"done_by,omitempty"`
	MayMark  []string    `json:"may_mark,omitempty"`  // agencies beside the owner
	ZoneOnly bool        `json:"zone_only,omitempty"` // not owed in a case that began in the field
	Evidence []Evidence  `json:"evidence,omitempty"`
	Kiosk    Kiosk       `json:"kiosk"`
	Basis    string      `json:"basis"` // where it comes from; what is not verified says so
}

// Template is a county's protocol.
type Template struct {
	ID        string   `json:"id"`
	Version   int      `json:"version"`
	Title     string   `json:"title"`
	Basis     string   `json:"basis"`
	EndsAfter Duration `json:"ends_after"`
	Agencies  []Agency `json:"agencies"`
	Duties    []Duty   `json:"duties"`
}

// Agency finds an agency; one that is not listed has its id as name.
func (t Template) Agency(id string) Agency {
	for _, a := range t.Agencies {
		if a.ID == id {
			return a
		}
	}
	return Agency{ID: id, Name: id}
}

// Duty finds a duty.
func (t Template) Duty(id string) (Duty, bool) {
	i := slices.IndexFunc(t.Duties, func(d Duty) bool { return d.ID == id })
	if i < 0 {
		return Duty{}, false
	}
	return t.Duties[i], true
}

// Party is somebody of an agency of the county: its id and its role.
type Party struct{ Agency, Role string }

// is reports whether a party acts for an agency of the template.
func (t Template) is(p Party, agency string) bool {
	a := t.Agency(agency)
	return p.Agency == a.ID || p.Role != "" && p.Role == a.Role
}

// MayMark reports whether a party may mark a duty as done. owner is the agency that owes it in this case, which may have taken it over.
// What has neither role nor desk, like the site, is marked by those whom the template names.
func (t Template) MayMark(d Duty, owner string, p Party) bool {
	if t.is(p, owner) || t.is(p, d.Owner) {
		return true
	}
	return slices.ContainsFunc(d.MayMark, func(id string) bool { return id == "lead" && leads(p.Role) || t.is(p, id) })
}

// leads reports whether a role can be the lead agency of a case: the two that can have a youth in their care.
func leads(role string) bool { return role == "child_welfare" || role == "probation" }

// ParseTemplate reads a template strictly and validates it.
func ParseTemplate(b []byte) (Template, error) {
	var t Template
	if err := strict(b, &t); err != nil {
		return t, err
	}
	return t, t.Validate()
}

// Encode writes a template as people edit it.
func (t Template) Encode() []byte {
	b, _ := json.MarshalIndent(t, "", "  ") // strings and numbers: it can not fail
	return append(b, '\n')
}
