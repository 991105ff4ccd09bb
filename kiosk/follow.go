package kiosk

import (
	"context"
	"log/slog"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
)

const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 2 * time.Second
)

// follow hears the agent, again and again: soon at first, every two seconds later. The screen itself notices the silence.
func (k *Kiosk) follow(ctx context.Context) {
	wait := firstRetry
	place := newPlaces(k.log)
	for ctx.Err() == nil {
		told := false
		err := k.client.Events(ctx, func(st agentapi.State) {
			wait = firstRetry
			k.send(flow.Heard{Now: time.Now(), State: st, Place: place.find(st.Settings.TimeZone)})
			if !told {
				told = k.report(ctx)
			}
		})
		if ctx.Err() != nil {
			return
		}
		level := slog.LevelDebug // an outage is told once, not every two seconds
		if wait == firstRetry {
			level = slog.LevelWarn
		}
		k.log.Log(ctx, level, "agent is not heard", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
}

// reportWithin is how long the agent may take to hear how the screen is; the stream of its states waits meanwhile.
const reportWithin = 2 * time.Second

// report tells the agent what is wrong with the screen itself, with every stream anew: it may have started since. It reports whether the
// agent has answered; if it did not, the next state brings another try.
func (k *Kiosk) report(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, reportWithin)
	defer cancel()
	err := k.client.Screen(ctx, k.faults)
	if err != nil {
		k.log.Warn("agent does not know how the screen is", slog.Any("error", err))
	}
	return err == nil || code(err) != flow.Unreachable
}

// places turns the name of a time zone into rules, once for each name.
type places struct {
	log  *slog.Logger
	name string
	zone *time.Location
}

func newPlaces(log *slog.Logger) *places { return &places{log: log, zone: time.Local} }

// find returns the zone of a name, or the device's own for a name that it does not know.
func (p *places) find(name string) *time.Location {
	if name == p.name {
		return p.zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" {
		p.log.Warn("unknown time zone, using the device's", slog.String("time_zone", name))
		zone = time.Local
	}
	p.name, p.zone = name, zone
	return zone
}
