package board

import "time"

// Pair is the rule that makes one contact of two: one that opens and one that closes when the button is pressed. It is a pure function of
// time and levels.
//
// At rest and when pressed both say the same. While the contact travels, and when a wire is broken, they differ. If in doubt it is
// pressed: one of them is enough, so that a press is never lost to a wire that broke before. If they differ for longer than any contact
// travels, that is a fault; if they differ for longer than a press must last, the one that says "pressed" is not believed any more until
// the other says so too, so that the button still works with one wire.
type Pair struct {
	Travel time.Duration // how long a contact may travel
	Doubt  time.Duration // how long the two may differ and still count as pressed

	began   bool
	opened  bool
	closed  bool
	since   time.Duration // of the present levels
	fault   bool
	operate bool
}

const (
	travel = 50 * time.Millisecond
	// doubt is longer than the longest hold with its settling: a button with a broken wire can be held too.
	doubt = 2200 * time.Millisecond
)

// Step takes what both contacts say, and returns whether the button is operated and whether its wiring has a fault.
func (p *Pair) Step(now time.Duration, opened, closed bool) (operated, fault bool) {
	if !p.began || opened != p.opened || closed != p.closed {
		p.advance(now) // time has passed with the old levels
		p.began, p.opened, p.closed, p.since = true, opened, closed, now
	}
	p.advance(now)
	return p.operate, p.fault
}

func (p *Pair) advance(now time.Duration) {
	if !p.began {
		return
	}
	lasted := now - p.since
	switch {
	case p.opened == p.closed:
		p.operate = p.opened
		if !p.opened && lasted >= p.Travel {
			p.fault = false // only rest proves both wires: a press looks the same with one broken
		}
	default:
		p.operate = lasted < p.Doubt
		p.fault = p.fault || lasted >= p.Travel
	}
}

// Next is when the pair decides next without a change.
func (p *Pair) Next() (time.Duration, bool) {
	differ := p.opened != p.closed
	switch {
	case !p.began:
		return 0, false
	case differ && !p.fault, !differ && !p.opened && p.fault:
		return p.since + p.Travel, true
	case differ && p.operate:
		return p.since + p.Doubt, true
	default:
		return 0, false
	}
}
