package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/audit"
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

// Do decides a command and keeps what it makes.
func (b *Broker) Do(ctx context.Context, cmd activation.Command) error {
	_, err := b.book.Do(ctx, cmd, nil)
	return err
}

// Models is everything that the broker has made of the ledger, as text.
func (b *Broker) Models(ctx context.Context) (string, error) {
	type history struct {
		casefile.Case
		All []casefile.Entry
	}
	var out struct {
		Rev                        uint64
		Cases                      []history
		Receipts, Documents, Times any
		Audit                      []audit.Line
		Erased                     []string
	}
	var cases []casefile.Case
	cases, out.Rev = b.book.Changed(0)
	for _, c := range cases {
		_, all, err := b.book.Get(c.State.Case)
		if err != nil {
			return "", err
		}
		out.Cases = append(out.Cases, history{c, all})
	}
	receipts := map[string]any{}
	for i := range 1000 {
		device := fmt.Sprintf("library-%04d", i)
		receipts[device] = b.receipts.Account(device)
	}
	out.Receipts, out.Documents, out.Times = receipts, b.course.reg.All(kindRetention), b.dispatch.Times().Since(time.Time{})
	var err error
	if out.Audit, _, err = b.audit.Find(ctx, audit.Query{Limit: 1 << 20}); err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(out, "", " ")
	return string(text), err
}
