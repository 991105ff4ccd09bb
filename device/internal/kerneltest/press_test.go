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
	"strings"
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
	fingers  = 70
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
	in, err := c.try(board.Pins{Button: fmt.Sprintf("L%d", line)})
	if err != nil {
		t.Fatal(err)
	}
	c.set(line, false)
	return in
}

func (c *chip) try(p board.Pins) (board.Input, error) {
	p.Chips = []string{c.label}
	b, err := board.Open("generic", p, mono)
	if err != nil {
		return nil, err
	}
	return b.Button()
}

// watcher is a contact with the agent's rule and loop on it.
type watcher struct {
	t        *testing.T
	mu       sync.Mutex
	events   []button.Event
	late     []time.Duration
	lost     uint32
	looked   int // changes that no edge told of
	seenLast []board.Event
	stall    time.Duration // the next decision takes so long
	changed  chan struct{} // has something in it when the contact has told of a change
	ended    chan error
}

func watch(t *testing.T, in board.Input, c button.Config) *watcher {
	t.Helper()
	w := &watcher{t: t, changed: make(chan struct{}, 1), ended: make(chan error, 1)}
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
	defer func() {
		select {
		case w.changed <- struct{}{}:
		default:
		}
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost += e.Lost
	w.seenLast = append(w.seenLast, e)
	if len(w.seenLast) > story {
		w.seenLast = w.seenLast[1:]
	}
	if e.Looked {
		w.looked++
		return
	}
	w.late = append(w.late, now-e.At)
}

// last is the last change of the contact.
func (w *watcher) last() (board.Event, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seenLast) == 0 {
		return board.Event{}, false
	}
	return w.seenLast[len(w.seenLast)-1], true
}

const story = 12

// story is what the contact told last.
func (w *watcher) story() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, e := range w.seenLast {
		fmt.Fprintf(&b, "%v %v looked %v; ", e.At, e.Operated, e.Looked)
	}
	return b.String()
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
	for end := mono() + time.Minute; w.count(k) < n; time.Sleep(ms) {
		if mono() > end {
			t.Fatalf("%d times %s, want %d: %+v", w.count(k), k, n, w.events)
		}
	}
}

// tally is what came of some presses.
type tally struct{ missed, extra, glitches, doubtful int }

// window is when a finger was on a button. If the machine stood still meanwhile nobody knows what that was: a bounce that lasts is a press.
type window struct {
	from, to time.Duration
	doubtful bool
}

// finger presses one line, with bounces and with glitches in between. It feels what it does: how long it presses is counted from the kernel's
// own stamp, since an emulated machine may stand still at any moment; what it did in such a moment is done again.
type finger struct {
	c      *chip
	line   int
	w      *watcher
	random *rand.Rand
	tally  tally
	on     []window
	late   bool // the machine stood still since this was cleared
}

// stall is how late an edge may be handed over, before it counts as the machine's standing still: the loop waits a little longer for it.
const stall = 80 * ms

func (f *finger) pause(least time.Duration, most time.Duration) {
	time.Sleep(least + time.Duration(f.random.Int64N(int64(most))))
}

// bounces is none mostly and three at most, as those of a good contact.
func (f *finger) bounces() int { return min(f.random.IntN(4), f.random.IntN(4)) }

// bring makes the line go to a level with some bounces, and returns when the kernel stamped the last change.
func (f *finger) bring(to bool, bounces int) time.Duration {
	began := mono()
	for range bounces {
		f.c.set(f.line, to)
		f.pause(0, 400*time.Microsecond)
		f.c.set(f.line, !to)
		f.pause(0, 400*time.Microsecond)
	}
	at := mono()
	f.c.set(f.line, to)
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for waiting := true; waiting; {
		if e, ok := f.w.last(); ok && e.Operated == to && e.At >= at {
			f.late = f.late || e.Looked || e.At-began >= settle || mono()-e.At > stall
			return e.At
		}
		select {
		case <-f.w.changed:
		case <-limit.C:
			waiting = false
		}
	}
	f.w.t.Errorf("line %d was set to %v at %v, and nobody has seen it: %s", f.line, to, at, f.w.story())
	return at
}

