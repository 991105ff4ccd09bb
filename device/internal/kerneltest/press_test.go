//go:build kernelgpio

package kerneltest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/button"
	"safeyouthzone/device/internal/contact"
)

const (
	ms       = time.Millisecond
	settle   = 20 * ms
	rearm    = 200 * ms
	fingers  = 80
	glitchIn = 8 // one operation of so many is a glitch
)

// presses is how many presses there are in all; a machine that is slower than most may be asked for less.
func presses() int {
	if n, err := strconv.Atoi(os.Getenv("SYZ_PRESSES")); err == nil {
		return n
	}
	return 10_000
}

// open takes a button and brings its line to rest: with the request the emulated line is pulled up, as that of a real contact that is open.
func open(t *testing.T, c *chip, line int) board.Input {
	t.Helper()
	in, err := try(board.Pins{Button: fmt.Sprintf("L%d", line)})
	if err != nil {
		t.Fatal(err)
	}
	c.set(line, false)
	return in
}

func try(p board.Pins) (board.Input, error) {
	p.Chips = []string{label}
	b, err := board.Open("generic", p, mono)
	if err != nil {
		return nil, err
	}
	return b.Button()
}

// watcher is a contact with the agent's rule and loop on it.
type watcher struct {
	mu     sync.Mutex
	events []button.Event
	late   []time.Duration
	lost   uint32
	stall  time.Duration // the next decision takes so long
	ended  chan error
}

func watch(t *testing.T, in board.Input, c button.Config) *watcher {
	t.Helper()
	w := &watcher{ended: make(chan error, 1)}
	l := &contact.Loop{Rule: button.New(c, false), Mono: mono, Decide: w.decide, Seen: w.seen}
	ctx, stop := context.WithCancel(context.Background())
	go func() { w.ended <- l.Follow(ctx, in) }()
	t.Cleanup(func() { stop(); _ = in.Close() })
	return w
}

func (w *watcher) decide(e []button.Event) {
	w.mu.Lock()
	w.events = append(w.events, e...)
	stall := w.stall
	w.stall = 0
	w.mu.Unlock()
	time.Sleep(stall)
}

func (w *watcher) seen(e board.Event) {
	now := mono()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost += e.Lost
	if !e.Looked {
		w.late = append(w.late, now-e.At)
	}
}

func (w *watcher) count(k button.Kind) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, e := range w.events {
		if e.Kind == k {
			n++
		}
	}
	return n
}

func (w *watcher) wait(t *testing.T, k button.Kind, n int) {
	t.Helper()
	for end := mono() + 5*time.Second; w.count(k) < n; time.Sleep(ms) {
		if mono() > end {
			t.Fatalf("%d times %s, want %d: %+v", w.count(k), k, n, w.events)
		}
	}
}

// tally is what came of some presses.
type tally struct{ missed, extra, glitches int }

// finger presses one line, with bounces and with glitches in between.
func finger(c *chip, line, n int, w *watcher, random *rand.Rand) tally {
	var got tally
	bounce := func(to bool) {
		for range random.IntN(4) {
			c.set(line, to)
			time.Sleep(time.Duration(random.IntN(400)) * time.Microsecond)
			c.set(line, !to)
			time.Sleep(time.Duration(random.IntN(400)) * time.Microsecond)
		}
		c.set(line, to)
	}
	for n > 0 {
		time.Sleep(rearm + settle + 10*ms + time.Duration(random.IntN(40))*ms)
		before := w.count(button.Pressed)
		if random.IntN(glitchIn) == 0 {
			from := mono()
			c.set(line, true)
			time.Sleep(time.Duration(random.IntN(12)) * ms)
			c.set(line, false)
			if mono()-from >= settle { // the machine was slow: that was a press
				time.Sleep(settle + rearm)
				continue
			}
			time.Sleep(2 * settle)
			got.glitches++
			got.extra += w.count(button.Pressed) - before
			continue
		}
		n--
		bounce(true)
		time.Sleep(settle + 5*ms + time.Duration(random.IntN(40))*ms)
		bounce(false)
		for end := mono() + 2*time.Second; w.count(button.Pressed) == before && mono() < end; {
			time.Sleep(2 * ms)
		}
		switch d := w.count(button.Pressed) - before; {
		case d < 1:
			got.missed++
		case d > 1:
			got.extra += d - 1
		}
	}
	time.Sleep(2 * rearm)
	return got
}

func TestPresses(t *testing.T) {
	c := newChip(t, fingers)
	var all sync.WaitGroup
	var mu sync.Mutex
	var sum tally
	var watchers []*watcher
	for line := range fingers {
		w := watch(t, open(t, c, line), button.Defaults())
		watchers = append(watchers, w)
		all.Go(func() {
			share := presses() / fingers
			if line < presses()%fingers {
				share++
			}
			got := finger(c, line, share, w, rand.New(rand.NewPCG(uint64(line), 1)))
			mu.Lock()
			defer mu.Unlock()
			sum.missed, sum.extra, sum.glitches = sum.missed+got.missed, sum.extra+got.extra, sum.glitches+got.glitches
		})
	}
	all.Wait()
	var late []time.Duration
	pressed := 0
	for _, w := range watchers {
		w.mu.Lock()
		late = append(late, w.late...)
		if w.lost > 0 {
			t.Errorf("%d edges were lost", w.lost)
		}
		w.mu.Unlock()
		pressed += w.count(button.Pressed)
	}
	slices.Sort(late)
	us := func(part float64) int64 { return late[int(part*float64(len(late)-1))].Microseconds() }
	fmt.Printf("RESULT presses %d\nRESULT missed %d\nRESULT extra %d\nRESULT glitches %d\nRESULT edges %d\n", presses(), sum.missed, sum.extra, sum.glitches, len(late))
	fmt.Printf("RESULT p50 %d\nRESULT p99 %d\nRESULT max %d\n", us(0.5), us(0.99), us(1))
	if sum.missed != 0 || sum.extra != 0 {
		t.Errorf("%d presses: %d missed, %d extra; the rule counts %d", presses(), sum.missed, sum.extra, pressed)
	}
}

