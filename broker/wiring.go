package broker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/downlink"
	"safeyouthzone/broker/internal/edge"
)

// Tap stands between the edge and everything behind it. Tests put faults there: drop, delay, duplicate, or let something be stored
// and lose the answer.
type Tap interface {
	// Up gets each message of a device and passes on what it likes.
	Up(device string, k wire.Kind, payload []byte, pass func(payload []byte))
	// Down gets each message to a device and passes on what it likes.
	Down(device string, k wire.Kind, payload []byte, pass func(payload []byte))
}

// up takes every message of every device.
func (b *Broker) up(m edge.Message) {
	if b.o.Tap != nil {
		b.o.Tap.Up(m.Device, m.Kind, m.Payload, func(p []byte) { b.take(m.Device, m.Kind, p) })
		return
	}
	b.take(m.Device, m.Kind, m.Payload)
}

func (b *Broker) take(device string, k wire.Kind, payload []byte) {
	now := time.Now()
	var err error
	switch k {
	case wire.UpEvent:
		b.receiver.Event(device, payload)
		b.watch.Seen(device, now)
	case wire.UpSync:
		var s wire.Sync
		if s, err = wire.DecodeSync(payload); err == nil {
			b.watch.Seen(device, now)
			b.downlink.Sync(device, s)
		}
	case wire.UpLink:
		var l wire.Link
		if l, err = wire.DecodeLink(payload); err == nil {
			b.watch.Link(device, l, now)
		}
	case wire.UpHealth:
		var h wire.Health
		if h, err = wire.DecodeHealth(payload); err == nil {
			b.watch.Health(device, h, now)
		}
	case wire.DnState, wire.DnSettings: // the edge lets no device publish there
	}
	if err != nil {
		b.log.Warn("message of a device is unreadable", slog.String("device", device), slog.String("kind", string(k)), slog.Any("error", err))
	}
}

// sender is the way down, through the tap.
type sender struct{ b *Broker }

// Send sends to a device.
func (s sender) Send(device string, k wire.Kind, payload []byte) error {
	if s.b.o.Tap == nil {
		return s.b.edge.Send(device, k, payload)
	}
	var err error
	s.b.o.Tap.Down(device, k, payload, func(p []byte) { err = s.b.edge.Send(device, k, p) })
	return err
}

func (b *Broker) newDownlink() *downlink.Downlink {
	roles := map[string]string{}
	for _, a := range b.o.Config.Agencies {
		roles[a.ID] = a.Role
	}
	return downlink.New(downlink.Options{
		Sender: sender{b}, Zone: b.zoneOf,
		Devices: func(zone string) []string {
			return b.registry.InZone(zone)
		},
		Cases:   func(zone string) []activation.State { return b.book.Zone(zone, lately) },
		Rev:     b.book.Rev,
		Receipt: b.receipts.Receipt,
		Settings: func(device string) (uint64, []byte) {
			zone, _ := b.zoneOf(device)
			rev, doc, err := b.fleet.Settings(device, zone)
			if err != nil {
				b.log.Error("settings not signed", slog.String("device", device), slog.Any("error", err))
			}
			return rev, doc
		},
		Role: func(agency string) string { return roles[agency] },
		Now:  time.Now, Logger: b.log,
	})
}

func (b *Broker) zoneOf(device string) (string, bool) {
	d, ok := b.registry.Device(device)
	return d.Zone, ok && !d.Disabled
}

// receiverBook is the casefile as the receiver needs it.
type receiverBook struct{ *casefile.Book }

// Do decides and stores.
func (r receiverBook) Do(ctx context.Context, cmd activation.Command, from *chain.Origin) error {
	_, err := r.Book.Do(ctx, cmd, from)
	if errors.Is(err, casefile.ErrUnknown) {
		return activation.ErrNotRaised
	}
	return err
}
