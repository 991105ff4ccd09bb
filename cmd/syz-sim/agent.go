package main

import (
	"context"
	"encoding/json"
	"fmt"

	"safeyouthzone/cmd/syz-sim/internal/bench"
	"safeyouthzone/cmd/syz-sim/internal/county"
)

// benchAgent measures the agent alone.
func (s sim) benchAgent(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("bench")
	o := bench.Options{Say: s.say}
	fs.IntVar(&o.N, "n", 100, "")
	if err := parse(fs, args); err != nil || o.N < 1 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := bench.RunAgent(ctx, o)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	d := r.Publish
	fmt.Fprintf(s.out, "settled edge -> publish  p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms  (n %d)\n", d.P50, d.P90, d.P99, d.Max, d.N)
	fmt.Fprintf(s.out, "memory %.1f MiB, idle %.2f %% of a core over %d s\n", float64(r.RSSKiB)/1024, r.IdlePercent, r.IdleS)
	return nil
}
