package desk

import (
	"cmp"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
)

const (
	answerWithin = 180 * time.Second // after this a call that nobody took says so
	lateAfter    = 30 * time.Second  // a call that took longer to arrive shows its age first
	closedFor    = 24 * time.Hour    // how long a closed case stays in the list
)

// card is one case in the list, as one seat sees it.
type card struct {
	ID, Code   string
	Zone       Zone
	Mode       activation.Mode
	Status     status
	Detail     string // one more line: who, and by when
	Open       bool
	Since      time.Time // when help was called for
	Until      time.Time // when it stopped being open; zero while it is
	Late       string    // how long it took to arrive, in words, if that was long
	AtLeast    bool
	Presses    int
	Duress     bool
	AskedOff   bool // a stand-down waits for a decision
	NoAnswerAt time.Time
	NoAnswer   bool
	Unwell     bool      // staff looked: the youth needs help now
	LookDue    time.Time // from then on nobody has looked for too long; zero if nobody has to
	Unlooked   bool      // that time has come
	Mine       bool      // this seat's agency has answered
	Ring       string    // what this desk rings for: an event's id; empty for silence
	Quiet      bool      // the ring can be silenced by somebody who has heard it
	Selected   bool
	Rev        uint64
	Locked     bool // it is on a locked desk
	now        time.Time
}

// Timer is the time that the card shows: since the call while it is open, then how long it took.
func (c card) Timer() string {
	if c.Until.IsZero() {
		return elapsed(c.now.Sub(c.Since))
	}
	return elapsed(c.Until.Sub(c.Since))
}

// Practice reports whether this is no actual call.
func (c card) Practice() bool { return c.Mode != activation.Actual }

// New reports whether nobody has answered yet.
func (c card) New() bool { return c.Status.Class == "new" }

func (d *Desk) card(seat Seat, k Case) card {
	s, now := k.State, d.opt.Clock()
	stage := s.Stage()
	c := card{
		ID: s.Case, Code: activation.ShortCode(s.Case), Zone: d.zone(s.Zone), Mode: s.Mode, Status: statusOf(stage), Open: stage.Open(),
		Since: s.RaisedAt, Until: endedAt(s), AtLeast: s.AgeAtLeast, Presses: s.Presses, Duress: s.UnderDuress.ID != "",
		AskedOff: s.StandDown() == activation.StandDownAsked && stage.Open(), Mine: s.Answer(seat.Agency).Acknowledged.ID != "",
		Rev: k.Rev, now: now,
	}
	if wait := s.ReceivedAt.Sub(s.RaisedAt); wait >= lateAfter || s.AgeAtLeast {
		c.Late = spoken(wait)
	}
	if stage == activation.Received {
		c.NoAnswerAt = s.ReceivedAt.Add(answerWithin)
		c.NoAnswer = !now.Before(c.NoAnswerAt)
	}
	c.LookDue = lookDue(s)
	c.Unwell, c.Unlooked = c.Open && s.Welfare == activation.WelfareHelp, !c.LookDue.IsZero() && !now.Before(c.LookDue)
	c.Detail = d.cardDetail(s, stage)
	c.Ring, c.Quiet = ring(s, seat.Agency)
	return c
}

func (d *Desk) cardDetail(s activation.State, stage activation.Stage) string {
	switch stage {
	case activation.StageAcknowledged:
		return d.agency(furthest(s).Agency).Short + " answered"
	case activation.StageComing:
		a := furthest(s)
		return d.agency(a.Agency).Short + ", there by " + d.hourMinute(a.ETA())
	case activation.Here:
		return d.agency(furthest(s).Agency).Short + " is there"
	case activation.StageHandedOver:
		if s.HandedOverTo != "" {
			return "to " + d.agency(s.HandedOverTo).Short
		}
	case activation.StageClosed:
		return outcomeWords(s.Outcome)
	}
	return ""
}

// ring says what a desk must ring for. Until its own agency has answered nothing silences it; what happens later than the agency's
// last word rings until somebody has heard it.
func ring(s activation.State, agency string) (id string, quiet bool) {
	if !s.Stage().Open() {
		return "", false
	}
	a := s.Answer(agency)
	if a.Acknowledged.ID == "" {
		return s.LastPress.ID, false
	}
	later := []activation.Mark{s.UnderDuress}
	if s.Welfare == activation.WelfareHelp {
		later = append(later, s.Welfared)
	}
	if s.Presses > 1 {
		later = append(later, s.LastPress)
	}
	if s.StandDown() == activation.StandDownAsked {
		later = append(later, s.Asked)
	}
	if s.Welfare == activation.WelfareHelp { // they can not wait for whoever is coming
		later = append(later, s.Welfared)
	}
	newest := slices.MaxFunc(later, func(x, y activation.Mark) int { return x.At.Compare(y.At) })
	if newest.ID == "" || !newest.At.After(a.Spoke.At) {
		return "", false
	}
	return newest.ID, true
}

// furthest is the answer that says where help is: the furthest, and of those who are coming the one that is there first.
func furthest(s activation.State) activation.Answer {
	if len(s.Answers) == 0 {
		return activation.Answer{}
	}
	return slices.MaxFunc(s.Answers, func(a, b activation.Answer) int {
		return cmp.Or(cmp.Compare(a.Stage().Rank(), b.Stage().Rank()), b.ETA().Compare(a.ETA()))
	})
}

// endedAt is when a case stopped being open; zero while it is.
func endedAt(s activation.State) time.Time {
	var first time.Time
	for _, m := range []activation.Mark{s.HandedOver, s.LeftAt, s.Confirmed, s.ClosedAt} {
		if m.ID != "" && (first.IsZero() || m.At.Before(first)) {
			first = m.At
		}
	}
	return first
}

// listed reports whether a case still belongs on the page.
func (d *Desk) listed(k Case) bool {
	return k.State.ClosedAt.ID == "" || d.opt.Clock().Sub(k.State.ClosedAt.At) < closedFor
}

// cards returns the open and the ended cases, each in the order in which somebody should look at them.
func (d *Desk) cards(seat Seat) (open, ended []card) {
	if !seat.May(CaseList) {
		return nil, nil
	}
	for _, k := range d.opt.Book.List() {
		if !d.listed(k) || !d.sees(seat, k.State) {
			continue
		}
		if c := d.card(seat, k); c.Open {
			open = append(open, c)
		} else {
			ended = append(ended, c)
		}
	}
	slices.SortFunc(open, inOrder)
	slices.SortFunc(ended, inOrder)
	return open, ended
}

func inOrder(a, b card) int {
	return cmp.Or(cmp.Compare(a.Order(), b.Order()), b.Since.Compare(a.Since), cmp.Compare(a.ID, b.ID))
}

// Order says how much a case waits for somebody: the lower, the sooner a person should look.
func (c card) Order() int {
	switch {
	case !c.Open:
		return 5
	case c.New() && !c.Practice():
		return 0
	case c.Duress:
		return 1
	case c.AskedOff:
		return 2
	case c.New():
		return 3
	default:
		return 4
	}
}
