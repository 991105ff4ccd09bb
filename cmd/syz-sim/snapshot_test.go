package main_test

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"safeyouthzone/broker/startbench"
	"safeyouthzone/cmd/syz-sim/internal/county"
)

// The power fails while the broker writes a snapshot, at any moment of it, also while it stops. Whatever is on the disk then, the broker starts,
// takes no half of a snapshot, and knows every call that it had acknowledged.
func TestAPowerCutWhileASnapshotIsWrittenLosesNothing(t *testing.T) {
	rounds, records := 16, 52_000 // enough for one to be written at once
	if testing.Short() {
		rounds = 4
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	c, err := county.Start(ctx, county.Options{Bin: build(t), Dir: t.TempDir(), Before: func(dir string) error { return startbench.Fill(ctx, dir, records) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	had, err := proved(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	a := startAgent(ctx, t, c, nil)
	path := filepath.Join(c.Dir, "broker", "snapshot", "ledger.snapshot")
	cut := 0
	for i := range rounds {
		if _, err := a.Press(ctx); err != nil {
			t.Fatal(err)
		}
		waitFor(ctx, t, a, "the receipt", received)
		if i%2 == 0 { // the power goes while the broker stops in order
			if err := c.Broker.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			pause(ctx, time.Duration(rand.IntN(400))*time.Millisecond) //nolint:gosec // any moment will do
		}
		c.Broker.Kill()
		if i%2 == 1 { // a start that had to read everything writes a snapshot at once, and meanwhile the power goes again
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			start(ctx, t, c)
			begun(ctx, path+".new", path)
			pause(ctx, time.Duration(rand.IntN(20_000))*time.Microsecond) //nolint:gosec // any moment will do
			c.Broker.Kill()
		}
		if _, err := os.Stat(path + ".new"); err == nil { // the start removes it
			cut++
		}
		start(ctx, t, c)
		waitFor(ctx, t, a, "the broker's return", received)
	}
	if n, err := proved(ctx, c); err != nil || n != had+rounds {
		t.Errorf("%d calls were acknowledged, the ledger has %d more than before: %v", rounds, n-had, err)
	}
	log, err := os.ReadFile(filepath.Join(c.Dir, "broker.log"))
	if err != nil || strings.Contains(string(log), "damaged") {
		t.Errorf("half a snapshot stood in the place of one (%v):\n%s", err, log)
	}
	t.Logf("%d of %d power cuts left a piece of a snapshot", cut, rounds)
	if cut == 0 && rounds > 4 {
		t.Error("the power never failed while a snapshot was written: nothing is proved")
	}
}

func start(ctx context.Context, t *testing.T, c *county.County) {
	t.Helper()
	if err := c.StartBroker(ctx); err != nil {
		t.Fatal(err)
	}
}

// begun waits until one of the files is there.
func begun(ctx context.Context, paths ...string) {
	for ctx.Err() == nil {
		for _, path := range paths {
			if _, err := os.Stat(path); err == nil {
				return
			}
		}
		pause(ctx, 100*time.Microsecond)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
