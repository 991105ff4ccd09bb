package release_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/release"
)

// BenchmarkMakeOneStation publishes two quarters and a half of all stations, and then each of one station: the scopes cut each other.
func BenchmarkMakeOneStation(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[rng.IntN(len(of))] }
	_, lists, stations := protocol.Shipped()
	code := func(list string) string {
		of := lists.Offered(list)
		return of[min(rng.IntN(len(of)), rng.IntN(len(of)))].Code
	}
	var all []batch
	for range 320 {
		bat := batch{
			n: 1 + rng.IntN(2), persons: 1, quarter: 1 + rng.IntN(3), station: stations.Stations[rng.IntN(rng.IntN(len(stations.Stations))+1)].ID, zone: pick("library", "fire"),
			decision: code("initial_mdt_decision"), status: code("status"), by: code("identified_by"), age: 12 + rng.IntN(6), late: rng.IntN(2), onTime: rng.IntN(3),
			took: time.Duration(40+rng.IntN(400)) * time.Second,
		}
		if bat.decision == "juvenile_hall" {
			bat.reason = code("juvenile_hall_reason")
		}
		all = append(all, bat)
	}
	one := stations.Stations[0].ID
	in := county(recoveries(all), nil)
	for b.Loop() {
		var out []release.Release
		for _, s := range []report.Scope{quarterOf(1), quarterOf(2), half(), quarterOf(1, one), half(one)} {
			since := time.Now()
			r, err := release.Make(in, s, out)
			b.Logf("%s: %v, %v", s.Key(), time.Since(since), err)
			if err == nil {
				out = append(out, r)
			}
		}
	}
}
