package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// monkeyFor is how long the random tapping lasts; SYZ_MONKEY says otherwise, for a long run by hand.
const monkeyFor = 30 * time.Second

// Random taps into the real window, with an agent on which everything happens: nothing crashes, no page holds anybody, and the memory does
// not grow. A short run belongs to the tests; a long one is made with SYZ_MONKEY=30m.
func TestMonkey(t *testing.T) {
	length := monkeyFor
	if s := os.Getenv("SYZ_MONKEY"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SYZ_MONKEY_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("SYZ_MONKEY_SEED=%d SYZ_MONKEY=%s", seed, length)
	w := openWith(t, options{width: 800, height: 480, dpi: 133, debug: true})
	w.agent.Change(func(s *agentapi.State) {
		s.Settings.Languages = []string{"en", "es", "zh-Hans", "zh-Hant", "ko", "vi", "tl", "hy", "ru", "fa", "ar", "km", "ja"}
	})
	w.agent.Fail("restart", agentapi.NewProblem(agentapi.Internal))                  // else the window would end, as IT wants it to
	m := &monkey{w: w, rnd: rand.New(rand.NewPCG(seed, 1)), pages: map[string]int{}} //nolint:gosec // not a secret
	m.learn()
	m.hands()
	m.run(length)
	m.report(length)
}

// point is a place on the screen.
type point struct{ x, y int }

// monkey taps at random. Of a page it knows only the name that the log says.
type monkey struct {
	w     *window
	rnd   *rand.Rand
	keys  map[string]point // of the PIN pad
	stdin io.WriteCloser
	taps  int
	read  int // of the log
	now   string
	pages map[string]int
	rss   [][2]int // seconds, kB
}

// learn asks the headless kiosk where the keys of the PIN pad are, then lets go of it.
func (m *monkey) learn() {
	k := m.w.shadow
	for _, id := range []string{"staff", "pin.1", "pin.1", "pin.1", "pin.1"} { // the last key counts only after four digits
		if err := k.Tap(id); err != nil {
			m.w.t.Fatal(err)
		}
	}
	m.keys = map[string]point{}
	for _, id := range k.Buttons() {
		x, y, err := k.Where(id)
		if err != nil {
			m.w.t.Fatal(err)
		}
		m.keys[id] = point{x, y}
	}
	if _, ok := m.keys["pin.ok"]; !ok {
		m.w.t.Fatalf("the PIN pad has no last key: %v", m.keys)
	}
}

// hands is one xdotool that reads what to do, so that a tap does not cost a process.
func (m *monkey) hands() {
	t := m.w.t
	cmd := exec.CommandContext(t.Context(), "xdotool", "-")
	cmd.Env, cmd.Stderr = m.w.env, m.w.log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	m.stdin = in
	launch(t, cmd)
}

func (m *monkey) tap(x, y int) {
	m.taps++
	if _, err := fmt.Fprintf(m.stdin, "mousemove %d %d click 1\n", x, y); err != nil {
		m.w.t.Fatalf("cannot tap: %v", err)
	}
	pause(m.rnd.IntN(120) + 40)
}

func pause(ms int) { time.Sleep(time.Duration(ms) * time.Millisecond) }

func (m *monkey) run(length time.Duration) {
	began := time.Now()
	looked, escaped := time.Time{}, began
	for time.Since(began) < length {
		m.alive()
		m.follow()
		m.world()
		m.act()
		if time.Since(looked) > 5*time.Second {
			looked = time.Now()
			m.rss = append(m.rss, [2]int{int(time.Since(began).Seconds()), m.memory()})
		}
		if time.Since(escaped) > 2*time.Minute {
			escaped = time.Now()
			m.escape()
		}
	}
	m.escape()
}

// act is one thing that a monkey does.
func (m *monkey) act() {
	switch {
	case m.now == "pin" && m.rnd.IntN(3) != 0: // pages behind the PIN are tried as well
		pin := []string{kiosktest.PIN, kiosktest.PIN, kiosktest.DuressPIN, kiosktest.ITPIN}[m.rnd.IntN(4)]
		for _, d := range pin {
			p := m.keys["pin."+string(d)]
			m.tap(p.x, p.y)
		}
		m.tap(m.keys["pin.ok"].x, m.keys["pin.ok"].y)
	case (m.now == "idle" || m.now == "") && m.rnd.IntN(2) == 0: // the corner of the staff
		m.tap(90, 416)
	case (m.now == "idle" || m.now == "") && m.rnd.IntN(2) == 0: // the door
		m.tap(620, 180)
	case m.now == "zone" && m.rnd.IntN(2) == 0: // start for a youth
		m.tap(640, 400)
	case m.now == "steps" && m.rnd.IntN(4) == 0: // what is to be chosen there, as what the hotline said
		m.tap(330+175*m.rnd.IntN(3), 180)
	case m.now == "steps" && m.rnd.IntN(5) != 0: // all steps, so that the last ones are tried before the world ends the call
		m.tap(640, 425)
	case m.now != "idle" && m.now != "verify" && m.rnd.IntN(12) == 0: // Close or Back, else the page with the most keys holds a monkey for a minute
		m.tap([]int{744, 64}[m.rnd.IntN(2)], 48)
	case m.rnd.IntN(8) == 0: // the next action is always there
		m.tap(640, 425)
	default:
		m.tap(m.rnd.IntN(800), m.rnd.IntN(480))
	}
}

// world changes what the agent says, as a county, a desk and a bad line would.
func (m *monkey) world() {
	if m.rnd.IntN(6) != 0 {
		return
	}
	a := m.w.agent
	stages := []activation.Stage{activation.Sending, activation.Received, activation.StageAcknowledged, activation.StageComing, activation.Here}
	if m.rnd.IntN(6) == 0 { // a call that ends at every second word of the county is never verified
		stages = []activation.Stage{activation.StageHandedOver, activation.Gone, activation.StoodDown, activation.StageClosed}
	}
	falls := []agentapi.Fallback{"", "", "", agentapi.NoReceipt, agentapi.NoAnswer, agentapi.Refused}
	switch m.rnd.IntN(10) {
	case 0:
		a.Change(func(s *agentapi.State) { s.Activations = nil })
	case 1:
		a.Change(func(s *agentapi.State) { s.Link.Up = !s.Link.Up; s.Link.ForMS = 130_000 })
	case 2:
		a.Change(func(s *agentapi.State) {
			s.Health.Troubles = nil
			if m.rnd.IntN(2) == 0 {
				s.Health.Troubles = []wire.Trouble{{Code: "disk"}, {Code: "contacts"}, {Code: "button_stuck"}}
			}
		})
	case 3:
		var err error
		if m.rnd.IntN(3) == 0 {
			err = agentapi.NewProblem(agentapi.Internal)
		}
		calls := []string{"raise", "need", "report", "welfare", "walktest", "intake"}
		for _, call := range calls { // one at a time: while no call is taken, nobody comes further than its trouble
			a.Fail(call, nil)
		}
		a.Fail(calls[m.rnd.IntN(len(calls))], err)
	case 4:
		a.Change(func(s *agentapi.State) {
			s.WalkTest.Stage = []agentapi.WalkStage{agentapi.WalkIdle, agentapi.WalkSending, agentapi.WalkPassed, agentapi.WalkFailed}[m.rnd.IntN(4)]
		})
	default:
		minutes := int64(m.rnd.IntN(40)-5) * 60_000
		a.Newest(func(c *agentapi.Activation) {
			c.Stage, c.Fallback, c.Code = stages[m.rnd.IntN(len(stages))], falls[m.rnd.IntN(len(falls))], "7F-21"
			c.AgeMS, c.Check.Verified = int64(m.rnd.IntN(600_000)), m.rnd.IntN(3) == 0
			c.Who = []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &minutes}}
			c.Message = activation.Messages()[m.rnd.IntN(len(activation.Messages()))]
		})
	}
}

