package disclosure_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"safeyouthzone/broker/internal/disclosure"
)

// BenchmarkProtectYears publishes eight quarters and two years of a county that sees about 60 recoveries a quarter.
func BenchmarkProtectYears(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	tables := sheet()
	var items []disclosure.Item
	var scopes []string
	for y := range 2 {
		for q := range 4 {
			name := fmt.Sprintf("y%dq%d", y, q)
			scopes = append(scopes, name)
			for range 60 {
				tags := map[string]string{"age": tables[0].Categories[min(3, rng.IntN(6))], "decision": tables[1].Categories[rng.IntN(5)]}
				if tags["decision"] == "juvenile_hall" {
					tags["hall_reason"] = tables[2].Categories[rng.IntN(3)]
				}
				items = append(items, disclosure.Item{Scopes: []string{name, fmt.Sprintf("y%d", y)}, Tags: tags, N: 1})
			}
		}
		scopes = append(scopes, fmt.Sprintf("y%d", y))
	}
	for b.Loop() {
		var earlier []disclosure.Pattern
		hidden := 0
		for _, s := range scopes {
			p, err := disclosure.Protect(disclosure.System{Tables: tables, Items: items}, s, earlier, disclosure.Options{})
			if err != nil {
				b.Fatal(err)
			}
			earlier, hidden = append(earlier, p), hidden+len(p.Hidden)
		}
		b.ReportMetric(float64(hidden), "hidden_cells")
	}
}
