package county

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"safeyouthzone/broker"
	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
)

// The demo's PINs; every real county makes its own.
const (
	StaffPIN  = "2468"
	DuressPIN = "8642"
	ITPIN     = "1357"
)

// Options are what a county needs.
type Options struct {
	Bin   string // directory of the programs
	Dir   string // for everything that it writes; made if empty, and then removed at the end
	Zones int    // how many beside the first; 0 for one zone
	// Channels are ways to reach people beside the desk.
	Channels []broker.Channel

	Agencies []broker.Agency // beside those of the demo
	Tests    broker.Tests    // when ways and buttons are tested; what is empty is the default

	// Before is given the broker's data directory before the broker's first start; it may be nil.
	Before func(dataDir string) error
}

// County is a running county.
type County struct {
	Dir    string
	Desk   *deskapi.Client
	Broker *Process

	o      Options
	config broker.Config
	token  string
	own    bool
	admin  *http.Client
}

// Zone is the id of the nth zone.
func Zone(n int) string {
	if n == 0 {
		return "compton-library"
	}
	return fmt.Sprintf("zone-%04d", n)
}

// Start writes a configuration and starts the broker.
func Start(ctx context.Context, o Options) (*County, error) {
	c := &County{o: o, Dir: o.Dir, token: rand.Text()}
	if c.Dir == "" {
		dir, err := os.MkdirTemp("", "syz-")
		if err != nil {
			return nil, fmt.Errorf("cannot make a directory: %w", err)
		}
		c.Dir, c.own = dir, true
	}
	if err := c.configure(); err != nil {
		return nil, err
	}
	err := error(nil)
	if o.Before != nil {
		err = o.Before(c.config.DataDir)
	}
	if err == nil {
		err = c.StartBroker(ctx)
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Close stops the broker; what was written stays if the caller chose the directory.
func (c *County) Close() {
	if c.Broker != nil {
		c.Broker.Stop()
	}
	if c.own {
		_ = os.RemoveAll(c.Dir)
	}
}

func (c *County) path(name string) string { return filepath.Join(c.Dir, name) }

// program is the path of one of the programs.
func (c *County) program(name string) string { return filepath.Join(c.o.Bin, name) }

func (c *County) configure() error {
	conf := broker.DefaultConfig()
	conf.DataDir, conf.Hosts, conf.Node = c.path("broker"), []string{"127.0.0.1"}, "demo"
	for _, p := range []*string{&conf.MQTT.Listen, &conf.Enrol.Listen, &conf.Desk.Listen} {
		addr, err := freePort()
		if err != nil {
			return err
		}
		*p = addr
	}
	conf.Desk.PublicURL, conf.Admin.Socket = "http://"+conf.Desk.Listen, c.path("admin.sock")
	conf.Agencies = []broker.Agency{
		{ID: "desk", Name: "County responder desk", Short: "DESK", Role: "desk"},
		{ID: "sheriff", Name: "Sheriff, Century Station", Short: "LE", Role: "law_enforcement"},
		{ID: "dcfs", Name: "Children and Family Services", Short: "DCFS", Role: "child_welfare"},
		{ID: "advocate", Name: "Survivor advocates", Short: "ADV", Role: "advocate"},
	}
	conf.Agencies = append(conf.Agencies, c.o.Agencies...)
	conf.Channels, conf.Tests = c.o.Channels, withTests(conf.Tests, c.o.Tests)
	staff, err := demoStaff()
	if err != nil {
		return err
	}
	for n := range c.o.Zones + 1 {
		z := broker.Zone{
			ID: Zone(n), Name: fmt.Sprintf("Library %d", n), Area: "Century", Locale: []string{"en", "es"}, TimeZone: "America/Los_Angeles",
			Numbers:  []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}, {Use: "desk", Number: "213-555-0100"}},
			Verified: time.Now().Format(time.DateOnly),
		}
		if n == 0 {
			z.Name, z.Address, z.Hours, z.Staff = "Compton Library", "240 W Compton Blvd", "Open until 8 pm", staff
			z.Events = []wire.Listing{{What: "Homework help", When: "3:30 pm"}, {What: "Teen film club", When: "5:00 pm"}}
		}
		conf.Zones = append(conf.Zones, z)
	}
	c.config, c.admin = conf, socket(conf.Admin.Socket)
	b, err := toml.Marshal(conf)
	if err != nil {
		return fmt.Errorf("cannot write configuration: %w", err)
	}
	for name, text := range map[string][]byte{"broker.toml": b, "token": []byte(c.token)} {
		if err := os.WriteFile(c.path(name), text, 0o600); err != nil {
			return fmt.Errorf("cannot write configuration: %w", err)
		}
	}
	return nil
}

func withTests(t, o broker.Tests) broker.Tests {
	t.PathEvery, t.PathWithin = cmp.Or(o.PathEvery, t.PathEvery), cmp.Or(o.PathWithin, t.PathWithin)
	t.PathLate, t.WalkShown = cmp.Or(o.PathLate, t.PathLate), cmp.Or(o.WalkShown, t.WalkShown)
	return t
}