func (f *finger) work(n int) {
	for n > 0 {
		f.pause(rearm+settle+10*ms, 40*ms)
		f.late = false
		from := mono()
		if f.random.IntN(glitchIn) == 0 {
			f.c.set(f.line, true)
			f.pause(0, 12*ms)
			to := f.bring(false, 0)
			if f.late || to-from >= settle {
				f.on = append(f.on, window{from, to, true})
				continue
			}
			f.tally.glitches++
			continue
		}
		f.bring(true, f.bounces())
		f.pause(settle+5*ms, 40*ms)
		f.on = append(f.on, window{from, f.bring(false, f.bounces()), f.late})
		if !f.late {
			n--
		}
	}
	time.Sleep(2 * rearm)
}

// judge compares what the rule decided with where the finger was.
func (f *finger) judge() {
	counts := make([]int, len(f.on))
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	for _, e := range f.w.events {
		i := slices.IndexFunc(f.on, func(o window) bool { return e.From >= o.from && e.From <= o.to })
		switch {
		case e.Kind != button.Pressed || e.HeldAtStart:
		case i < 0:
			f.tally.extra++
			fmt.Printf("line %d: nobody pressed at %v\n", f.line, e.From)
		default:
			counts[i]++
		}
	}
	for i, n := range counts {
		switch {
		case f.on[i].doubtful:
			f.tally.doubtful++
		case n == 0:
			f.tally.missed++
			fmt.Printf("line %d: a press from %v to %v was missed\n", f.line, f.on[i].from, f.on[i].to)
		case n > 1:
			f.tally.extra += n - 1
			fmt.Printf("line %d: a press from %v to %v counts %d times\n", f.line, f.on[i].from, f.on[i].to, n)
		}
	}
}

func TestPresses(t *testing.T) {
	c := newChip(t, fingers)
	var all sync.WaitGroup
	var hands []*finger
	for line := range fingers {
		f := &finger{c: c, line: line, w: watch(t, open(t, c, line), button.Defaults()), random: rand.New(rand.NewPCG(uint64(line), 1))}
		hands = append(hands, f)
		share := presses() / fingers
		if line < presses()%fingers {
			share++
		}
		all.Go(func() { f.work(share) })
	}
	all.Wait()
	var sum tally
	var late []time.Duration
	for _, f := range hands {
		f.judge()
		sum.missed, sum.extra = sum.missed+f.tally.missed, sum.extra+f.tally.extra
		sum.glitches, sum.doubtful = sum.glitches+f.tally.glitches, sum.doubtful+f.tally.doubtful
		w := f.w
		w.mu.Lock()
		late = append(late, w.late...)
		if w.lost > 0 || w.looked > f.tally.doubtful { // an edge that is later than a look at the level is one more stall
			t.Errorf("%d edges were lost, %d changes had no edge and %d presses were in doubt", w.lost, w.looked, f.tally.doubtful)
		}
		w.mu.Unlock()
	}
	slices.Sort(late)
	us := func(part float64) int64 { return late[int(part*float64(len(late)-1))].Microseconds() }
	fmt.Printf("RESULT presses %d\nRESULT missed %d\nRESULT extra %d\nRESULT glitches %d\nRESULT edges %d\n", presses(), sum.missed, sum.extra, sum.glitches, len(late))
	fmt.Printf("RESULT repeated %d\n", sum.doubtful)
	fmt.Printf("RESULT p50 %d\nRESULT p99 %d\nRESULT max %d\n", us(0.5), us(0.99), us(1))
	if sum.missed != 0 || sum.extra != 0 {
		t.Errorf("%d presses: %d missed, %d extra", presses(), sum.missed, sum.extra)
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
	if _, err := c.try(board.Pins{Button: "L0"}); !errors.Is(err, board.ErrBusy) {
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
	if _, err := c.try(board.Pins{Button: "L0"}); !errors.Is(err, board.ErrGone) {
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
	in, err := c.try(board.Pins{Contact: board.FormC, Button: "L0", Closing: "L1"})
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
	c := newChip(t, 2)
	b, err := board.Open("generic", board.Pins{Chips: []string{c.label}, Contact: "off", Healthy: "L0"}, mono)
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
	relay, err := b.Output("!L1")
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []bool{false, true, false} {
		if err := relay.Out(gpio.Level(on)); err != nil || (c.value(1) == "0") != on {
			t.Errorf("inverted, on %v: the line has %s, %v", on, c.value(1), err)
		}
	}
	c.live(false)
	if err := out.Out(true); !errors.Is(err, board.ErrGone) {
		t.Errorf("the chip is gone, and yet: %v", err)
	}
	_ = out.Close()
}
