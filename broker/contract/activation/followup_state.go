package activation

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Said is one word of one agency: the newest of its kind counts, all of them stay in the ledger. Words are ordered by when the ledger
// took them, not by when the thing happened: a mark that is made again for an earlier hour must win over the one that it corrects.
type Said struct {
	Mark
	By     string    `json:"by,omitempty"`
	Agency string    `json:"agency,omitempty"`
	Of     time.Time `json:"of,omitzero"` // when it happened
}

func said(e Event) Said {
	return Said{Mark: Mark{At: e.LedgerTime, ID: e.ID}, By: e.Actor.ID, Agency: e.Agency, Of: e.HappenedAt()}
}

func (s *Said) latest(o Said) bool {
	m := s.Mark
	if !m.latest(o.Mark) {
		return false
	}
	*s = o
	return true
}

// DutyState is what was said of one duty.
type DutyState struct {
	Duty     string            `json:"duty"`
	Done     bool              `json:"done,omitempty"`
	Word     Said              `json:"word,omitzero"` // of Done
	Evidence map[string]string `json:"evidence,omitempty"`
	Passing  Said              `json:"passing,omitzero"` // the newest step; its agency is who said it
	To       string            `json:"to,omitempty"`
	Step     Step              `json:"step,omitempty"`
	Taken    Said              `json:"taken,omitzero"` // the newest acceptance: the agency that owes it now
}

// Meeting is one decision of the team.
type Meeting struct {
	Said
	Decision Decision `json:"decision"`
}

// StatusNote is one status.
type StatusNote struct {
	Said
	Status Status `json:"status"`
}

// Fact is a circumstance as it was last told.
type Fact struct {
	Said
	Is bool `json:"is"`
}

// Link is what was said of this case and another one being of the same person.
type Link struct {
	SameAs   string `json:"same_as"`
	Proposed Said   `json:"proposed,omitzero"`
	Agreed   Said   `json:"agreed,omitzero"`
	Undone   Said   `json:"undone,omitzero"`
}

// Holds reports whether two people agreed and nobody undid it since.
func (l Link) Holds() bool { return !l.Agreed.zero() && l.Agreed.compare(l.Undone.Mark) > 0 }

// Waits reports whether a proposal waits for a second person.
func (l Link) Waits() bool {
	return !l.Holds() && !l.Proposed.zero() && l.Proposed.compare(l.Undone.Mark) > 0
}

// Course is what the events of the 72 hours say. The zero Course is a case of which nobody has said anything yet.
type Course struct {
	Station      string                `json:"station,omitempty"`
	IdentifiedBy string                `json:"identified_by,omitempty"`
	Identified   Said                  `json:"identified,omitzero"`
	Informed     Said                  `json:"informed,omitzero"`
	Duties       []DutyState           `json:"duties,omitempty"`   // by duty
	Meetings     []Meeting             `json:"meetings,omitempty"` // oldest word first: the first is the initial decision
	Statuses     []StatusNote          `json:"statuses,omitempty"` // oldest word first
	Facts        map[Circumstance]Fact `json:"facts,omitempty"`
	Links        []Link                `json:"links,omitempty"` // by case
	Sealed       []byte                `json:"sealed,omitempty"`
	SealedBy     Said                  `json:"sealed_by,omitzero"`
	Hold         bool                  `json:"hold,omitempty"`
	HoldWord     Said                  `json:"hold_word,omitzero"`
	HoldWhy      string                `json:"hold_why,omitempty"` // a code; "" if nobody said
	Erasing      bool                  `json:"erasing,omitempty"`  // somebody asked, and a second person has not answered
	ErasureWord  Said                  `json:"erasure_word,omitzero"`
	Erased       Said                  `json:"erased,omitzero"`
}

// Duty returns what was said of a duty; the zero DutyState if nothing.
func (c Course) Duty(id string) DutyState {
	if i, ok := c.find(id); ok {
		return c.Duties[i]
	}
	return DutyState{Duty: id}
}

func (c Course) find(id string) (int, bool) {
	return slices.BinarySearchFunc(c.Duties, id, func(d DutyState, id string) int { return cmp.Compare(d.Duty, id) })
}

// Link returns what was said of this case and another.
func (c Course) Link(other string) Link {
	for _, l := range c.Links {
		if l.SameAs == other {
			return l
		}
	}
	return Link{SameAs: other}
}

// LastMeeting is the event of the newest decision, or "".
func (c Course) LastMeeting() string {
	if len(c.Meetings) == 0 {
		return ""
	}
	return c.Meetings[len(c.Meetings)-1].ID
}

