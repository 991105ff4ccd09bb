package broker

import (
	"context"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/dispatch/directory"
)

// Directory is what the county has written down about whom to tell.
func (b *Broker) Directory() *directory.Directory { return b.directory }

// Remind tells what is due at now, as a node that has just started does.
func (b *Broker) Remind(ctx context.Context, now time.Time) error {
	r, err := b.newReminders(ctx)
	if err == nil {
		r.tick(ctx, now)
	}
	return err
}

// Routes are all routes of the desk, those of every part.
func (b *Broker) Routes() []desk.Route { return b.desk.Routes() }

// Unreached is what a seat sees of calls that reached nobody.
func (b *Broker) Unreached(seat desk.Seat) []desk.Banner { return b.unreached(seat) }

// ForgetTold forgets, as if it were now, how far machines were told of cases that are over.
func (b *Broker) ForgetTold(ctx context.Context, now time.Time) (int, error) {
	return b.forget(ctx, now)
}

// CheckChannel sends a check by a channel.
func (b *Broker) CheckChannel(ctx context.Context, name, to string) error {
	return b.checkChannel(ctx, name, to)
}

// DrillsDue starts the drills that the schedule asks for, as if it were now.
func (b *Broker) DrillsDue(ctx context.Context, now time.Time) {
	b.dispatch.DrillsDue(ctx, b.zonesOfDrills(), now)
}

// Drills are the drills of the last day.
func (b *Broker) Drills() []activation.State {
	var out []activation.State
	for _, c := range b.book.Recent(24 * time.Hour) {
		if c.State.Mode == activation.Drill {
			out = append(out, c.State)
		}
	}
	return out
}

// Counted is how many recoveries reports count.
func (b *Broker) Counted(now time.Time) int { return len(b.course.index.Records(now)) }

// Push is the channel of browsers as the desk has it.
func (b *Broker) Push() desk.Push { return b.newDeskPush() }

// Told are the notices of a case.
func (b *Broker) Told(id string) []activation.Told {
	c, _, _ := b.book.State(id)
	return c.State.Ladder.Notices
}
