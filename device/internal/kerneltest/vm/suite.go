package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

var errKernel = errors.New("the emulated kernel has failed")

// tests runs tests of the suite in a machine of their own and reads their results. Linux 6.1 itself may fall over a chip that is taken away
// while its lines are in use: then they begin again in another machine. That is why the presses, which nothing takes away, have their own.
func (l *lab) tests(ctx context.Context, name string, presses int, which string, r *result) error {
	const tries = 4
	for try := 1; ; try++ {
		found := &result{}
		err := l.suite(ctx, fmt.Sprintf("%s%d", name, try), fmt.Sprintf(" none SYZ_PRESSES=%d %s", presses, which), found)
		if !errors.Is(err, errKernel) || try == tries {
			r.add(found)
			return err
		}
		show("the emulated kernel itself has failed; once more")
		r.change(func() { r.Oopses++ })
	}
}

func (l *lab) suite(ctx context.Context, name, order string, r *result) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	m, err := l.start(ctx, name, null())
	if err != nil {
		return err
	}
	defer m.kill(quiet)
	if err := m.say(order); err != nil {
		return err
	}
	fell := false
	code, err := m.expect(ctx, "EXIT", func(line string) {
		r.note(line)
		if strings.Contains(line, "general protection fault") || strings.Contains(line, "BUG: ") || strings.Contains(line, "Oops") {
			fell = true
			cancel()
		}
	})
	switch {
	case fell:
		return errKernel
	case err != nil:
		return err
	case code != "0":
		return fmt.Errorf("tests in the machine ended with %s", code)
	}
	return nil
}