var pageLine = regexp.MustCompile(`"msg":"page","page":"([a-z]+)"`)

// follow reads the names of the pages from the log.
func (m *monkey) follow() {
	all := m.w.log.String()
	for _, found := range pageLine.FindAllStringSubmatch(all[m.read:], -1) {
		m.now = found[1]
		m.pages[m.now]++
	}
	m.read = strings.LastIndexByte(all, '\n') + 1
}

func (m *monkey) alive() {
	select {
	case err := <-m.w.exited:
		m.w.t.Fatalf("the program ended on %s after %d taps: %v\n%s", m.now, m.taps, err, tail(m.w.log.String()))
	default:
	}
}

func tail(s string) string { return s[max(0, len(s)-6000):] }

// escape leaves whatever page there is as a person would: by the corner where Close is, or Back, on a page with or without a band.
func (m *monkey) escape() {
	m.w.agent.Change(func(s *agentapi.State) { s.Activations, s.WalkTest = nil, agentapi.WalkTest{} })
	corners := []point{{744, 44}, {744, 68}, {748, 90}, {64, 44}, {64, 68}, {64, 100}, {400, 240}} // the last is for the colours of the screen test
	deadline := time.Now().Add(30 * time.Second)
	for i := 0; ; i++ {
		pause(400)
		m.alive()
		m.follow()
		if m.now == "idle" || m.now == "" {
			return
		}
		if time.Now().After(deadline) {
			m.w.photo("dead-end")
			m.w.t.Fatalf("no way out of %s after %d taps", m.now, m.taps)
		}
		p := corners[i%len(corners)]
		m.tap(p.x, p.y)
	}
}

// memory is the program's resident memory in kB.
func (m *monkey) memory() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.w.program.Process.Pid))
	if err != nil {
		m.w.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				m.w.t.Fatal(err)
			}
			return kb
		}
	}
	m.w.t.Fatal("the program has no memory")
	return 0
}

// report says what was done and judges the memory: between the second and the last third it must not grow. Below ten minutes that means
// nothing, because caches are emptied once a minute.
func (m *monkey) report(length time.Duration) {
	t := m.w.t
	f, err := os.Create(filepath.Join(m.w.dir, "monkey-rss.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out := csv.NewWriter(f)
	for _, r := range m.rss {
		_ = out.Write([]string{strconv.Itoa(r[0]), strconv.Itoa(r[1])})
	}
	out.Flush()
	n := len(m.rss)
	second, last := m.median(n/3, 2*n/3), m.median(2*n/3, n)
	calls := map[string]int{}
	for _, c := range m.w.agent.Calls() {
		verb, _, _ := strings.Cut(c, " ")
		calls[verb]++
	}
	t.Logf("the agent was asked for %v", calls)
	t.Logf("%d taps, pages %v, resident memory: first %d MB, middle third %d MB, last third %d MB", m.taps, m.pages, m.rss[0][1]>>10, second>>10, last>>10)
	for _, page := range []string{"welfare", "verify", "referral", "confirm", "trouble", "care"} {
		if length >= 10*time.Minute && m.pages[page] == 0 {
			t.Errorf("the monkey never came to %s", page)
		}
	}
	if length >= 10*time.Minute && last > second+second/20 {
		t.Errorf("memory grew from %d to %d kB", second, last)
	}
	if last > 400<<10 {
		t.Errorf("%d kB are resident", last)
	}
}

func (m *monkey) median(from, to int) int {
	var all []int
	for _, r := range m.rss[from:max(from+1, to)] {
		all = append(all, r[1])
	}
	slices.Sort(all)
	return all[len(all)/2]
}
