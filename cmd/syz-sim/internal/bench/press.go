// Package bench measures. Each bench is one function that returns one object with a distribution for each measure.
package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

// Options say how a bench runs.
type Options struct {
	County county.Options
	N      int // measurements
	Say    func(format string, args ...any)
}

// Press is what the press bench measures, all from the edge of the button's contact. The button rule waits for the contact to
// settle; the measures without that wait are what software is to blame for.
type Press struct {
	SettleMS int                `json:"settle_ms"`
	Receipt  stats.Distribution `json:"edge_to_receipt"`
	Event    stats.Distribution `json:"edge_to_desk_event"`
	Page     stats.Distribution `json:"edge_to_page_changed"` // in Chromium
	After    struct {
		Receipt stats.Distribution `json:"receipt"`
		Event   stats.Distribution `json:"desk_event"`
		Page    stats.Distribution `json:"page_changed"`
	} `json:"after_settle"`
}

const (
	settle   = 20 * time.Millisecond  // of the button rule
	hold     = 60 * time.Millisecond  // of a press
	pause    = 350 * time.Millisecond // between presses: the rule wants 200 ms of rest
	oneLimit = 10 * time.Second
)

// RunPress presses a simulated button again and again and waits each time for the receipt, the event at the desk and the page.
func RunPress(ctx context.Context, o Options) (Press, error) {
	c, err := county.Start(ctx, o.County)
	if err != nil {
		return Press{}, err
	}
	defer c.Close()
	receipts := make(chan time.Time, 1)
	agents, err := c.StartAgents(ctx, county.AgentOptions{N: 1, Board: "sim", Heard: func(int, string) { receipts <- time.Now() }})
	if err != nil {
		return Press{}, err
	}
	defer agents.Stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events := make(chan time.Time, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- c.Desk.Events(ctx, 0, func(x deskapi.Change) {
			if x.Event.Type == activation.Raised || x.Event.Type == activation.PressedAgain { // not whom the broker told
				events <- time.Now()
			}
		})
	}()
	link, err := c.SignInLink(ctx)
	if err != nil {
		return Press{}, err
	}
	o.Say("starting Chromium")
	p, err := openPage(ctx, link)
	if err != nil {
		return Press{}, err
	}
	defer p.close()
	m := measured{}
	for i := range o.N {
		edge := time.Now()
		if err := agents.All[0].Button(ctx, hold); err != nil {
			return Press{}, fmt.Errorf("cannot press: %w", err)
		}
		if err := m.one(ctx, edge, receipts, events, ended, p); err != nil {
			return Press{}, fmt.Errorf("press %d: %w", i+1, err)
		}
		if (i+1)%25 == 0 {
			o.Say("%d of %d presses", i+1, o.N)
		}
		if err := rest(ctx, pause); err != nil {
			return Press{}, err
		}
	}
	return m.result(), nil
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type measured struct{ receipt, event, page []time.Duration }

var errLate = errors.New("nothing came within ten seconds")

func (m *measured) one(ctx context.Context, edge time.Time, receipts, events <-chan time.Time, ended <-chan error, p *page) error {
	late := time.After(oneLimit)
	for range 2 {
		select {
		case at := <-receipts:
			m.receipt = append(m.receipt, at.Sub(edge))
		case at := <-events:
			m.event = append(m.event, at.Sub(edge))
		case err := <-ended:
			return fmt.Errorf("the desk's events ended: %w", err)
		case <-late:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	at, err := p.changed(edge)
	if err != nil {
		return err
	}
	m.page = append(m.page, at.Sub(edge))
	return nil
}

func (m *measured) result() Press {
	less := func(in []time.Duration) []time.Duration {
		out := make([]time.Duration, len(in))
		for i, d := range in {
			out[i] = d - settle
		}
		return out
	}
	r := Press{SettleMS: int(settle.Milliseconds())}
	r.After.Receipt, r.After.Event, r.After.Page = stats.Of(less(m.receipt)), stats.Of(less(m.event)), stats.Of(less(m.page))
	r.Receipt, r.Event, r.Page = stats.Of(m.receipt), stats.Of(m.event), stats.Of(m.page)
	return r
}
