package button_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/device/internal/button"
)

const ms = time.Millisecond

// contact plays a contact: edges at instants, and the rule's own deadlines in between.
type contact struct {
	rule   *button.Rule
	now    time.Duration
	level  bool
	events []button.Event
}

func begin(c button.Config, wasStuck, level bool) *contact {
	p := &contact{rule: button.New(c, wasStuck)}
	p.set(level)
	return p
}

func (p *contact) set(level bool) {
	p.level = level
	p.events = append(p.events, p.rule.Step(p.now, level)...)
}

func (p *contact) wait(d time.Duration) {
	end := p.now + d
	for at, ok := p.rule.Next(); ok && at <= end; at, ok = p.rule.Next() {
		p.now = max(at, p.now)
		p.set(p.level)
	}
	p.now = end
}

func (p *contact) count(k button.Kind) int {
	n := 0
	for _, e := range p.events {
		if e.Kind == k {
			n++
		}
	}
	return n
}

// bounce ends at a level after some bouncing that lasts less than the settle time.
func (p *contact) bounce(t *rapid.T, level bool) {
	for range rapid.IntRange(0, 8).Draw(t, "bounces") {
		p.set(!p.level)
		p.wait(time.Duration(rapid.IntRange(0, 2000).Draw(t, "bounce")) * time.Microsecond)
	}
	p.set(level)
}

func TestEveryPressCallsOnceAndNoGlitchDoes(t *testing.T) {
	for _, hold := range []time.Duration{0, 1500 * ms} {
		rapid.Check(t, func(t *rapid.T) {
			c := button.Defaults()
			c.Hold = hold
			p := begin(c, false, false)
			want := 0
			for range rapid.IntRange(1, 20).Draw(t, "operations") {
				p.wait(300*ms + time.Duration(rapid.IntRange(0, 2000).Draw(t, "pause"))*ms)
				if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
					p.set(true)
					p.wait(time.Duration(rapid.IntRange(0, 19).Draw(t, "glitch")) * ms)
					p.set(false)
					continue
				}
				p.bounce(t, true)
				p.wait(max(hold, 20*ms) + time.Duration(rapid.IntRange(0, 1000).Draw(t, "held"))*ms)
				p.bounce(t, false)
				want++
			}
			p.wait(time.Second)
			if got := p.count(button.Pressed); got != want {
				t.Fatalf("%d calls of %d presses, hold %v: %+v", got, want, hold, p.events)
			}
		})
	}
}

func TestAnyInputKeepsItsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := begin(button.Defaults(), rapid.Bool().Draw(t, "was stuck"), rapid.Bool().Draw(t, "level"))
		for range rapid.IntRange(0, 60).Draw(t, "edges") {
			p.wait(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "ms")) * ms)
			p.set(rapid.Bool().Draw(t, "to"))
		}
		p.wait(time.Minute)
		downs, ups := p.count(button.Down), p.count(button.Up)
		if downs-ups != 0 && downs-ups != 1 {
			t.Fatalf("%d downs, %d ups", downs, ups)
		}
		if p.count(button.Pressed) > downs || p.count(button.Freed) > p.count(button.Stuck) {
			t.Fatalf("%+v", p.events)
		}
		for i, e := range p.events[min(1, len(p.events)):] {
			if e.At < p.events[i].At {
				t.Fatalf("time runs backwards: %+v", p.events)
			}
		}
	})
}

func TestHeldAtTheStartIsACall(t *testing.T) {
	p := begin(button.Defaults(), false, true)
	p.wait(25 * ms)
	if len(p.events) != 2 || p.events[1].Kind != button.Pressed || !p.events[1].HeldAtStart {
		t.Fatalf("%+v", p.events)
	}
	p.set(false)
	p.wait(time.Second)
	p.set(true)
	p.wait(time.Second)
	if last := p.events[len(p.events)-1]; last.Kind != button.Pressed || last.HeldAtStart {
		t.Errorf("the next press: %+v", last)
	}
}

func TestStuckIsTroubleNotAnotherCall(t *testing.T) {
	p := begin(button.Defaults(), false, true)
	p.wait(10 * time.Minute)
	if p.count(button.Pressed) != 1 || p.count(button.Stuck) != 1 {
		t.Errorf("%+v", p.events)
	}
	p.set(false)
	p.wait(time.Second)
	if p.count(button.Freed) != 1 {
		t.Errorf("not freed: %+v", p.events)
	}
}

func TestStuckSinceBeforeTheStartIsOnlyTrouble(t *testing.T) {
	p := begin(button.Defaults(), true, true)
	p.wait(time.Minute)
	if p.count(button.Pressed) != 0 || p.count(button.Stuck) != 1 {
		t.Errorf("%+v", p.events)
	}
	p.set(false)
	p.wait(time.Second)
	p.set(true)
	p.wait(time.Second)
	if p.count(button.Pressed) != 1 {
		t.Errorf("a press after it was freed: %+v", p.events)
	}
}

func TestTheButtonRearmsAfter200Milliseconds(t *testing.T) {
	p := begin(button.Defaults(), false, false)
	press := func(pause time.Duration) {
		p.wait(pause)
		p.set(true)
		p.wait(50 * ms)
		p.set(false)
	}
	press(time.Second)
	press(100 * ms)
	press(time.Second)
	p.wait(time.Second)
	if n := p.count(button.Pressed); n != 2 {
		t.Errorf("%d calls, want the first and the third: %+v", n, p.events)
	}
}
