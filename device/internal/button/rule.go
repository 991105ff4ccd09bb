package button

import "time"

// Kind is what happened.
type Kind string

// The kinds of events.
const (
	Down    Kind = "down"    // the contact has settled: local feedback only
	Pressed Kind = "pressed" // call for help
	Up      Kind = "up"
	Stuck   Kind = "stuck" // operated for too long: trouble, not another call
	Freed   Kind = "freed" // no longer stuck
)

// Event is one thing that the rule decided.
type Event struct {
	Kind        Kind
	At          time.Duration // when it was decided
	From        time.Duration // first edge of this operation
	HeldAtStart bool          // the contact was operated when the rule began
}

// Config are the times of a rule.
type Config struct {
	Settle time.Duration // a level must hold so long to count
	Hold   time.Duration // the contact must be held so long to call for help; at most 2 s is sensible, 0 for a hidden staff button
	Stuck  time.Duration
	Rearm  time.Duration // it must be released so long before it can call again
}

// Defaults are the times for a hidden staff button.
func Defaults() Config {
	return Config{Settle: 20 * time.Millisecond, Stuck: 30 * time.Second, Rearm: 200 * time.Millisecond}
}

// Rule is the state of one contact. Make it with [New].
type Rule struct {
	c       Config
	started bool
	held    bool // since the start

	raw   bool          // the level now
	rawAt time.Duration // since when

	down    bool          // the settled level
	from    time.Duration // first edge of the operation
	downAt  time.Duration // when the level began that settled as down
	upAt    time.Duration // when the last release settled
	armed   bool          // this operation may call
	called  bool
	stuck   bool
	ignored bool // stuck since before the start: known already, not a call
}

// New makes a rule. With wasStuck a contact that is operated at the start is the old trouble, not a call.
func New(c Config, wasStuck bool) *Rule { return &Rule{c: c, ignored: wasStuck} }

// Step takes the level at an instant, after an edge or at Next, and returns what follows from it.
func (r *Rule) Step(now time.Duration, operated bool) []Event {
	if !r.started {
		r.begin(now, operated)
		return r.advance(now, nil)
	}
	out := r.advance(now, nil) // time has passed with the old level
	if operated != r.raw {
		if operated && !r.down {
			r.from = now
		}
		r.raw, r.rawAt = operated, now
	}
	return r.advance(now, out)
}

func (r *Rule) begin(now time.Duration, operated bool) {
	r.started = true
	r.raw, r.rawAt, r.held = operated, now, operated
	r.from, r.upAt = now, now-r.c.Rearm
	r.ignored = r.ignored && operated
}

func (r *Rule) advance(now time.Duration, out []Event) []Event {
	if r.raw != r.down && now-r.rawAt >= r.c.Settle {
		out = r.settle(out)
	}
	if !r.down {
		return out
	}
	// While the contact is open again but has not settled, only what it reached before counts, unless settling alone is enough.
	until := now
	if !r.raw && r.c.Hold > r.c.Settle {
		until = r.rawAt
	}
	if call := r.callAt(); !r.called && r.armed && until >= call {
		r.called = true
		out = append(out, Event{Pressed, call, r.from, r.held})
	}
	if at := r.downAt + r.c.Stuck; !r.stuck && r.raw && now >= at {
		r.stuck = true
		out = append(out, Event{Stuck, at, r.from, r.held})
	}
	return out
}

func (r *Rule) settle(out []Event) []Event {
	r.down = r.raw
	at := r.rawAt + r.c.Settle
	if r.down {
		r.downAt = r.rawAt
		r.armed = !r.ignored && at-r.upAt >= r.c.Rearm
		if r.ignored {
			r.stuck = true
			return append(out, Event{Down, at, r.from, r.held}, Event{Stuck, at, r.from, r.held})
		}
		return append(out, Event{Down, at, r.from, r.held})
	}
	out = append(out, Event{Up, at, r.from, r.held})
	if r.stuck {
		out = append(out, Event{Freed, at, r.from, r.held})
	}
	r.upAt = at
	r.called, r.stuck, r.held, r.ignored = false, false, false, false
	return out
}

func (r *Rule) callAt() time.Duration { return r.downAt + max(r.c.Hold, r.c.Settle) }

// Next is when the rule decides next without another edge.
func (r *Rule) Next() (time.Duration, bool) {
	switch {
	case r.raw != r.down:
		return r.rawAt + r.c.Settle, true
	case r.down && r.armed && !r.called:
		return r.callAt(), true
	case r.down && !r.stuck:
		return r.downAt + r.c.Stuck, true
	default:
		return 0, false
	}
}
