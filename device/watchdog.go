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

const (
	pulseEvery = 2500 * time.Millisecond
	pulseFor   = 10 * time.Second // for so long the agent looks healthy without a pulse
)

// pulse feels whether button loop, outbox and uplink each turn. Only then systemd's watchdog is fed and the healthy lamp stays lit. Where
// nobody watches the lamp still does.
func (a *Agent) pulse(ctx context.Context) {
	every := pulseEvery
	within, err := daemon.SdWatchdogEnabled(false)
	watched := err == nil && within > 0
	if watched {
		every = min(every, within/4)
	}
	for pause(ctx, every) {
		if err := a.alive(ctx, every); err != nil {
			if ctx.Err() == nil {
				a.log.Error("watchdog not fed", slog.Any("error", err))
			}
			continue
		}
		a.mu.Lock()
		a.pulsed = a.clock.Mono()
		a.mu.Unlock()
		if !watched {
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
