package reading_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/internal/reading"
)

func TestPeopleAreToldHowLongItTakes(t *testing.T) {
	for _, c := range []struct {
		p    reading.Progress
		want string
	}{
		{reading.Progress{}, "0 of 0 records are read"},
		{reading.Progress{From: 950, At: 950, Last: 1_000_000}, "950 of 1,000,000 records are read"},
		{reading.Progress{At: 250_000, Last: 1_000_000, Took: 10 * time.Second}, "250,000 of 1,000,000 records are read, about 30 s to go"},
		{reading.Progress{From: 400, At: 500, Last: 1000, Took: time.Second}, "500 of 1,000 records are read, about 5 s to go"},
		{reading.Progress{At: 999_999, Last: 1_000_000, Took: 10 * time.Second}, "999,999 of 1,000,000 records are read, about 1 s to go"},
		{reading.Progress{At: 1_000_000, Last: 9_000_000, Took: 30 * time.Second}, "1,000,000 of 9,000,000 records are read, about 4 min to go"},
		{reading.Progress{At: 12, Last: 10, Took: time.Second}, "12 of 12 records are read"}, // more has come meanwhile
	} {
		if got := c.p.String(); got != c.want {
			t.Errorf("%+v: %s", c.p, got)
		}
	}
}

// Whoever waits for word of a reading that hangs must not get any: else systemd would wait for ever.
func TestAReadingThatHangsIsNotToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var at atomic.Uint64
		var told []uint64
		done := make(chan struct{})
		go func() {
			defer close(done)
			reading.Watch(ctx, time.Second, 100, at.Load, func(p reading.Progress) { told = append(told, p.At) })
		}()
		synctest.Wait()
		for _, to := range []uint64{10, 10, 10, 60} {
			at.Store(to)
			time.Sleep(time.Second)
			synctest.Wait()
		}
		cancel()
		<-done
		if !slices.Equal(told, []uint64{10, 60}) {
			t.Errorf("told of %v", told)
		}
	})
}
