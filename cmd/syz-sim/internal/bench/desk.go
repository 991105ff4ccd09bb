package bench

import (
	"context"
	"encoding/json"
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

// readers collects when each stream got each change. All of them share this machine with broker and browser, and would elsewhere have one
// of their own: so each notes the time alone, and only the first one reads what has come.
type readers struct {
	mu    sync.Mutex
	heard []map[uint64]time.Time // by reader: when each change came, by its ledger sequence
	first chan deskapi.Change    // what the first of them hears of a call and of the sentences to its kiosk
}

func (h *readers) hear(n int, rev uint64, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard[n][rev] = now
}

// follow is the life of one reader.
func (h *readers) follow(ctx context.Context, n int, c *deskapi.Client) {
	_ = c.RawEvents(ctx, 0, func(rev uint64, data []byte) bool { // it ends with the bench
		h.hear(n, rev, time.Now())
		var ch deskapi.Change
		if n == 0 && json.Unmarshal(data, &ch) == nil && (ch.Event.Type == activation.MessageSent || ch.Event.Type == activation.Raised) {
			h.first <- ch
		}
		return true
	})
}

// took returns how long the change took to each reader who has heard of it.
func (h *readers) took(ch deskapi.Change) []time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []time.Duration
	for _, heard := range h.heard {
		if at, ok := heard[ch.Rev]; ok {
			out = append(out, at.Sub(ch.Event.LedgerTime))
		}
	}
	return out
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
	for range o.Streams - 1 {
		h.heard = append(h.heard, map[uint64]time.Time{})
	}
	streaming, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	for n := range o.Streams - 1 {
		one := c.Desk.Alone()
		wg.Go(func() { h.follow(streaming, n, one) })
	}
	raised, err := h.next(ctx)
	if err != nil {
		return Desk{}, err
	}
	for len(h.took(raised)) < o.Streams-1 {
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
	var page, all []time.Duration
	var sentences []deskapi.Change
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
		page, sentences = append(page, at.Sub(ch.Event.LedgerTime)), append(sentences, ch)
		if err := rest(ctx, deskPause); err != nil {
			return Desk{}, err
		}
	}
	for _, ch := range sentences {
		all = append(all, h.took(ch)...)
	}
	return Desk{Streams: o.Streams, Page: stats.Of(page), All: stats.Of(all), Missed: o.N*(o.Streams-1) - len(all)}, nil
}
