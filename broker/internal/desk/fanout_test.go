package desk_test

import (
	"bufio"
	"bytes"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// BenchmarkFanOut measures from a change in the book until each of 200 open pages has its card.
func BenchmarkFanOut(b *testing.B) {
	const pages = 200
	r := newRig(b)
	p := r.person("sheriff")
	p.Timeout = 0
	p.Transport = &http.Transport{MaxIdleConnsPerHost: pages}
	got := make(chan time.Time, pages)
	var ready sync.WaitGroup
	for range pages {
		ready.Add(1)
		req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, r.url+"/events", nil)
		if err != nil {
			b.Fatal(err)
		}
		res, err := p.Do(req) //nolint:bodyclose // the goroutine that reads it closes it
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			defer res.Body.Close()
			lines := bufio.NewScanner(res.Body)
			live := false
			for lines.Scan() {
				switch {
				case !live && bytes.HasPrefix(lines.Bytes(), []byte("event: beat")):
					live = true
					ready.Done()
				case bytes.HasPrefix(lines.Bytes(), []byte("event: card")):
					got <- time.Now()
				}
			}
		}()
	}
	ready.Wait()
	var all []time.Duration
	for b.Loop() {
		began := time.Now()
		r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
		for range pages {
			all = append(all, (<-got).Sub(began))
		}
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}
