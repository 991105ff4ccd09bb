package device

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/button"
	"safeyouthzone/device/internal/contact"
	"safeyouthzone/device/internal/health"
)

// sense is a contact that tells of a trouble, beside the button: the case is open, the supply runs from its battery.
type sense struct {
	code string // of its trouble
	open func() (board.Input, error)
}

// calm is how long such a contact must say the same to be believed.
const calm = 100 * time.Millisecond

// watchSenses follows the contacts that the board has.
func (a *Agent) watchSenses(ctx context.Context) {
	done := make(chan struct{})
	all := []sense{{health.Tamper, a.board.Tamper}, {health.Power, a.board.PowerFail}}
	for _, s := range all {
		go func() {
			defer func() { done <- struct{}{} }()
			a.watchSense(ctx, s)
		}()
	}
	for range all {
		<-done
	}
}

// watchSense follows one contact until ctx ends. One that cannot be read is trouble "input", and is tried again.
func (a *Agent) watchSense(ctx context.Context, s sense) {
	decide := func(events []button.Event) {
		for _, e := range events {
			switch e.Kind {
			case button.Down, button.Up:
				a.trouble(s.code, e.Kind == button.Down)
			case button.Pressed, button.Stuck, button.Freed:
			}
		}
	}
	for said := false; ctx.Err() == nil; {
		in, err := s.open()
		if err == nil && in == nil {
			return // there is no such contact
		}
		if err == nil {
			a.trouble(health.Input, false)
			said = false
			rule := button.New(button.Config{Settle: calm, Stuck: forever}, false)
			err = (&contact.Loop{Rule: rule, Mono: a.clock.Mono, Decide: decide}).Follow(ctx, in)
			err = errors.Join(err, in.Close())
		}
		if ctx.Err() != nil {
			return
		}
		if !said {
			a.log.Warn("contact not readable", slog.String("contact", s.code), slog.Any("error", err))
			said = true
		}
		a.trouble(health.Input, true)
		pause(ctx, reconnect)
	}
}

const forever = 100 * 365 * 24 * time.Hour

// trouble begins or ends a trouble and tells everybody.
func (a *Agent) trouble(code string, lasts bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.troubles.Set(code, lasts, a.clock.Mono()) {
		a.log.Warn("trouble changed", slog.String("trouble", code), slog.Bool("lasts", lasts))
		a.touch()
	}
}
