package board

import (
	"context"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Foreign makes an [Input] of a periph pin, for boards that have a driver of their own. Edges are only a hint there: what counts is the level,
// looked at every 250 ms at the latest, because drivers lose edges and say nothing.
type Foreign struct {
	pin      gpio.PinIn
	operated gpio.Level
	mono     func() time.Duration
	last     gpio.Level
	told     bool
}

// NewForeign takes a pin that was set up with both edges.
func NewForeign(p gpio.PinIn, operated gpio.Level, mono func() time.Duration) *Foreign {
	return &Foreign{pin: p, operated: operated, mono: mono}
}

// Next is part of [Input].
func (f *Foreign) Next(ctx context.Context) (Event, error) {
	for ctx.Err() == nil {
		edge := f.pin.WaitForEdge(lookEvery) // never without an end: drivers do not agree on what that means
		level := f.pin.Read()
		if level != f.last || !f.told {
			f.last, f.told = level, true
			return Event{Operated: level == f.operated, At: f.mono(), Looked: !edge}, nil
		}
	}
	return Event{}, context.Cause(ctx)
}

// Level is part of [Input].
func (f *Foreign) Level() (bool, error) { return f.pin.Read() == f.operated, nil }

// Close is part of [Input].
func (f *Foreign) Close() error { return f.pin.Halt() }
