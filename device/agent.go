package device

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/belief"
	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/identity"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/settings"
	"safeyouthzone/device/internal/staff"
	"safeyouthzone/device/internal/uplink"
	"safeyouthzone/device/internal/walktest"
)

// Agent is the agent of one device. It is safe for concurrent use, also before and after [Agent.Run].
type Agent struct {
	opt    Options
	clock  Clock
	log    *slog.Logger
	box    *outbox.Outbox
	gate   *staff.Gate
	chores chan func() // what may be slow and need not be waited for
	probe  chan struct{}

	mu       sync.Mutex
	model    belief.Model
	troubles health.List
	id       *identity.Identity // nil: not enrolled
	settings *settings.Store
	link     *uplink.Uplink // nil: not running
	up       bool
	upSince  time.Duration
	board    *board.Board
	machine  wire.Machine  // as it was measured last
	pulsed   time.Duration // when every loop turned last
	button   string
	wiring   bool // the button's has a fault
	walk     walktest.Test
	path     path
	lastWalk *walked                  // nil: there was none yet
	began    map[string]time.Duration // when the events of this run were made
	duress   map[string]bool          // calls whose desk has been told
	epoch    uint64
	rev      uint64
	changed  chan struct{}
	end      context.CancelFunc // ends Run
}

// What the button is.
const (
	buttonOK    = "ok"
	buttonHeld  = "held"
	buttonStuck = "stuck"
	buttonFault = "fault"
)

// New opens the state of a device. The agent can be asked and pressed from now on; it sends while [Agent.Run] runs.
func New(opt Options) (*Agent, error) {
	opt = opt.withDefaults()
	disk := opt.disk
	if disk == nil {
		var err error
		if disk, err = outbox.OpenDir(filepath.Join(opt.StateDir, "outbox")); err != nil {
			return nil, err
		}
	}
	box, err := outbox.Open(disk, outbox.Options{Mono: opt.Clock.Mono, Log: opt.Logger})
	if err != nil {
		return nil, errors.Join(err, disk.Close())
	}
	a := &Agent{
		opt: opt, clock: opt.Clock, log: opt.Logger, box: box, gate: staff.New(opt.Clock.Mono),
		chores: make(chan func(), 64), probe: make(chan struct{}), upSince: opt.Clock.Mono(), pulsed: opt.Clock.Mono(), button: buttonOK,
		began: map[string]time.Duration{}, duress: map[string]bool{}, changed: make(chan struct{}),
	}
	if a.board, err = board.Open(opt.Board, opt.Pins, a.clock.Mono); err != nil {
		return nil, errors.Join(err, box.Close())
	}
	a.epoch = readEpoch(opt.StateDir)
	a.remember()
	a.lastWalk = readWalked(opt.StateDir)
	id, err := identity.Load(opt.StateDir)
	switch {
	case err == nil:
		a.enrolled(id)
	case !errors.Is(err, identity.ErrNone):
		a.log.Error("identity not usable; the device must be enrolled again", slog.Any("error", err))
	}
	return a, nil
}

// remember rebuilds what the agent believes from what the outbox still has to deliver.
func (a *Agent) remember() {
	for _, r := range a.box.Open() {
		a.model.Own(a.believed(r))
	}
}

func (a *Agent) believed(r outbox.Record) belief.Event {
	age, _ := a.age(r.Meta)
	return belief.Event{
		Log: r.Log, Seq: r.Seq, ID: r.ID, Case: r.Case, Type: r.Type, Mode: r.Mode, Trigger: r.Trigger, At: a.clock.Mono() - age,
	}
}

// enrolled takes an identity and the settings that belong to it.
func (a *Agent) enrolled(id *identity.Identity) {
	store, err := settings.Open(a.opt.StateDir, id.Device, id.SettingsKey)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.id, a.settings = id, store
	if err != nil {
		a.log.Warn("settings not usable; the device waits for new ones", slog.Any("error", err))
		a.troubles.Set(health.SettingsBad, true, a.clock.Mono())
	}
	a.gate.Set(store.Now().PINs)
	a.touch()
}

// touch tells everybody who listens that the state has changed. The caller holds the lock.
func (a *Agent) touch() {
	a.rev++
	close(a.changed)
	a.changed = make(chan struct{})
}

// Changed returns a channel that is closed by the next change of the state. Ask for it before [Agent.State].
func (a *Agent) Changed() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changed
}

// Watch shows the state at once and after every change, until ctx ends.
func (a *Agent) Watch(ctx context.Context, show func(agentapi.State)) error {
	for {
		changed := a.Changed()
		show(a.State())
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Close gives the state directory back. Run does it itself; an agent that never ran needs it.
func (a *Agent) Close() error {
	err := a.box.Close()
	if errors.Is(err, outbox.ErrClosed) {
		return nil
	}
	return err
}

// chore does something slow later, one after the other.
func (a *Agent) chore(do func()) {
	select {
	case a.chores <- do:
	default:
		a.log.Warn("state not kept: the disk is too slow")
	}
}

func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(fmt.Sprintf("no randomness: %v", err)) // as crypto/rand itself does
	}
	return id.String()
}
