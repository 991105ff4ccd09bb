package dispatch

import (
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Answering is how long it took to answer one call; zero is not yet, or never.
type Answering struct {
	Case, Zone string
	Mode       activation.Mode
	At         time.Time
	Answered   time.Duration
	Coming     time.Duration
	Here       time.Duration
	Rungs      int // that became due
	Nobody     int // of those, how many reached nobody
	Open       bool
}

// Times collects how long answers took. It is safe for concurrent use.
type Times struct {
	mu     *sync.Mutex
	all    map[string]Answering
	drills map[string]time.Time // zone -> when the last one was held
}

func newTimes() Times {
	return Times{mu: new(sync.Mutex), all: map[string]Answering{}, drills: map[string]time.Time{}}
}

func (t Times) observe(s activation.State) {
	if s.Trigger == activation.ByPath {
		return
	}
	a := Answering{Case: s.Case, Zone: s.Zone, Mode: s.Mode, At: s.ReceivedAt, Open: s.Stage().Open()}
	first := func(pick func(activation.Answer) activation.Mark) time.Duration {
		var at time.Time
		for _, x := range s.Answers {
			if m := pick(x); m.ID != "" && (at.IsZero() || m.At.Before(at)) {
				at = m.At
			}
		}
		if at.IsZero() {
			return 0
		}
		return max(time.Millisecond, at.Sub(s.ReceivedAt))
	}
	a.Answered = first(func(x activation.Answer) activation.Mark { return x.Acknowledged })
	a.Coming = first(func(x activation.Answer) activation.Mark { return x.Coming })
	a.Here = first(func(x activation.Answer) activation.Mark { return x.Arrived })
	for _, c := range s.Ladder.Rungs {
		a.Rungs++
		if s.Ladder.Nobody(c.Round, c.N) {
			a.Nobody++
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[s.Case] = a
	if a.Mode == activation.Drill && a.At.After(t.drills[a.Zone]) {
		t.drills[a.Zone] = a.At
	}
}

// Since returns the answering of all calls since then, newest first.
func (t Times) Since(from time.Time) []Answering {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []Answering
	for _, a := range t.all {
		if !a.At.Before(from) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Answering) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(a.Case, b.Case)
	})
	return out
}

// LastDrill is when a drill was held in a zone last; zero for never.
func (t Times) LastDrill(zone string) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.drills[zone]
}

// Times are how long answers took.
func (e *Engine) Times() Times { return e.times }
