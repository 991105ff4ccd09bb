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
	rounds, records := 24, 52_000 // enough for one to be written at once
	if testing.Short() {
		rounds = 2
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
	aside, cut := path+".aside", 0
	for i := range rounds {
		if _, err := a.Press(ctx); err != nil {
			t.Fatal(err)
		}
		waitFor(ctx, t, a, "the receipt", received)
		if i%2 == 0 { // in an orderly stop, or at once after a start that had to read everything
			if err := c.Broker.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
		pause(ctx, time.Duration(rand.IntN(400))*time.Millisecond) //nolint:gosec // any moment will do
		c.Broker.Kill()
		if _, err := os.Stat(path + ".new"); err == nil { // the start removes it
			cut++
		}
		if i%3 != 0 { // the next start uses what is there; the others read all, and write beside the one of before
			if err := os.Rename(path, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := c.StartBroker(ctx); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			_ = os.Rename(aside, path) // there may be none yet
		}
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
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
