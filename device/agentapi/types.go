package agentapi

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Limits of the API.
const (
	MaxRequest  = 8 << 10 // bytes of a request body
	HeartbeatMS = 2_000   // a kiosk that hears nothing for three of these shows that its agent is gone
)

// Fallback says which promise was not kept in time, so that staff must phone.
type Fallback string

// The fallbacks.
const (
	NoFallback Fallback = ""
	NoReceipt  Fallback = "no_receipt" // the broker's ledger does not have it after 10 s
	NoAnswer   Fallback = "no_answer"  // no person has taken it after 180 s
	Refused    Fallback = "refused"    // the broker can never accept it
)

// Link is the agent's connection to the broker.
type Link struct {
	Up    bool  `json:"up"`
	ForMS int64 `json:"for_ms"` // how long it has been so
}

// Indicators is what the lamps show; the simulated board has no other lamps than these.
type Indicators struct {
	Healthy bool   `json:"healthy"` // green: link and button work
	Fault   bool   `json:"fault"`   // amber
	Call    string `json:"call"`    // blue: off, sent (blinks), acknowledged (steady)
}

// Health is how the device is.
type Health struct {
	Board    string         `json:"board"`   // sim, none, or a board profile
	Button   string         `json:"button"`  // ok, held, stuck, fault
	Outbox   int            `json:"outbox"`  // events that have no receipt yet
	DiskOK   bool           `json:"disk_ok"` // false: events are sent, but would not outlive a power cut
	Enrolled bool           `json:"enrolled"`
	Troubles []wire.Trouble `json:"troubles,omitempty"`

	UpMS       int64          `json:"up_ms"`       // since the machine started
	TimeSynced bool           `json:"time_synced"` // its clock is set by a trusted source; calls go out with their age either way
	CertDays   int            `json:"cert_days"`   // until its certificate ends; it renews itself; 0 while it is not enrolled
	Machine    wire.Machine   `json:"machine"`     // what it can measure; nil and 0: it cannot
	LastTest   *wire.WalkTest `json:"last_test,omitempty"`
}

// WalkStage is where a walk test stands.
type WalkStage string

// The stages of a walk test.
const (
	WalkIdle    WalkStage = "idle"
	WalkPress   WalkStage = "press"   // go to the button and press it, within LeftMS
	WalkSending WalkStage = "sending" // the press was felt and is on its way
	WalkPassed  WalkStage = "passed"  // the ledger has it; TookMS after the contact
	WalkFailed  WalkStage = "failed"  // see Reason
)

// WalkReason is why a walk test failed.
type WalkReason string

// The reasons.
const (
	WalkNoPress   WalkReason = "no_press"     // nobody pressed in time, or the press was not felt: try again, then send a technician
	WalkNoReceipt WalkReason = "no_receipt"   // felt and sent, and the ledger did not answer in time: look at the link
	WalkRefused   WalkReason = "refused"      // the broker will never take it
	WalkButton    WalkReason = "button_fault" // the contact cannot be read
	WalkCall      WalkReason = "call_open"    // an actual call began meanwhile; a press is a call for help again
	WalkStopped   WalkReason = "stopped"      // by whoever stood at the screen; it is not kept as the last test
)

// WalkTest is the walk test of the panic button: whoever is signed in starts it, goes to the button and presses. That one press, and no
// other, is sent in mode test, end to end. A test that ended is shown for [WalkShownMS], then the stage is idle again; Health.LastTest is kept.
//
// While an actual call is open no test begins, and one that waits ends: a press is then a call for help.
type WalkTest struct {
	Stage  WalkStage  `json:"stage"`
	LeftMS int64      `json:"left_ms,omitempty"` // of press and sending
	TookMS int64      `json:"took_ms,omitempty"`
	Reason WalkReason `json:"reason,omitempty"`
	Call   string     `json:"call,omitempty"` // the activation that the press made, from sending on
}

// WalkShownMS is how long the end of a walk test is shown.
const WalkShownMS = 120_000

// Who is one agency's answer: a role, never a person.
type Who = wire.Who

// Activation is one call for help of this zone, as the agent knows it.
type Activation struct {
	ID        string               `json:"id"`
	Code      string               `json:"code,omitempty"` // short, for speech; empty until the broker has it
	Mode      activation.Mode      `json:"mode"`
	Stage     activation.Stage     `json:"stage"`
	Trigger   activation.Trigger   `json:"trigger"`
	AgeMS     int64                `json:"age_ms"`
	Fallback  Fallback             `json:"fallback,omitempty"`
	Tries     int                  `json:"tries"`                 // how often its oldest unreceipted event was sent
	LastTryMS int64                `json:"last_try_ms,omitempty"` // how long ago the last try was
	Needs     []activation.Need    `json:"needs,omitempty"`       // what the broker has, and what is still on its way
	Who       []Who                `json:"who,omitempty"`         // furthest first
	Message   activation.Message   `json:"message,omitempty"`
	Check     Check                `json:"check"`
	StandDown activation.StandDown `json:"stand_down,omitempty"`
	Reported  bool                 `json:"reported,omitempty"`
	Welfare   *wire.Welfare        `json:"welfare,omitempty"` // absent: nobody has looked yet
	Outcome   activation.Outcome   `json:"outcome,omitempty"`
}

