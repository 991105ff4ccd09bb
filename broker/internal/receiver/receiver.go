package receiver

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"log/slog"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

// Book decides and stores. Do returns once the event is durable and visible, with whether anything was written; its errors are
// those of activation.Decide, or say that nothing is known, in which case the device will repeat.
type Book interface {
	Do(ctx context.Context, cmd activation.Command, from *chain.Origin) error
	// Open is the open case of a zone and mode.
	Open(zone string, mode activation.Mode) (string, bool)
	// Resolve follows an id that a device made up to the case that it became, and says whether that is still open.
	Resolve(id string) (to string, open, ok bool)
	// ZoneOf is the zone of a case; an id that a device made up is followed.
	ZoneOf(id string) (string, bool)
}

// Log stores rejections.
type Log interface {
	Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error)
}

// Options are what a receiver needs.
type Options struct {
	Book     Book
	Log      Log
	Receipts *Receipts
	Key      seal.Private
	Zone     func(device string) (string, bool)  // the zone of a registered device
	Tell     func(device string, o chain.Origin) // called when there is news of an envelope, after it is durable
	Now      func() time.Time
	Logger   *slog.Logger
}

// Receiver takes envelopes. Start it with [Receiver.Run].
type Receiver struct {
	o     Options
	id    string
	lanes [lanes]chan envelope
	zones [lanes]sync.Mutex
}

type envelope struct {
	device  string
	payload []byte
}

const (
	lanes    = 64  // devices share lanes; the events of one device stay in order
	laneSize = 256 // beyond it an envelope is dropped, and repeated by its device
	within   = 10 * time.Second
)

// New returns a receiver.
func New(o Options) *Receiver {
	r := &Receiver{o: o, id: o.Key.Public().ID()}
	for i := range r.lanes {
		r.lanes[i] = make(chan envelope, laneSize)
	}
	return r
}

