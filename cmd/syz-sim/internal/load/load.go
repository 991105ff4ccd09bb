// Package load presses many buttons while the broker is killed, and counts what became of each press.
package load

import (
	"context"
	"fmt"
	"sync"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/stats"
	"safeyouthzone/device/agentapi"
)

// Options say how much.
type Options struct {
	County  county.Options
	Devices int
	Presses int
	Rate    float64 // presses a second, over all devices
	Kills   int     // how often the broker is killed with SIGKILL, spread over the run
	Say     func(format string, args ...any)
}

// Result is what became of the presses.
type Result struct {
	Devices    int                `json:"devices"`
	Sent       int                `json:"sent"`     // presses that a device reported as stored
	Received   int                `json:"received"` // of those, in the ledger
	Lost       int                `json:"lost"`
	Duplicates int                `json:"duplicates"` // presses that the ledger has more than once
	Receipts   int                `json:"receipts"`   // presses of which the device has the receipt
	Kills      int                `json:"kill9"`
	Verified   bool               `json:"verified"` // the ledger's chains are whole
	Seconds    float64            `json:"seconds"`
	Calm       stats.Distribution `json:"press_to_receipt_calm"`   // the broker was up from press to receipt, and had been for 5 s
	All        stats.Distribution `json:"press_to_receipt_all"`    // waiting for the killed broker included
	Reconnect  stats.Distribution `json:"kill_to_all_reconnected"` // from the kill until every device had its link again
}

const (
	down     = 500 * time.Millisecond // from the kill until the broker is started again
	calmFrom = 5 * time.Second        // after the broker's start a press counts as calm again
	settle   = 3 * time.Minute        // for the last receipt
)

type press struct {
	at   time.Time
	took time.Duration
}

// run is one load run.
type run struct {
	o       Options
	c       *county.County
	agents  *county.Agents
	mu      sync.Mutex
	waiting map[int][]time.Time // device -> presses without a receipt, oldest first
	done    []press
	storms  []struct{ from, to time.Time }
	back    []time.Duration
}

// Run presses and counts.
func Run(ctx context.Context, o Options) (Result, error) {
	o.County.Zones = o.Devices
	r := &run{o: o, waiting: map[int][]time.Time{}}
	var err error
	if r.c, err = county.Start(ctx, o.County); err != nil {
		return Result{}, err
	}
	defer r.c.Close()
	o.Say("enrolling %d devices", o.Devices)
	if r.agents, err = r.c.StartAgents(ctx, county.AgentOptions{N: o.Devices, Board: "none", Heard: r.receipted}); err != nil {
		return Result{}, err
	}
	defer r.agents.Stop()
	start := time.Now()
	sent, err := r.press(ctx)
	if err != nil {
		return Result{}, err
	}
	o.Say("waiting for the last receipts")
	quiet, cancel := context.WithTimeout(ctx, settle)
	defer cancel()
	for _, a := range r.agents.All {
		if err := county.Until(quiet, a, func(s agentapi.State) bool { return s.Health.Outbox == 0 }); err != nil {
			o.Say("a device still has %d events without a receipt", a.State().Health.Outbox)
			break
		}
	}
	return r.count(ctx, sent, time.Since(start))
}

// press presses at the rate and kills in between.
func (r *run) press(ctx context.Context) (sent int, err error) {
	every := time.Duration(float64(time.Second) / r.o.Rate)
	tick := time.NewTicker(every)
	defer tick.Stop()
	killed := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	kills := 0
	for n := range r.o.Presses {
		select {
		case <-tick.C:
		case err := <-killed:
			if err != nil {
				return sent, err
			}
		case <-ctx.Done():
			return sent, ctx.Err()
		}
		if kills < r.o.Kills && n >= (kills+1)*r.o.Presses/(r.o.Kills+1) {
			kills++
			r.o.Say("kill -9 of the broker, %d of %d, at press %d", kills, r.o.Kills, n)
			wg.Go(func() { r.kill(ctx, killed) })
		}
		d := n % len(r.agents.All)
		r.mu.Lock()
		r.waiting[d] = append(r.waiting[d], time.Now())
		r.mu.Unlock()
		if _, err := r.agents.All[d].Press(ctx); err != nil {
			return sent, fmt.Errorf("a device could not store a press: %w", err)
		}
		sent++
	}
	return sent, nil
}

func (r *run) kill(ctx context.Context, done chan<- error) {
	from := time.Now()
	err := r.c.KillBroker(ctx, down)
	r.mu.Lock()
	r.storms = append(r.storms, struct{ from, to time.Time }{from, time.Now().Add(calmFrom)})
	r.mu.Unlock()
	for _, a := range r.agents.All {
		if err == nil {
			err = county.Until(ctx, a, func(s agentapi.State) bool { return s.Link.Up })
		}
	}
	r.mu.Lock()
	r.back = append(r.back, time.Since(from))
	r.mu.Unlock()
	if err != nil {
		select {
		case done <- err:
		default:
		}
	}
}

// receipted takes one receipt. A device gets its receipts in the order of its presses.
func (r *run) receipted(d int, _ string) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.waiting[d]
	if len(w) == 0 {
		return
	}
	r.done = append(r.done, press{w[0], now.Sub(w[0])})
	r.waiting[d] = w[1:]
}

func (r *run) count(ctx context.Context, sent int, took time.Duration) (Result, error) {
	entries, err := r.c.Entries(ctx)
	if err != nil {
		return Result{}, err
	}
	times := map[string]int{}
	for _, e := range entries {
		if ev := e.Record.Event; ev != nil && (ev.Type == "raised" || ev.Type == "pressed_again") {
			times[ev.ID]++
		}
	}
	proof, err := r.c.Verify(ctx)
	if err != nil {
		return Result{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Result{
		Devices: r.o.Devices, Sent: sent, Received: len(times), Lost: sent - len(times), Receipts: len(r.done), Kills: r.o.Kills,
		Verified: len(proof.Faults) == 0, Seconds: took.Seconds(), Reconnect: stats.Of(r.back),
	}
	for _, n := range times {
		out.Duplicates += n - 1
	}
	var calm, all []time.Duration
	for _, p := range r.done {
		all = append(all, p.took)
		if r.calm(p) {
			calm = append(calm, p.took)
		}
	}
	out.Calm, out.All = stats.Of(calm), stats.Of(all)
	return out, nil
}

func (r *run) calm(p press) bool {
	for _, s := range r.storms {
		if p.at.Add(p.took).After(s.from) && p.at.Before(s.to) {
			return false
		}
	}
	return true
}
