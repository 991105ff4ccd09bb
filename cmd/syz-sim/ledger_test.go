package main_test

import (
	"context"
	"fmt"
	"strconv"

	"safeyouthzone/cmd/syz-sim/internal/county"
)

// ledger N waits until the ledger holds N events of devices and people, and proves it.
func (s *story) ledger(ctx context.Context, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	return until(ctx, func() error {
		n, err := proved(ctx, s.c)
		if err == nil && n != want {
			err = fmt.Errorf("the ledger has %d events of devices and people, want %d", n, want)
		}
		return err
	})
}

// proved counts what devices and people said, in a ledger that is whole.
func proved(ctx context.Context, c *county.County) (int, error) {
	p, err := c.Verify(ctx)
	if err != nil {
		return 0, err
	}
	if len(p.Faults) != 0 {
		return 0, fmt.Errorf("the ledger has %d faults", len(p.Faults))
	}
	entries, err := c.Entries(ctx)
	n := 0
	for _, e := range entries {
		if e.Said() {
			n++
		}
	}
	return n, err
}

// calls TYPE N waits until the ledger has N events of a type. An event that is being sealed while the story looks is no fault.
func (s *story) calls(ctx context.Context, args []string) error {
	return until(ctx, func() error {
		entries, err := s.c.Entries(ctx)
		if err != nil {
			return err
		}
		n := 0
		for _, e := range entries {
			if e.Record.Event != nil && e.Record.Event.Type == args[0] {
				n++
			}
		}
		if strconv.Itoa(n) != args[1] {
			return fmt.Errorf("the ledger has %d events of type %s, want %s", n, args[0], args[1])
		}
		return nil
	})
}
