package uplinktest

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

// app is the part of the broker behind MQTT.
type app struct {
	Key        *seal.Private                             // opens events; nil: they are kept unopened
	Edit       func([]wire.Activation) []wire.Activation // last word on what the device sees
	Refuses    map[uint64]wire.Reason                    // numbers that are rejected
	Settings   []byte                                    // sent when a sync names another revision than Rev
	Rev        uint64                                    // revision of Settings
	Skew       time.Duration                             // of the broker's clock
	device     string
	log        string
	epoch      uint64
	rev        uint64
	held       map[string]map[uint64]wire.Envelope
	events     []activation.Event
	calls      []wire.Activation
	unreadable int
}

func (b *Broker) take(k wire.Kind, payload []byte) {
	if b.Mute {
		return
	}
	switch k {
	case wire.UpSync:
		s, err := wire.DecodeSync(payload)
		if err != nil {
			b.unreadable++
			return
		}
		if b.epoch != s.Epoch {
			b.rev = 0
		}
		b.epoch, b.log = s.Epoch, s.Log
		if b.Settings != nil && s.Settings != b.Rev {
			b.send(wire.DnSettings, b.Settings)
		}
		b.tell()
	case wire.UpEvent:
		e, err := wire.DecodeEnvelope(payload)
		if err != nil {
			b.unreadable++
			return
		}
		if !b.Forget {
			b.store(e)
		}
		b.tell()
	}
}

func (b *Broker) store(e wire.Envelope) {
	if b.held == nil {
		b.held = map[string]map[uint64]wire.Envelope{}
	}
	if b.held[e.Log] == nil {
		b.held[e.Log] = map[uint64]wire.Envelope{}
	}
	if _, dup := b.held[e.Log][e.Seq]; dup {
		return
	}
	b.held[e.Log][e.Seq] = e
	if b.Key == nil || b.Refuses[e.Seq] != "" {
		return
	}
	ev, err := wire.OpenEvent(*b.Key, e)
	if err != nil {
		b.unreadable++
		return
	}
	b.events = append(b.events, ev)
	b.fold(ev)
}

// fold is a very small desk: a raising event makes an activation, needs are added to it.
func (b *Broker) fold(ev activation.Event) {
	if ev.Type == activation.Raised {
		b.calls = append(b.calls, wire.Activation{
			ID: ev.Case, Code: "7F-21", Mode: ev.Mode, Trigger: ev.Trigger, Stage: activation.Received, AgeMS: ev.Source.AgeMS,
		})
		return
	}
	for i := range b.calls {
		if c := &b.calls[i]; c.ID == ev.Case && ev.Type == activation.NeedAsked {
			c.Needs = append(c.Needs, ev.Need)
		}
	}
}

func (b *Broker) receipt() wire.Receipt {
	r := wire.Receipt{Log: b.log}
	for b.held[b.log] != nil {
		if _, ok := b.held[b.log][r.Seq+1]; !ok {
			break
		}
		r.Seq++
		if why := b.Refuses[r.Seq]; why != "" {
			r.Rejected = append(r.Rejected, wire.Rejected{Seq: r.Seq, Reason: why})
		}
	}
	return r
}

func (b *Broker) tell() {
	if b.epoch == 0 || b.Mute {
		return
	}
	b.rev++
	calls := slices.Clone(b.calls)
	if b.Edit != nil {
		calls = b.Edit(calls)
	}
	b.send(wire.DnState, wire.State{
		V: wire.Version, Device: b.device, Epoch: b.epoch, Rev: b.rev, At: time.Now().Add(b.Skew).UnixMilli(),
		Receipt: b.receipt(), Activations: calls, Settings: b.Rev,
	})
}

// Tell sends the state now.
func (b *Broker) Tell() { b.Set(func(b *Broker) { b.tell() }) }

// Restore makes the broker forget all events of every log beyond a number, as one restored from a backup does.
func (b *Broker) Restore(seq uint64) {
	b.Set(func(b *Broker) {
		for _, log := range b.held {
			for n := range log {
				if n > seq {
					delete(log, n)
				}
			}
		}
	})
}

// Events lists the events that were opened and stored, in order.
func (b *Broker) Events() []activation.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// Held counts the events of all logs.
func (b *Broker) Held() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, log := range b.held {
		n += len(log)
	}
	return n
}

// Unreadable counts documents that could not be read.
func (b *Broker) Unreadable() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unreadable
}

// Epoch is that of the last sync.
func (b *Broker) Epoch() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.epoch
}
