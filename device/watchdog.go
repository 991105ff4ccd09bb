package device

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// errDead means that a loop does not turn any more.
var errDead = errors.New("a loop of the agent stands still")

// feedWatchdog tells systemd that the agent lives, each time that button loop, outbox and uplink have each turned. It does nothing where
// nobody watches.
func (a *Agent) feedWatchdog(ctx context.Context) {
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil || within == 0 {
		return
	}
	for pause(ctx, within/4) {
		if err := a.alive(ctx, within/4); err != nil {
			a.log.Error("watchdog not fed", slog.Any("error", err))
			continue
		}
		if _, err := daemon.SdNotify(false, daemon.SdNotifyWatchdog); err != nil {
			a.log.Warn("watchdog not reached", slog.Any("error", err))
		}
	}
}

// alive returns once every loop has turned.
func (a *Agent) alive(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, errDead)
	defer cancel()
	if !a.box.Alive() {
		return errDead
	}
	select {
	case a.probe <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	a.mu.Lock()
	u := a.link
	a.mu.Unlock()
	if u == nil { // not enrolled: there is nothing to send to
		return nil
	}
	return u.Alive(ctx)
}
