package report

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// Case is a case as the ledger tells it. First is the ledger sequence of its first event.
type Case struct {
	State activation.State
	First uint64
}

// Cases is where the index reads. Changed returns the ids of the cases that changed after a ledger sequence, and the sequence that it
// has reached; State returns one.
type Cases interface {
	Changed(after uint64) (ids []string, rev uint64)
	State(id string) (Case, bool)
}

// Personal are the opened personal fields of a case; all zero if there are none, or if they were erased.
type Personal struct {
	Age, BirthYear int
	Token          string
}

// Options are what an [Index] needs beside the cases.
type Options struct {
	Cases    Cases
	Template func(first uint64) protocol.Template // the one that a case began with
	Station  func(zone string) string             // in whose area a zone lies
	Role     func(agency string) string
	Open     func(caseID string, box []byte) Personal
}

type entry struct {
	hit      Hit
	counted  bool
	recovery Recovery
	personal Personal
	links    []string
	until    time.Time // when the clock alone changes it
}

// Index is every case as reports and searches need it. It is brought up to date when it is asked, and holds no lock of the casefile
// while it computes: a report never delays a call for help. It is safe for concurrent use.
type Index struct {
	o Options

	mu      sync.Mutex
	rev     uint64
	waiting []string // changed, and not computed yet
	entries map[string]*entry
	order   []*entry  // by when they began, then by id
	next    time.Time // when the clock alone changes one of them; zero if never
}

// NewIndex returns an index that has seen nothing.
func NewIndex(o Options) *Index { return &Index{o: o, entries: map[string]*entry{}} }

// atOnce is how many cases are computed while nobody else can ask.
const atOnce = 256

// Warm computes what has changed, a little at a time, so that nobody waits for years of cases after a start.
func (x *Index) Warm(ctx context.Context, now time.Time) {
	for more := true; more && ctx.Err() == nil; {
		x.mu.Lock()
		more = x.step(now, atOnce)
		x.mu.Unlock()
	}
}

// step computes some of the cases that have changed, all if most is negative, and reports whether others wait. The caller holds the lock.
func (x *Index) step(now time.Time, most int) (more bool) {
	ids, rev := x.o.Cases.Changed(x.rev)
	x.rev, x.waiting = rev, append(x.waiting, ids...)
	n := len(x.waiting)
	if most >= 0 {
		n = min(n, most)
	}
	for _, id := range x.waiting[:n] {
		x.update(id, now)
	}
	if x.waiting = x.waiting[n:]; len(x.waiting) == 0 {
		x.waiting = nil
	}
	return x.waiting != nil
}

// refresh brings the index up to now. The caller holds the lock.
func (x *Index) refresh(now time.Time) {
	x.step(now, -1)
	if x.next.IsZero() || now.Before(x.next) {
		return
	}
	x.next = time.Time{}
	for _, e := range slices.Clone(x.order) {
		switch {
		case e.until.IsZero():
		case !now.Before(e.until):
			x.update(e.hit.Case, now)
		default:
			x.sooner(e.until)
		}
	}
}

func (x *Index) sooner(t time.Time) {
	if !t.IsZero() && (x.next.IsZero() || t.Before(x.next)) {
		x.next = t
	}
}

// place puts a new entry into the order, or an old one whose beginning has changed.
func (x *Index) place(e, old *entry) {
	at := func(e *entry) (int, bool) { return slices.BinarySearchFunc(x.order, e, byBeginning) }
	if old != nil {
		if i, ok := at(old); ok {
			if byBeginning(old, e) == 0 {
				x.order[i] = e
				return
			}
			x.order = slices.Delete(x.order, i, i+1)
		}
	}
	i, _ := at(e)
	x.order = slices.Insert(x.order, i, e)
}

func byBeginning(a, b *entry) int {
	return cmp.Or(a.hit.At.Compare(b.hit.At), strings.Compare(a.hit.Case, b.hit.Case))
}

func (x *Index) update(id string, now time.Time) {
	c, ok := x.o.Cases.State(id)
	if !ok {
		return
	}
	s := c.State
	standings := protocol.Run(x.o.Template(c.First), protocol.FactsOf(s, x.o.Role), now)
	e := &entry{until: protocol.Next(standings, now)}
	e.recovery, e.counted = Of(s, standings, x.o.Station(s.Zone))
	if s.Course.Sealed != nil && s.Course.Erased.ID == "" {
		e.personal = x.o.Open(id, s.Course.Sealed)
	}
	e.recovery.Age = e.personal.Age
	for _, l := range s.Course.Links {
		if l.Holds() {
			e.links = append(e.links, l.SameAs)
		}
	}
	e.hit = hit(s, standings, e.recovery.Station)
	if e.hit.Station == "" {
		e.hit.Station = x.o.Station(s.Zone)
	}
	old := x.entries[id]
	x.entries[id] = e
	x.place(e, old)
	x.sooner(e.until)
}

