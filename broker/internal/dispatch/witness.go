package dispatch

import (
	"context"
	"errors"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// WitnessDevice is the device of path tests that a witness asks for.
const WitnessDevice = "witness"

// ErrNotProved means that a path test did not come to its end in time.
var ErrNotProved = errors.New("the path test did not come to its end")

const (
	proveWithin = 8 * time.Second
	proveLook   = 10 * time.Millisecond
)

// Prove makes a path test of the broker's own part of the way: ledger, casefile, dispatch, ledger. It returns how long that took.
func (e *Engine) Prove(ctx context.Context, zone string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, proveWithin)
	defer cancel()
	start := e.o.Steady()
	id := e.o.NewID()
	_, err := e.o.Book.Do(ctx, activation.Command{
		ID: e.o.NewID(), Case: id, Type: activation.Raised, Mode: activation.Test, Trigger: activation.ByPath, Zone: zone, Device: WitnessDevice,
		Actor: activation.Actor{Kind: activation.BySystem, ID: e.o.Node},
	})
	if err != nil {
		return 0, errors.Join(ErrNotProved, err)
	}
	t := time.NewTicker(proveLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if e.paths.proved(WitnessDevice, id) {
				return e.o.Steady().Sub(start), nil
			}
		case <-ctx.Done():
			return 0, ErrNotProved
		}
	}
}
