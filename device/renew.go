package device

import (
	"context"
	"log/slog"
	"time"
)

const (
	renewFirst = time.Minute // after the start
	renewLook  = time.Hour
	renewAgain = 6 * time.Hour // a county that cannot renew is not asked every hour
)

// renew keeps the certificate alive: it asks for a new one when two thirds of the present one's life are over. A failure is no trouble yet: the
// device calls for help with an old certificate too, and says so when only days are left.
func (a *Agent) renew(ctx context.Context) {
	for wait := renewFirst; pause(ctx, wait); {
		wait = a.renewDue(ctx)
	}
}

// renewDue renews the certificate if it is time, and returns when to look again.
func (a *Agent) renewDue(ctx context.Context) time.Duration {
	id := a.identity()
	if id == nil || a.clock.Now().Before(id.RenewAt()) {
		return renewLook
	}
	next, err := id.Renew(ctx, a.opt.StateDir, a.opt.County.Address, a.clock.Now)
	if err != nil {
		a.log.Warn("certificate not renewed", slog.Int("days", id.CertDays(a.clock.Now())), slog.Any("error", err))
		return renewAgain
	}
	a.log.Info("certificate renewed", slog.Int("days", next.CertDays(a.clock.Now())))
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.id == id { // nobody has enrolled it anew meanwhile
		a.id = next
		a.touch()
	}
	return renewLook
}
