package device

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/button"
	"safeyouthzone/device/internal/contact"
	"safeyouthzone/device/internal/staff"
	"safeyouthzone/device/internal/statefile"
)

const (
	stuckFile = "button.stuck"
	reopen    = time.Second
)

// watchButton turns the contact into presses, and opens it again every second when it is gone.
func (a *Agent) watchButton(ctx context.Context) {
	if !a.board.HasButton() {
		a.idle(ctx)
		return
	}
	_, err := os.Stat(filepath.Join(a.opt.StateDir, stuckFile))
	loop := &contact.Loop{Rule: a.newRule(err == nil), Mono: a.clock.Mono, Decide: a.decide, Seen: a.saw, Probe: a.probe}
	for ctx.Err() == nil {
		err := a.follow(ctx, loop)
		if ctx.Err() != nil {
			return
		}
		a.fault(err)
		a.rest(ctx, reopen)
	}
}

func (a *Agent) follow(ctx context.Context, loop *contact.Loop) error {
	in, err := a.board.Button()
	if err != nil {
		return err
	}
	defer in.Close()
	a.setButton(buttonOK)
	return loop.Follow(ctx, in)
}

// saw hears every change of the contact before the rule does.
func (a *Agent) saw(e board.Event) {
	if e.Lost > 0 {
		a.log.Warn("edges of the button were lost", slog.Uint64("edges", uint64(e.Lost)))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.wiring != e.Fault {
		a.wiring = e.Fault
		a.log.Warn("wiring of the button has changed", slog.Bool("fault", e.Fault))
		a.touch()
	}
}

func (a *Agent) newRule(wasStuck bool) *button.Rule {
	c := button.Defaults()
	c.Hold = a.opt.Hold
	return button.New(c, wasStuck)
}

func (a *Agent) decide(events []button.Event) {
	for _, e := range events {
		switch e.Kind {
		case button.Down:
			a.setButton(buttonHeld)
		case button.Pressed:
			a.pressed(e)
		case button.Up, button.Freed:
			a.setButton(buttonOK)
			if e.Kind == button.Freed {
				a.chore(func() { a.keepStuck(false) })
			}
		case button.Stuck:
			a.log.Warn("button is stuck")
			a.setButton(buttonStuck)
			a.chore(func() { a.keepStuck(true) })
		}
	}
}

// pressed sends the call; nobody waits for the disk here.
func (a *Agent) pressed(e button.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := agentapi.Raise{Trigger: activation.ByButton, Mode: activation.Actual}
	test := a.walkTakes(e)
	if test {
		r.Mode = activation.Test
	}
	raised, m, err := a.press(r, e.HeldAtStart, staff.Session{})
	if err != nil {
		a.log.Error("press not sent; staff must phone", slog.Any("error", err))
		return
	}
	if test {
		a.walk.Sent(m.id, raised.ID, e.From, a.clock.Mono())
	}
	a.log.Info("button pressed", slog.String("activation", raised.ID), slog.String("mode", string(r.Mode)), slog.Bool("again", raised.Again))
}

func (a *Agent) setButton(to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.button != to {
		a.button = to
		a.touch()
	}
}

// fault is said once; the agent tries on every second.
func (a *Agent) fault(err error) {
	a.mu.Lock()
	known := a.button == buttonFault
	a.mu.Unlock()
	if !known {
		a.log.Error("button not readable; the screen still calls for help", slog.Any("error", err))
	}
	a.setButton(buttonFault)
}

func (a *Agent) keepStuck(stuck bool) {
	path := filepath.Join(a.opt.StateDir, stuckFile)
	err := os.Remove(path)
	if stuck {
		err = statefile.Write(path, nil)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		a.log.Warn("state of button not kept", slog.Any("error", err))
	}
}

// idle answers the watchdog where there is no button.
func (a *Agent) idle(ctx context.Context) {
	for {
		select {
		case <-a.probe:
		case <-ctx.Done():
			return
		}
	}
}

// rest waits, and answers the watchdog meanwhile.
func (a *Agent) rest(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	a.idle(ctx)
}
