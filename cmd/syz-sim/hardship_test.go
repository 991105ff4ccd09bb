package main_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
)

func startCounty(t *testing.T) (context.Context, *county.County) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c, err := county.Start(ctx, county.Options{Bin: build(t), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return ctx, c
}

func startAgent(ctx context.Context, t *testing.T, c *county.County, edit func(*device.Options)) *device.Agent {
	t.Helper()
	a, err := c.StartAgents(ctx, county.AgentOptions{N: 1, Board: "sim", Edit: edit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Stop)
	return a.All[0]
}

func waitFor(ctx context.Context, t *testing.T, a *device.Agent, what string, ok func(agentapi.State) bool) {
	t.Helper()
	if err := county.Until(ctx, a, ok); err != nil {
		t.Fatalf("%s never came: %+v", what, a.State())
	}
}

func received(s agentapi.State) bool {
	return len(s.Activations) > 0 && s.Activations[0].Stage == activation.Received && s.Health.Outbox == 0
}

// A device without a battery for its clock believes that it is another year. It must enrol, connect and call for help all the same,
// and the call must not look a year old.
func TestAClockThatIsOffByAYearStopsNothing(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for name, off := range map[string]time.Duration{"ahead": year, "behind": -year} {
		t.Run(name, func(t *testing.T) {
			ctx, c := startCounty(t)
			a := startAgent(ctx, t, c, func(o *device.Options) {
				o.Clock.Now = func() time.Time { return time.Now().Add(off) }
				o.Clock.Synced = func() bool { return false }
			})
			if _, err := a.Press(ctx); err != nil {
				t.Fatal(err)
			}
			waitFor(ctx, t, a, "the receipt", received)
			if age := a.State().Activations[0].AgeMS; age < 0 || age > time.Minute.Milliseconds() {
				t.Errorf("the call looks %d ms old", age)
			}
		})
	}
}

// The disk of a device is full. The call goes out all the same, staff and IT see the fault, and nothing that was accepted is lost.
func TestAFullDiskStopsNoCall(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a small disk cannot be mounted here (root is wanted): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ctx, c := startCounty(t)
	a := startAgent(ctx, t, c, func(o *device.Options) { o.StateDir = filepath.Join(dir, "state") })
	stuffing := filepath.Join(dir, "stuffing")
	fill(t, stuffing)
	const most = 200 // what was reserved for the outbox before must be used up first
	presses := 0
	for ; presses < most && a.State().Health.DiskOK; presses++ {
		if _, err := a.Press(ctx); err != nil {
			t.Fatalf("a full disk stopped a call: %v", err)
		}
		waitFor(ctx, t, a, "the receipt", received)
	}
	if presses == most {
		t.Fatal("the disk was never full")
	}
	if err := os.Remove(stuffing); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Press(ctx); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the disk's return", func(s agentapi.State) bool { return s.Health.DiskOK && s.Health.Outbox == 0 })
	if n, err := proved(ctx, c); err != nil || n != presses+1 {
		t.Errorf("%d presses, the ledger has %d events of devices: %v", presses+1, n, err)
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 512)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}

// A kiosk is nobody to the agent: without one, the button calls for help and the desk's answer comes back to the lamp.
func TestTheAgentNeedsNoKiosk(t *testing.T) {
	ctx, c := startCounty(t)
	a := startAgent(ctx, t, c, nil)
	const hold = 60 * time.Millisecond
	if err := a.Button(ctx, hold); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the receipt", received)
	if call := a.State().Indicators.Call; call != "sent" {
		t.Errorf("the lamp says %q after the receipt, want sent", call)
	}
	if err := c.Desk.Do(ctx, a.State().Activations[0].ID, "acknowledge", nil); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the lamp", func(s agentapi.State) bool { return s.Indicators.Call == "acknowledged" })
}
