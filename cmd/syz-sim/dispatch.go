package main

import (
	"context"
	"encoding/json"
	"fmt"

	"safeyouthzone/cmd/syz-sim/internal/bench"
	"safeyouthzone/cmd/syz-sim/internal/county"
)

// benchDispatch measures from a press to the first notice, and a thousand calls at once.
func (s sim) benchDispatch(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("bench")
	o := bench.Options{Say: s.say}
	fs.IntVar(&o.N, "n", 200, "")
	if err := parse(fs, args); err != nil || o.N < 1 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := bench.RunDispatch(ctx, o)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	fmt.Fprintf(s.out, "press -> first notice, desk closed: p50 %.1f p99 %.1f max %.1f ms (%d); open: p50 %.1f p99 %.1f max %.1f ms (%d)\n",
		r.Closed.P50, r.Closed.P99, r.Closed.Max, r.Closed.N, r.Open.P50, r.Open.P99, r.Open.Max, r.Open.N)
	fmt.Fprintf(s.out, "%d calls at once: all raised after %.0f ms, all told after %.0f ms\n", r.Storm.Calls, r.Storm.RaisedMS, r.Storm.LastMS)
	return nil
}
