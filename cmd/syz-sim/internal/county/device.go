package county

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"safeyouthzone/device/agentapi"
)

// Device is one device of the county with its agent.
type Device struct {
	Dir    string
	Socket string
	Agent  *Process
	API    *agentapi.Client

	c *County
}

// Enrol makes a device for a zone: a card from syzctl, typed into syz-agent. The agent is not started yet. It connects through
// mqtt if that is not empty.
func (c *County) Enrol(ctx context.Context, name, zone, mqtt string) (*Device, error) {
	card, err := c.Card(ctx, zone)
	if err != nil {
		return nil, err
	}
	return c.EnrolWith(ctx, name, card, mqtt)
}

// EnrolWith makes a device from a card.
func (c *County) EnrolWith(ctx context.Context, name string, card Card, mqtt string) (*Device, error) {
	d := &Device{Dir: c.path(name), c: c}
	d.Socket = filepath.Join(d.Dir, "agent.sock")
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make a directory: %w", err)
	}
	conf := map[string]any{"state_dir": filepath.Join(d.Dir, "state"), "socket": d.Socket, "board": "sim", "spread": "500ms"}
	if mqtt != "" {
		conf["mqtt"] = []string{mqtt}
	}
	b, err := toml.Marshal(conf)
	if err != nil {
		return nil, fmt.Errorf("cannot write configuration: %w", err)
	}
	if err := os.WriteFile(d.config(), b, 0o600); err != nil {
		return nil, fmt.Errorf("cannot write configuration: %w", err)
	}
	_, err = once(ctx, strings.NewReader(card.Code+"\n"), c.program("syz-agent"), "enrol", "--config", d.config(),
		"--address", card.Enrol, "--fingerprint", card.Fingerprint)
	return d, err
}

func (d *Device) config() string { return filepath.Join(d.Dir, "agent.toml") }

// Start starts the agent, for the first time or again, and waits until it answers.
func (d *Device) Start(ctx context.Context) error {
	p, err := launch(d.Dir, "agent", d.c.program("syz-agent"), "--config", d.config())
	if err != nil {
		return err
	}
	d.Agent, d.API = p, agentapi.NewClient(d.Socket)
	const within = 20 * time.Second
	return p.await(ctx, "the agent answered", within, func(ctx context.Context) error {
		_, err := d.API.State(ctx)
		return err
	})
}

// Connected waits until the agent has a link and its settings.
func (d *Device) Connected(ctx context.Context) error {
	const within = 20 * time.Second
	return d.Agent.await(ctx, "the link stood", within, func(ctx context.Context) error {
		s, err := d.API.State(ctx)
		if err == nil && (!s.Link.Up || s.Settings.Rev == 0) {
			err = errNotYet
		}
		return err
	})
}

// Stop stops the agent.
func (d *Device) Stop() {
	if d.Agent != nil {
		d.Agent.Stop()
	}
}

// Kiosk starts the kiosk's window for this device.
func (d *Device) Kiosk(args ...string) (*Process, error) {
	return launch(d.Dir, "kiosk", d.c.program("syz-kiosk"), append([]string{"--socket", d.Socket, "--config", os.DevNull}, args...)...)
}
