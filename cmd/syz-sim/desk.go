package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"safeyouthzone/cmd/syz-sim/internal/bench"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

var errMissed = errors.New("a stream missed an event")

// benchDesk measures how soon a page of the desk shows what happened, while many streams are open.
func (s sim) benchDesk(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("bench")
	o := bench.DeskOptions{Options: bench.Options{Say: s.say}}
	fs.IntVar(&o.N, "n", 100, "")
	fs.IntVar(&o.Streams, "streams", 200, "")
	if err := parse(fs, args); err != nil || o.N < 1 || o.Streams < 2 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := bench.RunDesk(ctx, o)
	if err != nil {
		return err
	}
	if *asJSON {
		if err := json.NewEncoder(s.out).Encode(r); err != nil {
			return err
		}
	} else {
		for _, m := range []struct {
			name string
			d    stats.Distribution
		}{{"page changed", r.Page}, {"every stream", r.All}} {
			fmt.Fprintf(s.out, "%d streams, event -> %-13s p50 %6.1f  p90 %6.1f  p99 %6.1f  max %6.1f ms  (n %d)\n", r.Streams, m.name, m.d.P50, m.d.P90, m.d.P99, m.d.Max, m.d.N)
		}
	}
	if r.Missed != 0 {
		return errMissed
	}
	return nil
}