func demoStaff() ([]broker.Staff, error) {
	var all []broker.Staff
	salted, err := pin.Hash(StaffPIN) // one salt for the zone
	if err != nil {
		return nil, err
	}
	for _, s := range []struct{ id, role, pin, duress string }{{"s-01", "staff", StaffPIN, DuressPIN}, {"it-01", "it", ITPIN, ""}} {
		h, err := pin.HashWith(salted, s.pin)
		if err != nil {
			return nil, err
		}
		x := broker.Staff{ID: s.id, Role: s.role, PIN: h}
		if s.duress != "" {
			if x.Duress, err = pin.HashWith(salted, s.duress); err != nil {
				return nil, err
			}
		}
		all = append(all, x)
	}
	return all, nil
}

// freePort finds a port that nothing listens at, and gives it back: it must stay the same over restarts of the broker. It is below those that
// systems hand out by themselves, so that no connection of a neighbour takes it before the broker does.
func freePort() (string, error) {
	const from, n, tries = 12_000, 18_000, 50
	var last error
	for range tries {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(from+mrand.IntN(n))) //nolint:gosec // spreads, hides nothing
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
		if err == nil {
			return addr, l.Close()
		}
		last = err
	}
	return "", fmt.Errorf("cannot find a free port: %w", last)
}

// StartBroker starts the broker, for the first time or again, and waits until the desk answers.
func (c *County) StartBroker(ctx context.Context) error {
	p, err := launch(c.Dir, "broker", c.program("syz-broker"), "--config", c.path("broker.toml"), "--dev", "--dev-token", c.path("token"))
	if err != nil {
		return err
	}
	c.Broker = p
	c.Desk = deskapi.New(c.config.Desk.PublicURL, c.token)
	return p.await(ctx, "the desk answered", time.Minute, func(ctx context.Context) error {
		_, err := c.Desk.List(ctx)
		return err
	})
}

// KillBroker ends the broker as a power cut would, and starts it again after a while.
func (c *County) KillBroker(ctx context.Context, down time.Duration) error {
	c.Broker.Kill()
	select {
	case <-time.After(down):
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.StartBroker(ctx)
}

// URL is where the desk is.
func (c *County) URL() string { return c.config.Desk.PublicURL }

// MQTT is where devices connect.
func (c *County) MQTT() string { return c.config.MQTT.Listen }

// SignInLink is a fresh link to the desk for a browser.
func (c *County) SignInLink(ctx context.Context) (string, error) {
	var a struct {
		Link string `json:"link"`
	}
	err := c.Ctl(ctx, &a, "signin")
	return a.Link, err
}

// Card is an enrolment card.
type Card struct {
	Code        string `json:"code"`
	Fingerprint string `json:"fingerprint"`
	Enrol       string `json:"enrol"`
}

// Card makes an enrolment card for a device of a zone.
func (c *County) Card(ctx context.Context, zone string) (Card, error) {
	var a Card
	err := c.Ctl(ctx, &a, "card", zone)
	return a, err
}

// Proof is what syzctl verify says.
type Proof struct {
	Entries uint64            `json:"entries"`
	Chains  int               `json:"chains"`
	Faults  []json.RawMessage `json:"faults"`
}

// Verify proves the ledger.
func (c *County) Verify(ctx context.Context) (Proof, error) {
	var p Proof
	err := c.Ctl(ctx, &p, "verify")
	return p, err
}

// Ctl runs syzctl and reads what it prints.
func (c *County) Ctl(ctx context.Context, out any, args ...string) error {
	b, err := once(ctx, nil, c.program("syzctl"), append([]string{"--socket", c.config.Admin.Socket, "--json"}, args...)...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("cannot read what syzctl says: %w", err)
	}
	return nil
}

// socket is a client of the administration socket itself, for what would be too slow with a program for each call.
func socket(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}}}
}

// Entry is one line of the ledger.
type Entry struct {
	Seq    uint64 `json:"seq"`
	Chain  string `json:"chain"`
	Record struct {
		Event *struct {
			ID    string `json:"id"`
			Type  string `json:"type"`
			Actor struct {
				Kind string `json:"kind"`
			} `json:"actor"`
		} `json:"event"`
		Rejected *struct {
			Reason string `json:"reason"`
		} `json:"rejected"`
	} `json:"record"`
}

// Said reports whether an entry is what a device or a person said. The rest is what the broker wrote beside it: whom it told, who read.
func (e Entry) Said() bool { return e.Record.Event != nil && e.Record.Event.Actor.Kind != "system" }

// Entries reads the whole ledger.
func (c *County) Entries(ctx context.Context) ([]Entry, error) {
	b, err := once(ctx, nil, c.program("syzctl"), "--socket", c.config.Admin.Socket, "entries")
	if err != nil {
		return nil, err
	}
	var out []Entry
	for line := range strings.Lines(string(b)) {
		var e Entry
		if err := json.NewDecoder(bytes.NewBufferString(line)).Decode(&e); err != nil {
			return nil, fmt.Errorf("cannot read the ledger: %w", err)
		}
		out = append(out, e)
	}
	return out, nil
}
