package board

import (
	"context"
	"sync"
	"time"
)

// formC is a contact of both kinds: the first line opens and the second closes when the button is pressed.
type formC struct {
	l    *lines
	mono func() time.Duration

	mu   sync.Mutex
	pair Pair
	said Event
	told bool
}

const (
	openBit  = 1 << 0 // high: the contact that is closed at rest is open
	closeBit = 1 << 1 // high: the contact that is open at rest is open still
)

// Next is part of [Input].
func (c *formC) Next(ctx context.Context) (Event, error) {
	for {
		e, ok, err := c.l.next(ctx, c.patience())
		if err != nil {
			return Event{}, err
		}
		if !ok {
			e = change{levels: c.l.levels, at: c.mono(), looked: true}
		}
		if out, news := c.step(e); news {
			return out, nil
		}
	}
}

func (c *formC) patience() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.told {
		return 0
	}
	at, ok := c.pair.Next()
	if !ok {
		return forever
	}
	return max(0, at-c.mono())
}

func (c *formC) step(e change) (Event, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pair.Travel, c.pair.Doubt = travel, doubt
	out := Event{At: e.at, Lost: e.lost, Looked: e.looked}
	out.Operated, out.Fault = c.pair.Step(e.at, e.levels&openBit != 0, e.levels&closeBit == 0)
	news := !c.told || out.Operated != c.said.Operated || out.Fault != c.said.Fault || out.Lost > 0
	c.said, c.told = out, true
	return out, news
}

// Level is part of [Input]. What is in doubt is as Next says, and pressed before Next said anything.
func (c *formC) Level() (bool, error) {
	levels, err := c.l.read()
	if err != nil {
		return false, err
	}
	opened, closed := levels&openBit != 0, levels&closeBit == 0
	if opened == closed {
		return opened, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.told || c.said.Operated || !c.said.Fault, nil
}

// Close is part of [Input].
func (c *formC) Close() error { return c.l.close() }
