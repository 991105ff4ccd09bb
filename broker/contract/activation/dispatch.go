package activation

import (
	"cmp"
	"slices"
)

// The types of events that tell how people were looked for. Only the broker writes them.
const (
	Escalated Type = "escalated" // a rung of the ladder became due, and these people are told; whoever writes it is the one who acts
	Notified  Type = "notified"  // how far notices have come
)

// Dispatches reports whether a type tells how people were looked for.
func (t Type) Dispatches() bool { return t == Escalated || t == Notified }

// NoticeState is how far one notice has come. None of the states is an answer by itself: an answer is an event of its agency.
type NoticeState string

// The states.
const (
	NoticeQueued    NoticeState = "queued"    // somebody has to send it
	NoticeSent      NoticeState = "sent"      // the next machine has taken it
	NoticeDelivered NoticeState = "delivered" // the receiving end has it
	NoticeSeen      NoticeState = "seen"      // it was on a screen that somebody was using
	NoticeAnswered  NoticeState = "answered"  // its person answered by it
	NoticeFailed    NoticeState = "failed"    // not taken, for a reason
	NoticeDropped   NoticeState = "dropped"   // not sent: it was no longer needed
)

// NoticeReason says why a notice failed or was dropped.
type NoticeReason string

// The reasons.
const (
	Unreachable NoticeReason = "unreachable"  // the next machine did not take it
	TimedOut    NoticeReason = "timeout"      // the next machine did not answer
	Refused     NoticeReason = "refused"      // it will never be taken
	AddressGone NoticeReason = "address_gone" // the address is dead
	NoChannel   NoticeReason = "no_channel"   // this broker has no such channel
	Unwatched   NoticeReason = "unwatched"    // no desk is open, unlocked and in use
	Cannot      NoticeReason = "cannot"       // its person said that they can not come
	WasAnswered NoticeReason = "answered"     // dropped: the agency has answered
	WasEnded    NoticeReason = "ended"        // dropped: the case has ended
	WasTold     NoticeReason = "told"         // dropped: an earlier way has taken it
)

// Notice is one way in which one person, or one desk, is told of a case.
type Notice struct {
	ID      string       `json:"id"` // the same at every try, also by another node: receivers drop what they have
	Round   int          `json:"round,omitempty"`
	Rung    int          `json:"rung"`             // from 1
	Channel string       `json:"channel"`          //
	Target  string       `json:"target"`           // a person's id; the agency of a desk, or "any"
	Agency  string       `json:"agency,omitempty"` // who should answer; empty: anybody
	Order   int          `json:"order,omitempty"`  // of the target's ways: the next is taken when one fails
	AfterS  int          `json:"after_s,omitempty"`
	State   NoticeState  `json:"state"`
	Reason  NoticeReason `json:"reason,omitempty"`
	Try     int          `json:"try,omitempty"`
	RetryS  int          `json:"retry_s,omitempty"` // failed: tried again after so many seconds; 0: never
	News    News         `json:"news,omitempty"`    // of no rung: those who answered are told that this has happened
	Of      string       `json:"of,omitempty"`      // the event that is the news
}

// Rung is one rung of the ladder.
type Rung struct {
	Round      int  `json:"round,omitempty"` // how often the ladder was begun anew
	N          int  `json:"n"`               // from 1
	Policy     int  `json:"policy"`          // version of the policy
	Supervisor bool `json:"supervisor,omitempty"`
	Nobody     bool `json:"nobody,omitempty"` // there was nobody to tell: an alarm of its own
}

// Dispatch is what an event about looking for people carries.
type Dispatch struct {
	Rung    *Rung    `json:"rung,omitempty"` // escalated
	Notices []Notice `json:"notices,omitempty"`
}

// Climbed is a rung that became due.
type Climbed struct {
	Rung
	Mark Mark   `json:"mark"`
	By   string `json:"by"` // the node that acts
}

// Told is a notice and who said the last of it.
type Told struct {
	Notice
	Mark Mark   `json:"mark"`
	By   string `json:"by"`
}

// Ladder is how people were looked for so far.
type Ladder struct {
	Rungs   []Climbed `json:"rungs,omitempty"`   // by round and number
	Notices []Told    `json:"notices,omitempty"` // by id
}

