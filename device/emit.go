package device

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/staff"
)

const storedWithin = 2 * time.Second // a slow disk must not hold up a call that is on its way

// press calls for help, or presses again on the open call of the mode. The caller holds the lock.
func (a *Agent) press(r agentapi.Raise, held bool, who staff.Session) (agentapi.Raised, made, error) {
	if a.id == nil {
		return agentapi.Raised{}, made{}, agentapi.NewProblem(agentapi.NotConnected)
	}
	ev := activation.Event{
		Type: activation.Raised, Mode: r.Mode, Trigger: r.Trigger, HeldAtStart: held, Zone: a.id.Zone, Device: a.id.Device,
	}
	id, again := a.model.Open(r.Mode)
	switch {
	case again:
		ev.Type, ev.Case = activation.PressedAgain, id
	case a.model.Count() >= wire.MaxActivations:
		return agentapi.Raised{}, made{}, agentapi.NewProblem(agentapi.TooManyOpen)
	default:
		ev.Case = newID()
	}
	m, err := a.emit(ev, who)
	if errors.Is(err, outbox.ErrFull) && again {
		return agentapi.Raised{ID: id, Again: true}, made{}, nil // the call itself is still repeated
	}
	if err != nil {
		return agentapi.Raised{}, made{}, err
	}
	a.tell(ev.Case, r.Mode, who)
	return agentapi.Raised{ID: ev.Case, Again: again}, m, nil
}

// apart calls for help for another young person, whatever is open. The first young person's call learns of it from the same outbox. A
// request that is repeated finds its call. The caller holds the lock.
func (a *Agent) apart(r agentapi.Raise, _ bool, who staff.Session) (agentapi.Raised, made, error) {
	if a.id == nil {
		return agentapi.Raised{}, made{}, agentapi.NewProblem(agentapi.NotConnected)
	}
	id := activation.ToldCase(r.Other, a.id.Device, r.Key)
	if known, ok := a.model.Find(id); ok {
		return agentapi.Raised{ID: known.ID, Again: true}, made{}, nil
	}
	if a.model.Count() >= wire.MaxActivations {
		return agentapi.Raised{}, made{}, agentapi.NewProblem(agentapi.TooManyOpen)
	}
	first, known := a.model.Find(r.Other)
	if !known {
		first.ID = r.Other
	}
	m, err := a.emit(activation.Event{
		Type: activation.Raised, Mode: r.Mode, Trigger: r.Trigger, Zone: a.id.Zone, Device: a.id.Device, Case: id, Other: first.ID,
	}, who)
	if err != nil {
		return agentapi.Raised{}, made{}, err
	}
	if known {
		if _, err := a.emit(activation.Event{Type: activation.SplitOff, Mode: first.Mode, Case: first.ID, Other: id}, who); err != nil {
			a.log.Warn("first call does not know of the other young person", slog.Any("error", err)) // help is on its way all the same
		}
	}
	a.tell(id, r.Mode, who)
	return agentapi.Raised{ID: id}, m, nil
}

// made is an event that was handed to the outbox.
type made struct {
	id     string
	stored <-chan error
}

// tell lets the desk know of duress, once for each call. Nothing of it shows here. The caller holds the lock.
func (a *Agent) tell(call string, mode activation.Mode, who staff.Session) {
	if !who.Duress || a.duress[call] {
		return
	}
	a.duress[call] = true
	if _, err := a.emit(activation.Event{Type: activation.Duress, Mode: mode, Case: call}, who); err != nil {
		delete(a.duress, call)
	}
}

// emit makes an event, hands it to the outbox and to the uplink, and returns when neither is done yet. The caller holds the lock.
func (a *Agent) emit(ev activation.Event, who staff.Session) (made, error) {
	mono, wall := a.clock.Mono(), a.clock.Now()
	ev.ID = newID()
	ev.Actor = activation.Actor{Kind: activation.ByDevice, ID: a.id.Device, Staff: who.Staff}
	ev.Source = activation.Source{Boot: a.clock.Boot, MonoMS: max(0, mono.Milliseconds()), Wall: wall.UTC(), Synced: a.clock.Synced()}
	meta := outbox.Meta{
		ID: ev.ID, Case: ev.Case, Type: ev.Type, Mode: ev.Mode, Trigger: ev.Trigger,
		Boot: ev.Source.Boot, MonoMS: ev.Source.MonoMS, WallMS: wall.UnixMilli(), Synced: ev.Source.Synced,
	}
	rec, stored, err := a.box.Append(meta, func(log string, seq uint64) (string, []byte, error) {
		e, err := wire.SealEvent(a.id.Seal, a.id.Device, log, seq, ev)
		return e.KeyID, e.Body, err
	})
	if err != nil {
		return made{}, problem(err)
	}
	stored = a.tellStored(ev.ID, stored)
	a.began[ev.ID] = mono
	b := a.believed(rec)
	b.At, b.Need, b.Welfare = mono, ev.Need, ev.Welfare
	a.model.Own(b)
	if a.link != nil {
		a.link.Kick()
	}
	a.touch()
	return made{ev.ID, stored}, nil
}

// tellStored lets the one who asked know when an event is stored, and passes the word on.
func (a *Agent) tellStored(id string, stored <-chan error) <-chan error {
	if a.opt.Stored == nil {
		return stored
	}
	passed := make(chan error, 1)
	go func() {
		err := <-stored
		a.opt.Stored(id, err)
		passed <- err
	}()
	return passed
}

// problem says what a person can do about an error of the outbox.
func problem(err error) error {
	switch {
	case errors.Is(err, activation.ErrInvalid):
		return agentapi.NewProblem(agentapi.BadRequest)
	case errors.Is(err, outbox.ErrFull):
		return fmt.Errorf("%w: %w", agentapi.NewProblem(agentapi.TooManyOpen), err)
	default:
		return err
	}
}

// await waits until an event is stored. A dead or slow disk is trouble, and no reason to tell the caller that the call failed: it is on
// its way.
func (a *Agent) await(stored <-chan error) {
	if stored == nil {
		return
	}
	patience := time.NewTimer(storedWithin)
	defer patience.Stop()
	select {
	case err := <-stored:
		if err != nil {
			a.log.Warn("event not on the disk; sent from memory", slog.Any("error", err))
		}
	case <-patience.C:
		a.log.Warn("event not on the disk yet; sent from memory")
	}
}

// age is how long ago an event happened, and whether that is only a lower bound.
func (a *Agent) age(m outbox.Meta) (age time.Duration, atLeast bool) {
	mono := a.clock.Mono()
	if m.Boot == a.clock.Boot {
		return max(0, mono-time.Duration(m.MonoMS)*time.Millisecond), false
	}
	if m.Synced && a.clock.Synced() {
		return max(mono, a.clock.Now().Sub(time.UnixMilli(m.WallMS))), false
	}
	return mono, true
}
