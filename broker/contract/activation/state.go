package activation

import (
	"cmp"
	"slices"
	"time"
)

// Stage is how far a call for help has come.
type Stage string

// The stages, in order; Gone and StoodDown end the way to a hand-over early.
const (
	Sending           Stage = "sending" // only a device ever says so: the ledger does not have it yet
	Received          Stage = "received"
	StageAcknowledged Stage = "acknowledged"
	StageComing       Stage = "coming"
	Here              Stage = "here"
	StageHandedOver   Stage = "handed_over"
	Gone              Stage = "left"
	StoodDown         Stage = "stand_down"
	StageClosed       Stage = "closed"
)

// Rank orders the stages of the way to a hand-over; the three that end a case come last.
func (s Stage) Rank() int {
	return slices.Index([]Stage{Sending, Received, StageAcknowledged, StageComing, Here, StageHandedOver, Gone, StoodDown, StageClosed}, s)
}

// Open reports whether help is still on its way or due: a press in the zone then belongs to this case.
func (s Stage) Open() bool { return s.Rank() >= 0 && s.Rank() < StageHandedOver.Rank() }

// StandDown says where the wish to call help off stands.
type StandDown string

// The states of that wish.
const (
	NoStandDown      StandDown = ""
	StandDownAsked   StandDown = "requested"
	StandDownRefused StandDown = "declined"
	StandDownGranted StandDown = "confirmed"
	MaxCodeTries               = 5 // wrong responder codes until the desk must make a new one
)

// Mark is when something happened and by which event: it orders what two events say of the same thing.
type Mark struct {
	At time.Time `json:"at,omitzero"`
	ID string    `json:"id,omitempty"`
}

// After reports whether something happened later than something else.
func (m Mark) After(o Mark) bool { return m.compare(o) > 0 }

func (m Mark) zero() bool { return m.ID == "" }

func (m Mark) compare(o Mark) int { return cmp.Or(m.At.Compare(o.At), cmp.Compare(m.ID, o.ID)) }

// earliest is for facts that become true once.
func (m *Mark) earliest(o Mark) {
	if m.zero() || o.compare(*m) < 0 {
		*m = o
	}
}

// latest reports whether o replaces m, for what the last word decides.
func (m *Mark) latest(o Mark) bool {
	if !m.zero() && o.compare(*m) <= 0 {
		return false
	}
	*m = o
	return true
}

// Answer is what one agency has said.
type Answer struct {
	Agency       string `json:"agency"`
	By           string `json:"by,omitempty"` // desk user of the latest word
	Spoke        Mark   `json:"spoke,omitzero"`
	Acknowledged Mark   `json:"acknowledged,omitzero"`
	Coming       Mark   `json:"coming,omitzero"`
	ETASaid      Mark   `json:"eta_said,omitzero"` // when ETAMin was said; it counts from there
	ETAMin       int    `json:"eta_min,omitempty"`
	Arrived      Mark   `json:"arrived,omitzero"`
	Verified     Mark   `json:"verified,omitzero"`
	CodeMade     Mark   `json:"code_made,omitzero"`
	Code         string `json:"code,omitempty"` // for the responder's eyes; never sent to a device
}

// ETA is when the agency said it would be there; zero before it said so.
func (a Answer) ETA() time.Time {
	if a.ETASaid.zero() {
		return time.Time{}
	}
	return a.ETASaid.At.Add(time.Duration(a.ETAMin) * time.Minute)
}

// Stage is how far this agency has come.
func (a Answer) Stage() Stage {
	switch {
	case !a.Arrived.zero():
		return Here
	case !a.Coming.zero():
		return StageComing
	case !a.Acknowledged.zero():
		return StageAcknowledged
	default:
		return Received
	}
}

