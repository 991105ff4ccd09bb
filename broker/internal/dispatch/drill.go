package dispatch

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
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
	drillFrom  = 10            // by the zone's clock
	drillHours = 6 * time.Hour // from then on
	drillLook  = time.Minute
	drillEnds  = 2 * time.Hour // of a drill that the schedule began and nobody ended
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

// HoldDrills starts the drills that policies ask for, and ends those that nobody ended, until ctx ends. zones says which zones there are,
// and their time zones.
func (e *Engine) HoldDrills(ctx context.Context, zones func() map[string]*time.Location) {
	t := time.NewTicker(drillLook)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			e.DrillsDue(ctx, zones(), e.o.Wall())
			e.endDrills(ctx, zones(), e.o.Wall())
		case <-ctx.Done():
			return
		}
	}
}

// DrillsDue starts the drills that are due now.
func (e *Engine) DrillsDue(ctx context.Context, zones map[string]*time.Location, now time.Time) {
	for zone, loc := range zones {
		p, _ := e.o.Policies.Policy(zone)
		day := NextDrill(p, zone, e.times.LastDrill(zone), now, loc)
		if !day.IsZero() && !now.Before(moment(zone, day)) {
			e.holdDrill(ctx, zone, now.In(loc))
		}
	}
}

// NextDrill is the day on which a policy asks for the next drill in a zone: the moment from which on it can begin, or zero for never. last is
// when one was held there, if ever. First drills are spread over the days between two of them, so that a county's zones, which share a policy,
// do not all call at once.
func NextDrill(p policy.Policy, zone string, last, now time.Time, loc *time.Location) time.Time {
	every := time.Duration(p.DrillH) * time.Hour
	if every == 0 {
		return time.Time{}
	}
	due := last.Add(every)
	if last.IsZero() {
		const aDay = 24 * time.Hour // not in the hour in which the policy is written
		due = p.At.Add(aDay + share(zone, every-aDay))
	}
	day, today := opens(due.In(loc)), opens(now.In(loc))
	switch late := !now.Before(today.Add(drillHours)); {
	case late && !day.After(today): // today is over
		return opens(now.In(loc).AddDate(0, 0, 1))
	case day.Before(today):
		return today
	}
	return day
}

// opens is when drills can begin on a day.
func opens(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), drillFrom, 0, 0, 0, t.Location())
}

// moment is when the drill of a zone begins on a day: another one for each zone and day, so that nobody waits for it.
func moment(zone string, day time.Time) time.Time {
	return day.Add(share(zone+day.Format(time.DateOnly), drillHours-drillLook))
}

// share is a part of a whole, which a name picks.
func share(name string, whole time.Duration) time.Duration {
	const parts = 1 << 16
	h := sha256.Sum256([]byte("syz/drill\x00" + name))
	return whole / parts * time.Duration(binary.BigEndian.Uint16(h[:]))
}

func (e *Engine) holdDrill(ctx context.Context, zone string, now time.Time) {
	_, err := e.drill(ctx, zone, scheduled(zone, now), activation.Actor{Kind: activation.BySystem, ID: e.o.Node})
	switch {
	case err == nil:
		e.o.Logger.Info("drill started by schedule", slog.String("zone", zone))
	case !errors.Is(err, ErrBusy) && !errors.Is(err, activation.ErrRaisedTwice):
		e.o.Logger.Warn("drill not started", slog.String("zone", zone), slog.Any("error", err))
	}
}

// scheduled is the id of the drill of a zone on a day: the same on every node, so that one of them wins.
func scheduled(zone string, day time.Time) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("drill "+zone+" "+day.Format(time.DateOnly))).String()
}

// endDrills closes the drills of the schedule that nobody has ended for too long: nobody began them who would clear them away, and one that is
// open hides that it was never answered.
func (e *Engine) endDrills(ctx context.Context, zones map[string]*time.Location, now time.Time) {
	for _, s := range e.left(zones, now) {
		cmd := e.command(s, activation.Closed)
		cmd.Outcome = activation.WasDrill
		if err := e.do(ctx, cmd); err != nil {
			if !errors.Is(err, activation.ErrEnded) { // another node, or a person, was quicker
				e.o.Logger.Warn("drill not ended", slog.String("case", s.Case), slog.Any("error", err))
			}
			continue
		}
		e.o.Logger.Info("drill ended by itself", slog.String("case", s.Case), slog.String("zone", s.Zone), slog.Bool("answered", len(s.Answers) > 0))
	}
}

func (e *Engine) left(zones map[string]*time.Location, now time.Time) []activation.State {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []activation.State
	for _, t := range e.cases {
		s, loc := t.state, zones[t.state.Zone]
		if loc == nil || s.Mode != activation.Drill || s.Case != scheduled(s.Zone, s.ReceivedAt.In(loc)) {
			continue
		}
		if s.Stage() != activation.StageClosed && now.Sub(s.ReceivedAt) >= drillEnds {
			out = append(out, s)
		}
	}
	return out
}
