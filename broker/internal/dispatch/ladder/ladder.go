// Package ladder decides who is told now and when to look again: a function of the policy, of who is on duty, of what the ledger says of a
// case, and of the time. It reads no clock and sends nothing.
//
// Times are those of a steady clock of whoever asks (see [View.At]), so that a clock that is set forwards or back in the middle of a call
// changes nothing. Only who is on duty is asked by the clock on the wall.
package ladder

import (
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// The times of a notice.
const (
	Stall    = 10 * time.Second // not taken by its channel for so long: the person's next way is tried beside it
	Takeover = 15 * time.Second // queued by a node that has not sent it: another one does
)

// Directory says who can be reached how.
type Directory interface {
	One(person string) (policy.PersonDoc, bool)
	People() []policy.PersonDoc
	Rosters() []policy.RosterDoc
	OneRoster(id string) (policy.RosterDoc, bool)
	OnDuty(roster string, at time.Time) []string
}

// View is a case as the one who asks sees it.
type View struct {
	State activation.State
	Node  string                            // who asks
	Known map[string]bool                   // notices that this node is sending, or has queued again, already
	Now   time.Time                         // by the steady clock
	Wall  time.Time                         // by the clock on the wall
	At    func(m activation.Mark) time.Time // when something happened, by the steady clock; the zero Mark stands for the receipt
}

// Claim is a rung to be claimed.
type Claim struct {
	Rung    activation.Rung
	Notices []activation.Notice
}

// Plan is what to do now.
type Plan struct {
	Claim *Claim              // claim this rung; then ask again
	Send  []activation.Told   // hand these to their channels
	Take  []activation.Notice // claim these notices of another node; then ask again
	Drop  []activation.Notice // say that these are no longer needed
	Again time.Time           // ask again then at the latest; zero: only when the case changes
}

// Next makes the plan. A test that somebody makes at a device, as a walk test, is told to open desks alone: it pages nobody.
func Next(p policy.Policy, d Directory, v View) Plan {
	var out Plan
	if v.State.Mode == activation.Test && v.State.Trigger != activation.ByPath {
		p = policy.Policy{Version: p.Version, Rungs: []policy.Rung{{Targets: []policy.Target{{Kind: policy.Desk}}}}}
	}
	live := Live(v.State)
	if open := v.State.Stage().Open(); !open || len(Silent(p, d, v.State)) == 0 {
		out.Drop = drop(v.State, func(n activation.Notice) bool { return n.News == "" || !live }, ended(open))
	} else {
		out.Drop = drop(v.State, func(n activation.Notice) bool { return n.News == "" && moot(v.State, n) }, activation.WasAnswered)
		out.climb(p, d, v)
		for _, t := range v.State.Ladder.Notices {
			if t.News == "" && !moot(v.State, t.Notice) {
				out.notice(v, t)
			}
		}
	}
	if live {
		out.news(d, v)
	}
	return out
}

func ended(open bool) activation.NoticeReason {
	if open {
		return activation.WasAnswered
	}
	return activation.WasEnded
}

// moot reports whether a notice needs not be sent any more because its agency has answered.
func moot(s activation.State, n activation.Notice) bool {
	c, _ := s.Ladder.Climbed(n.Round, n.Rung)
	return !c.Supervisor && s.Answered(n.Agency)
}

func drop(s activation.State, is func(activation.Notice) bool, why activation.NoticeReason) []activation.Notice {
	var out []activation.Notice
	for _, t := range s.Ladder.Notices {
		waits := t.State == activation.NoticeQueued || t.State == activation.NoticeFailed && t.RetryS > 0
		if waits && is(t.Notice) {
			n := t.Notice
			n.State, n.Reason, n.RetryS = activation.NoticeDropped, why, 0
			out = append(out, n)
		}
	}
	return out
}

// Silent are the agencies of a policy that have not answered; the empty one stands for anybody.
func Silent(p policy.Policy, d Directory, s activation.State) []string {
	var out []string
	for _, r := range p.Rungs {
		if r.Supervisor {
			continue
		}
		for _, t := range r.Targets {
			if a := agencyOf(d, t); !s.Answered(a) && !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	if len(out) == 0 && len(s.Answers) == 0 {
		out = append(out, "") // a policy of supervisors alone
	}
	return out
}

// Asks reports whether a policy asks an agency to answer: it names the agency, a roster or a person of it, or the desks of all.
func Asks(p policy.Policy, d Directory, agency string) bool {
	return slices.ContainsFunc(p.Rungs, func(r policy.Rung) bool {
		return slices.ContainsFunc(r.Targets, func(t policy.Target) bool {
			a := agencyOf(d, t)
			return a == agency || a == "" && t.Kind == policy.Desk
		})
	})
}

func agencyOf(d Directory, t policy.Target) string {
	switch t.Kind {
	case policy.Roster:
		r, _ := d.OneRoster(t.ID)
		return r.Agency
	case policy.Person:
		p, _ := d.One(t.ID)
		return p.Agency
	default:
		return t.ID
	}
}

// climb looks for the rung that is next. A rung that reached nobody makes the next one of its round due at once; a rung that is overdue in
// the next round as well is left out in this one, so that nobody is paged many times after the broker was down.
func (out *Plan) climb(p policy.Policy, d Directory, v View) {
	received := v.At(activation.Mark{})
	for round := 0; round <= p.Repeat && round <= activation.MaxRounds; round++ {
		start := received.Add(time.Duration(round) * p.Round())
		for i, r := range p.Rungs {
			if _, done := v.State.Ladder.Climbed(round, i+1); done {
				continue
			}
			due := start.Add(r.After())
			if i > 0 && v.State.Ladder.Nobody(round, i) {
				due = earlier(due, v.Now)
			}
			if v.Now.Before(due) {
				out.again(due)
				return
			}
			overtaken := round < p.Repeat && !v.Now.Before(due.Add(p.Round()))
			if overtaken || !r.Supervisor && satisfied(d, v.State, r) {
				continue
			}
			out.Claim = claim(p, d, v, round, i+1)
			return
		}
	}
}

// satisfied reports whether everybody whom a rung is for has answered.
func satisfied(d Directory, s activation.State, r policy.Rung) bool {
	return !slices.ContainsFunc(r.Targets, func(t policy.Target) bool { return !s.Answered(agencyOf(d, t)) })
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (out *Plan) again(at time.Time) {
	if out.Again.IsZero() || at.Before(out.Again) {
		out.Again = at
	}
}

// notice decides about one notice: send it now, later, or leave it.
func (out *Plan) notice(v View, t activation.Told) {
	due, waits := dueAt(v, t)
	if !waits || v.Known[t.ID] {
		return
	}
	own := t.By == v.Node
	if !own {
		due = due.Add(Takeover)
	}
	switch {
	case v.Now.Before(due):
		out.again(due)
	case own:
		out.Send = append(out.Send, t)
	default:
		n := t.Notice
		n.State, n.Reason, n.RetryS, n.Try = activation.NoticeQueued, "", 0, n.Try+1
		out.Take = append(out.Take, n)
	}
}

// dueAt is when a notice is to be sent; waits is false if it is not to be sent (any more).
func dueAt(v View, t activation.Told) (due time.Time, waits bool) {
	switch {
	case t.State == activation.NoticeFailed && t.RetryS > 0:
		return v.At(t.Mark).Add(time.Duration(t.RetryS) * time.Second), true
	case t.State != activation.NoticeQueued:
		return time.Time{}, false
	case t.Try > 0: // taken over
		return v.At(t.Mark), true
	case t.News != "":
		return newsDueAt(v, t)
	}
	c, _ := v.State.Ladder.Climbed(t.Round, t.Rung)
	start := v.At(c.Mark)
	due = start.Add(time.Duration(t.AfterS) * time.Second)
	if before, ok := wayBefore(v.State.Ladder, t.Notice); ok {
		switch before.State {
		case activation.NoticeFailed:
			due = earlier(due, v.At(before.Mark))
		case activation.NoticeQueued:
			due = earlier(due, start.Add(time.Duration(before.AfterS)*time.Second+Stall))
		}
	}
	return due, true
}

// wayBefore is the way that is tried before this one to reach the same target on the same rung.
func wayBefore(l activation.Ladder, n activation.Notice) (activation.Told, bool) {
	for _, t := range l.Notices {
		if t.Round == n.Round && t.Rung == n.Rung && t.Of == n.Of && t.Target == n.Target && t.Order == n.Order-1 {
			return t, true
		}
	}
	return activation.Told{}, false
}

// Urgency orders calls when there are many at once; higher goes first.
func Urgency(s activation.State) int {
	switch {
	case s.Mode == activation.Test:
		return 0
	case s.Mode == activation.Drill:
		return 1
	case s.UnderDuress.ID != "", slices.Contains(s.Needs, activation.Hurt), slices.Contains(s.Intake, activation.Hurt), s.Welfare == activation.WelfareHelp:
		return 3
	default:
		return 2
	}
}
