package stats_test

import (
	"testing"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/stats"
)

func TestOf(t *testing.T) {
	var d []time.Duration
	for i := 100; i >= 1; i-- {
		d = append(d, time.Duration(i)*time.Millisecond)
	}
	if got, want := stats.Of(d), (stats.Distribution{N: 100, Min: 1, P50: 50, P90: 90, P99: 99, Max: 100}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := stats.Of(nil); got != (stats.Distribution{}) {
		t.Errorf("of nothing: %+v", got)
	}
}
