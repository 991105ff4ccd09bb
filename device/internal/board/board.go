// Package board is the hardware of a device behind small interfaces: contacts to press, lamps to show. The agent knows boards by this
// package alone.
//
// Real lines are those of Linux's GPIO character device (uAPI v2), found by the label of their chip and their own name. Edges carry the
// kernel's time; edges that were lost are noticed by their numbers; every 250 ms the level itself is read, so that a chip that
// vanished is known. A level can be trusted at any time. Nothing here retries: a part that failed is closed and opened again by the
// agent, and every part is opened by itself, so that a missing lamp takes no button away.
package board

import (
	"context"
	"errors"
	"time"
)

// Errors of the parts of a board.
var (
	// ErrGone means that the hardware is not there, or no longer. It may come back: open the part again.
	ErrGone = errors.New("input is gone")
	// ErrBusy means that another program has the line.
	ErrBusy = errors.New("line is taken by another program")
	// ErrProfile means that no board can be made of the configuration; the error says why.
	ErrProfile = errors.New("board is not possible")
)

// Event is a change of a contact.
type Event struct {
	Operated bool
	Fault    bool          // the wiring is not as it should be
	At       time.Duration // by the clock that the board was opened with
	Lost     uint32        // edges before this one that nobody will ever see
	Looked   bool          // found by looking at the level, not by an edge
}

// Input is one contact. Its level can be trusted at any time; an edge may be missed by a driver, the level after it never.
type Input interface {
	// Next waits for the next change. Its errors are those of ctx, [ErrGone], or say what is wrong with the contact. One goroutine calls it.
	Next(ctx context.Context) (Event, error)
	// Level is whether the contact is operated now. It may be called while Next waits.
	Level() (bool, error)
	Close() error
}

// Board opens the parts of one kind of hardware.
type Board struct {
	Name string
	Sim  *Sim // nil: it is not simulated
	pins Pins
	mono func() time.Duration
}

// Open finds a profile and lays the pins of the configuration over it. It touches no hardware.
func Open(name string, over Pins, mono func() time.Duration) (*Board, error) {
	pins, err := Resolve(name, over)
	if err != nil {
		return nil, err
	}
	b := &Board{Name: name, pins: pins, mono: mono}
	if name == nameSim {
		b.Sim = NewSim(mono)
	}
	return b, nil
}

// Pins is what is connected where.
func (b *Board) Pins() Pins { return b.pins }
