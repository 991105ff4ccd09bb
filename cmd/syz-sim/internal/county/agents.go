package county

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
)

// Agents are many devices in this process: the real agent's code with its real outbox and link, without a program for each.
type Agents struct {
	All []*device.Agent

	stop context.CancelFunc
	wg   sync.WaitGroup
}

// AgentOptions say which devices.
type AgentOptions struct {
	N     int                     // how many, each in a zone of its own
	Board string                  // none or sim
	Heard func(n int, id string)  // is told of every receipt for an event; may be nil
	Edit  func(o *device.Options) // changes what a device is made of; may be nil
}

// StartAgents enrols and starts devices, and waits until all have a link.
func (c *County) StartAgents(ctx context.Context, o AgentOptions) (*Agents, error) {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	a := &Agents{stop: stop}
	log, err := os.OpenFile(c.path("agents.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		stop()
		return nil, fmt.Errorf("cannot keep the log of the agents: %w", err)
	}
	context.AfterFunc(run, func() { _ = log.Close() })
	for i := range o.N {
		if err := c.startAgent(run, a, i, log, o); err != nil {
			a.Stop()
			return nil, err
		}
	}
	for _, agent := range a.All {
		if err := connected(ctx, agent); err != nil {
			a.Stop()
			return nil, err
		}
	}
	return a, nil
}

func (c *County) startAgent(run context.Context, a *Agents, i int, log io.Writer, ao AgentOptions) error {
	card, err := c.card(run, Zone(i))
	if err != nil {
		return err
	}
	o := device.Options{
		StateDir: filepath.Join(c.Dir, "agents", fmt.Sprint(i)), Board: ao.Board, Version: "sim",
		Enrol:  &device.Card{Address: card.Enrol, Code: card.Code, Fingerprint: card.Fingerprint},
		Logger: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if ao.Heard != nil {
		o.Receipted = func(id string, _ uint64, _ time.Duration) { ao.Heard(i, id) }
	}
	if ao.Edit != nil {
		ao.Edit(&o)
	}
	agent, err := device.New(o)
	if err != nil {
		return fmt.Errorf("cannot start a device: %w", err)
	}
	a.All = append(a.All, agent)
	a.wg.Go(func() { _ = agent.Run(run) }) // it ends with the simulation
	return nil
}

// Stop stops all agents and waits for them.
func (a *Agents) Stop() {
	a.stop()
	a.wg.Wait()
}

var errWait = errors.New("a device did not come to rest in time")

// Until waits until a device's state is as wanted.
func Until(ctx context.Context, agent *device.Agent, ok func(agentapi.State) bool) error {
	for {
		changed := agent.Changed()
		if ok(agent.State()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errWait
		}
	}
}

func connected(ctx context.Context, agent *device.Agent) error {
	return Until(ctx, agent, func(s agentapi.State) bool { return s.Link.Up && s.Settings.Rev > 0 })
}

// card is [County.Card] without a program for each call.
func (c *County) card(ctx context.Context, zone string) (Card, error) {
	var a Card
	b, err := json.Marshal(map[string]any{"zone": zone, "hours": 1})
	if err != nil {
		return a, fmt.Errorf("cannot ask for a card: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://broker/v1/codes", bytes.NewReader(b))
	if err != nil {
		return a, fmt.Errorf("cannot ask for a card: %w", err)
	}
	res, err := c.admin.Do(r)
	if err != nil {
		return a, fmt.Errorf("cannot ask for a card: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil || res.StatusCode != http.StatusOK {
		return a, fmt.Errorf("cannot read a card: status %d: %w", res.StatusCode, err)
	}
	return a, nil
}
