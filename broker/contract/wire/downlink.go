package wire

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Reason says why an event was rejected: it will never be accepted, so the device keeps it, raises trouble and shows staff the
// number to call.
type Reason string

// The reasons.
const (
	TooLarge     Reason = "too_large"
	Malformed    Reason = "malformed"
	WrongVersion Reason = "wrong_version"
	WrongKey     Reason = "wrong_key"
	UnknownCase  Reason = "unknown_case"
	NotAllowed   Reason = "not_allowed"
	TooMany      Reason = "too_many_open" // more than [MaxActivations] in the zone
)

// Rejected is one event that was rejected.
type Rejected struct {
	Seq    uint64 `json:"seq"`
	Reason Reason `json:"reason"`
}

// Receipt says what the ledger holds of one outbox log: every event up to Seq, less the rejected ones.
type Receipt struct {
	Log      string     `json:"log"`
	Seq      uint64     `json:"seq"`
	Rejected []Rejected `json:"rejected,omitempty"`
}

// Role is what a kiosk calls an agency: never its name, never a person.
type Role = string

// The roles. A kiosk has words for each of them in every language.
const (
	RoleDesk           Role = "desk"
	RoleLawEnforcement Role = "law_enforcement"
	RoleChildWelfare   Role = "child_welfare"
	RoleProbation      Role = "probation"
	RoleAdvocate       Role = "advocate"
	RoleMentalHealth   Role = "mental_health"
	RoleHealth         Role = "health"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleDesk, RoleLawEnforcement, RoleChildWelfare, RoleProbation, RoleAdvocate, RoleMentalHealth, RoleHealth}
}

// Who is one agency's answer as a kiosk may show it: a role, never a person.
type Who struct {
	Role  Role             `json:"role"`
	Stage activation.Stage `json:"stage"`
	// ETAMS is in how many milliseconds the agency said it would be there, at the moment of sending; negative when overdue, absent
	// when it has not said.
	ETAMS *int64 `json:"eta_ms,omitempty"`
}

// Check says how the check of a responder's code stands.
type Check struct {
	Verified  bool   `json:"verified"`
	Role      string `json:"role,omitempty"` // of the verified responder
	Wrong     int    `json:"wrong"`          // wrong codes typed so far
	TriesLeft int    `json:"tries_left"`
}

// Activation is one activation as a kiosk of its zone may see it.
type Activation struct {
	ID        string               `json:"id"`
	Aliases   []string             `json:"aliases,omitempty"`
	Code      string               `json:"code"` // short, for speech: 7F-21
	Mode      activation.Mode      `json:"mode"`
	Stage     activation.Stage     `json:"stage"`
	Trigger   activation.Trigger   `json:"trigger"`
	AgeMS     int64                `json:"age_ms"` // since help was called for, at the moment of sending
	Needs     []activation.Need    `json:"needs,omitempty"`
	Who       []Who                `json:"who,omitempty"` // furthest first
	Message   activation.Message   `json:"message,omitempty"`
	Check     Check                `json:"check"`
	StandDown activation.StandDown `json:"stand_down,omitempty"`
	Reported  bool                 `json:"reported,omitempty"`
	Welfare   *Welfare             `json:"welfare,omitempty"` // absent: nobody has looked yet
	Outcome   activation.Outcome   `json:"outcome,omitempty"`
}

// Welfare is what staff saw when they last looked how the youth is.
type Welfare struct {
	State activation.Welfare `json:"state"`
	AgeMS int64              `json:"age_ms"` // since then, at the moment of sending
}

// State is all that a device needs to know about its zone, whole, each time.
type State struct {
	V      int    `json:"v"`
	Device string `json:"device"`
	Epoch  uint64 `json:"epoch"` // of the device's last sync; the device ignores a state for another connection
	Rev    uint64 `json:"rev"`   // never falls within an epoch; the device ignores a lower one
	At     int64  `json:"at"`    // the broker's clock, ms since 1970
	// Receipt is for the log of the device's last sync or event.
	Receipt     Receipt      `json:"receipt"`
	Activations []Activation `json:"activations,omitempty"` // open and lately ended ones, oldest first
	Settings    uint64       `json:"settings"`              // revision of the settings that the device should obey
}

// PhoneNumber is one number that a kiosk may show.
type PhoneNumber struct {
	Use    string `json:"use"` // emergency, hotline, desk, text, support
	Number string `json:"number"`
}

// PIN is the salted hash of one staff member's PIN.
type PIN struct {
	Staff string `json:"staff"` // staff id, never a name
	Role  string `json:"role"`  // staff or it
	Salt  []byte `json:"salt"`
	Hash  []byte `json:"hash"` // PBKDF2-HMAC-SHA256, PINRounds rounds, 32 bytes
	// Duress marks the PIN that a staff member under threat types instead.
	Duress bool `json:"duress,omitempty"`
}

