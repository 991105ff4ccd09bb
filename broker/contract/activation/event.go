package activation

import (
	"strings"
	"time"
)

// Type names what happened. The set is closed: an unknown type is [ErrInvalid], never ignored.
type Type string

// The types of events.
const (
	Raised             Type = "raised"               // somebody called for help
	PressedAgain       Type = "pressed_again"        // another press while the case is open: ring again
	NeedAsked          Type = "need_asked"           // the youth touched a need
	IntakeRecorded     Type = "intake_recorded"      // coarse flags that staff saw
	ReportMade         Type = "report_made"          // staff made the report by phone
	WelfareChecked     Type = "welfare_checked"      // staff looked how the youth is while everybody waits
	Acknowledged       Type = "acknowledged"         // a person of an agency took it
	Coming             Type = "coming"               // that agency is on its way
	MessageSent        Type = "message_sent"         // the desk put a canned sentence on the kiosk
	Arrived            Type = "arrived"              // that agency is at the zone
	CodeIssued         Type = "code_issued"          // the desk made a new responder code
	CodeEntered        Type = "code_entered"         // staff typed a responder code; never stored, see Decide
	ResponderVerified  Type = "responder_verified"   // the typed code was right
	CodeRefused        Type = "code_refused"         // the typed code was wrong
	HandedOver         Type = "handed_over"          // the youth is with the responder
	Left               Type = "left"                 // the youth left first; nobody is to blame
	StandDownRequested Type = "stand_down_requested" // staff ask to call it off
	StandDownConfirmed Type = "stand_down_confirmed" // the desk agreed
	StandDownDeclined  Type = "stand_down_declined"  // the desk did not agree: help still comes
	SplitOff           Type = "split_off"            // another young person of the same call got a case of their own
	Duress             Type = "duress"               // a staff member is being forced
	Closed             Type = "closed"               // the case ended, with its outcome
)

// Mode keeps real calls, exercises and tests apart; a case never changes its mode.
type Mode string

// The modes.
const (
	Actual Mode = "actual"
	Drill  Mode = "drill"
	Test   Mode = "test"
)

// Trigger says who called for help.
type Trigger string

// The triggers.
const (
	ByButton Trigger = "button"
	ByYouth  Trigger = "youth"
	ByStaff  Trigger = "staff"
	InField  Trigger = "field"
	ByPath   Trigger = "path" // nobody: a device proves that its way to the desk works; in mode test only
)

// Need is something a youth can ask for silently.
type Need string

// The needs.
const (
	Hurt         Need = "hurt"
	Afraid       Need = "afraid_of_someone_here"
	QuietPlace   Need = "quiet_place"
	WaterFood    Need = "water_food"
	WarmClothes  Need = "warm_clothes"
	Restroom     Need = "restroom"
	PhoneCall    Need = "phone_call"
	Interpreter  Need = "interpreter"
	maxIntake         = 8
	maxETA            = 240
	shortDigits       = 4
	referralSize      = 19
)

// Needs lists every need in the order in which a screen offers them.
func Needs() []Need {
	return []Need{Hurt, Afraid, QuietPlace, WaterFood, WarmClothes, Restroom, PhoneCall, Interpreter}
}

// Welfare is what staff saw when they looked how the youth is.
type Welfare string

// What they can have seen.
const (
	WelfareOK   Welfare = "ok"
	WelfareHelp Welfare = "need_help" // they cannot wait for whoever is coming: the desk must ring
)

// Message is a canned sentence for the kiosk; the words live in the kiosk's catalogues.
type Message string

// The canned messages.
const (
	WithYou      Message = "with_you"
	Longer       Message = "longer"
	StayInside   Message = "stay_inside"
	SitQuiet     Message = "sit_quiet"
	NotInTrouble Message = "not_in_trouble"
)

// Messages lists every canned message in the order in which the desk offers them.
func Messages() []Message { return []Message{WithYou, Longer, StayInside, SitQuiet, NotInTrouble} }

// Outcome says how a case ended.
type Outcome string

// The outcomes.
const (
	Helped    Outcome = "helped"
	WentAway  Outcome = "left"
	NotNeeded Outcome = "not_needed"
	Duplicate Outcome = "duplicate"
	WasDrill  Outcome = "drill"
	WasTest   Outcome = "test"
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{Helped, WentAway, NotNeeded, Duplicate, WasDrill, WasTest}
}

// Called says whom staff phoned for the report.
type Called string

// Whom staff can have called.
const (
	Hotline        Called = "hotline"
	LawEnforcement Called = "law_enforcement"
)