// LastFact is the event of the newest word on any of some circumstances, or "".
func (c Course) LastFact(of map[Circumstance]bool) string {
	var newest Mark
	for k := range of {
		newest.latest(c.Facts[k].Mark)
	}
	return newest.ID
}

// LastStatus is the newest note of a moment; false if there is none.
func (c Course) LastStatus(m Moment) (StatusNote, bool) {
	for _, s := range slices.Backward(c.Statuses) {
		if s.Status.Moment == m {
			return s, true
		}
	}
	return StatusNote{}, false
}

func (c Course) clone() Course {
	c.Duties, c.Meetings, c.Statuses = slices.Clone(c.Duties), slices.Clone(c.Meetings), slices.Clone(c.Statuses)
	c.Facts, c.Links = maps.Clone(c.Facts), slices.Clone(c.Links)
	return c
}

// fold takes one event. e is a copy of the caller's: what is kept of it is shared with nobody.
func (c *Course) fold(e Event) {
	w, f := said(e), e.FollowUp.clone()
	if f == nil {
		f = &FollowUp{}
	}
	switch e.Type {
	case DutyDone, DutyUndone, DutyPassed:
		c.duty(e.Type, w, f)
	case MDTDecided:
		c.Meetings = append(c.Meetings, Meeting{w, *f.Decision})
		slices.SortFunc(c.Meetings, func(a, b Meeting) int { return a.compare(b.Mark) })
	case StatusRecorded:
		c.Statuses = append(c.Statuses, StatusNote{w, *f.Status})
		slices.SortFunc(c.Statuses, func(a, b StatusNote) int { return a.compare(b.Mark) })
	case FactsRecorded:
		c.facts(w, f.Facts)
	case Raised, Identified:
		if f.Station != "" && c.Identified.latest(w) {
			c.Station, c.IdentifiedBy = f.Station, f.IdentifiedBy
		}
	case Informed:
		c.Informed.latest(w)
	case LinkProposed, PersonLinked, PersonUnlinked:
		c.link(e.Type, w, f.SameAs)
	default:
		c.keep(e.Type, w, f)
	}
}

func (c *Course) keep(t Type, w Said, f *FollowUp) {
	switch t {
	case PersonalRecorded:
		if c.SealedBy.latest(w) {
			c.Sealed = f.Sealed
		}
	case HoldSet, HoldLifted:
		if c.HoldWord.latest(w) {
			c.Hold, c.HoldWhy = t == HoldSet, f.Why
		}
		if t == HoldSet && c.ErasureWord.latest(w) { // whoever wants it kept wins over whoever asked before
			c.Erasing = false
		}
	case ErasureAsked, ErasureDropped:
		if c.ErasureWord.latest(w) {
			c.Erasing = t == ErasureAsked
		}
	case Erased:
		if c.Erased.zero() || w.compare(c.Erased.Mark) < 0 {
			c.Erased = w
		}
	}
}

func (c *Course) duty(t Type, w Said, f *FollowUp) {
	i, ok := c.find(f.Duty)
	if !ok {
		c.Duties = slices.Insert(c.Duties, i, DutyState{Duty: f.Duty})
	}
	d := &c.Duties[i]
	if t != DutyPassed {
		if d.Word.latest(w) {
			d.Done, d.Evidence = t == DutyDone, f.Evidence
		}
		return
	}
	if d.Passing.latest(w) {
		d.To, d.Step = f.To, f.Step
	}
	if f.Step == Accepted {
		w.Agency = f.To
		d.Taken.latest(w)
	}
}

func (c *Course) facts(w Said, facts map[Circumstance]bool) {
	for k, is := range facts {
		f := c.Facts[k]
		if f.latest(w) {
			f.Is = is
		}
		if c.Facts == nil {
			c.Facts = map[Circumstance]Fact{}
		}
		c.Facts[k] = f
	}
}

func (c *Course) link(t Type, w Said, other string) {
	i, ok := slices.BinarySearchFunc(c.Links, other, func(l Link, id string) int { return cmp.Compare(l.SameAs, id) })
	if !ok {
		c.Links = slices.Insert(c.Links, i, Link{SameAs: other})
	}
	switch l := &c.Links[i]; t {
	case LinkProposed:
		l.Proposed.latest(w)
	case PersonLinked:
		l.Agreed.latest(w)
	default:
		l.Undone.latest(w)
	}
}
