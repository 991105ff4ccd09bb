package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// watchdogs lets machines hang, and waits for their watchdogs.
func (l *lab) watchdogs(ctx context.Context, r *result) error {
	for _, module := range []string{"i6300esb", "softdog"} {
		took, err := l.hang(ctx, module)
		if err != nil {
			return fmt.Errorf("watchdog %s: %w", module, err)
		}
		show(fmt.Sprintf("a machine that hangs is reset by %s after %v", module, took.Round(time.Millisecond)))
		r.change(func() { r.Resets++ })
	}
	return nil
}

func (l *lab) hang(ctx context.Context, module string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	m, err := l.start(ctx, module, null())
	if err != nil {
		return 0, err
	}
	defer m.kill(quiet)
	if err := m.say("  " + module + " SYZ_HANG=1 TestAHungMachine"); err != nil {
		return 0, err
	}
	if _, err := m.expect(ctx, "HANGS", show); err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = m.expect(ctx, "EXIT", show)
	if !errors.Is(err, errEnded) { // with -no-reboot a reset ends the emulator
		return 0, fmt.Errorf("it was not reset: %w", err)
	}
	return time.Since(began), nil
}
