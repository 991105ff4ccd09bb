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
	"safeyouthzone/device/internal/staff"
	"safeyouthzone/device/internal/statefile"
)

const (
	stuckFile = "button.stuck"
	reopen    = time.Second
)

// watchButton turns the contact into presses, and opens the board again when it is gone.
func (a *Agent) watchButton(ctx context.Context) {
	_, err := os.Stat(filepath.Join(a.opt.StateDir, stuckFile))
	rule := a.newRule(err == nil)
	for ctx.Err() == nil {
		a.mu.Lock()
		b := a.board
		a.mu.Unlock()
		if b != nil && b.Input == nil {
			a.idle(ctx)
			return
		}
		if b != nil {
			err := a.follow(ctx, b.Input, rule)
			_ = b.Input.Close() // it failed or is not wanted any more
			if ctx.Err() != nil {
				return
			}
			a.fault(err)
		}
		a.rest(ctx, reopen)
		b, err := board.Open(a.opt.Board, a.clock.Mono)
		if err != nil {
			b = nil
		}
		a.mu.Lock()
		a.board = b
		a.mu.Unlock()
	}
}

func (a *Agent) newRule(wasStuck bool) *button.Rule {
	c := button.Defaults()
	c.Hold = a.opt.Hold
	return button.New(c, wasStuck)
}

// follow feeds the rule with levels and its own deadlines until the contact fails.
func (a *Agent) follow(ctx context.Context, in board.Input, rule *button.Rule) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, failed := make(chan board.Event), make(chan error, 1)
	done := make(chan struct{})
	go func() { defer close(done); failed <- read(ctx, in, events) }()
	defer func() { cancel(); <-done }()
	level, err := in.Level()
	if err != nil {
		return err
	}
	a.setButton(buttonOK)
	last := a.clock.Mono()
	a.decide(rule.Step(last, level))
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Stop()
		if at, ok := rule.Next(); ok {
			timer.Reset(max(0, at-a.clock.Mono()))
		}
		select {
		case <-a.probe:
			continue
		case err := <-failed:
			return err
		case e := <-events:
			last, level = max(last, e.At), e.Operated
		case <-timer.C:
			last = max(last, a.clock.Mono())
		}
		a.decide(rule.Step(last, level))
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
	raised, _, err := a.press(r, e.HeldAtStart, staff.Session{})
	if err != nil {
		a.log.Error("press not sent; staff must phone", slog.Any("error", err))
		return
	}
	a.log.Info("button pressed", slog.String("activation", raised.ID), slog.Bool("again", raised.Again))
}

func (a *Agent) setButton(to string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.button != to {
		a.button = to
		a.touch()
	}
}

func (a *Agent) fault(err error) {
	a.log.Error("button not readable", slog.Any("error", err))
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
