//go:build kernelgpio

package kerneltest_test

import (
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
	for end := mono() + 5*time.Second; !holds(); time.Sleep(5 * ms) {
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
	dir := t.TempDir()
	identitytest.New(t, time.Now()).Install(dir)
	var receipts atomic.Int32
	c := newChip(t, 1)
	b := &uplinktest.Broker{}
	a, stop := agent(t, c, device.Options{StateDir: dir, Dial: b.Dial, Receipted: func(string, uint64, time.Duration) { receipts.Add(1) }})
	defer stop()
	const calls = 1500
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
