package device

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/staff"
)

// The times of path tests.
const (
	pathAgain = 5 * time.Minute // after one that failed
	pathLook  = time.Second
	pathSoon  = time.Minute // the first comes within the first period, not at once: a restart of all devices is no storm
)

// path is the path test that is on its way.
type path struct {
	call  string
	since time.Duration
	next  time.Duration
	every time.Duration // the period by which next was chosen
}

// provePaths sends a test through the whole way every so often: disk, link, ledger, dispatch, and back. Nobody sees it. It waits while
// there is no link, which supervision tells already, and while somebody calls for help.
func (a *Agent) provePaths(ctx context.Context) {
	for a.opt.PathTests && pause(ctx, pathLook) {
		a.mu.Lock()
		a.provePath(a.clock.Mono())
		a.mu.Unlock()
	}
}

// provePath does what is due. The caller holds the lock.
func (a *Agent) provePath(now time.Duration) {
	every, within := a.obeyed().PathTest.Times()
	if every != a.path.every { // at the start, and when the county says another period
		a.path.every, a.path.next = every, now+min(pathSoon, every)+rand.N(every) //nolint:gosec // spreads, hides nothing
	}
	switch {
	case a.path.call != "" && now-a.path.since >= within:
		a.log.Warn("path test failed: nothing came back")
		a.path.call, a.path.next = "", now+min(pathAgain, every)
		if a.troubles.Set(health.PathTest, true, now) {
			a.touch()
		}
	case a.path.call != "" || now < a.path.next || !a.up || a.id == nil || a.model.Count() > 0:
	default:
		ev := activation.Event{
			Type: activation.Raised, Mode: activation.Test, Trigger: activation.ByPath, Case: newID(), Zone: a.id.Zone, Device: a.id.Device,
		}
		if _, err := a.emit(ev, staff.Session{}); err != nil {
			a.log.Warn("path test not sent", slog.Any("error", err))
			a.path.next = now + min(pathAgain, every)
			return
		}
		a.path.call, a.path.since = ev.Case, now
	}
}

// pathHeard looks for the end of the path test in the broker's word. The caller holds the lock.
func (a *Agent) pathHeard(list []wire.Activation, now time.Duration) {
	for _, x := range list {
		if a.path.call == "" || x.ID != a.path.call || x.Stage.Open() {
			continue
		}
		a.log.Debug("path test passed", slog.Duration("took", now-a.path.since))
		a.path.call, a.path.next = "", now+a.path.every
		a.troubles.Set(health.PathTest, false, now)
	}
}
