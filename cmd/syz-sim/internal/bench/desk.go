package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

// Desk is what the desk bench measures while many streams are open. An event begins when the broker decides it, by its stamp in the
// ledger: writing it to the disk is in every measure.
type Desk struct {
	Streams int                `json:"streams"`         // open at the same time, the page's own among them
	Page    stats.Distribution `json:"event_to_dom"`    // of a page in Chromium
	All     stats.Distribution `json:"event_to_reader"` // of every other stream
	Missed  int                `json:"missed"`          // events that never came to a stream
}

// DeskOptions say how the desk bench runs.
type DeskOptions struct {
	Options
	Streams int
}

const deskPause = 250 * time.Millisecond // between events: four in a second is a very bad night

// readers collects when each stream got each sentence for the kiosk.
type readers struct {
	mu     sync.Mutex
	took   []time.Duration
	opened int
	first  chan deskapi.Change // what the first of them hears
}

func (h *readers) hear(n int, ch deskapi.Change) {
	now := time.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	switch ch.Event.Type {
	case activation.MessageSent:
		h.took = append(h.took, now.Sub(ch.Event.LedgerTime))
	case activation.Raised:
		h.opened++
	default:
		return
	}
	if n == 0 {
		h.first <- ch
	}
}

func (h *readers) count() (opened, took int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.opened, len(h.took)
}

// RunDesk opens the streams and a page, puts a sentence on a kiosk again and again, and waits each time until the page has changed.
func RunDesk(ctx context.Context, o DeskOptions) (Desk, error) {
	c, err := county.Start(ctx, o.County)
	if err != nil {
		return Desk{}, err
	}
	defer c.Close()
	agents, err := c.StartAgents(ctx, county.AgentOptions{N: 1, Board: "sim", Heard: func(int, string) {}})
	if err != nil {
		return Desk{}, err
	}
	defer agents.Stop()
	if err := agents.All[0].Button(ctx, hold); err != nil {
		return Desk{}, fmt.Errorf("cannot press: %w", err)
	}
	h := &readers{first: make(chan deskapi.Change, o.N+1)}
	streaming, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for n := range o.Streams - 1 {
		one := c.Desk.Alone()
		wg.Go(func() {
			_ = one.Events(streaming, 0, func(ch deskapi.Change) { h.hear(n, ch) }) // it ends with the bench
		})
	}
	raised, err := h.next(ctx)
	if err != nil {
		return Desk{}, err
	}
	for opened := 0; opened < o.Streams-1; opened, _ = h.count() {
		if err := rest(ctx, pollEvery); err != nil {
			return Desk{}, err
		}
	}
	o.Say("%d streams are open, starting Chromium", o.Streams-1)
	link, err := c.SignInLink(ctx)
	if err != nil {
		return Desk{}, err
	}
	p, err := openPage(ctx, link)
	if err != nil {
		return Desk{}, err
	}
	defer p.close()
	return h.measure(ctx, o, c, p, raised.Activation.ID)
}

func (h *readers) next(ctx context.Context) (deskapi.Change, error) {
	select {
	case ch := <-h.first:
		return ch, nil
	case <-time.After(oneLimit):
		return deskapi.Change{}, errLate
	case <-ctx.Done():
		return deskapi.Change{}, ctx.Err()
	}
}

func (h *readers) measure(ctx context.Context, o DeskOptions, c *county.County, p *page, id string) (Desk, error) {
	var page []time.Duration
	for i := range o.N {
		if err := c.Desk.Do(ctx, id, "message", map[string]any{"message": activation.Messages()[i%len(activation.Messages())]}); err != nil {
			return Desk{}, err
		}
		ch, err := h.next(ctx)
		if err != nil {
			return Desk{}, fmt.Errorf("event %d: %w", i+1, err)
		}
		at, err := p.changed(ch.Event.LedgerTime)
		if err != nil {
			return Desk{}, err
		}
		page = append(page, at.Sub(ch.Event.LedgerTime))
		if err := rest(ctx, deskPause); err != nil {
			return Desk{}, err
		}
	}
	_, took := h.count()
	return Desk{Streams: o.Streams, Page: stats.Of(page), All: stats.Of(h.took), Missed: o.N*(o.Streams-1) - took}, nil
}
