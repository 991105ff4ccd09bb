package device

import (
	"context"
	"time"

	"safeyouthzone/device/internal/health"
)

const measureEvery = 20 * time.Second

// measure looks at the machine every twenty seconds.
func (a *Agent) measure(ctx context.Context) {
	for {
		m := health.Measure(a.opt.Root, a.opt.StateDir)
		now := a.clock.Mono()
		a.mu.Lock()
		a.machine = m
		changed := a.troubles.Set(health.Hot, health.IsHot(m), now)
		changed = a.troubles.Set(health.UnderVoltage, health.IsWeak(m), now) || changed
		changed = a.troubles.Set(health.DiskSpace, health.IsFull(m), now) || changed
		if changed {
			a.touch()
		}
		a.mu.Unlock()
		if !pause(ctx, measureEvery) {
			return
		}
	}
}
