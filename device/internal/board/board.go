// Package board is the hardware of a device behind small interfaces: a contact to press, and lamps to show. The agent knows boards by
// this package alone; a driver for a real board implements [Input] and hands out its lamps as periph pins.
package board

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// ErrGone means that the hardware behind an input is no longer there. It may come back: open the board again.
var ErrGone = errors.New("input is gone")

// Event is a change of the contact's level.
type Event struct {
	Operated bool
	At       time.Duration // by the clock that the board was opened with
}

// Input is one contact. Its level can be trusted at any time; an edge may be missed by a driver, the level after it never.
type Input interface {
	// Next waits for the next change. Its errors are those of ctx, [ErrGone], or say what is wrong with the contact.
	Next(ctx context.Context) (Event, error)
	// Level is whether the contact is operated now.
	Level() (bool, error)
	Close() error
}

// Lamps are the outputs of a board; nil where it has none.
type Lamps struct {
	Healthy gpio.PinOut
	Fault   gpio.PinOut
	Call    gpio.PinOut
}

// Board is an open board.
type Board struct {
	Name  string
	Input Input // nil: it has no button
	Lamps Lamps
	Sim   *Sim // nil: it is not simulated
}

// Open opens a board by the name of its profile.
func Open(name string, mono func() time.Duration) (*Board, error) {
	switch name {
	case "none":
		return &Board{Name: name}, nil
	case "sim":
		s := NewSim(mono)
		return &Board{Name: name, Input: s, Sim: s}, nil
	default:
		return nil, fmt.Errorf("cannot open board %q: there is no such profile", name)
	}
}