func hit(s activation.State, standings []protocol.Standing, station string) Hit {
	c := s.Course
	h := Hit{
		Case: s.Case, Code: activation.ShortCode(s.Case), At: s.RaisedAt, Station: station, Zone: s.Zone, Mode: s.Mode, Stage: s.Stage(),
		Last: last(s), Erased: c.Erased.ID != "", Held: c.Hold, Sealed: c.Sealed != nil && c.Erased.ID == "",
	}
	for _, d := range standings {
		if !d.State.Open() {
			continue
		}
		h.Open++
		switch {
		case d.State != protocol.Overdue:
			if h.Next.IsZero() || d.Due.Before(h.Next) {
				h.Next = d.Due
			}
		case s.Mode == activation.Actual: // in a drill nobody owes anything
			h.Overdue++
		}
	}
	return h
}

// last is when anything was last said of a case.
func last(s activation.State) time.Time {
	at := s.ReceivedAt
	later := func(ts ...time.Time) {
		for _, t := range ts {
			if t.After(at) {
				at = t
			}
		}
	}
	c := s.Course
	later(s.LastPress.At, s.HandedOver.At, s.LeftAt.At, s.ClosedAt.At, s.Confirmed.At, c.SealedBy.At, c.HoldWord.At, c.Identified.At)
	for _, a := range s.Answers {
		later(a.Spoke.At)
	}
	for _, d := range c.Duties {
		later(d.Word.At, d.Passing.At)
	}
	for _, m := range c.Meetings {
		later(m.At)
	}
	for _, n := range c.Statuses {
		later(n.At)
	}
	return at
}

// Records returns every recovery that counts, with its person.
func (x *Index) Records(now time.Time) []Recovery {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refresh(now)
	person := x.persons()
	out := make([]Recovery, 0, len(x.order))
	for _, e := range x.order {
		if !e.counted {
			continue
		}
		out = append(out, e.recovery)
		if p, ok := person[e.hit.Case]; ok {
			out[len(out)-1].Person = p
		}
	}
	return out
}

// persons joins linked cases: links are edges, a person is what hangs together. The first case by id stands for the person.
func (x *Index) persons() map[string]string {
	parent := map[string]string{}
	var root func(string) string
	root = func(id string) string {
		p, ok := parent[id]
		if !ok || p == id {
			return id
		}
		p = root(p)
		parent[id] = p
		return p
	}
	for _, e := range x.order {
		id := e.hit.Case
		for _, other := range e.links {
			a, b := root(id), root(other)
			parent[max(a, b)] = min(a, b)
		}
	}
	out := make(map[string]string, len(parent))
	for id := range parent {
		out[id] = root(id)
	}
	return out
}

// Same returns the other cases of the same person.
func (x *Index) Same(id string, now time.Time) []Hit {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refresh(now)
	person := x.persons()
	own, ok := person[id]
	if !ok {
		own = id
	}
	var out []Hit
	for other, e := range x.entries {
		p, linked := person[other]
		if !linked {
			p = other
		}
		if other != id && p == own {
			out = append(out, e.hit)
		}
	}
	newestFirst(out)
	return out
}

// Suggestion is a case that may be of the same person, and why.
type Suggestion struct {
	Hit
	Sure bool   `json:"sure"` // the county's own number is the same
	Why  string `json:"why"`
}

const (
	mostSuggested = 10
	closeInTime   = 18 * 30 * 24 * time.Hour
)

// Suggest looks for recoveries of the same person: the same client number, or the same year of birth at the same station within a year
// and a half. It suggests; two people decide.
func (x *Index) Suggest(id string, now time.Time) []Suggestion {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.refresh(now)
	own := x.entries[id]
	if own == nil || own.personal == (Personal{}) {
		return nil
	}
	var out []Suggestion
	for other, e := range x.entries {
		if other == id || !e.counted || slices.Contains(own.links, other) || slices.Contains(e.links, id) {
			continue
		}
		switch {
		case own.personal.Token != "" && e.personal.Token == own.personal.Token:
			out = append(out, Suggestion{e.hit, true, "same_number"})
		case own.personal.Token != "" && e.personal.Token != "":
			// Two numbers are two people.
		case own.personal.BirthYear != 0 && e.personal.BirthYear == own.personal.BirthYear && e.hit.Station == own.hit.Station &&
			own.hit.At.Sub(e.hit.At).Abs() <= closeInTime:
			out = append(out, Suggestion{e.hit, false, "same_year_and_station"})
		}
	}
	slices.SortFunc(out, func(a, b Suggestion) int {
		if a.Sure != b.Sure {
			if a.Sure {
				return -1
			}
			return 1
		}
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Case, b.Case))
	})
	return out[:min(len(out), mostSuggested)]
}
