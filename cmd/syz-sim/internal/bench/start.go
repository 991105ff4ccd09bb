package bench

import (
	"context"
	"io/fs"
	"path/filepath"
	"time"

	"safeyouthzone/broker/startbench"
	"safeyouthzone/cmd/syz-sim/internal/county"
)

// Start is how long the real broker takes from its launch until its desk answers and devices may connect, with a long ledger.
type Start struct {
	Events   int     `json:"events"`
	Bytes    int64   `json:"ledger_bytes"`
	WholeMS  float64 `json:"whole_ms"`                // with the whole ledger to read: the first start of a version
	WholeKiB int     `json:"whole_rss_kib"`           // when it was up after that
	StartMS  float64 `json:"start_ms"`                // after an orderly stop
	KilledMS float64 `json:"start_after_kill_ms"`     // after kill -9
	RSSKiB   int     `json:"rss_kib"`                 // when it is up
	Empty    float64 `json:"start_without_ledger_ms"` // the same program with nothing to read, in the same run
}

// RunStart writes a long ledger, and starts the broker with it.
func RunStart(ctx context.Context, o Options) (Start, error) {
	r := Start{Events: o.N}
	begun := time.Now()
	none, err := county.Start(ctx, o.County)
	if err != nil {
		return r, err
	}
	r.Empty = since(begun)
	none.Close()
	o.County.Before = func(dir string) error {
		o.Say("writing a ledger of %d events", o.N)
		if err := startbench.Fill(ctx, dir, o.N); err != nil {
			return err
		}
		r.Bytes = size(filepath.Join(dir, "engine"))
		o.Say("starting the broker with it")
		begun = time.Now()
		return nil
	}
	c, err := county.Start(ctx, o.County)
	if err != nil {
		return r, err
	}
	defer c.Close()
	r.WholeMS = since(begun)
	if r.WholeKiB, err = rss(c.Broker.PID()); err != nil {
		return r, err
	}
	for _, again := range []struct {
		end  func()
		took *float64
	}{{func() { c.Broker.Stop() }, &r.StartMS}, {func() { c.Broker.Kill() }, &r.KilledMS}} {
		again.end()
		begun = time.Now()
		if err := c.StartBroker(ctx); err != nil {
			return r, err
		}
		*again.took = since(begun)
	}
	r.RSSKiB, err = rss(c.Broker.PID())
	return r, err
}

func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// size is how many bytes the files of a directory have.
func size(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // what cannot be read is not counted
		if err == nil && !d.IsDir() {
			if i, err := d.Info(); err == nil {
				n += i.Size()
			}
		}
		return nil
	})
	return n
}
