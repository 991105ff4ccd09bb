package device_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

// proving lets the broker close path tests, or not, and counts them.
func (r *rig) proving(closes *atomic.Bool) {
	r.broker.Set(func(b *uplinktest.Broker) {
		b.Edit = func(calls []wire.Activation) []wire.Activation {
			for i := range calls {
				if calls[i].Trigger == activation.ByPath && closes.Load() {
					calls[i].Stage = activation.StageClosed
				}
			}
			return calls
		}
	})
}

func (r *rig) pathTests() (n int) {
	for _, e := range r.broker.Events() {
		if e.Trigger == activation.ByPath && e.Mode == activation.Test {
			n++
		}
	}
	return n
}

func TestTheWayIsProvedAsOftenAsTheCountySays(t *testing.T) {
	for _, c := range []struct {
		name  string
		times wire.PathTest
		every time.Duration
	}{
		{"nothing said", wire.PathTest{}, time.Hour},
		{"ten minutes", wire.PathTest{EveryMS: 600_000, WithinMS: 5_000}, 10 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				var closes atomic.Bool
				closes.Store(true)
				r.proving(&closes)
				r.opt.PathTests, r.paths = true, c.times
				r.configured(1)
				r.start()
				defer r.stop()
				time.Sleep(2*c.every + time.Minute)
				first := r.pathTests()
				if first == 0 || first > 2 {
					t.Fatalf("%d path tests in the first two periods", first)
				}
				time.Sleep(10*c.every + time.Minute)
				if n := r.pathTests() - first; n < 9 || n > 11 {
					t.Errorf("%d path tests in ten periods", n)
				}
				if s := r.agent.State(); len(s.Activations) != 0 || len(s.Health.Troubles) != 0 {
					t.Errorf("somebody sees it: %+v, %+v", s.Activations, s.Health.Troubles)
				}
			})
		})
	}
}

func TestAWayThatIsBrokenBehindTheLinkIsTroubleUntilItIsProved(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		var closes atomic.Bool
		r.proving(&closes)
		r.opt.PathTests, r.paths = true, wire.PathTest{EveryMS: 600_000, WithinMS: 5_000}
		r.configured(1)
		r.start()
		defer r.stop()
		time.Sleep(12 * time.Minute)
		if !slices.Equal(r.troubles(), []string{"path_test"}) || !r.agent.State().Link.Up {
			t.Errorf("troubles %v", r.troubles())
		}
		closes.Store(true)
		time.Sleep(6 * time.Minute)
		if len(r.troubles()) != 0 {
			t.Errorf("troubles %v after a test that passed", r.troubles())
		}
	})
}