func TestHeldAtTheStart(t *testing.T) {
	c := newChip(t, 1)
	in := open(t, c, 0)
	c.set(0, true)
	w := watch(t, in, button.Defaults())
	w.wait(t, button.Pressed, 1)
	if e := w.events[len(w.events)-1]; !e.HeldAtStart {
		t.Errorf("%+v", e)
	}
}

func TestAReaderThatStandsStill(t *testing.T) {
	c := newChip(t, 2)
	w := watch(t, open(t, c, 0), button.Defaults())
	time.Sleep(rearm)
	w.mu.Lock()
	w.stall = 2 * time.Second // the first decision of the first press
	w.mu.Unlock()
	for range 4 {
		c.set(0, true)
		time.Sleep(settle + 10*ms)
		c.set(0, false)
		time.Sleep(rearm + settle + 20*ms)
	}
	w.wait(t, button.Pressed, 4)
	time.Sleep(rearm)
	if n := w.count(button.Pressed); n != 4 || w.lost != 0 {
		t.Errorf("%d presses of 4, %d edges lost", n, w.lost)
	}
	in := open(t, c, 1)
	defer in.Close()
	for i := range 1601 { // more than the kernel keeps; it ends high
		c.set(1, i%2 == 0)
		time.Sleep(20 * time.Microsecond)
	}
	lost, last := uint32(0), false
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 300*ms)
		e, err := in.Next(ctx)
		cancel()
		if err != nil {
			break
		}
		lost, last = lost+e.Lost, e.Operated
	}
	if level, err := in.Level(); err != nil || !level || !last || lost == 0 {
		t.Errorf("level %v, %v; last event %v; %d edges known as lost", level, err, last, lost)
	}
}

func TestAChipThatVanishesAndABusyLine(t *testing.T) {
	c := newChip(t, 1)
	in := open(t, c, 0)
	if _, err := try(board.Pins{Button: "L0"}); !errors.Is(err, board.ErrBusy) {
		t.Errorf("the line is taken, and yet: %v", err)
	}
	w := watch(t, in, button.Defaults())
	time.Sleep(100 * ms)
	c.live(false)
	select {
	case err := <-w.ended:
		if !errors.Is(err, board.ErrGone) {
			t.Errorf("the chip is gone, and the loop says %v", err)
		}
	case <-time.After(time.Second):
		t.Fatal("nobody noticed that the chip is gone")
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if _, err := try(board.Pins{Button: "L0"}); !errors.Is(err, board.ErrGone) {
		t.Errorf("the chip is gone, and yet: %v", err)
	}
	other := newOther(t) // takes the number that the chip had
	defer other()
	c.live(true)
	w = watch(t, open(t, c, 0), button.Defaults())
	time.Sleep(rearm)
	c.set(0, true)
	w.wait(t, button.Pressed, 1)
}

// newOther makes a chip of another label with a line of the same name.
func newOther(t *testing.T) func() {
	dir := "/sys/kernel/config/gpio-sim/other"
	if err := os.MkdirAll(dir+"/bank0/line0", 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, dir+"/bank0/num_lines", "1")
	put(t, dir+"/bank0/label", "other")
	put(t, dir+"/bank0/line0/name", "L0")
	put(t, dir+"/live", "1")
	return func() {
		put(t, dir+"/live", "0")
		_ = os.Remove(dir + "/bank0/line0")
		_ = os.Remove(dir + "/bank0")
		_ = os.Remove(dir)
	}
}

func TestFormC(t *testing.T) {
	c := newChip(t, 2)
	in, err := try(board.Pins{Contact: board.FormC, Button: "L0", Closing: "L1"})
	if err != nil {
		t.Fatal(err)
	}
	c.set(0, false) // at rest the one that closes is open, and so high
	w := watch(t, in, button.Defaults())
	time.Sleep(2 * rearm)
	c.set(0, true)
	time.Sleep(3 * ms)
	c.set(1, false)
	time.Sleep(60 * ms)
	c.set(1, true)
	time.Sleep(3 * ms)
	c.set(0, false)
	w.wait(t, button.Up, 1)
	if n := w.count(button.Pressed); n != 1 {
		t.Errorf("%d presses", n)
	}
	time.Sleep(2 * rearm)
	c.set(0, true) // one wire breaks: in doubt a press
	w.wait(t, button.Pressed, 2)
}

func TestOutputsBeginDark(t *testing.T) {
	c := newChip(t, 1)
	b, err := board.Open("generic", board.Pins{Chips: []string{label}, Contact: "off", Healthy: "L0"}, mono)
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.Output(b.Pins().Healthy)
	if err != nil {
		t.Fatal(err)
	}
	for _, lit := range []bool{true, false, true} {
		if err := out.Out(gpio.Level(lit)); err != nil || (c.value(0) == "1") != lit {
			t.Errorf("lit %v: the line has %s, %v", lit, c.value(0), err)
		}
	}
	c.live(false)
	if err := out.Out(true); !errors.Is(err, board.ErrGone) {
		t.Errorf("the chip is gone, and yet: %v", err)
	}
	_ = out.Close()
}
