package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// ErrBusy means that a drill or a call is open in the zone already.
var ErrBusy = errors.New("a call or a drill is open in the zone")

// DeskDevice stands for the desk where an event wants a device.
const DeskDevice = "desk"

// Drills are held at hours when people are there.
const (
	drillFrom  = 10
	drillUntil = 16
	drillLook  = time.Minute
)

// Drill starts a drill in a zone: a call in mode drill that goes the whole way. It returns the case.
func (e *Engine) Drill(ctx context.Context, zone, by string) (string, error) {
	return e.drill(ctx, zone, e.o.NewID(), activation.Actor{Kind: activation.ByDesk, ID: by})
}

func (e *Engine) drill(ctx context.Context, zone, id string, by activation.Actor) (string, error) {
	if e.busy(zone) {
		return "", ErrBusy
	}
	cmd := activation.Command{
		ID: e.o.NewID(), Case: id, Type: activation.Raised, Mode: activation.Drill, Actor: by, Zone: zone, Device: DeskDevice, Trigger: activation.ByStaff,
		Source: activation.Source{Wall: e.o.Wall(), Synced: true},
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	s, err := e.o.Book.Do(ctx, cmd)
	if err != nil {
		return "", err
	}
	return s.Case, nil
}

func (e *Engine) busy(zone string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, t := range e.cases {
		if t.state.Zone == zone && t.state.Trigger != activation.ByPath && t.state.Stage().Open() {
			return true
		}
	}
	return false
}

// HoldDrills starts the drills that policies ask for, until ctx ends. zones says which zones there are, and their time zones.
func (e *Engine) HoldDrills(ctx context.Context, zones func() map[string]*time.Location) {
	t := time.NewTicker(drillLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			for zone, loc := range zones() {
				e.holdDrill(ctx, zone, loc)
			}
		case <-ctx.Done():
			return
		}
	}
}

// NextDrill is when a policy asks for the next drill, in the daytime from then on; zero for never. last is when one was held, if ever.
func NextDrill(p policy.Policy, last time.Time) time.Time {
	if p.DrillH == 0 {
		return time.Time{}
	}
	if last.IsZero() {
		last = p.At // the first drill is not held the minute the policy is written
	}
	return last.Add(time.Duration(p.DrillH) * time.Hour)
}

func (e *Engine) holdDrill(ctx context.Context, zone string, loc *time.Location) {
	p, _ := e.o.Policies.Policy(zone)
	now := e.o.Wall()
	next := NextDrill(p, e.times.LastDrill(zone))
	hour := now.In(loc).Hour()
	if next.IsZero() || now.Before(next) || hour < drillFrom || hour >= drillUntil {
		return
	}
	// The id is the same on every node on that day, so that one of them wins.
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("drill "+zone+" "+now.In(loc).Format(time.DateOnly))).String()
	_, err := e.drill(ctx, zone, id, activation.Actor{Kind: activation.BySystem, ID: e.o.Node})
	switch {
	case err == nil:
		e.o.Logger.Info("drill started by schedule", slog.String("zone", zone))
	case !errors.Is(err, ErrBusy) && !errors.Is(err, activation.ErrRaisedTwice):
		e.o.Logger.Warn("drill not started", slog.String("zone", zone), slog.Any("error", err))
	}
}
