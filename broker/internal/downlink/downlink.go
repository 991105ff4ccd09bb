// Package downlink tells devices where things stand: receipts, the activations of their zone, and their settings.
//
// It sends the whole state each time and never waits for an answer: what is lost is healed by the next one, and a device that
// doubts asks with up/sync. Many changes at once become one message.
package downlink

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Sender sends to a device if it is connected now.
type Sender interface {
	Send(device string, k wire.Kind, payload []byte) error
}

// Options are what a downlink needs.
type Options struct {
	Sender   Sender
	Zone     func(device string) (string, bool)    // of a registered device
	Devices  func(zone string) []string            // the registered devices of a zone
	Cases    func(zone string) []activation.State  // to be shown there, oldest first
	Rev      func() uint64                         // ledger sequence that Cases has reached
	Receipt  func(device, log string) wire.Receipt //
	Settings func(device string) (uint64, []byte)  // revision and signed document; 0 for none
	Role     func(agency string) string            // what a kiosk calls an agency
	Now      func() time.Time
	Logger   *slog.Logger
}

// Downlink tells devices. Start it with [Downlink.Run].
type Downlink struct {
	o Options

	mu       sync.Mutex
	sessions map[string]session
	dirty    map[string]struct{}
	poke     chan struct{}
}

// session is what a device said at its last sync. A device that has not synced since the broker started is told nothing: it will.
type session struct {
	epoch    uint64
	log      string
	settings uint64
}

// New returns a downlink.
func New(o Options) *Downlink {
	return &Downlink{o: o, sessions: map[string]session{}, dirty: map[string]struct{}{}, poke: make(chan struct{}, 1)}
}

// Sync answers up/sync.
func (d *Downlink) Sync(device string, s wire.Sync) {
	d.mu.Lock()
	d.sessions[device] = session{epoch: s.Epoch, log: s.Log, settings: s.Settings}
	d.mu.Unlock()
	d.Tell(device)
}

// Tell sends a device its state soon.
func (d *Downlink) Tell(devices ...string) {
	d.mu.Lock()
	for _, id := range devices {
		if _, ok := d.sessions[id]; ok {
			d.dirty[id] = struct{}{}
		}
	}
	d.mu.Unlock()
	select {
	case d.poke <- struct{}{}:
	default:
	}
}

// TellZone sends all devices of a zone their state soon.
func (d *Downlink) TellZone(zone string) { d.Tell(d.o.Devices(zone)...) }

// Run sends until ctx ends.
func (d *Downlink) Run(ctx context.Context) {
	for {
		select {
		case <-d.poke:
			d.flush()
		case <-ctx.Done():
			return
		}
	}
}

func (d *Downlink) flush() {
	d.mu.Lock()
	todo := make(map[string]session, len(d.dirty))
	for id := range d.dirty {
		todo[id] = d.sessions[id]
	}
	clear(d.dirty)
	d.mu.Unlock()
	for id, s := range todo {
		if err := d.send(id, s); err != nil {
			d.o.Logger.Warn("device not told", slog.String("device", id), slog.Any("error", err))
		}
	}
}

func (d *Downlink) send(device string, s session) error {
	zone, ok := d.o.Zone(device)
	if !ok {
		return nil
	}
	rev, settings := d.o.Settings(device)
	if rev != 0 && rev != s.settings {
		if err := d.o.Sender.Send(device, wire.DnSettings, settings); err != nil {
			return err
		}
		d.mu.Lock()
		if now := d.sessions[device]; now.epoch == s.epoch { // say it once for each connection; a sync asks again
			now.settings = rev
			d.sessions[device] = now
		}
		d.mu.Unlock()
	}
	now := d.o.Now()
	st := wire.State{
		V: wire.Version, Device: device, Epoch: s.epoch, Rev: d.o.Rev(), At: now.UnixMilli(),
		Receipt: d.o.Receipt(device, s.log), Settings: rev,
	}
	for _, c := range d.o.Cases(zone) {
		if c.Trigger == activation.ByPath && c.Device != device {
			continue // nobody sees the path test of another device
		}
		st.Activations = append(st.Activations, d.show(c, now))
	}
	if n := len(st.Activations); n > wire.MaxActivations {
		st.Activations = st.Activations[n-wire.MaxActivations:]
	}
	b, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return d.o.Sender.Send(device, wire.DnState, b)
}

// show is a case as a kiosk may see it: no responder code, no person, no agency by name.
func (d *Downlink) show(s activation.State, now time.Time) wire.Activation {
	a := wire.Activation{
		ID: s.Case, Aliases: s.Aliases, Code: activation.ShortCode(s.Case), Mode: s.Mode, Stage: s.Stage(), Trigger: s.Trigger,
		AgeMS: max(0, now.Sub(s.RaisedAt).Milliseconds()), Needs: s.Needs, Message: s.Message, StandDown: s.StandDown(),
		Reported: s.Report != nil, Outcome: s.Outcome,
		Check: wire.Check{Verified: s.Verified(), Wrong: len(s.WrongCode), TriesLeft: s.CodeTries()},
	}
	if s.Welfare != "" {
		a.Welfare = &wire.Welfare{State: s.Welfare, AgeMS: max(0, now.Sub(s.Welfared.At).Milliseconds())}
	}
	for _, x := range s.Answers {
		if x.Stage() == activation.Received { // a code was made, nothing said yet
			continue
		}
		w := wire.Who{Role: d.o.Role(x.Agency), Stage: x.Stage()}
		if eta := x.ETA(); !eta.IsZero() && w.Stage == activation.StageComing {
			ms := eta.Sub(now).Milliseconds()
			w.ETAMS = &ms
		}
		if x.Verified.ID != "" && a.Check.Role == "" {
			a.Check.Role = w.Role
		}
		a.Who = append(a.Who, w)
	}
	slices.SortStableFunc(a.Who, nearest)
	return a
}

// nearest puts first who has come furthest, and of those who are coming, who will be there first.
func nearest(a, b wire.Who) int {
	eta := func(w wire.Who) int64 {
		if w.ETAMS == nil {
			return 1 << 62
		}
		return *w.ETAMS
	}
	return cmp.Or(cmp.Compare(b.Stage.Rank(), a.Stage.Rank()), cmp.Compare(eta(a), eta(b)))
}