func (l Ladder) clone() Ladder {
	return Ladder{Rungs: slices.Clone(l.Rungs), Notices: slices.Clone(l.Notices)}
}

func (l *Ladder) fold(e Event) {
	m := mark(e)
	if r := e.Dispatch.Rung; r != nil {
		i, ok := slices.BinarySearchFunc(l.Rungs, *r, func(c Climbed, r Rung) int {
			return cmp.Or(cmp.Compare(c.Round, r.Round), cmp.Compare(c.N, r.N))
		})
		c := Climbed{Rung: *r, Mark: m, By: e.Actor.ID}
		switch {
		case !ok:
			l.Rungs = slices.Insert(l.Rungs, i, c)
		case m.compare(l.Rungs[i].Mark) < 0:
			l.Rungs[i] = c
		}
	}
	for _, n := range e.Dispatch.Notices {
		i, ok := slices.BinarySearchFunc(l.Notices, n.ID, func(t Told, id string) int { return cmp.Compare(t.ID, id) })
		t := Told{Notice: n, Mark: m, By: e.Actor.ID}
		switch {
		case !ok:
			l.Notices = slices.Insert(l.Notices, i, t)
		case m.compare(l.Notices[i].Mark) > 0:
			l.Notices[i] = t
		}
	}
}

// Notice finds a notice.
func (l Ladder) Notice(id string) (Told, bool) {
	i, ok := slices.BinarySearchFunc(l.Notices, id, func(t Told, id string) int { return cmp.Compare(t.ID, id) })
	if !ok {
		return Told{}, false
	}
	return l.Notices[i], true
}

// Climbed finds a rung.
func (l Ladder) Climbed(round, n int) (Climbed, bool) {
	for _, c := range l.Rungs {
		if c.Round == round && c.N == n {
			return c, true
		}
	}
	return Climbed{}, false
}

// Of returns the notices of a rung.
func (l Ladder) Of(round, n int) []Told {
	var out []Told
	for _, t := range l.Notices {
		if t.Round == round && t.Rung == n {
			out = append(out, t)
		}
	}
	return out
}

// Nobody reports whether a rung that became due reached nobody: there was nobody on it, or every way to every one of them failed.
func (l Ladder) Nobody(round, n int) bool {
	c, ok := l.Climbed(round, n)
	if !ok {
		return false
	}
	all := l.Of(round, n)
	return c.Nobody || len(all) > 0 && !slices.ContainsFunc(all, func(t Told) bool { return t.State != NoticeFailed })
}

// Last is the newest rung; ok is false if none became due.
func (l Ladder) Last() (Climbed, bool) {
	if len(l.Rungs) == 0 {
		return Climbed{}, false
	}
	return l.Rungs[len(l.Rungs)-1], true
}

// Answered reports whether an agency has answered; the empty agency stands for any.
func (s State) Answered(agency string) bool {
	return slices.ContainsFunc(s.Answers, func(a Answer) bool {
		return (agency == "" || a.Agency == agency) && !a.Acknowledged.zero()
	})
}

// decideDispatch makes one node act and no other: a rung is claimed once, and a claim that was decided on an older answer is refused.
func decideDispatch(s State, cmd Command) ([]Event, error) {
	d := cmd.Dispatch
	if cmd.Type == Escalated {
		if _, done := s.Ladder.Climbed(d.Rung.Round, d.Rung.N); done {
			return nil, nil
		}
		if !s.Stage().Open() {
			return nil, ErrEnded
		}
		moot := func(n Notice) bool { return !d.Rung.Supervisor && s.Answered(n.Agency) }
		return unless(slices.ContainsFunc(d.Notices, moot), ErrChanged, cmd)
	}
	for _, n := range d.Notices {
		t, ok := s.Ladder.Notice(n.ID)
		claims := !ok && n.News != "" && n.Try == 0 // news have no rung that could be claimed
		if n.State == NoticeQueued && !claims && (!ok || t.Try != n.Try-1) {
			return nil, ErrChanged
		}
	}
	return []Event{cmd}, nil
}
