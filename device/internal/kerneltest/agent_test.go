//go:build kernelgpio

package kerneltest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/identity/identitytest"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := mono() + time.Minute; !holds(); time.Sleep(5 * ms) {
		if mono() > end {
			t.Fatalf("it never came to this: %s", what)
		}
	}
}

func trouble(a *device.Agent, code string) bool {
	return slices.ContainsFunc(a.State().Health.Troubles, func(w wire.Trouble) bool { return w.Code == code })
}

func TestTheAgentOutlivesItsChip(t *testing.T) {
	dir := t.TempDir()
	identitytest.New(t, time.Now()).Install(dir)
	var stored atomic.Int32
	c := newChip(t, 1)
	a, stop := agent(t, c, device.Options{StateDir: dir, Stored: func(string, error) { stored.Add(1) }})
	defer stop()
	until(t, "the button is read", func() bool { return a.State().Health.Button != "fault" && !trouble(a, "button_fault") })
	c.set(0, false)
	time.Sleep(2 * rearm)
	before := stored.Load()
	c.live(false)
	until(t, "the chip is gone", func() bool { return a.State().Health.Button == "fault" && trouble(a, "button_fault") })
	if _, err := a.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}); err != nil {
		t.Errorf("the screen does not call while the button is broken: %v", err)
	}
	c.live(true)
	until(t, "the button is back", func() bool { return a.State().Health.Button != "fault" && !trouble(a, "button_fault") })
	c.set(0, false)
	time.Sleep(2 * rearm)
	c.set(0, true)
	until(t, "the press is stored", func() bool { return stored.Load() >= before+2 })
}

func TestTheFileStaysSmall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	identitytest.New(t, time.Now()).Install(dir)
	var receipts atomic.Int32
	c := newChip(t, 1)
	b := &uplinktest.Broker{}
	a, stop := agent(t, c, device.Options{StateDir: dir, Dial: b.Dial, Receipted: func(string, uint64, time.Duration) { receipts.Add(1) }})
	defer stop()
	const calls = 600
	for range calls {
		if _, err := a.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByYouth, Mode: activation.Actual}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "every event has its receipt", func() bool { return receipts.Load() >= calls })
	info, err := os.Stat(filepath.Join(dir, "outbox", "outbox.log"))
	if err != nil || info.Size() > 4<<20 {
		t.Errorf("%v, %v", info.Size(), err)
	}
}

// shows waits until a line was seen dark and lit, or lit alone if it is to stay so.
func shows(t *testing.T, c *chip, what string, line int) {
	t.Helper()
	until(t, what+" is lit", func() bool { return c.value(line) == "1" })
}

func TestLampsSayWhatTheAgentKnows(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	county := identitytest.New(t, time.Now())
	county.Install(dir)
	b := &uplinktest.Broker{}
	b.Key = &county.Seal
	c := newChip(t, 7)
	// The contact closes when it is pressed: so the pull-up that comes with the request is its rest.
	pins := device.Pins{Contact: "no", Healthy: "L1", Fault: "L2", Call: "L3", Buzzer: "L4", Chime: "L5", Tamper: "L6"}
	_, stop := agent(t, c, device.Options{StateDir: dir, Dial: b.Dial, Pins: pins, Audible: true})
	c.set(6, false)
	until(t, "the button is read", func() bool { return c.value(1) == "1" })
	for range 2 { // a lamp that stands still is not healthy
		until(t, "green is dark between two flashes", func() bool { return c.value(1) == "0" })
		shows(t, c, "green", 1)
	}
	c.set(6, true)
	shows(t, c, "amber, since the case is open", 2)
	c.set(6, false)
	until(t, "amber is dark when the case is closed", func() bool { return c.value(2) == "0" })
	if c.value(3)+c.value(4)+c.value(5) != "000" {
		t.Error("something shines or sounds before there is a call")
	}
	c.set(0, false)
	shows(t, c, "the chime", 5)
	shows(t, c, "blue", 3)
	c.set(0, true)
	until(t, "blue blinks", func() bool { return c.value(3) == "0" })
	until(t, "the chime is silent again", func() bool { return c.value(5)+c.value(4) == "00" })
	stop()
	for line := 1; line < 6; line++ {
		if c.value(line) != "0" {
			t.Errorf("line %d is left lit", line)
		}
	}
}

func TestACovertCallCannotBeSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	county := identitytest.New(t, time.Now())
	county.Install(dir)
	var stored atomic.Int32
	c := newChip(t, 6)
	pins := device.Pins{Contact: "no", Healthy: "L1", Fault: "L2", Call: "L3", Buzzer: "L4", Chime: "L5"}
	b := &uplinktest.Broker{}
	b.Key = &county.Seal
	a, stop := agent(t, c, device.Options{
		StateDir: dir, Dial: b.Dial, Pins: pins, Audible: true, Covert: true, Stored: func(string, error) { stored.Add(1) },
	})
	defer stop()
	until(t, "the button is read", func() bool { return c.value(1) == "1" })
	until(t, fmt.Sprintf("amber is dark, troubles %+v", a.State().Health.Troubles), func() bool { return c.value(2) == "0" && len(a.State().Health.Troubles) == 0 })
	before := stored.Load()
	c.set(0, false)
	until(t, "the press is stored", func() bool { return stored.Load() > before })
	for end := mono() + 1500*ms; mono() < end; time.Sleep(2 * ms) {
		if c.value(2)+c.value(3)+c.value(4)+c.value(5) != "0000" {
			t.Fatalf("amber %s, blue %s, buzzer %s, chime %s; %+v", c.value(2), c.value(3), c.value(4), c.value(5), a.State().Health)
		}
	}
	if i := a.State().Indicators; i.Call != "off" {
		t.Errorf("the screen shows %+v", i)
	}
}
