package notify

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Kind is why people are told.
type Kind string

// The kinds of notices. Whether it is an exercise is said by the mode, not by the kind.
const (
	Activation      Kind = "activation"       // somebody called for help
	Again           Kind = "again"            // and something has happened since people answered, or help was called for once more
	Unanswered      Kind = "unanswered"       // nobody has answered yet; for the next rung and for supervisors
	NobodyReachable Kind = "nobody_reachable" // a rung of the ladder reached nobody
	Reminder        Kind = "reminder"         // something is due
	Answered        Kind = "answered"         // a person of an agency answered
	Ended           Kind = "ended"            // it is over
	Trouble         Kind = "trouble"          // the system itself has a fault
	Restoral        Kind = "restoral"         // and has it no longer
	Check           Kind = "check"            // nothing has happened: does this channel reach its person?
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Activation, Again, Unanswered, NobodyReachable, Reminder, Answered, Ended, Trouble, Restoral, Check}
}

// Severity orders notices when there are more than a channel can take at once; higher goes first.
type Severity int

// The severities.
const (
	Routine Severity = iota
	Important
	Urgent
)

// Notice is one thing that one person, or one receiving machine, is told.
type Notice struct {
	ID       string          // of this notice; the same at every try, so that receivers can drop what they have
	Kind     Kind            // why
	Mode     activation.Mode // actual, drill or test
	Case     string          // for references between notices; never part of the words
	Code     string          // activation.ShortCode of the case; empty for trouble
	Zone     string          // id
	ZoneName string
	Rung     int // of the ladder, from 1; 0 if it is on none
	Severity Severity
	At       time.Time // when it happened
	Link     string    // to an answer page of this one person, or to the desk; may be empty
}

// Address is where one person is reached by one channel.
type Address struct {
	Person string // id
	Agency string // id
	To     string // what the channel needs: a mailbox, a telephone number, a topic, a subscription; empty where the channel has only one
}

// LogValue keeps addresses out of the logs.
func (a Address) LogValue() slog.Value {
	return slog.GroupValue(slog.String("person", a.Person), slog.String("agency", a.Agency))
}

// State is how far a notice is known to have come. None of them is an answer.
type State string

// The states that a channel can know of.
const (
	Sent      State = "sent"      // the next machine has taken it
	Delivered State = "delivered" // the receiving end has it
)

// Result is what a channel knows after handing a notice over.
type Result struct {
	State     State
	Reference string // what the other side calls it, for whoever has to ask there; an id, never an address
}

// Channel is one way to reach people. It is safe for concurrent use, and keeps to the time limit of its context.
type Channel interface {
	// Name is the channel's name in policies, contacts and the ledger; it never changes.
	Name() string
	// Send hands n over to the next machine on the way to a. See the package's comment for what its errors mean.
	Send(ctx context.Context, n Notice, a Address) (Result, error)
}

// Errors of [Channel.Send], each one decision of its caller.
var (
	// ErrGone means that the address is dead: a subscription that was withdrawn, a mailbox that does not exist. Drop it.
	ErrGone = errors.New("address is gone")
	// ErrRefused means that this notice will never be taken: trying again is useless, another channel may work.
	ErrRefused = errors.New("notice is refused")
	// ErrNoWord goes with ErrRefused: the receiver works, and has no word for what happened.
	ErrNoWord = errors.New("the receiver has no word for it")
)

// Answerable reports whether the link of a notice of this kind is one to answer by, and not the desk's.
func (k Kind) Answerable() bool {
	return k == Activation || k == Unanswered || k == NobodyReachable
}

// Later wraps an error of the other side that named the time to wait.
func Later(after time.Duration, err error) error { return &laterError{after: after, err: err} }

// RetryAfter is how long the other side asked to wait, if it did.
func RetryAfter(err error) (time.Duration, bool) {
	var l *laterError
	if !errors.As(err, &l) {
		return 0, false
	}
	return l.after, true
}

type laterError struct {
	after time.Duration
	err   error
}

// Error says what the other side said.
func (l *laterError) Error() string { return l.err.Error() }

// Unwrap gives the cause.
func (l *laterError) Unwrap() error { return l.err }