// State is everything that the events of one case say. The zero State is a case that nobody raised.
type State struct {
	Case        string    `json:"case"`
	Zone        string    `json:"zone"`
	Device      string    `json:"device"`
	Mode        Mode      `json:"mode"`
	Trigger     Trigger   `json:"trigger"`
	HeldAtStart bool      `json:"held_at_start,omitempty"`
	RaisedAt    time.Time `json:"raised_at"`   // when the youth called, by the ledger's clock
	ReceivedAt  time.Time `json:"received_at"` // when the ledger took it
	AgeAtLeast  bool      `json:"age_at_least,omitempty"`

	Presses   int      `json:"presses"` // how often help was called for, the first time included
	LastPress Mark     `json:"last_press,omitzero"`
	Again     []Mark   `json:"again,omitempty"`      // the presses after the first, oldest first
	Splits    []Split  `json:"splits,omitempty"`     // other young people of this call who have cases of their own
	SplitFrom string   `json:"split_from,omitempty"` // the case that this one was split off from
	Aliases   []string `json:"aliases,omitempty"`    // case ids that other devices of the zone made up for the same call
	Needs     []Need   `json:"needs,omitempty"`      // in the order of [Needs]
	Intake    []Need   `json:"intake,omitempty"`
	Intaken   Mark     `json:"intaken,omitzero"`
	Report    *Report  `json:"report,omitempty"`
	Reported  Mark     `json:"reported,omitzero"`
	Welfare   Welfare  `json:"welfare,omitempty"` // what staff saw last; empty: nobody has looked yet
	HurtAt    Mark     `json:"hurt_at,omitzero"`  // when it was first said that the youth is hurt
	Welfared  Mark     `json:"welfared,omitzero"`

	Answers   []Answer `json:"answers,omitempty"` // sorted by agency
	Message   Message  `json:"message,omitempty"`
	Messaged  Mark     `json:"messaged,omitzero"`
	WrongCode []Mark   `json:"wrong_code,omitempty"`
	LastCode  Mark     `json:"last_code,omitzero"` // the newest code that the desk made

	HandedOver   Mark    `json:"handed_over,omitzero"`
	HandedOverTo string  `json:"handed_over_to,omitempty"`
	LeftAt       Mark    `json:"left_at,omitzero"`
	Asked        Mark    `json:"stand_down_asked,omitzero"`
	Declined     Mark    `json:"stand_down_declined,omitzero"`
	Confirmed    Mark    `json:"stand_down_confirmed,omitzero"`
	UnderDuress  Mark    `json:"duress,omitzero"`
	ClosedAt     Mark    `json:"closed_at,omitzero"`
	Outcome      Outcome `json:"outcome,omitempty"`

	Course Course `json:"course,omitzero"` // of the 72 hours: see followup_state.go
	Ladder Ladder `json:"ladder,omitzero"` // how people were looked for: see dispatch.go

	Seen []string `json:"seen"` // ids of the folded events, sorted
}

// Stage is the furthest that any agency has come, unless the case ended in another way.
func (s State) Stage() Stage {
	switch {
	case s.Case == "":
		return Sending
	case !s.ClosedAt.zero():
		return StageClosed
	case !s.Confirmed.zero():
		return StoodDown
	case !s.HandedOver.zero():
		return StageHandedOver
	case !s.LeftAt.zero():
		return Gone
	}
	far := Received
	for _, a := range s.Answers {
		if st := a.Stage(); st.Rank() > far.Rank() {
			far = st
		}
	}
	return far
}

// StandDown is where the wish to call help off stands.
func (s State) StandDown() StandDown {
	switch {
	case !s.Confirmed.zero():
		return StandDownGranted
	case s.Asked.zero():
		return NoStandDown
	case s.Declined.compare(s.Asked) > 0:
		return StandDownRefused
	default:
		return StandDownAsked
	}
}

// Verified reports whether any responder has proved who they are.
func (s State) Verified() bool {
	return slices.ContainsFunc(s.Answers, func(a Answer) bool { return !a.Verified.zero() })
}

// CodeTries is how many wrong codes may still be typed before the desk must make a new one.
func (s State) CodeTries() int {
	wrong := 0
	for _, m := range s.WrongCode {
		if m.compare(s.LastCode) > 0 {
			wrong++
		}
	}
	return max(0, MaxCodeTries-wrong)
}

// Answer returns what an agency has said so far; the zero Answer if nothing.
func (s State) Answer(agency string) Answer {
	if i, ok := s.find(agency); ok {
		return s.Answers[i]
	}
	return Answer{Agency: agency}
}

func (s State) find(agency string) (int, bool) {
	return slices.BinarySearchFunc(s.Answers, agency, func(a Answer, id string) int { return cmp.Compare(a.Agency, id) })
}
