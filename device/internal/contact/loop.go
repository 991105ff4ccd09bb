// Package contact joins a contact of the board with the rule of the button: it feeds the rule with edges and with its own deadlines.
//
// It is the one place where the rule meets time and goroutines, so that the rule itself stays a function of values. The agent and the
// tests on a real kernel run this same loop.
package contact

import (
	"context"
	"time"

	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/button"
)

const (
	// onItsWay is how long a decision waits for an edge that the contact has already made and the kernel has not yet handed over.
	onItsWay = 100 * time.Millisecond
	lookSoon = 2 * time.Millisecond
)

// Loop feeds a rule with the changes of a contact and with its own deadlines.
type Loop struct {
	Rule   *button.Rule
	Mono   func() time.Duration // the clock of the contact
	Decide func([]button.Event) // what the rule decided, at once and in order
	Seen   func(board.Event)    // every change, before the rule; may be nil
	Probe  <-chan struct{}      // whoever sends here knows that the loop turns; may be nil
}

// Follow runs until the contact fails or ctx ends, and says why. It may be called again with the same rule and another contact.
func (l *Loop) Follow(ctx context.Context, in board.Input) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	level, err := in.Level()
	if err != nil {
		return err
	}
	events, failed := make(chan board.Event, 64), make(chan error, 1)
	done := make(chan struct{})
	go func() { defer close(done); failed <- read(ctx, in, events) }()
	defer func() { cancel(); <-done }()

	t := turn{Loop: l, in: in, last: l.Mono(), level: level, timer: time.NewTimer(time.Hour)}
	defer t.timer.Stop()
	t.step()
	for {
		t.arm()
		select {
		case <-l.Probe:
		case err := <-failed:
			return err
		case e := <-events:
			t.change(e)
		case <-t.timer.C:
			if err := t.deadline(); err != nil {
				return err
			}
		}
	}
}

func read(ctx context.Context, in board.Input, to chan<- board.Event) error {
	for {
		e, err := in.Next(ctx)
		if err != nil {
			return err
		}
		select {
		case to <- e:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// turn is the state of one Follow.
type turn struct {
	*Loop
	in    board.Input
	last  time.Duration // what the rule has heard last; time never runs backwards for it
	level bool
	timer *time.Timer
	late  time.Duration // since when a decision waits for an edge; 0: it does not
}

func (t *turn) step() { t.Decide(t.Rule.Step(t.last, t.level)) }

func (t *turn) arm() {
	t.timer.Stop()
	at, ok := t.Rule.Next()
	switch {
	case !ok:
	case t.late != 0:
		t.timer.Reset(lookSoon)
	default:
		t.timer.Reset(max(0, at-t.Mono()))
	}
}

func (t *turn) change(e board.Event) {
	if t.Seen != nil {
		t.Seen(e)
	}
	t.last, t.level, t.late = max(t.last, e.At), e.Operated, 0
	t.step()
}

// deadline lets the rule decide, unless the contact says by now something else than the last edge: then that edge is on its way and says when
// it was.
func (t *turn) deadline() error {
	level, err := t.in.Level()
	if err != nil {
		return err
	}
	at, ok := t.Rule.Next()
	if !ok {
		return nil
	}
	now := t.Mono()
	if level != t.level && (t.late == 0 || now-t.late < onItsWay) {
		if t.late == 0 {
			t.late = now
		}
		return nil
	}
	// The rule goes on to its deadline and no further: edges that came since then, and are not read yet, keep their own time.
	t.last, t.late = max(t.last, min(at, now)), 0
	t.step()
	return nil
}
