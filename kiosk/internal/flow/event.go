package flow

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// Event is something that happened: a tick, a tap, a state of the agent or an answer of it.
type Event any

// Tick says what time it is.
type Tick struct{ Now time.Time }

// Tap is a finger on the button of that id.
type Tap struct {
	Now time.Time
	ID  string
}

// Heard is the agent's state.
type Heard struct {
	Now   time.Time
	State agentapi.State
	Place *time.Location // the site's time zone
}

// Raised answers [Raise]. An empty Code is success.
type Raised struct {
	Now  time.Time
	Mode activation.Mode // of the call that is answered
	ID   string
	Code agentapi.Code
}

// Admitted answers [TryPIN].
type Admitted struct {
	Now     time.Time
	Session Session
	Code    agentapi.Code
	Retry   time.Duration
}

// Done answers every other effect.
type Done struct {
	Now  time.Time
	Kind Kind
	Case string
	Need activation.Need
	Code agentapi.Code
}

// Effect is something that the kiosk must do now. Every effect is answered by exactly one event.
type Effect any

// Device asks something of the device itself.
type Device struct {
	Kind  Kind
	Token string
	Code  string // of a card
}

// Raise calls for help.
type Raise struct {
	Token   string // of staff, or empty
	Trigger activation.Trigger
	Mode    activation.Mode
	Other   string // it is for another young person than the one of this activation, and has a call of its own
	Key     string // of the request, when it is for another young person: repeated, it makes one call
}

// TryPIN asks the agent whether a typed PIN is good.
type TryPIN struct{ PIN string }

// Kind names what is done to an activation.
type Kind string

// The kinds.
const (
	AskNeed  Kind = "need"
	Intake   Kind = "intake"
	Report   Kind = "report"
	Check    Kind = "verify"
	Left     Kind = "left"
	Cancel   Kind = "cancel"
	GiveOver Kind = "handover"
	Look     Kind = "welfare"

	Begin   Kind = "begin"   // asked on [Confirm] only: a staff member calls for help
	Another Kind = "another" // and this: for another young person

	StartWalk Kind = "walktest" // of [Device]
	StopWalk  Kind = "walktest.stop"
	SelfTest  Kind = "selftest"
	Restart   Kind = "restart"
	EnrolCard Kind = "enrol"
)

// Act does something to an activation.
type Act struct {
	Kind   Kind
	Token  string
	Case   string
	Need   activation.Need
	Flags  []activation.Need
	Report activation.Report
	Code   string
	Well   activation.Welfare
}