// Check says how the check of the responder's code stands.
type Check struct {
	wire.Check
	Waiting bool `json:"waiting,omitempty"` // a typed code is on its way
}

// Settings is what a kiosk needs of the county's settings. It holds no PIN.
type Settings struct {
	Rev       uint64             `json:"rev"` // 0: the device has not heard from the county yet
	Zone      string             `json:"zone,omitempty"`
	ZoneName  string             `json:"zone_name,omitempty"`
	Hours     string             `json:"hours,omitempty"`
	Events    []wire.Listing     `json:"events,omitempty"`
	Languages []string           `json:"languages,omitempty"`
	Numbers   []wire.PhoneNumber `json:"numbers"` // never empty: an agent without settings has built-in ones
	TimeZone  string             `json:"time_zone,omitempty"`
	// VerifiedOn is the day on which somebody called every one of Numbers, as 2026-10-01; empty: nobody says so.
	VerifiedOn string      `json:"verified_on,omitempty"`
	Policy     wire.Policy `json:"policy"` // why staff of this zone report
}

// State is everything that a kiosk shows.
type State struct {
	Rev         uint64       `json:"rev"` // grows with each change since the agent started
	Version     string       `json:"version"`
	Device      string       `json:"device,omitempty"`
	Link        Link         `json:"link"`
	Health      Health       `json:"health"`
	Indicators  Indicators   `json:"indicators"`
	Activations []Activation `json:"activations,omitempty"` // open and lately ended ones, oldest first
	Settings    Settings     `json:"settings"`
	WalkTest    WalkTest     `json:"walk_test"`
	// Covert is the site's wish that a call by the button changes nothing that can be seen or heard: no lamp, no sound, no page.
	Covert bool `json:"covert,omitempty"`
}

// Raise calls for help. While an activation of the same mode is open in the zone, it counts as another press on that one.
//
// With Other it does not: staff (trigger staff) say that there is another young person beside the one of that activation, who gets an
// activation of their own. Key names the request (an id; new for each): the same request, repeated, makes one activation.
type Raise struct {
	Trigger activation.Trigger `json:"trigger"`
	Mode    activation.Mode    `json:"mode"`
	Other   string             `json:"other,omitempty"`
	Key     string             `json:"key,omitempty"`
}

// Valid reports whether it can be a call for help.
func (r Raise) Valid() bool {
	triggers := []activation.Trigger{activation.ByButton, activation.ByYouth, activation.ByStaff}
	modes := []activation.Mode{activation.Actual, activation.Drill, activation.Test}
	if !slices.Contains(triggers, r.Trigger) || !slices.Contains(modes, r.Mode) {
		return false
	}
	if r.Other == "" {
		return r.Key == ""
	}
	return r.Trigger == activation.ByStaff && activation.ValidID(r.Other) && activation.ValidID(r.Key)
}

// Raised is the answer to Raise: the event is on the disk.
type Raised struct {
	ID    string `json:"id"`    // of the activation
	Again bool   `json:"again"` // it was open already
}

// NeedRequest asks for a need.
type NeedRequest struct {
	Need activation.Need `json:"need"`
}

// IntakeRequest records coarse flags.
type IntakeRequest struct {
	Flags []activation.Need `json:"flags"`
}

// ReportRequest records that a report was made by phone.
type ReportRequest = activation.Report

// WelfareRequest is how the youth is.
type WelfareRequest struct {
	State activation.Welfare `json:"state"`
}

// VerifyRequest is a responder's code as staff typed it. The answer comes in the state, as Check.
type VerifyRequest struct {
	Code string `json:"code"`
}

// PINRequest is a typed PIN.
type PINRequest struct {
	PIN string `json:"pin"`
}

// PINAnswer opens the staff calls for a while. It looks the same for a PIN and for a duress PIN.
type PINAnswer struct {
	Role      string `json:"role"` // staff or it
	Token     string `json:"token"`
	ExpiresMS int64  `json:"expires_ms"` // from now, prolonged by each use
}

// SimButton holds the simulated button down.
type SimButton struct {
	HoldMS int64 `json:"hold_ms"`
}

// Code is a stable reason of a [Problem].
type Code string

// The codes.
const (
	BadRequest   Code = "bad_request"   // 400: not the expected form
	PINWanted    Code = "pin_wanted"    // 401: no token, or an old one
	PINWrong     Code = "pin_wrong"     // 403
	PINLocked    Code = "pin_locked"    // 429, with RetryMS
	NoPINs       Code = "no_pins"       // 409: the county has set no PIN for this device
	NotFound     Code = "not_found"     // 404: no such activation or route
	TooManyOpen  Code = "too_many_open" // 409
	NotConnected Code = "not_connected" // 503: needs the broker now (verify, walk test)
	NoButton     Code = "no_button"     // 409: there is no button to test, or it cannot be read
	CallOpen     Code = "call_open"     // 409: no test while an actual call is open
	TooLarge     Code = "too_large"     // 413
	CardRefused  Code = "card_refused"  // 409: the county does not take the code of an enrolment card
	Internal     Code = "internal"      // 500
)

// Problem is an error as the API tells it (RFC 9457).
type Problem struct {
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Code    Code   `json:"code"`
	RetryMS int64  `json:"retry_ms,omitempty"`
}

// Error makes a Problem an error for callers of the client.
func (p *Problem) Error() string { return p.Title }