// Run takes envelopes until ctx ends, then finishes those it has begun.
func (r *Receiver) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range r.lanes {
		wg.Go(func() {
			for {
				select {
				case e := <-r.lanes[i]:
					r.take(context.WithoutCancel(ctx), e)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	wg.Wait()
}

// Event hands over one up/event message. It never blocks.
func (r *Receiver) Event(device string, payload []byte) {
	select {
	case r.lanes[lane(device)] <- envelope{device, payload}:
	default:
		r.o.Logger.Warn("receiver is full; envelope left to be repeated", slog.String("device", device))
	}
}

func lane(s string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s))
	return h.Sum32() % lanes
}

func (r *Receiver) take(ctx context.Context, in envelope) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	env, err := wire.DecodeEnvelope(in.payload)
	from := chain.Origin{Device: in.device, Log: env.Log, Seq: env.Seq}
	if err == nil && env.Device != in.device {
		err = wire.ErrMalformed
	}
	if err != nil {
		r.unreadable(ctx, in, err)
		return
	}
	if r.o.Receipts.Has(from) {
		r.o.Tell(in.device, from)
		return
	}
	if err := r.accept(ctx, env, from); err != nil {
		r.refuse(ctx, from, err)
		return
	}
	r.o.Tell(in.device, from)
}

// accept makes the event of an envelope durable.
func (r *Receiver) accept(ctx context.Context, env wire.Envelope, from chain.Origin) error {
	zone, ok := r.o.Zone(from.Device)
	if !ok {
		return activation.ErrForbidden
	}
	if env.KeyID != r.id {
		return seal.ErrOpen
	}
	ev, err := wire.OpenEvent(r.o.Key, env)
	if err != nil {
		return err
	}
	if ev.Device != "" { // it speaks for no other
		ev.Device = from.Device
	}
	z := &r.zones[lane(zone)]
	z.Lock()
	defer z.Unlock()
	ev = r.route(ev, zone)
	if r.foreign(ev.Case, zone) {
		return activation.ErrForbidden
	}
	if err := r.o.Book.Do(ctx, ev, &from); err != nil {
		return err
	}
	r.o.Receipts.Mark(from) // for an event that the ledger already had under another number
	return nil
}

// route sends a press to where it belongs: a call from a zone where help is already on its way is another press on that case, and a
// press on a case that has ended, or that the ledger does not know, is a new call for help. It gives a repeated envelope the same
// answer as the first time.
func (r *Receiver) route(ev activation.Event, zone string) activation.Event {
	if ev.Type != activation.Raised && ev.Type != activation.PressedAgain {
		return ev
	}
	ev.Zone = zone
	if ev.Trigger == activation.ByPath { // it joins nothing, and nothing joins it
		return ev
	}
	if r.foreign(ev.Case, zone) { // a call is a call, whatever case it names: it begins one here
		ev.Case = ev.ID
	}
	known, open, ok := r.o.Book.Resolve(ev.Case)
	if ev.Type == activation.Raised && ev.Other != "" {
		return r.apart(ev, zone, ok)
	}
	switch {
	case ok && (open || known != ev.Case):
		if ev.Type == activation.PressedAgain || known != ev.Case {
			ev.Type, ev.Case = activation.PressedAgain, known
		}
		return ev
	case ok && ev.Type == activation.Raised:
		return ev // a repeat of what made the case
	}
	if id, busy := r.o.Book.Open(zone, ev.Mode); busy {
		if !ok {
			ev.Alias = ev.Case
		}
		ev.Type, ev.Case = activation.PressedAgain, id
		return ev
	}
	if ok {
		ev.Case = ev.ID // the case has ended: this press begins another, under an id that a repeat will find again
	}
	ev.Type, ev.Alias = activation.Raised, ""
	return ev
}

// apart is a call that staff make for another young person: it joins no case, though one is open. The first young person's case is named
// by the id that everybody knows; a case that nobody knows, or that is another zone's, is not named.
func (r *Receiver) apart(ev activation.Event, zone string, repeated bool) activation.Event {
	switch {
	case r.foreign(ev.Other, zone):
		ev.Other = ""
	case !repeated:
		ev.Other, _, _ = r.o.Book.Resolve(ev.Other)
	}
	return ev
}

// foreign reports whether a case is another zone's: a device speaks for its own zone only, whatever ids it has come to know.
func (r *Receiver) foreign(id, zone string) bool {
	of, ok := r.o.Book.ZoneOf(id)
	return ok && of != zone
}

// refuse decides what an error means: rejected for ever, or left to be repeated.
func (r *Receiver) refuse(ctx context.Context, from chain.Origin, err error) {
	why, final := reason(err)
	if errors.Is(err, activation.ErrNotRaised) {
		final = r.o.Receipts.Next(from) // all that came before is here: nothing can bring the case any more
	}
	if !final {
		r.o.Logger.Warn("event not stored; left to be repeated", slog.String("device", from.Device),
			slog.Uint64("seq", from.Seq), slog.Any("error", err))
		return
	}
	r.reject(ctx, from, why)
}

func reason(err error) (why wire.Reason, final bool) {
	switch {
	case errors.Is(err, wire.ErrTooLarge):
		return wire.TooLarge, true
	case errors.Is(err, wire.ErrVersion):
		return wire.WrongVersion, true
	case errors.Is(err, seal.ErrOpen):
		return wire.WrongKey, true
	case errors.Is(err, wire.ErrMalformed), errors.Is(err, activation.ErrInvalid):
		return wire.Malformed, true
	case errors.Is(err, activation.ErrForbidden), errors.Is(err, activation.ErrWrongCase), errors.Is(err, activation.ErrRaisedTwice):
		return wire.NotAllowed, true
	case errors.Is(err, activation.ErrNotRaised):
		return wire.UnknownCase, false
	default:
		return "", false
	}
}

// unreadable answers an envelope that cannot be read, if at least its number can.
func (r *Receiver) unreadable(ctx context.Context, in envelope, err error) {
	var head struct {
		Log string `json:"log"`
		Seq uint64 `json:"seq"`
	}
	_ = json.Unmarshal(in.payload, &head)
	if !activation.ValidID(head.Log) || head.Seq == 0 {
		r.o.Logger.Warn("envelope unreadable", slog.String("device", in.device), slog.Any("error", err))
		return
	}
	from := chain.Origin{Device: in.device, Log: head.Log, Seq: head.Seq}
	if r.o.Receipts.Has(from) {
		r.o.Tell(in.device, from)
		return
	}
	why, _ := reason(err)
	r.reject(ctx, from, why)
}

func (r *Receiver) reject(ctx context.Context, from chain.Origin, why wire.Reason) {
	r.o.Logger.Warn("event rejected", slog.String("device", from.Device), slog.Uint64("seq", from.Seq), slog.String("reason", string(why)))
	head, room := r.o.Receipts.head(from.Device)
	if !room { // a device that is broken or hostile does not fill the ledger
		r.o.Receipts.refuse(from, why)
		r.o.Tell(from.Device, from)
		return
	}
	rec := chain.Record{Rejected: &chain.Rejection{Reason: why, At: r.o.Now()}, Origin: &from}
	e, err := r.o.Log.Append(ctx, DevicePrefix+from.Device, head, rec)
	if err != nil {
		r.o.Logger.Warn("rejection not stored; left to be repeated", slog.String("device", from.Device), slog.Any("error", err))
		return
	}
	r.o.Receipts.Apply(e) // the next rejection must not wait until the ledger's followers have seen this one
	r.o.Tell(from.Device, from)
}
