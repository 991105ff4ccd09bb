package main_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/county"
)

// TestTheWitnessNoticesABrokerThatIsDeadInEveryWay: killed; frozen, so that its ports still take connections; half dead, with a disk so full
// that the desk can be looked at and no call can be kept. Each is an alarm of the witness. When there is room again the broker ends by itself,
// for whatever started it to start it again, and is well.
func TestTheWitnessNoticesABrokerThatIsDeadInEveryWay(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("a small disk can not be made here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	c, err := county.Start(ctx, county.Options{Bin: build(t), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	well := func() error {
		var out json.RawMessage
		return c.Ctl(ctx, &out, "watch", "--once", "--url", c.URL())
	}
	alive := func(when string) {
		t.Helper()
		if err := until(ctx, well); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	dead := func(when string) {
		t.Helper()
		if well() == nil {
			t.Errorf("%s: the witness takes it for well", when)
		}
	}
	alive("at first")
	if err := c.Broker.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	dead("frozen")
	if err := c.Broker.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	alive("thawed")
	c.Broker.Kill()
	dead("killed")
	if err := c.StartBroker(ctx); err != nil {
		t.Fatal(err)
	}
	alive("started again")
	fill := filepath.Join(dir, "fill")
	if err := fillUp(fill); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second) // a proof is a second apart from the last
	dead("its disk is full")
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Broker.Done():
	case <-ctx.Done():
		t.Fatal("there is room again, and the broker that can not write goes on")
	}
	if err := c.StartBroker(ctx); err != nil {
		t.Fatal(err)
	}
	alive("started again after a full disk")
}

// fillUp writes until there is no room.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 64<<10)
	for size := len(block); size > 0; {
		if _, err := f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
	return nil
}
