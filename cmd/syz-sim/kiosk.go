package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/bench"
)

// benchKiosk measures the kiosk's window beside Chromium showing a page of the same look.
func (s sim) benchKiosk(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("bench")
	o := bench.KioskOptions{Say: s.say}
	fs.IntVar(&o.N, "n", 3, "")
	fs.StringVar(&o.Lang, "lang", "en", "")
	fs.DurationVar(&o.Rest, "rest", 20*time.Second, "")
	if err := parse(fs, args); err != nil || o.N < 1 || o.Rest < time.Second {
		return errUsage
	}
	o.Bin = *bin
	r, err := bench.RunKiosk(ctx, o)
	if err != nil {
		return fmt.Errorf("cannot bench the kiosk: %w", err)
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	for _, w := range []struct {
		name string
		w    bench.Window
	}{{"syz-kiosk", r.Kiosk}, {"Chromium", r.Chromium}} {
		fmt.Fprintf(s.out, "%-10s first frame %v ms  memory %v MB in %d processes  idle %v %% of a core\n", w.name, w.w.FirstFrame, w.w.PSS, w.w.Processes, w.w.Idle)
	}
	fmt.Fprintf(s.out, "syz-kiosk  Close to neutral p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms  (n %d)\n", r.Close.P50, r.Close.P90, r.Close.P99, r.Close.Max, r.Close.N)
	return nil
}
