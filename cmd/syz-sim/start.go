package main

import (
	"context"
	"encoding/json"
	"fmt"

	"safeyouthzone/cmd/syz-sim/internal/bench"
	"safeyouthzone/cmd/syz-sim/internal/county"
)

// benchStart measures the start of a broker with a long history.
func (s sim) benchStart(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("bench")
	o := bench.Options{Say: s.say}
	fs.IntVar(&o.N, "n", 1_000_000, "")
	if err := parse(fs, args); err != nil || o.N < 1 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := bench.RunStart(ctx, o)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	fmt.Fprintf(s.out, "%d events: up %.1f s after an orderly stop, %.1f s after kill -9, memory %d MiB; with the whole ledger to read %.1f s, %d MiB; the ledger is %d MB\n",
		r.Events, r.StartMS/1000, r.KilledMS/1000, r.RSSKiB/1024, r.WholeMS/1000, r.WholeKiB/1024, r.Bytes/1_000_000)
	return nil
}
