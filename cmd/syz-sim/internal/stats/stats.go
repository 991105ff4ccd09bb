// Package stats makes distributions out of measurements.
package stats

import (
	"math"
	"slices"
	"time"
)

// Distribution describes measurements in milliseconds.
type Distribution struct {
	N   int     `json:"n"`
	Min float64 `json:"min_ms"`
	P50 float64 `json:"p50_ms"`
	P90 float64 `json:"p90_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// Of returns the distribution of measurements; they are sorted in place.
func Of(d []time.Duration) Distribution {
	if len(d) == 0 {
		return Distribution{}
	}
	slices.Sort(d)
	// The nearest-rank definition: the smallest measurement that at least p of all do not exceed.
	at := func(p float64) float64 { return ms(d[max(0, int(math.Ceil(p*float64(len(d))))-1)]) }
	return Distribution{N: len(d), Min: ms(d[0]), P50: at(0.50), P90: at(0.90), P99: at(0.99), Max: ms(d[len(d)-1])}
}

func ms(d time.Duration) float64 { return math.Round(float64(d.Microseconds())/10) / 100 }
