// Package brokertest runs a real broker inside a test: real MQTT over TLS, real ledger on a disk, real desk, on ports of the
// loopback interface that the system picks. [Faults] stands between the edge and everything behind it and can drop, delay and
// repeat what passes.
package brokertest

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/contract/wire"
)

// Broker is a broker under test.
type Broker struct {
	*broker.Broker
	Addrs   broker.Addrs
	Options broker.Options
	Faults  *Faults

	tb testing.TB
}

// Token opens the API of a broker under test.
const Token = "brokertest"

// Zone is a zone for tests.
func Zone(id, name string) broker.Zone {
	return broker.Zone{
		ID: id, Name: name, Area: "Zone 3", Address: "240 W Compton Blvd", Locale: []string{"en", "es"}, TimeZone: "America/Los_Angeles",
		Numbers:  []wire.PhoneNumber{{Use: "emergency", Number: "911"}, {Use: "hotline", Number: "800-540-4000"}},
		Verified: time.Now().Format(time.DateOnly),
	}
}

// Config is a configuration for tests, with its data in dir.
func Config(dir string) broker.Config {
	c := broker.DefaultConfig()
	c.DataDir, c.Hosts = filepath.Join(dir, "broker"), []string{"127.0.0.1"}
	c.MQTT.Listen, c.Enrol.Listen, c.Desk.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Admin.Socket = filepath.Join(dir, "admin.sock")
	c.Agencies = []broker.Agency{
		{ID: "desk", Name: "County desk", Short: "DESK", Role: "desk"},
		{ID: "sheriff", Name: "Sheriff, Century Station", Short: "LE", Role: "law_enforcement"},
		{ID: "advocate", Name: "Community advocate", Short: "ADV", Role: "advocate"},
	}
	c.Zones = []broker.Zone{Zone("compton", "Compton Library"), Zone("lancaster", "Lancaster Library")}
	return c
}

// Start runs a broker until the test ends.
func Start(tb testing.TB, edit ...func(*broker.Options)) *Broker {
	tb.Helper()
	b := &Broker{tb: tb, Faults: &Faults{}}
	b.Options = broker.Options{
		Config: Config(tb.TempDir()), Dev: true, Token: Token, Version: "test", Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)),
		Tap: b.Faults,
	}
	for _, e := range edit {
		e(&b.Options)
	}
	b.start()
	tb.Cleanup(func() { b.Close() })
	return b
}

func (b *Broker) start() {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.tb.Context()), time.Minute)
	defer cancel()
	run, err := broker.Start(ctx, b.Options)
	if err != nil {
		b.tb.Fatal(err)
	}
	b.Broker = run
	if b.Addrs, err = run.Addrs(); err != nil {
		b.tb.Fatal(err)
	}
}

// Restart stops the broker and starts it again on the same ports with the same data.
func (b *Broker) Restart() {
	b.tb.Helper()
	b.Close()
	c := &b.Options.Config
	c.MQTT.Listen, c.Enrol.Listen, c.Desk.Listen = b.Addrs.MQTT, b.Addrs.Enrol, b.Addrs.Desk
	b.start()
}

// Port is the port of an address.
func Port(tb testing.TB, addr string) string {
	tb.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		tb.Fatal(err)
	}
	return port
}
