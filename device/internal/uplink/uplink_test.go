package uplink_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/uplink"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

// device is a queue and an agent of few lines.
type device struct {
	mu      sync.Mutex
	logs    []string
	last    map[string]uint64 // appended
	receipt map[string]uint64
	states  []wire.State
	links   []bool
	sent    int
	got     [][]byte
}

func newDevice(logs ...string) *device {
	return &device{logs: logs, last: map[string]uint64{}, receipt: map[string]uint64{}}
}

func (d *device) Logs() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.logs), func(l string) bool { return d.receipt[l] >= d.last[l] })
}

func (d *device) Next(log string, after uint64, limit int) []wire.Envelope {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []wire.Envelope
	for n := max(after, d.receipt[log]) + 1; n <= d.last[log] && len(out) < limit; n++ {
		out = append(out, wire.Envelope{V: 1, ID: "e", Device: "d-1", Log: log, Seq: n, Boot: "b", KeyID: "k", Body: []byte("x")})
	}
	return out
}

func (d *device) Sent(e []wire.Envelope) { d.mu.Lock(); d.sent += len(e); d.mu.Unlock() }

func (d *device) Hello(log string) wire.Sync {
	d.mu.Lock()
	defer d.mu.Unlock()
	if log == "" {
		log = d.logs[0]
	}
	return wire.Sync{Log: log, Receipt: d.receipt[log]}
}

func (d *device) Health() wire.Health { return wire.Health{Boot: "b", Board: "sim", Version: "1"} }

func (d *device) State(s wire.State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.states = append(d.states, s)
	if slices.Contains(d.logs, s.Receipt.Log) {
		d.receipt[s.Receipt.Log] = s.Receipt.Seq
	}
}

func (d *device) Settings(b []byte) { d.mu.Lock(); d.got = append(d.got, b); d.mu.Unlock() }
func (d *device) Link(up bool)      { d.mu.Lock(); d.links = append(d.links, up); d.mu.Unlock() }

func (d *device) add(log string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last[log]++
}

func (d *device) up() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.links) > 0 && d.links[len(d.links)-1]
}

func (d *device) seen() int { d.mu.Lock(); defer d.mu.Unlock(); return len(d.states) }

// run starts an uplink for the length of a bubble.
func run(t *testing.T, d *device, b *uplinktest.Broker, spread time.Duration) *uplink.Uplink {
	t.Helper()
	start, epoch := time.Now(), uint64(0)
	u := uplink.New(d, d, uplink.Options{
		Device: "d-1", Brokers: []string{"a:1", "b:1"}, Dial: b.Dial, Spread: spread,
		Epoch:  func() uint64 { epoch++; return epoch },
		Mono:   func() time.Duration { return time.Since(start) },
		Random: func() float64 { return 0.5 },
		Log:    slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); u.Run(ctx) }()
	t.Cleanup(func() { cancel(); b.Cut(); <-done; synctest.Wait() })
	return u
}

func decode[T any](t *testing.T, m uplinktest.Message) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(m.Payload, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAConnectionBeginsWithBirthSyncEventsAndHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{}
		d.add("log")
		run(t, d, b, 0)
		synctest.Wait()
		if l := decode[wire.Link](t, b.Got(wire.UpLink)[0]); !l.Online || l.Epoch != 1 {
			t.Errorf("birth %+v", l)
		}
		if s, err := wire.DecodeSync(b.Got(wire.UpSync)[0].Payload); err != nil || s.Epoch != 1 || s.Log != "log" {
			t.Errorf("sync %+v %v", s, err)
		}
		if _, err := wire.DecodeHealth(b.Got(wire.UpHealth)[0].Payload); err != nil {
			t.Error(err)
		}
		if !d.up() || b.Held() != 1 || len(d.Logs()) != 0 {
			t.Errorf("up %v, the broker holds %d, pending %v", d.up(), b.Held(), d.Logs())
		}
		time.Sleep(61 * time.Second)
		if n := len(b.Got(wire.UpHealth)); n != 4 {
			t.Errorf("%d health reports in a minute, want one each 20 s", n)
		}
		if n := len(b.Got(wire.UpEvent)); n != 1 {
			t.Errorf("an event with a receipt was sent %d times", n)
		}
	})
}

