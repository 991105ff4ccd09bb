package board

import (
	"context"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Pin is one input line in periph's words, for drivers that want a gpio.PinIn. Unlike a gpio.PinIn the agent's own code asks an [Input],
// which has errors.
type Pin struct {
	wire Wire
	mono func() time.Duration

	mu   sync.Mutex
	l    *lines
	pull gpio.Pull
	edge gpio.Edge
	stop context.CancelFunc
	ctx  context.Context
}

// NewPin makes a pin of a wire with one line. Nothing is taken before In.
func NewPin(w Wire, mono func() time.Duration) *Pin { return &Pin{wire: w, mono: mono} }

// In is part of gpio.PinIn. It drops edges that were not waited for, and ends a wait.
func (p *Pin) In(pull gpio.Pull, edge gpio.Edge) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halt()
	l, err := openLines(p.wire, pull, p.mono)
	if err != nil {
		return err
	}
	p.l, p.pull, p.edge = l, pull, edge
	p.ctx, p.stop = context.WithCancel(context.Background())
	return nil
}

func (p *Pin) halt() {
	if p.l != nil {
		p.stop()
		_ = p.l.close() // nothing was written
		p.l = nil
	}
}

// Read is part of gpio.PinIn. A line that cannot be read is Low; an [Input] says so instead.
func (p *Pin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.l == nil {
		return gpio.Low
	}
	levels, err := p.l.read()
	return gpio.Level(err == nil && levels != 0)
}

// WaitForEdge is part of gpio.PinIn: -1 waits without end.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	l, ctx, want := p.l, p.ctx, p.edge
	p.mu.Unlock()
	if l == nil || want == gpio.NoEdge {
		return false
	}
	if timeout < 0 {
		timeout = forever
	}
	for end := p.mono() + timeout; ; {
		c, ok, err := l.next(ctx, max(0, end-p.mono()))
		if err != nil || !ok {
			return false
		}
		if high := c.levels != 0; want == gpio.BothEdges || (want == gpio.RisingEdge) == high {
			return true
		}
	}
}

// Pull is part of gpio.PinIn.
func (p *Pin) Pull() gpio.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull is part of gpio.PinIn: nobody knows it.
func (p *Pin) DefaultPull() gpio.Pull { return gpio.PullNoChange }

// String is part of gpio.PinIn.
func (p *Pin) String() string { return p.Name() }

// Halt is part of gpio.PinIn: it gives the line back.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halt()
	return nil
}

// Name is part of gpio.PinIn.
func (p *Pin) Name() string { return p.wire.Lines[0] }

// Number is part of gpio.PinIn: names count here.
func (p *Pin) Number() int { return -1 }

// Function is part of gpio.PinIn.
func (p *Pin) Function() string { return "In" }
