package device

import (
	"context"
	"log/slog"
	"net"
	"time"

	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/identity"
	"safeyouthzone/device/internal/outbox"
)

// Card is what stands on an enrolment card.
type Card = identity.Card

// Pins say which line of the board has which part.
type Pins = board.Pins

// Boards lists the profiles.
func Boards() []string { return board.Profiles() }

// CheckBoard says what is wrong with a profile and its pins.
func CheckBoard(name string, pins Pins) error {
	_, err := board.Resolve(name, pins)
	return err
}

// Options say how an agent runs. Only StateDir must be set.
type Options struct {
	StateDir    string        // where key, identity, settings and outbox lie; one agent at a time
	Socket      string        // of the agent API; "": none
	SocketGroup string        // who may use it; "": the process's own group
	Board       string        // a profile of the hardware; "": sim
	Pins        Pins          // what is connected elsewhere than the profile says
	Hold        time.Duration // how long the contact must be held; at most 2 s
	Audible     bool          // buzzer and chime sound; otherwise a call for help makes no sound
	Covert      bool          // a call for help changes nothing that can be seen or heard
	MQTT        []string      // replaces the addresses of the identity
	Spread      time.Duration // longest wait before coming back after a lost connection; 0: come back at once
	Enrol       *Card         // used while the device has no identity
	County      Card          // address and fingerprint for a code that is typed at the kiosk; empty: none can be typed there
	Version     string
	Logger      *slog.Logger // nil: silent
	Clock       Clock        // what is nil in it is the machine's own
	Root        string       // where the hardware is measured; "": the machine itself

	// PathTests lets the device prove its whole way to the desk and back, as often as the county's settings say.
	PathTests bool
	// Receipted is told of every receipt for an event of this run, and how long after the press it came. It must not block.
	Receipted func(id string, seq uint64, took time.Duration)
	// Stored is told of every event of this run that is on the disk, or why it is not. It must not block.
	Stored func(id string, err error)
	// Dial replaces the connection to the broker; for tests.
	Dial func(ctx context.Context, address string) (net.Conn, error)
	// Ready is called once, when the agent works.
	Ready func()

	disk outbox.Disk // replaces the outbox's directory; for tests
}

const maxHold = 2 * time.Second

func (o Options) withDefaults() Options {
	if o.Board == "" {
		o.Board = "sim"
	}
	if o.Root == "" {
		o.Root = "/"
	}
	o.Audible = o.Audible && !o.Covert
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Hold = min(o.Hold, maxHold)
	o.Clock = o.Clock.withDefaults()
	return o
}

// Refusal is the county's answer to a card that it does not take.
type Refusal = identity.Refusal

// ErrAuthority means that the server does not hold the authority whose fingerprint is on the card.
var ErrAuthority = identity.ErrAuthority
