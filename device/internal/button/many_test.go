package button_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"safeyouthzone/device/internal/button"
)

// TestAHundredThousandBouncingInputs feeds the rule with random presses and glitches, with up to twelve bounces each, and knows how many
// calls must come of them.
func TestAHundredThousandBouncingInputs(t *testing.T) {
	const inputs = 100_000
	for _, hold := range []time.Duration{0, 1500 * ms} {
		random := rand.New(rand.NewPCG(1, uint64(hold)))
		c := button.Defaults()
		c.Hold = hold
		r := button.New(c, false)
		now, calls := time.Duration(0), 0
		count := func(events []button.Event) {
			for _, e := range events {
				if e.Kind == button.Pressed {
					calls++
				}
			}
		}
		// to lets time pass until an edge; the rule decides when it wants to, and not only at edges.
		to := func(d time.Duration, level, next bool) {
			now += d
			for at, ok := r.Next(); ok && at <= now; at, ok = r.Next() {
				count(r.Step(at, level))
			}
			count(r.Step(now, next))
		}
		bounce := func(level bool) {
			for range random.IntN(13) {
				to(time.Duration(random.Int64N(int64(2*ms))), !level, level)
				to(time.Duration(random.Int64N(int64(2*ms))), level, !level)
			}
			to(time.Duration(random.Int64N(int64(2*ms))), !level, level)
		}
		count(r.Step(0, false))
		presses := 0
		for range inputs {
			to(300*ms+time.Duration(random.Int64N(int64(2*time.Second))), false, false)
			if random.IntN(4) == 0 {
				to(0, false, true)
				to(time.Duration(random.Int64N(int64(20*ms))), true, false)
				continue
			}
			presses++
			bounce(true)
			to(max(hold, 20*ms)+time.Duration(random.Int64N(int64(3*time.Second))), true, true)
			bounce(false)
		}
		to(time.Second, false, false)
		if calls != presses {
			t.Errorf("hold %v: %d calls of %d presses", hold, calls, presses)
		}
	}
}
