package dc09

import (
	"context"
	"time"
)

// Probe says that we are there, unless a message just did, and expects the centre to acknowledge.
func (c *Channel) Probe(ctx context.Context, _ bool) error { return c.here(ctx) }

// Supervise says every so often that we are there, unless a message just did, and reports each time: nil when the receiving centre
// answers, the reason when it does not. It runs until ctx ends.
func (c *Channel) Supervise(ctx context.Context, report func(error)) {
	if c.o.Every <= 0 {
		return
	}
	t := time.NewTicker(c.o.Every)
	defer t.Stop()
	for {
		err := c.here(ctx)
		if ctx.Err() != nil {
			return
		}
		report(err)
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// here exchanges a NULL message.
func (c *Channel) here(ctx context.Context) error {
	c.mu.Lock()
	fresh := !c.spoke.IsZero() && c.o.Now().Sub(c.spoke) < c.o.Every/2
	c.mu.Unlock()
	if fresh {
		return nil
	}
	free, err := c.take(ctx)
	if err != nil {
		return err
	}
	defer free()
	return c.say(ctx, Message{Token: tokenNull, Receiver: c.o.Receiver, Line: c.o.Line, Account: c.o.Account})
}