// PINRounds is the number of PBKDF2 rounds of a [PIN].
const PINRounds = 100_000

// Listing is one line on the idle page.
type Listing struct {
	What string `json:"what"`
	When string `json:"when"`
}

// Settings is what the county wants of a device.
type Settings struct {
	V        int           `json:"v"`
	Device   string        `json:"device"`
	Rev      uint64        `json:"rev"`
	Zone     string        `json:"zone"`
	ZoneName string        `json:"zone_name"`
	Hours    string        `json:"hours,omitempty"`  // one line for the idle page
	Events   []Listing     `json:"events,omitempty"` // at most a few lines for the idle page
	Locale   []string      `json:"languages"`        // BCP 47, the first is the site's own
	Numbers  []PhoneNumber `json:"numbers"`          // whom to call when this does not work
	// VerifiedOn is the day on which somebody of the county called every one of Numbers, as 2026-10-01. Empty: nobody says so.
	VerifiedOn string `json:"verified_on,omitempty"`
	// Policy is what the site's staff are told about reporting. Empty: [Mandated].
	Policy   Policy `json:"policy,omitempty"`
	PINs     []PIN  `json:"pins,omitempty"`
	TimeZone string `json:"time_zone"` // IANA
	// PathTest is when the device proves its way to the desk. Absent: every [PathEvery], within [PathWithin].
	PathTest PathTest `json:"path_test,omitzero"`
}

// PathTest is the times of path tests.
type PathTest struct {
	EveryMS  int64 `json:"every_ms"`
	WithinMS int64 `json:"within_ms"` // a test that is not closed by then has failed
}

// The times of path tests when the county does not say others.
const (
	PathEvery  = time.Hour
	PathWithin = time.Minute
)

// Times returns what a device obeys. Nothing makes it test more often than once a second.
func (p PathTest) Times() (every, within time.Duration) {
	every, within = time.Duration(p.EveryMS)*time.Millisecond, time.Duration(p.WithinMS)*time.Millisecond
	if every <= 0 || within <= 0 {
		return PathEvery, PathWithin
	}
	return max(every, time.Second), max(within, time.Second)
}

// Policy is why staff of a zone report.
type Policy string

// The policies.
const (
	Mandated      Policy = "mandated"       // the law names them
	CountyPolicy  Policy = "county_policy"  // the county asks them
	AskSupervisor Policy = "ask_supervisor" // their supervisor decides with them
)

// Policies lists every policy.
func Policies() []Policy { return []Policy{Mandated, CountyPolicy, AskSupervisor} }

// SignedSettings is a [Settings] with the broker's signature over its exact bytes.
type SignedSettings struct {
	V    int    `json:"v"`
	Body []byte `json:"body"`
	Sig  []byte `json:"sig"`
}

// ErrSignature means that settings were not signed by the broker that the device is enrolled with.
var ErrSignature = errors.New("settings are not signed by the broker")

const settingsContext = "syz/1/settings\n"

// SignSettings encodes and signs settings.
func SignSettings(key ed25519.PrivateKey, s Settings) ([]byte, error) {
	s.V = Version
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("cannot encode settings: %w", err)
	}
	out, err := json.Marshal(SignedSettings{V: Version, Body: body, Sig: ed25519.Sign(key, append([]byte(settingsContext), body...))})
	if err != nil {
		return nil, fmt.Errorf("cannot encode settings: %w", err)
	}
	if len(out) > MaxSettings {
		return nil, ErrTooLarge
	}
	return out, nil
}

// OpenSettings checks the signature and reads the settings.
func OpenSettings(key ed25519.PublicKey, b []byte) (Settings, error) {
	var signed SignedSettings
	if err := decode(b, MaxSettings, &signed, func() int { return signed.V }); err != nil {
		return Settings{}, err
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, append([]byte(settingsContext), signed.Body...), signed.Sig) {
		return Settings{}, ErrSignature
	}
	var s Settings
	if err := decode(signed.Body, MaxSettings, &s, func() int { return s.V }); err != nil {
		return Settings{}, err
	}
	if !ids(s.Device, s.Zone) {
		return Settings{}, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return s, nil
}

// DecodeState reads a [State].
func DecodeState(b []byte) (State, error) {
	var s State
	if err := decode(b, MaxState, &s, func() int { return s.V }); err != nil {
		return s, err
	}
	if !ids(s.Device) || len(s.Activations) > MaxActivations {
		return s, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return s, nil
}

// Sent is the broker's clock when the state was sent.
func (s State) Sent() time.Time { return time.UnixMilli(s.At) }
