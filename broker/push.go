package broker

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/keys"
	"safeyouthzone/broker/internal/ledger"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/dc09"
	"safeyouthzone/broker/internal/notify/health"
	"safeyouthzone/broker/internal/notify/webpush"
)

// push is what of the channels needs more than to be called: browsers subscribe, and receiving centres want to hear that we are there.
type push struct {
	browsers *webpush.Channel // nil if there is no such channel
	subs     *webpush.Store
	centres  map[string]*dc09.Channel // by name

	followers []*follower
	channels  map[string]notify.Channel // by name
	health    *health.Book
	dead      dead
}

func (b *Broker) newWebPush(ctx context.Context, c Channel, client *http.Client) (notify.Channel, error) {
	if b.push.browsers != nil {
		return nil, errors.New("one channel for browsers is enough")
	}
	key, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Push()
	if err != nil {
		return nil, err
	}
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "PUSH", 1)
	if err != nil {
		return nil, err
	}
	subs := webpush.NewStore(table)
	stop, err := table.Watch(ctx, subs.Load)
	if err != nil {
		return nil, err
	}
	b.onClose(stop)
	b.push.subs = subs
	b.push.browsers, err = webpush.New(webpush.Options{Key: key, Contact: c.Contact, Store: subs, Client: client, Logger: b.log})
	return b.push.browsers, err
}

// superviseCentres keeps telling alarm receiving centres that we are there, until the broker closes.
func (b *Broker) superviseCentres(ctx context.Context) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	for name, c := range b.push.centres {
		b.wg.Go(func() { c.Supervise(run, func(err error) { b.push.health.Note(name, err) }) })
	}
	b.wg.Go(func() { b.push.health.Run(run) })
	b.wg.Go(func() { b.dropBrowsers(run) })
	b.onClose(cancel)
}

// deskPush is the browsers' channel as the desk needs it.
type deskPush struct{ p *push }

// newDeskPush is nil where there is no such channel.
func (b *Broker) newDeskPush() desk.Push {
	if b.push.browsers == nil {
		return nil
	}
	return deskPush{&b.push}
}

// PublicKey is what browsers subscribe with.
func (d deskPush) PublicKey() string { return d.p.browsers.PublicKey() }

// Endpoints are those of a person's subscriptions.
func (d deskPush) Endpoints(person string) []string {
	var out []string
	for _, s := range d.p.subs.Of(person) {
		out = append(out, s.Endpoint)
	}
	return out
}

// Subscribe keeps a subscription.
func (d deskPush) Subscribe(ctx context.Context, person string, s desk.Subscription) error {
	err := d.p.subs.Add(ctx, person, webpush.Subscription(s))
	if errors.Is(err, webpush.ErrSubscription) || errors.Is(err, webpush.ErrTooMany) {
		return errors.Join(desk.ErrSubscription, err)
	}
	return err
}

// Withdraw forgets a subscription.
func (d deskPush) Withdraw(ctx context.Context, person, endpoint string) error {
	return d.p.subs.Remove(ctx, person, endpoint)
}

// Check sends a notice that says nothing but that it came.
func (d deskPush) Check(ctx context.Context, person string) error {
	n := notify.Notice{ID: newID(), Kind: notify.Check, Mode: activation.Actual, At: time.Now()}
	_, err := d.p.browsers.Send(ctx, n, notify.Address{Person: person})
	return err
}
