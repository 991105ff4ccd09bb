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
	pathWithin = 60 * time.Second // from the event to the broker's word that the test is closed
	pathAgain  = 5 * time.Minute  // after one that failed
	pathLook   = 5 * time.Second
	pathSoon   = time.Minute // the first comes within the first period, not at once: a restart of all devices is no storm
)

// path is the path test that is on its way.
type path struct {
	call  string
	since time.Duration
	next  time.Duration
}

// provePaths sends a test through the whole way every so often: disk, link, ledger, dispatch, and back. Nobody sees it. It waits while
// there is no link, which supervision tells already, and while somebody calls for help.
func (a *Agent) provePaths(ctx context.Context) {
	if a.opt.PathEvery <= 0 {
		return
	}
	a.mu.Lock()
	a.path.next = a.clock.Mono() + min(pathSoon, a.opt.PathEvery) + rand.N(a.opt.PathEvery) //nolint:gosec // spreads, hides nothing
	a.mu.Unlock()
	for pause(ctx, min(pathLook, a.opt.PathEvery)) {
		a.mu.Lock()
		a.provePath(a.clock.Mono())
		a.mu.Unlock()
	}
}

// provePath does what is due. The caller holds the lock.
func (a *Agent) provePath(now time.Duration) {
	switch {
	case a.path.call != "" && now-a.path.since >= pathWithin:
		a.log.Warn("path test failed: nothing came back")
		a.path.call, a.path.next = "", now+min(pathAgain, a.opt.PathEvery)
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
			a.path.next = now + min(pathAgain, a.opt.PathEvery)
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
		a.path.call, a.path.next = "", now+a.opt.PathEvery
		a.troubles.Set(health.PathTest, false, now)
	}
}
