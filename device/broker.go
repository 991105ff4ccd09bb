package device

import (
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/outbox"
	"safeyouthzone/device/internal/settings"
)

// toBroker is the agent as its uplink sees it.
type toBroker struct{ *Agent }

// Logs is part of uplink.Queue.
func (a toBroker) Logs() []string {
	var out []string
	for _, l := range a.box.Logs() {
		if l.Pending > 0 {
			out = append(out, l.ID)
		}
	}
	return out
}

// Next is part of uplink.Queue.
func (a toBroker) Next(log string, after uint64, limit int) []wire.Envelope {
	a.mu.Lock()
	defer a.mu.Unlock()
	recs := a.box.Pending(log, after, limit)
	out := make([]wire.Envelope, 0, len(recs))
	for _, r := range recs {
		age, atLeast := a.age(r.Meta)
		out = append(out, wire.Envelope{
			V: wire.Version, ID: r.ID, Device: a.id.Device, Log: r.Log, Seq: r.Seq, Boot: r.Boot,
			AgeMS: age.Milliseconds(), AgeAtLeast: atLeast, KeyID: r.KeyID, Body: r.Body,
		})
	}
	return out
}

// Sent is part of uplink.Queue.
func (a toBroker) Sent(out []wire.Envelope) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Mono()
	for _, e := range out {
		a.model.Sent(e.Log, e.Seq, now)
	}
	if len(out) > 0 {
		a.touch()
	}
}

// Hello is part of uplink.Agent.
func (a toBroker) Hello(log string) wire.Sync {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := wire.Sync{Log: log, Settings: a.obeyed().Rev}
	for i, l := range a.box.Logs() {
		if l.ID == log || (log == "" && i == 0) {
			out.Log, out.Receipt = l.ID, l.Receipt
		}
	}
	return out
}

// Health is part of uplink.Agent.
func (a toBroker) Health() wire.Health {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Mono()
	box := a.look(now)
	h := wire.Health{
		Version: a.opt.Version, Boot: a.clock.Boot, UpMS: now.Milliseconds(), Synced: a.clock.Synced(), Board: a.opt.Board,
		Outbox: box.pending, Settings: a.obeyed().Rev, CertDays: a.id.CertDays(a.clock.Now()), Troubles: a.troubles.Report(now),
		Machine: a.machine, WalkTest: a.lastTest(),
	}
	if a.board.HasButton() {
		h.Button = a.button
	}
	return h
}

// State is part of uplink.Agent: the broker's word.
func (a toBroker) State(s wire.State) {
	for _, r := range a.take(s) {
		if a.opt.Receipted != nil {
			a.opt.Receipted(r.id, r.seq, r.took)
		}
	}
}

type receipted struct {
	id   string
	seq  uint64
	took time.Duration
}

func (a toBroker) take(s wire.State) []receipted {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Mono()
	var out []receipted
	for _, r := range a.box.Receipt(s.Receipt) {
		switch r.State {
		case outbox.Pending:
			a.model.Own(a.believed(r))
		case outbox.Rejected:
			a.rejected(r)
		case outbox.Receipted:
			a.model.Receipted(r.Log, r.Seq)
			a.walk.Receipted(r.ID, now)
			if at, ok := a.began[r.ID]; ok {
				delete(a.began, r.ID)
				out = append(out, receipted{r.ID, r.Seq, now - at})
			}
		}
	}
	a.model.Broker(s.Activations, now)
	a.pathHeard(s.Activations, now)
	a.advanceWalk(now)
	a.touch()
	return out
}

func (a toBroker) rejected(r outbox.Record) {
	a.model.Refused(r.Log, r.Seq)
	a.walk.Refused(r.ID, a.clock.Mono())
	delete(a.began, r.ID)
	if r.Lost() { // as expected: it was sent to be rejected
		return
	}
	a.log.Error("broker rejected an event; staff must phone", slog.String("event", r.ID), slog.Uint64("seq", r.Seq),
		slog.String("type", string(r.Type)), slog.String("reason", string(r.Reason)))
}

// Settings is part of uplink.Agent.
func (a toBroker) Settings(b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.settings.Take(b)
	if errors.Is(err, settings.ErrOld) {
		return
	}
	if err != nil {
		a.log.Error("settings refused", slog.Any("error", err))
		a.troubles.Set(health.SettingsBad, true, a.clock.Mono())
		a.touch()
		return
	}
	now := a.settings.Now()
	a.log.Info("settings taken", slog.Uint64("rev", now.Rev))
	a.troubles.Set(health.SettingsBad, false, a.clock.Mono())
	a.gate.Set(now.PINs)
	a.touch()
	store := a.settings
	a.chore(func() {
		if err := store.Save(b); err != nil {
			a.log.Warn("settings not kept", slog.Any("error", err))
		}
	})
}

// Link is part of uplink.Agent.
func (a toBroker) Link(up bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.up, a.upSince = up, a.clock.Mono()
	a.touch()
}