// Disposition is what the hotline answered.
type Disposition string

// The dispositions.
const (
	Immediate    Disposition = "immediate"
	FiveDays     Disposition = "five_days"
	EvaluatedOut Disposition = "evaluated_out"
	Information  Disposition = "information"
	Consultation Disposition = "consultation"
)

// Report is the fact that a report was made by phone. It holds no narrative.
type Report struct {
	Called      Called      `json:"called"`
	Disposition Disposition `json:"disposition,omitempty"`
	Referral    string      `json:"referral_no,omitempty"` // 19 digits
}

// ActorKind says what sort of actor caused an event.
type ActorKind string

// The kinds of actors.
const (
	ByDevice ActorKind = "device"
	ByDesk   ActorKind = "desk"
	BySystem ActorKind = "system"
)

// Actor is who caused an event: ids only, never a name.
type Actor struct {
	Kind  ActorKind `json:"kind"`
	ID    string    `json:"id"`
	Staff string    `json:"staff,omitempty"` // staff id behind a PIN, on a device
}

// Source is when an event happened by the clock of its source, and how far that clock is to be trusted.
type Source struct {
	Boot   string    `json:"boot,omitempty"`    // id of the boot in which it happened
	MonoMS int64     `json:"mono_ms,omitempty"` // milliseconds on that boot's monotonic clock
	Wall   time.Time `json:"wall,omitzero"`     // the source's wall clock, as it was
	Synced bool      `json:"time_synced,omitempty"`

	// AgeMS is how old the event was when the ledger took it. The receiver sets it from the envelope.
	AgeMS int64 `json:"age_ms,omitempty"`
	// AgeAtLeast says that the source could not know its age fully (it restarted with an unset clock): it is at least AgeMS.
	AgeAtLeast bool `json:"age_at_least,omitempty"`
}

// Event is one thing that happened to a case. It carries codes, ids and times: no field can hold free text.
type Event struct {
	ID         string    `json:"id"`   // UUIDv7
	Case       string    `json:"case"` // UUIDv7; the id of the activation
	Type       Type      `json:"type"`
	Mode       Mode      `json:"mode"`
	Actor      Actor     `json:"actor"`
	Source     Source    `json:"source"`
	LedgerTime time.Time `json:"ledger_time,omitzero"` // set by the broker when the ledger takes it

	Zone        string  `json:"zone,omitempty"`          // raised
	Device      string  `json:"device,omitempty"`        // raised
	Trigger     Trigger `json:"trigger,omitempty"`       // raised, pressed_again
	HeldAtStart bool    `json:"held_at_start,omitempty"` // raised, pressed_again: the contact was closed when the agent started
	Alias       string  `json:"alias,omitempty"`         // pressed_again: the case id that the pressing device had made up
	Other       string  `json:"other,omitempty"`         // raised: the case that it was split off from; split_off: the new case
	Press       string  `json:"press,omitempty"`         // split_off: the pressed_again that it was
	Need        Need    `json:"need,omitempty"`          // need_asked
	Intake      []Need  `json:"intake,omitempty"`        // intake_recorded
	Report      *Report `json:"report,omitempty"`        // report_made
	Welfare     Welfare `json:"welfare,omitempty"`       // welfare_checked
	Agency      string  `json:"agency,omitempty"`        // acknowledged, coming, arrived, code_issued, responder_verified, handed_over
	ETAMin      int     `json:"eta_min,omitempty"`       // coming: minutes from the event
	Message     Message `json:"message,omitempty"`       // message_sent
	Code        string  `json:"code,omitempty"`          // acknowledged, coming, arrived, code_issued: responder code; code_entered
	Outcome     Outcome `json:"outcome,omitempty"`       // closed

	FollowUp *FollowUp `json:"follow_up,omitempty"` // of the 72 hours: see followup.go
	Dispatch *Dispatch `json:"dispatch,omitempty"`  // escalated, notified: see dispatch.go
}

// HappenedAt is when the event happened by the ledger's clock: the time it was taken less its age.
func (e Event) HappenedAt() time.Time {
	return e.LedgerTime.Add(-time.Duration(e.Source.AgeMS) * time.Millisecond)
}

// ShortCode is how people name a case aloud: the last four hexadecimal digits of its id, as 7F-21. It identifies nothing by itself.
func ShortCode(caseID string) string {
	s := strings.ToUpper(strings.ReplaceAll(caseID, "-", ""))
	if len(s) < shortDigits {
		return s
	}
	s = s[len(s)-shortDigits:]
	return s[:2] + "-" + s[2:]
}
