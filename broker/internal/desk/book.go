package desk

import (
	"context"
	"errors"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// ErrUnknownCase means that the book has no case of that id.
var ErrUnknownCase = errors.New("unknown case")

// Case is one activation as the ledger tells it.
type Case struct {
	State activation.State
	Rev   uint64 // ledger sequence of its last change
}

// Entry is one event of a case and its place in the ledger.
type Entry struct {
	Rev   uint64
	Event activation.Event
}

// Book is the desk's view of the cases. What it returns is a copy, safe to keep. Its methods are called from many goroutines.
type Book interface {
	// List returns every case that is not closed, and those closed lately.
	List() []Case
	// Get returns one case and all its entries in the order of the ledger, or an error that wraps [ErrUnknownCase].
	Get(id string) (Case, []Entry, error)
	// Changed returns those cases of List whose Rev is above after, oldest change first, and the ledger's current sequence. Both
	// are of the same instant: every later change has a higher sequence.
	Changed(after uint64) (cases []Case, rev uint64)
	// Changes returns a channel that is poked after each change until ctx ends. Pokes may be merged, never lost.
	Changes(ctx context.Context) <-chan struct{}
	// Do decides cmd on the newest state and appends what follows from it. It returns when the ledger has it, with the case after
	// it. Errors of activation.Decide come back as they are; any other error means that it is not known to be stored.
	Do(ctx context.Context, cmd activation.Command) (Case, error)
}

// Zone is a site.
type Zone struct {
	ID        string
	Name      string
	Area      string
	Address   string
	Languages []string // BCP 47, the site's own first
}

// Zones finds zones. A case can outlive its zone, so an unknown one is an ordinary answer.
type Zones interface {
	Zone(id string) (Zone, bool)
	// All lists the zones of the county, without those that stand for stations.
	All() []Zone
}

// Device is one device as supervision sees it.
type Device struct {
	ID       string
	Zone     string
	Online   bool
	Lost     bool      // silent for longer than supervision allows
	Since    time.Time // since when it is as it is
	LastSeen time.Time
	Version  string
	Board    string
	Outbox   int // events that it could not deliver yet
	Troubles []wire.Trouble
	Health   wire.Health // its last report; the zero Health: none since the broker started
	Path     Path
}

// Path is a device's last proof of its whole way to the desk and back.
type Path struct {
	At     time.Time // zero: none is known
	Took   time.Duration
	Late   bool // it is overdue
	Nobody bool // the first rung of the zone's ladder would have reached nobody
}

// Fleet knows the devices.
type Fleet interface {
	Devices() []Device
}

// Agency is one of those who answer calls.
type Agency struct {
	ID    string
	Name  string
	Short string
	Role  string // law_enforcement, child_welfare, probation, advocate, mental_health, health, desk
}
