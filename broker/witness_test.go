package broker_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
)

// TestAStrangerCanNotMakeTheWitnessWrong: whoever floods or hangs up makes the broker write little, learns nothing of the county, and does not turn
// the answer for the real witness into an alarm.
func TestAStrangerCanNotMakeTheWitnessWrong(t *testing.T) {
	b := brokertest.Start(t)
	at := "http://" + b.Addrs.Desk + "/witness"
	before := verified(t, b).Entries
	for range 200 { // they hang up at once
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, http.NoBody); err == nil {
			if res, err := http.DefaultClient.Do(r); err == nil {
				_ = res.Body.Close()
			}
		}
		cancel()
	}
	var wg sync.WaitGroup
	for range 200 { // and they wait
		wg.Go(func() {
			res, err := http.Post(at, "", nil)
			if err != nil {
				t.Error(err)
				return
			}
			_ = res.Body.Close()
		})
	}
	wg.Wait()
	code, body := askAs(t, http.DefaultClient, b, http.MethodPost, "/witness", "application/json")
	if code != http.StatusOK || !strings.HasPrefix(body, `{"ok":true,"took_ms":`) || len(body) > 40 {
		t.Errorf("the witness is answered %d %s", code, body)
	}
	if n := verified(t, b).Entries - before; n > 60 { // ten proofs of a few entries each
		t.Errorf("400 strangers made the broker write %d entries", n)
	}
	if code, _ := askAs(t, http.DefaultClient, b, http.MethodGet, "/witness", "application/json"); code == http.StatusOK {
		t.Error("to look at an address makes a proof")
	}
}
