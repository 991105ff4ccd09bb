package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Group is a table as disclosure control sees it. Within is the cell that it divides. Fixed says that everybody knows which scopes can
// hold which category: those of a quarter hold nothing of another one.
type Group struct {
	Table      string
	Categories []string
	Within     [2]string
	Fixed      bool
}

// Item is what is counted; Tags say where. N is how often; 0 is a combination of scopes and fixed categories that can occur.
type Item struct {
	Scopes []string
	Tags   map[string]string
	N      int
	Unit   string // the person, if there is one
	Value  int    // the age in years
}

// System is one set of linked tables over the same items.
type System struct {
	Name    string
	Groups  []Group
	Items   []Item
	Measure string            // the table whose categories bound the values; "" if nothing has a value
	Bounds  map[string][2]int // what everybody knows of the values of a category
}

// Published is a scope, and when it was published: what was recorded later is not in it. The zero time is now.
type Published struct {
	Scope
	Made time.Time
}

// counts reports whether a sheet counts a recovery.
func (p Published) counts(r Recovery, zone *time.Location) bool {
	return (p.Made.IsZero() || !r.Recorded.After(p.Made)) && p.Covers(r.At, r.Station, zone)
}

// keys are the scopes that count something, each once.
func keys(scopes []Published, counts func(Published) bool) []string {
	var out []string
	for _, p := range scopes {
		if k := p.Key(); counts(p) && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// Systems lists everything that the sheet counts and that others counted before it: earlier scopes overlap, and what they told can be
// subtracted. The zones and categories are those of all records, so that every scope divides alike.
func (s Sheet) Systems(in Input, earlier []Published) []System {
	scopes := append([]Published{{Scope: s.Scope}}, earlier...)
	out := []System{s.recoverySystem(in, scopes), individualSystem(in, scopes)}
	return append(append(out, arrestSystems(in, scopes)...), s.dutySystems(in, scopes)...)
}

func (s Sheet) recoverySystem(in Input, scopes []Published) System {
	sys := System{Name: ofRecoveries, Measure: ageTable, Bounds: ageBounds(in.Records)}
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
	put := func(it Item) {
		if len(it.Scopes) == 0 {
			return
		}
		for id, c := range it.Tags {
			cats[id][c] = true
		}
		sys.Items = append(sys.Items, it)
	}
	for _, r := range in.Records {
		it := Item{Scopes: keys(scopes, func(p Published) bool { return p.counts(r, in.TimeZone) }), Tags: map[string]string{}, N: 1, Unit: r.Person}
		for _, id := range names {
			if c := tag(id, r, in.TimeZone); c != "" {
				it.Tags[id] = c
			}
		}
		if r.Age > 0 {
			it.Value = r.Age
		}
		put(it)
	}
	for _, it := range places(in, scopes) {
		put(it)
	}
	for _, id := range names {
		t, _ := s.Table(id)
		g := group(id, t.Of, cats[id])
		g.Fixed = id == stationTable || id == zoneTable || id == trendTable
		sys.Groups = append(sys.Groups, g)
	}
	return sys
}

// ageBounds are what a reader takes for granted: under 18, and not a child of nine. An age outside that is not kept from the sum.
func ageBounds(records []Recovery) map[string][2]int {
	out := map[string][2]int{band(12): {10, 12}, band(14): {13, 14}, band(16): {15, 16}, band(17): {17, 17}}
	for _, r := range records {
		if r.Age > 0 {
			b := out[band(r.Age)]
			out[band(r.Age)] = [2]int{min(b[0], r.Age), max(b[1], r.Age)}
		}
	}
	return out
}

// places are the combinations of quarter, station and zone that scopes can hold. A zone belongs where it was seen.
func places(in Input, scopes []Published) []Item {
	zones := map[string]map[string]bool{"": {inField: true}}
	for _, st := range in.Stations.Stations {
		zones[st.ID] = map[string]bool{inField: true}
	}
	for _, r := range in.Records {
		if zones[r.Station] == nil {
			zones[r.Station] = map[string]bool{inField: true}
		}
		zones[r.Station][tag(zoneTable, r, in.TimeZone)] = true
	}
	var out []Item
	for _, day := range cuts(scopes, in.TimeZone) {
		for _, station := range slices.Sorted(maps.Keys(zones)) {
			of := keys(scopes, func(p Published) bool { return p.Covers(day, station, in.TimeZone) })
			for _, z := range slices.Sorted(maps.Keys(zones[station])) {
				r := Recovery{At: day, Station: station}
				tags := map[string]string{zoneTable: z}
				for _, id := range []string{stationTable, trendTable} {
					tags[id] = tag(id, r, in.TimeZone)
				}
				out = append(out, Item{Scopes: of, Tags: tags})
			}
		}
	}
	return out
}

// cuts are the days on which a scope or a quarter begins, or a scope has just ended.
func cuts(scopes []Published, zone *time.Location) []time.Time {
	seen := map[time.Time]bool{}
	for _, p := range scopes {
		from, to := p.span(zone)
		seen[from], seen[to] = true, true
		for q := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, zone); q.Before(to); q = q.AddDate(0, 3, 0) {
			seen[q] = true
		}
	}
	return slices.SortedFunc(maps.Keys(seen), time.Time.Compare)
}

func group(id, of string, cats map[string]bool) Group {
	g := Group{Table: id}
	if table, cat, ok := strings.Cut(of, "/"); ok {
		g.Within = [2]string{table, cat}
	}
	g.Categories = slices.Sorted(maps.Keys(cats))
	return g
}

// individualSystem counts a person once in every scope. Only the totals are published: how often somebody was recovered differs from
// scope to scope, and could be subtracted. A person can be in every union of what one recovery can be in.
func individualSystem(in Input, scopes []Published) System {
	sys := System{Name: ofIndividuals}
	seen := map[string][]string{}
	for _, r := range in.Records {
		for _, k := range keys(scopes, func(p Published) bool { return p.counts(r, in.TimeZone) }) {
			if !slices.Contains(seen[r.Person], k) {
				seen[r.Person] = append(seen[r.Person], k)
			}
		}
	}
	for _, p := range slices.Sorted(maps.Keys(seen)) {
		sys.Items = append(sys.Items, Item{Scopes: seen[p], Tags: map[string]string{}, N: 1, Unit: p})
	}
	for _, u := range unions(places(in, scopes)) {
		sys.Items = append(sys.Items, Item{Scopes: u})
	}
	return sys
}

// mostUnions bounds what is thought through. Fewer possibilities only make a sheet hide more.
const mostUnions = 64

func unions(of []Item) [][]string {
	var out [][]string
	seen := map[string]bool{}
	put := func(u []string) {
		u = slices.Compact(slices.Sorted(slices.Values(u)))
		if k := strings.Join(u, "\x00"); len(u) > 0 && !seen[k] && len(out) < mostUnions {
			seen[k] = true
			out = append(out, u)
		}
	}
	for _, it := range of {
		put(it.Scopes)
	}
	for i := 0; i < len(out); i++ {
		for j := range i {
			put(slices.Concat(out[i], out[j]))
		}
	}
	return out
}

// arrestSystems count arrests, before and since. Which months of which stations a scope compares is known to everybody.
func arrestSystems(in Input, scopes []Published) []System {
	counts, _ := index(in.Arrests)
	of := map[bool]map[month][]string{true: {}, false: {}}
	for _, p := range scopes {
		compared(p.Scope, in.Stations, func(since, before month) {
			for is, m := range map[bool]month{true: since, false: before} {
				if _, known := counts[m]; known && !slices.Contains(of[is][m], p.Key()) {
					of[is][m] = append(of[is][m], p.Key())
				}
			}
		})
	}
	since, before := System{Name: ofArrests}, System{Name: ofBefore}
	years := map[string]map[string]bool{}
	for m, scopes := range of[true] {
		year := fmt.Sprint(m.at.Year())
		code := monthCode(year, int(m.at.Month()))
		if years[year] == nil {
			years[year] = map[string]bool{}
		}
		years[year][code] = true
		tags := map[string]string{sinceTable: year, arrestsPrefix + year: code}
		since.Items = append(since.Items, Item{Scopes: scopes, Tags: tags}, Item{Scopes: scopes, Tags: tags, N: counts[m]})
	}
	for m, scopes := range of[false] {
		before.Items = append(before.Items, Item{Scopes: scopes}, Item{Scopes: scopes, N: counts[m]})
	}
	all := Group{Table: sinceTable, Fixed: true, Categories: slices.Sorted(maps.Keys(years))}
	since.Groups = append(since.Groups, all)
	for _, y := range all.Categories {
		g := group(arrestsPrefix+y, sinceTable+"/"+y, years[y])
		g.Fixed = true
		since.Groups = append(since.Groups, g)
	}
	return []System{since, before}
}

const (
	dutyPrefix = "duties_"
	metTable   = "met"
)

// dutySystems is one system for each agency: its duties divide into on time, late and overdue.
func (s Sheet) dutySystems(in Input, scopes []Published) []System {
	of := map[string]*System{}
	var out []System
	for _, p := range s.Duties {
		of[p.Agency] = &System{Name: dutyPrefix + p.Agency, Groups: []Group{{Table: metTable, Categories: []string{"late", "on_time", "overdue"}}}}
	}
	for _, it := range places(in, scopes) {
		for _, sys := range of {
			sys.Items = append(sys.Items, Item{Scopes: it.Scopes})
		}
	}
	for _, r := range in.Records {
		in := keys(scopes, func(p Published) bool { return p.counts(r, in.TimeZone) })
		for _, t := range r.Duties {
			sys := of[t.Agency]
			if sys == nil || len(in) == 0 {
				continue
			}
			for c, n := range map[string]int{"late": t.Late, "on_time": t.OnTime, "overdue": t.Overdue} {
				if n > 0 {
					sys.Items = append(sys.Items, Item{Scopes: in, Tags: map[string]string{metTable: c}, N: n, Unit: r.Person})
				}
			}
		}
	}
	for _, p := range s.Duties {
		out = append(out, *of[p.Agency])
	}
	return out
}

// Responses are the recoveries behind a timing, with that time or without, in all scopes in which the timing is public and in this one.
func (s Sheet) Responses(in Input, t Timing, earlier []Published) (with, without []Item) {
	scopes := append([]Published{{Scope: s.Scope}}, earlier...)
	for _, r := range in.Records {
		if r.Zone == "" || t.Zone != "" && r.Zone != t.Zone {
			continue
		}
		of := keys(scopes, func(p Published) bool { return p.counts(r, in.TimeZone) })
		if it := (Item{Scopes: of, N: 1, Unit: r.Person}); took(t.ID, r) >= 0 {
			with = append(with, it)
		} else {
			without = append(without, it)
		}
	}
	return with, without
}
