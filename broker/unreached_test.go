package broker_test

import (
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// eventually waits for something that the broker does by itself.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestWhoHearsThatNobodyCouldBeReached: everybody whose zone it is, also when the desk is locked or they see but some zones; nobody else.
func TestWhoHearsThatNobodyCouldBeReached(t *testing.T) {
	b := brokertest.Start(t)
	sheriff := []policy.Target{{Kind: policy.Desk, ID: "sheriff"}}
	p := policy.Policy{Rungs: []policy.Rung{{Targets: sheriff}, {AfterS: 180, Targets: sheriff, Supervisor: true}}}
	if err := b.Directory().PutPolicy(t.Context(), p, "u-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	d := newDevice(t, b, "compton")
	d.connect()
	d.raise()
	seat := func(agency string, role desk.Role, zones ...string) desk.Seat {
		return desk.Seat{User: "u", Agency: agency, Roles: []desk.Role{role}, Zones: zones}
	}
	hears := func(s desk.Seat) bool {
		for _, x := range b.Unreached(s) {
			if x.Alarm && strings.HasPrefix(x.Title, "Nobody could be reached for ") && strings.HasSuffix(x.Title, ", Compton Library.") {
				return true
			}
		}
		return false
	}
	eventually(t, "nobody is reached", func() bool { return hears(seat("sheriff", desk.Dispatcher)) })
	locked := seat("sheriff", desk.Dispatcher, "compton")
	locked.Locked = true
	broken := seat("advocate", desk.Responder, "lancaster")
	broken.Glass = true
	for name, x := range map[string]struct {
		seat desk.Seat
		want bool
	}{
		"of this zone":              {seat("sheriff", desk.Responder, "lancaster", "compton"), true},
		"of this zone, locked":      {locked, true},
		"of another zone":           {seat("sheriff", desk.Supervisor, "lancaster"), false},
		"an advocate who is not":    {seat("advocate", desk.Dispatcher), false},
		"whoever broke the glass":   {broken, true},
		"whoever keeps the devices": {seat("desk", desk.IT), false},
	} {
		if hears(x.seat) != x.want {
			t.Errorf("%s: hears of it %t, want %t", name, !x.want, x.want)
		}
	}
}
