package kiosk

import (
	"context"
	"time"
)

const (
	watchEvery = 2 * time.Second
	watchLimit = 5 * time.Second
)

// watch feeds the watchdog for as long as the UI goroutine answers. A screen that hangs is restarted from outside; the agent and its
// button do not notice.
func (k *Kiosk) watch(ctx context.Context) {
	if k.opt.Feed == nil {
		return
	}
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for {
		answered := make(chan struct{})
		k.opt.Do(func() { close(answered) })
		limit := time.NewTimer(watchLimit)
		select {
		case <-answered:
			k.opt.Feed()
		case <-limit.C:
			k.log.Error("screen does not answer")
		case <-ctx.Done():
		}
		limit.Stop()
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
