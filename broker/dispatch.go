package broker

import (
	"context"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/answer"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/ledger"
)

// newDispatch makes what looks for people, before the ledger is replayed.
func (b *Broker) newDispatch(ctx context.Context) error {
	channels, err := b.newChannels(ctx)
	if err != nil {
		return err
	}
	var agencies, names []string
	for _, a := range b.o.Config.Agencies {
		agencies = append(agencies, a.ID)
	}
	for _, c := range b.o.Config.Channels {
		names = append(names, c.Name)
	}
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "DISPATCH", 1)
	if err != nil {
		return err
	}
	b.directory = directory.New(table, agencies, names, ledger.ErrChanged, b.log)
	b.directory.Accounts(b.browserChannels(), b.account)
	stop, err := table.Watch(ctx, b.directory.Load)
	if err != nil {
		return err
	}
	b.onClose(stop)
	b.dispatch = dispatch.New(dispatch.Options{
		Book: dispatchBook{b.book}, Directory: b.directory, Policies: b.directory, Channels: channels, Node: b.o.Config.Node,
		PathLate: b.times.late, Steady: time.Now, Wall: time.Now, NewID: newID, Logger: b.log,
	})
	b.answering = answerers{b}
	b.book.Watch(func(c casefile.Case) { b.dispatch.Observe(c.State) })
	return nil
}

// answerers are the county's people as answer links need them.
type answerers struct{ *Broker }

// Person returns who has an id, if they may still answer for their agency.
func (a answerers) Person(id string) (answer.Person, bool) {
	p, ok := a.directory.One(id)
	return answer.Person{ID: p.ID, Agency: p.Agency}, ok && p.Reachable()
}

// Answered notes it at the person's notices.
func (a answerers) Answered(ctx context.Context, id, person string) {
	a.dispatch.Answered(ctx, id, person)
}

// Cannot notes it, and lets the next people be told.
func (a answerers) Cannot(ctx context.Context, id, person string) error {
	return a.dispatch.Cannot(ctx, id, person)
}

// runDispatch starts it, when desk and links stand.
func (b *Broker) runDispatch(ctx context.Context) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{}, 2)
	go func() { b.dispatch.Run(run); done <- struct{}{} }()
	go func() { b.dispatch.HoldDrills(run, b.zonesOfDrills); done <- struct{}{} }()
	b.onClose(func() {
		cancel()
		<-done
		<-done
	})
}

// zonesOfDrills are the zones with their clocks.
func (b *Broker) zonesOfDrills() map[string]*time.Location {
	out := map[string]*time.Location{}
	for _, z := range b.o.Config.Zones {
		out[z.ID] = b.clockOf(z.ID)
	}
	return out
}

// clockOf is the clock on the wall of a zone: the county's, unless it has its own.
func (b *Broker) clockOf(zone string) *time.Location {
	name := b.o.Config.TimeZone
	for _, z := range b.o.Config.Zones {
		if z.ID == zone && z.TimeZone != "" {
			name = z.TimeZone
		}
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// seen notes that a desk has a case before it.
func (b *Broker) seen(ctx context.Context, id, agency string) {
	if err := b.dispatch.Seen(ctx, id, agency); err != nil {
		b.log.Warn("not noted that a case was seen", slog.String("case", id), slog.Any("error", err))
	}
}

// asked reports whether the policy in force where a call was made asks an agency to answer it.
func (b *Broker) asked(id, agency string) bool {
	c, _, ok := b.book.State(id)
	if !ok {
		return false
	}
	p, _ := b.directory.Policy(c.State.Zone)
	return ladder.Asks(p, b.directory, agency)
}

// dispatchBook is the casefile as dispatch needs it.
type dispatchBook struct{ b *casefile.Book }

// Do decides and stores.
func (d dispatchBook) Do(ctx context.Context, cmd activation.Command) (activation.State, error) {
	c, err := d.b.Do(ctx, cmd, nil)
	return c.State, err
}