func TestAPressGoesOutAtOnceAndIsRepeatedUntilTheReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Forget: true}
		u := run(t, d, b, 0)
		synctest.Wait()
		start := time.Now()
		d.add("log")
		u.Kick()
		time.Sleep(40 * time.Second)
		var at []time.Duration
		for _, m := range b.Got(wire.UpEvent) {
			at = append(at, m.At.Sub(start))
		}
		want := []time.Duration{0, 1, 3, 7, 15, 23, 31, 39}
		for i := range want {
			want[i] *= time.Second
		}
		if !slices.Equal(at, want) {
			t.Fatalf("sent at %v, want %v", at, want)
		}
		b.Set(func(b *uplinktest.Broker) { b.Forget = false })
		time.Sleep(9 * time.Second)
		if len(d.Logs()) != 0 {
			t.Error("no receipt")
		}
		sent := len(b.Got(wire.UpEvent))
		time.Sleep(time.Minute)
		if len(b.Got(wire.UpEvent)) != sent {
			t.Error("repeated after the receipt")
		}
	})
}

func TestALostConnectionIsSpreadButAPressEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{}
		u := run(t, d, b, 10*time.Second)
		synctest.Wait()
		lost := time.Now()
		b.Cut()
		synctest.Wait()
		if d.up() {
			t.Fatal("still told as up")
		}
		time.Sleep(6 * time.Second)
		if back := b.Dials()[1].Sub(lost); back != 5*time.Second { // half of the spread, by the test's dice
			t.Errorf("back after %v", back)
		}
		b.Cut()
		synctest.Wait()
		time.Sleep(time.Second)
		press := time.Now()
		d.add("log")
		u.Kick()
		synctest.Wait()
		if got := b.Got(wire.UpEvent); len(got) != 1 || !got[0].At.Equal(press) {
			t.Errorf("the press waited: %v", got)
		}
	})
}

func TestWithAPressPendingNothingIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Forget: true}
		d.add("log")
		run(t, d, b, 10*time.Second)
		synctest.Wait()
		lost := time.Now()
		b.Cut()
		time.Sleep(time.Second)
		if n := b.Dials(); len(n) < 2 || n[1].Sub(lost) > 200*time.Millisecond {
			t.Errorf("dials %v after the loss at %v", n, lost)
		}
	})
}

func TestTriesSlowDownToEightSecondsAndUseEveryAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Down: true}
		run(t, d, b, 0)
		time.Sleep(2 * time.Minute)
		var gaps []time.Duration
		for i, at := range b.Dials()[1:] {
			gaps = append(gaps, at.Sub(b.Dials()[i]))
		}
		if gaps[0] != 100*time.Millisecond || gaps[1] != 200*time.Millisecond || gaps[len(gaps)-1] != 8*time.Second {
			t.Errorf("gaps %v", gaps)
		}
		b.Set(func(b *uplinktest.Broker) { b.Down = false })
		time.Sleep(9 * time.Second)
		if !d.up() {
			t.Error("not back")
		}
	})
}

func TestABrokerThatOnlyTakesConnectionsIsNotUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Mute: true}
		d.add("log")
		run(t, d, b, 0)
		time.Sleep(time.Minute)
		if d.up() {
			t.Error("told as up though nobody answers")
		}
		if n := len(b.Dials()); n < 3 {
			t.Errorf("%d dials: a silent broker was not left", n)
		}
		b.Set(func(b *uplinktest.Broker) { b.Mute = false })
		time.Sleep(30 * time.Second)
		if !d.up() || len(d.Logs()) != 0 {
			t.Error("not healed")
		}
	})
}

func TestAConnectionThatFallsSilentIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{}
		u := run(t, d, b, 0)
		synctest.Wait()
		b.Set(func(b *uplinktest.Broker) { b.Mute = true })
		d.add("log")
		u.Kick()
		time.Sleep(25 * time.Second)
		if len(b.Dials()) < 2 {
			t.Error("still waiting for a broker that owes a receipt")
		}
	})
}

func TestWhatIsNotObeyed(t *testing.T) {
	state := func(change func(*wire.State)) wire.State {
		s := wire.State{V: 1, Device: "d-1", Epoch: 1, Rev: 10, At: time.Now().UnixMilli(), Receipt: wire.Receipt{Log: "log"}}
		change(&s)
		return s
	}
	for _, tc := range []struct {
		name   string
		change func(*wire.State)
		obeyed bool
		redial bool
	}{
		{"the next one", func(*wire.State) {}, true, false},
		{"the same revision again", func(s *wire.State) { s.Rev = 1 }, true, false},
		{"an older revision", func(s *wire.State) { s.Rev = 0 }, false, false},
		{"another connection", func(s *wire.State) { s.Epoch = 2 }, false, false},
		{"another device", func(s *wire.State) { s.Device = "d-2" }, false, false},
		{"another version", func(s *wire.State) { s.V = 2 }, false, false},
		{"39 s late", func(s *wire.State) { s.At -= 39_000 }, true, false},
		{"41 s late", func(s *wire.State) { s.At -= 41_000 }, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, b := newDevice("log"), &uplinktest.Broker{}
				run(t, d, b, 0)
				synctest.Wait()
				before := d.seen()
				b.Send(wire.DnState, state(tc.change))
				synctest.Wait()
				if obeyed := d.seen() > before; obeyed != tc.obeyed {
					t.Errorf("obeyed: %v", obeyed)
				}
				time.Sleep(time.Second)
				if redial := len(b.Dials()) > 1; redial != tc.redial {
					t.Errorf("a new connection: %v", redial)
				}
			})
		})
	}
}

func TestARestoredBrokerGetsItAgainAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{}
		for range 5 {
			d.add("log")
		}
		run(t, d, b, 0)
		synctest.Wait()
		b.Restore(2)
		b.Tell()
		synctest.Wait()
		if b.Held() != 5 {
			t.Errorf("the broker holds %d of 5", b.Held())
		}
		b.Restore(1)
		b.Cut() // restored while the device was away
		time.Sleep(time.Second)
		if b.Held() != 5 {
			t.Errorf("after a new connection the broker holds %d of 5", b.Held())
		}
	})
}

func TestOlderLogsAreDeliveredToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("now", "old", "older"), &uplinktest.Broker{}
		for _, log := range []string{"now", "old", "old", "older"} {
			d.add(log)
		}
		u := run(t, d, b, 0)
		time.Sleep(time.Second)
		if b.Held() != 4 || len(d.Logs()) != 0 {
			t.Fatalf("the broker holds %d of 4, pending %v", b.Held(), d.Logs())
		}
		d.add("now")
		start := time.Now()
		u.Kick()
		synctest.Wait()
		if len(d.Logs()) != 0 {
			t.Errorf("no receipt for a press after older logs were sent (%v)", time.Since(start))
		}
	})
}

func TestARefusedSubscriptionIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Refuse: true}
		run(t, d, b, 0)
		time.Sleep(5 * time.Second)
		if d.up() {
			t.Error("up without a subscription")
		}
		b.Set(func(b *uplinktest.Broker) { b.Refuse = false })
		time.Sleep(10 * time.Second)
		if !d.up() {
			t.Error("not back")
		}
	})
}

func TestAKickNeverBlocksAndTheLoopStaysAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b := newDevice("log"), &uplinktest.Broker{Settle: true}
		u := run(t, d, b, 0)
		d.add("log")
		start := time.Now()
		for range 100 {
			u.Kick()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := u.Alive(ctx); err != nil || time.Since(start) > 0 {
			t.Errorf("alive: %v after %v", err, time.Since(start))
		}
	})
}
