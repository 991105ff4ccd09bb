package board

import (
	"context"
	"math"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// HasButton reports whether the board has a button of its own.
func (b *Board) HasButton() bool { return b.Sim != nil || b.pins.Contact != "" }

// Button opens the panic button.
func (b *Board) Button() (Input, error) {
	switch {
	case b.Sim != nil:
		return b.Sim, nil
	case b.pins.Contact == FormC:
		l, err := openLines(Wire{b.pins.Chips, []string{b.pins.Button, b.pins.Closing}}, gpio.PullUp, b.mono)
		if err != nil {
			return nil, err
		}
		return &formC{l: l, mono: b.mono}, nil
	case b.pins.Contact == EOL:
		return openSupervised(b.pins.Bus, b.mono)
	default:
		return b.contact(b.pins.Button, b.pins.Contact == NO)
	}
}

// Tamper opens the contact of the case; nil if there is none.
func (b *Board) Tamper() (Input, error) { return b.optional(b.pins.Tamper) }

// PowerFail opens the contact of the power supply; nil if there is none.
func (b *Board) PowerFail() (Input, error) { return b.optional(b.pins.PowerFail) }

func (b *Board) optional(line string) (Input, error) {
	if line == "" {
		return nil, nil
	}
	return b.contact(line, false)
}

func (b *Board) contact(line string, whenLow bool) (Input, error) {
	l, err := openLines(Wire{b.pins.Chips, []string{line}}, gpio.PullUp, b.mono)
	if err != nil {
		return nil, err
	}
	return &contact{l, whenLow}, nil
}

const forever = time.Duration(math.MaxInt64 / 4)

// contact is one line with a pull-up.
type contact struct {
	l       *lines
	whenLow bool // operated
}

func (c *contact) operated(levels uint64) bool { return (levels == 0) == c.whenLow }

// Next is part of [Input].
func (c *contact) Next(ctx context.Context) (Event, error) {
	e, _, err := c.l.next(ctx, forever)
	if err != nil {
		return Event{}, err
	}
	return Event{Operated: c.operated(e.levels), At: e.at, Lost: e.lost, Looked: e.looked}, nil
}

// Level is part of [Input].
func (c *contact) Level() (bool, error) {
	levels, err := c.l.read()
	return c.operated(levels), err
}

// Close is part of [Input].
func (c *contact) Close() error { return c.l.close() }
