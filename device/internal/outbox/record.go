package outbox

import (
	"errors"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Errors of the outbox.
var (
	// ErrLocked means that another process uses the outbox.
	ErrLocked = errors.New("outbox is in use")
	// ErrFull means that too much waits for a receipt. Calls for help have a reserve that other events can not use.
	ErrFull = errors.New("outbox is full")
	// ErrClosed means that the outbox was closed.
	ErrClosed = errors.New("outbox is closed")
)

// Limits of the outbox.
const (
	Keep       = 256     // receipted events that the current log keeps, for a broker that was restored from a backup
	MaxPending = 8 << 20 // bytes that may wait for a receipt
	Reserve    = 1 << 20 // more bytes, for calls for help alone
	maxFile    = 4 * MaxPending
	maxFrame   = 32 << 10 // bytes of one frame
	maxGap     = 4096     // numbers that may be missing in a row
)

// State is how far an event has come.
type State string

// The states of a record.
const (
	Pending   State = "pending"
	Receipted State = "receipted"
	Rejected  State = "rejected"
)

// Meta is what an event says in clear: ids, codes and times.
type Meta struct {
	ID      string             `json:"id"`
	Case    string             `json:"case"`
	Type    activation.Type    `json:"type"`
	Mode    activation.Mode    `json:"mode"`
	Trigger activation.Trigger `json:"trigger,omitempty"`
	Boot    string             `json:"boot"`
	MonoMS  int64              `json:"mono_ms"`
	WallMS  int64              `json:"wall_ms"`
	Synced  bool               `json:"synced,omitempty"`
}

// Lost reports whether the event behind the record was lost on this disk. It is sent all the same, so that the broker can reject its number and
// go on to the next.
func (m Meta) Lost() bool { return m.Type == "" }

// urgent is what may use the reserve.
func (m Meta) urgent() bool {
	return m.Type == activation.Raised || m.Type == activation.PressedAgain || m.Type == activation.Duress
}

// Record is one event with its number.
type Record struct {
	Meta
	Log    string      `json:"log"`
	Seq    uint64      `json:"seq"`
	KeyID  string      `json:"key_id"`
	Body   []byte      `json:"body"`
	State  State       `json:"-"`
	Reason wire.Reason `json:"-"` // of a rejected one
}

// LogInfo is how one log stands.
type LogInfo struct {
	ID      string
	Receipt uint64
	Pending int
}

// Health is how the outbox is.
type Health struct {
	Pending  int  // events without a receipt
	DiskOK   bool // false: what is appended now would not outlive a power cut
	Full     bool // an event was refused since there was last room
	Damaged  int  // places of the file that could not be read at the start
	Rejected int  // events of this run that the broker will never take
}

// Seal closes an event for the broker, bound to its log and number.
type Seal func(log string, seq uint64) (keyID string, body []byte, err error)
