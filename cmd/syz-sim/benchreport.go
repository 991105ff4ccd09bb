package main

import (
	"encoding/json"
	"fmt"

	"safeyouthzone/broker/reportbench"
)

// benchReport measures the fact sheet and the search of a county with many cases.
func (s sim) benchReport(args []string) error {
	fs, _, asJSON := flags("bench report")
	n := fs.Int("n", 100_000, "")
	if err := parse(fs, args); err != nil || *n < 1 {
		return errUsage
	}
	r, err := reportbench.Run(*n)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	fmt.Fprintf(s.out, "%d cases, %d events: first sheet %.0f ms, then p50 %.0f max %.0f ms; search p50 %.1f max %.1f ms; heap %.0f MB, of it index %.0f MB\n",
		r.Cases, r.Events, r.FirstMS, r.SheetP50, r.SheetMax, r.SearchP50, r.SearchMax, r.HeapMB, r.IndexHeapMB)
	return nil
}
