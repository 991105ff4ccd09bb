package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Group is a table as disclosure control sees it. Within is the cell that it divides.
type Group struct {
	Table      string
	Categories []string
	Within     [2]string
}

// Item is one thing that is counted; Tags say where.
type Item struct {
	Scopes []string
	Tags   map[string]string
}

// System is one set of linked tables over the same items.
type System struct {
	Name   string
	Linked bool // what was published of it for other scopes counts
	Groups []Group
	Items  []Item
}

// Systems lists everything that the sheet counts and that others counted before it: earlier scopes overlap, and what they told can be
// subtracted. The zones and categories are those of all records, so that every scope divides alike.
func (s Sheet) Systems(in Input, earlier []Scope) []System {
	scopes := append([]Scope{s.Scope}, earlier...)
	keys := func(at time.Time, station string) []string {
		var out []string
		for _, sc := range scopes {
			if k := sc.Key(); sc.Covers(at, station, in.TimeZone) && !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
		return out
	}
	out := []System{s.recoverySystem(in, keys), s.individualSystem(in, scopes)}
	return append(append(out, s.arrestSystem()...), s.dutySystems()...)
}

func (s Sheet) recoverySystem(in Input, keys func(time.Time, string) []string) System {
	sys := System{Name: ofRecoveries, Linked: true}
	cats := map[string]map[string]bool{}
	var names []string
	for _, t := range s.Tables {
		if t.system == ofRecoveries {
			names, cats[t.ID] = append(names, t.ID), map[string]bool{}
			for _, r := range t.Rows {
				cats[t.ID][r.Code] = true
			}
		}
	}
	for _, r := range in.Records {
		it := Item{Scopes: keys(r.At, r.Station), Tags: map[string]string{}}
		if len(it.Scopes) == 0 {
			continue
		}
		for _, id := range names {
			if c := tag(id, r, in.TimeZone); c != "" {
				it.Tags[id], cats[id][c] = c, true
			}
		}
		sys.Items = append(sys.Items, it)
	}
	for _, id := range names {
		t, _ := s.Table(id)
		sys.Groups = append(sys.Groups, group(id, t.Of, cats[id]))
	}
	return sys
}

func group(id, of string, cats map[string]bool) Group {
	g := Group{Table: id}
	if table, cat, ok := strings.Cut(of, "/"); ok {
		g.Within = [2]string{table, cat}
	}
	for c := range cats {
		g.Categories = append(g.Categories, c)
	}
	slices.Sort(g.Categories)
	return g
}

// individualSystem counts a person once in every scope. Only the totals are published: how often somebody was recovered differs from
// scope to scope, and could be subtracted.
func (s Sheet) individualSystem(in Input, scopes []Scope) System {
	sys := System{Name: ofIndividuals, Linked: true}
	seen := map[string][]string{}
	for _, r := range in.Records {
		for _, sc := range scopes {
			if k := sc.Key(); sc.Covers(r.At, r.Station, in.TimeZone) && !slices.Contains(seen[r.Person], k) {
				seen[r.Person] = append(seen[r.Person], k)
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		sys.Items = append(sys.Items, Item{Scopes: seen[p], Tags: map[string]string{}})
	}
	return sys
}

// arrestSystem counts arrests. They are the agencies' own figures, so only the sheet's own tables are tied to each other.
func (s Sheet) arrestSystem() []System {
	sys := System{Name: ofArrests}
	key := []string{s.Scope.Key()}
	for _, t := range s.Tables {
		if t.system != ofArrests {
			continue
		}
		cats := map[string]bool{}
		for _, r := range t.Rows {
			cats[r.Code] = true
		}
		sys.Groups = append(sys.Groups, group(t.ID, t.Of, cats))
		if t.ID == "arrests_since" {
			continue
		}
		for _, r := range t.Rows {
			year := strings.TrimPrefix(t.ID, "arrests_")
			for range r.Count.N {
				sys.Items = append(sys.Items, Item{Scopes: key, Tags: map[string]string{"arrests_since": year, t.ID: r.Code}})
			}
		}
	}
	if len(sys.Groups) == 0 {
		return nil
	}
	return []System{sys}
}

const dutyPrefix = "duties_"

// dutySystems is one system for each agency: its duties divide into on time, late and overdue.
func (s Sheet) dutySystems() []System {
	var out []System
	for _, p := range s.Duties {
		sys := System{Name: dutyPrefix + p.Agency, Groups: []Group{{Table: "met", Categories: []string{"late", "on_time", "overdue"}}}}
		for c, f := range map[string]Figure{"late": p.Late, "on_time": p.OnTime, "overdue": p.Overdue} {
			for range f.N {
				sys.Items = append(sys.Items, Item{Scopes: []string{s.Scope.Key()}, Tags: map[string]string{"met": c}})
			}
		}
		out = append(out, sys)
	}
	return out
}

// Hidden says which cells of a system stay hidden; the empty table and category are the total.
type Hidden func(system, table, category string) bool

// Publish returns the sheet without what must stay hidden. Nothing that could be computed from a hidden number stays.
func (s Sheet) Publish(hidden Hidden, threshold int) Sheet {
	s.Public, s.Threshold, s.records, s.since = true, threshold, nil, nil
	small := func(f Figure) bool { return f.N > 0 && f.N < threshold }
	s.Recoveries.Hidden = hidden(ofRecoveries, "", "")
	s.Individuals.Hidden = hidden(ofIndividuals, "", "") || small(s.Repeats) || s.Recoveries.Hidden
	s.Repeats.Hidden = s.Recoveries.Hidden || s.Individuals.Hidden
	if small(s.MeanAge.Of) || s.Recoveries.Hidden || small(Figure{N: s.Recoveries.N - s.MeanAge.Of.N}) && s.MeanAge.Of.N != s.Recoveries.N {
		s.MeanAge = Average{Of: Figure{Hidden: true}, Hidden: true}
	}
	s.Tables = slices.Clone(s.Tables)
	s.Tables = slices.DeleteFunc(s.Tables, func(t Table) bool { return t.ID == oftenTable })
	for i := range s.Tables {
		s.Tables[i].publish(hidden)
	}
	s.publishArrests(hidden, small)
	s.Timings = slices.Clone(s.Timings)
	for i := range s.Timings {
		if t := &s.Timings[i]; t.N.N < threshold {
			*t = Timing{ID: t.ID, Title: t.Title, Group: t.Group, N: Figure{N: t.N.N, Hidden: t.N.N > 0}, Hidden: t.N.N > 0}
			t.N.hide(t.N.Hidden)
		}
	}
	s.publishTimingGroups(hidden)
	s.Duties = slices.Clone(s.Duties)
	for i := range s.Duties {
		s.Duties[i].publish(hidden)
	}
	s.Notes = append(slices.Clone(s.Notes), "Counts from 1 to "+strconv.Itoa(threshold-1)+
		" are not shown, and others with them, so that nobody can be recognised or computed.")
	s.Individuals.hide(s.Individuals.Hidden)
	s.Recoveries.hide(s.Recoveries.Hidden)
	s.Repeats.hide(s.Repeats.Hidden)
	return s
}

// hide forgets the number too: what is not in the sheet can be in no file.
func (f *Figure) hide(yes bool) {
	if yes {
		*f = Figure{Hidden: true}
	}
}

func (t *Table) publish(hidden Hidden) {
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		t.Rows[i].Count.hide(hidden(t.system, t.ID, t.Rows[i].Code))
	}
	table, cat, _ := strings.Cut(t.Of, "/")
	t.Total.hide(hidden(t.system, table, cat))
}

func (s *Sheet) publishArrests(hidden Hidden, small func(Figure) bool) {
	a := &s.Arrests
	if hidden(ofArrests, "", "") || small(a.Before) || small(a.Since) {
		*a = Change{
			Before: Figure{Hidden: true}, Since: Figure{Hidden: true}, Fewer: Figure{Hidden: true}, Denominator: Figure{Hidden: true},
			Months: a.Months, Missing: a.Missing, Sources: a.Sources, Shown: "not shown",
		}
	}
}

// publishTimingGroups hides how often something happened in zones: they would tell what the table of zones hides.
func (s *Sheet) publishTimingGroups(hidden Hidden) {
	t, ok := s.Table(zoneTable)
	if !ok {
		return
	}
	for i := range s.Timings {
		for _, r := range t.Rows {
			if x := &s.Timings[i]; x.Group == r.Label && r.Count.Hidden {
				*x = Timing{ID: x.ID, Title: x.Title, Group: x.Group, N: Figure{Hidden: true}, Hidden: true}
			}
		}
		// The numbers of cases behind a time are not tied to the tables by disclosure control: public sheets round them away.
		if x := &s.Timings[i]; !x.Hidden {
			x.N = Figure{N: x.N.N / rounded * rounded}
		}
	}
}

// rounded is to what a public sheet rounds down the number of cases behind a time.
const rounded = 10

func (p *Performance) publish(hidden Hidden) {
	sys := dutyPrefix + p.Agency
	p.Due.hide(hidden(sys, "", ""))
	p.OnTime.hide(hidden(sys, "met", "on_time"))
	p.Late.hide(hidden(sys, "met", "late"))
	p.Overdue.hide(hidden(sys, "met", "overdue"))
	p.Shown = percent(p.OnTime, p.Due)
}
