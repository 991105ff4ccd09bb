package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/founding"
)

var errFigures = errors.New("the founding figures were not reproduced")

// factsheet plays the founding fact sheet through a real broker.
func (s sim) factsheet(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("factsheet")
	play := fs.Bool("founding", false, "")
	public, working := fs.String("html", "", ""), fs.String("working-html", "", "")
	if err := parse(fs, args); err != nil {
		return err
	}
	if !*play {
		return errUsage
	}
	r, err := founding.Run(ctx, county.Options{Bin: *bin}, s.say)
	if err != nil {
		return err
	}
	for path, page := range map[string][]byte{*public: r.PublicPage, *working: r.WorkingPage} {
		if path == "" {
			continue
		}
		if err := os.WriteFile(path, page, 0o644); err != nil {
			return fmt.Errorf("cannot write page: %w", err)
		}
	}
	if *asJSON {
		if err := json.NewEncoder(s.out).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.out, "%d recoveries, %d unique individuals, average age %s; arrests %d -> %d, %s (%.2f %%, %d of %d)\n",
			r.Recoveries, r.Individuals, r.MeanAge, r.Before, r.Since, r.Shown, r.Percent, r.Numerator, r.Denominator)
		fmt.Fprintf(s.out, "%d entries in the ledger, whole: %v; %.1f s\n", r.Entries, r.Whole, r.Seconds)
		for _, d := range r.Differences {
			fmt.Fprintln(s.out, d)
		}
	}
	if !r.Reproduced {
		return errFigures
	}
	return nil
}
