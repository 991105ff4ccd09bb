package release_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/release"
)

// world is what the attacker knows beside the sheets: the calendar, the stations, and which zone is where. Only the persons behind a cell,
// by which a leak is judged, are the test's own.
type world struct {
	in     report.Input
	scopes []report.Scope
}

// region names the scopes that count something of a day and station.
func (w world) region(at time.Time, station string) string {
	var out []string
	for i, s := range w.scopes {
		if s.Covers(at, station, time.UTC) {
			out = append(out, fmt.Sprint(i))
		}
	}
	return strings.Join(out, "+")
}

// spots are the days (the first of each quarter) and stations, by region.
func (w world) spots() map[string][][2]string {
	out := map[string][][2]string{}
	for q := range 4 {
		day := time.Date(2026, time.Month(3*q+1), 1, 0, 0, 0, 0, time.UTC)
		for _, st := range w.in.Stations.Stations {
			if r := w.region(day, st.ID); r != "" {
				out[r] = append(out[r], [2]string{fmt.Sprintf("2026-Q%d", q+1), st.ID})
			}
		}
	}
	return out
}

// can reports whether a region can hold a category: everybody knows the calendar.
func can(spots [][2]string, table, code string) bool {
	return slices.ContainsFunc(spots, func(s [2]string) bool {
		switch {
		case table == "trend":
			return s[0] == code
		case table == "station":
			return s[1] == code
		case table == "zone" && code == "library":
			return s[1] == "century"
		case table == "zone" && code == "fire":
			return s[1] == "compton"
		}
		return true
	})
}

func parts(region string) []string { return strings.Split(region, "+") }

// attack reads the files and returns what it finds.
func attack(t rapid.TB, in report.Input, all []release.Release, files []file) []string {
	w := world{in: in}
	var found []string
	var papers []paper
	for i, f := range files {
		p, told := read(f)
		papers, found = append(papers, p), append(found, told...)
		w.scopes = append(w.scopes, all[i].Scope)
	}
	found = append(found, w.ofRecoveries(papers)...)
	found = append(found, w.ofPersons(papers)...)
	found = append(found, w.ofArrests(papers)...)
	found = append(found, w.ofDuties(papers)...)
	found = append(found, w.ofTimes(papers)...)
	return append(found, w.ofAges(papers)...)
}

// who are the persons behind recoveries, and how many recoveries.
type who struct {
	n       int
	persons map[string]int
}

func (w *who) add(person string, n int) {
	if w.persons == nil {
		w.persons = map[string]int{}
	}
	w.n += n
	w.persons[person] += n
}

func (w *who) few() bool {
	if w == nil || w.n == 0 {
		return false
	}
	for _, n := range w.persons {
		if 2*n > w.n {
			return true
		}
	}
	return w.n < few || len(w.persons) < few
}

// census counts recoveries into names; each may go into several.
type census map[string]*who

func (c census) add(name, person string, n int) {
	if c[name] == nil {
		c[name] = &who{}
	}
	c[name].add(person, n)
}

// tagsOf is where a recovery is counted, as a reader of the sheet understands the tables.
func tagsOf(r report.Recovery) map[string]string {
	set := func(s, unset string) string {
		if s == "" {
			return unset
		}
		return s
	}
	band := "not_recorded"
	for _, b := range []struct {
		to   int
		code string
	}{{17, "17_and_over"}, {16, "15_16"}, {14, "13_14"}, {12, "12_and_under"}} {
		if r.Age > 0 && r.Age <= b.to {
			band = b.code
		}
	}
	out := map[string]string{
		"age": band, "identified_by": set(r.IdentifiedBy, "not_recorded"), "initial_mdt_decision": set(r.Decision, "not_recorded"),
		"status_72h": set(r.Status72, "not_recorded"), "status_current": set(r.Current, "not_recorded"), "station": r.Station,
		"zone": set(r.Zone, "in_the_field"), "trend": fmt.Sprintf("2026-Q%d", (int(r.At.Month())+2)/3),
	}
	if r.Decision == "juvenile_hall" {
		out["juvenile_hall_reason"] = set(r.Reason, "not_recorded")
	}
	return out
}

func (w world) ofRecoveries(papers []paper) []string {
	a, spots, truth := newAttacker(), w.spots(), census{}
	cats := map[string][]string{} // of all sheets
	within := map[string]string{}
	for _, p := range papers {
		for _, tb := range p.Tables {
			if strings.HasPrefix(tb.ID, "arrests") {
				continue
			}
			within[tb.ID] = tb.Of
			for _, r := range tb.Rows {
				if !slices.Contains(cats[tb.ID], r.Code) {
					cats[tb.ID] = append(cats[tb.ID], r.Code)
				}
			}
		}
	}
	for _, r := range w.in.Records {
		reg := w.region(r.At, r.Station)
		if reg == "" {
			continue
		}
		truth.add(reg+"|", r.Person, 1)
		for _, i := range parts(reg) {
			truth.add(i+":", r.Person, 1)
		}
		for table, code := range tagsOf(r) {
			truth.add(reg+"|"+table+"/"+code, r.Person, 1)
			for _, i := range parts(reg) {
				truth.add(i+":"+table+"/"+code, r.Person, 1)
			}
		}
	}
	for reg, s := range spots {
		for table, codes := range cats {
			tie := map[int]int{a.unknown(reg + "|" + within[table]): -1}
			for _, c := range codes {
				u := a.unknown(reg + "|" + table + "/" + c)
				tie[u] = 1
				if !can(s, table, c) {
					a.bind(0, 0, map[int]int{u: 1})
				}
			}
			a.bind(0, 0, tie)
		}
	}
	put := func(i int, name string, n *int) {
		var of []int
		for reg := range spots {
			if slices.Contains(parts(reg), fmt.Sprint(i)) {
				of = append(of, a.unknown(reg+"|"+name))
			}
		}
		a.cell(fmt.Sprintf("%d:%s", i, name), n, of)
	}
	zero := 0
	for i, p := range papers {
		put(i, "", p.Recoveries)
		for table, codes := range cats {
			at := slices.IndexFunc(p.Tables, func(tb struct {
				ID, Of string
				Rows   []struct {
					Code  string
					Count *int
				}
				Total *int
			},
			) bool {
				return tb.ID == table
			})
			for _, c := range codes {
				n := &zero // a row that is not there counts nobody
				for _, r := range p.Tables[at].Rows {
					if r.Code == c {
						n = r.Count
					}
				}
				put(i, table+"/"+c, n)
			}
			if total := p.Tables[at].Total; total != nil {
				put(i, within[table], total)
			}
		}
	}
	w.mean(a, papers, spots)
	return a.judge(truth)
}

// bounds are what the attacker takes for granted of an age in a band.
func bounds() map[string][2]int {
	return map[string][2]int{"12_and_under": {10, 12}, "13_14": {13, 14}, "15_16": {15, 16}, "17_and_over": {17, 17}}
}

// sums are how closely a mean tells the sum of the ages of a sheet.
func (p paper) sums() (low, high int, ok bool) {
	if p.Mean.Hidden || p.Mean.Shown == "" {
		return 0, 0, false
	}
	m, step, n := tenths(p.Mean.Shown), tenths(p.Mean.To), *p.Mean.Of
	return -floor(-n*(2*m-step), 20), floor(n*(2*m+step), 20), true
}

// mean puts in the mean ages.
func (w world) mean(a *attacker, papers []paper, spots map[string][][2]string) {
	for reg := range spots {
		least, most := map[int]int{a.unknown("sum " + reg): 1}, map[int]int{a.unknown("sum " + reg): -1}
		for code, b := range bounds() {
			u := a.unknown(reg + "|age/" + code)
			least[u], most[u] = -b[0], b[1]
		}
		a.bind(0, endless, least)
		a.bind(0, endless, most)
	}
	for i, p := range papers {
		low, high, ok := p.sums()
		if !ok {
			continue
		}
		sum := map[int]int{}
		for reg := range spots {
			if slices.Contains(parts(reg), fmt.Sprint(i)) {
				sum[a.unknown("sum "+reg)] = 1
			}
		}
		a.bind(low, high, sum)
	}
}

// judge thinks, and returns every name behind which there are few persons and that is known too closely.
func (a *attacker) judge(truth census) []string {
	a.think()
	var found []string
	for name := range a.at {
		hidden := slices.ContainsFunc(a.rules, func(r rule) bool {
			return r.low == 1 && r.high == endless && len(r.factor) == 1 && r.factor[a.at[name]] == 1
		})
		if !hidden && !truth[name].few() {
			continue
		}
		if what, yes := a.finds(name, spread); yes {
			found = append(found, what)
		}
	}
	return found
}

// ofAges asks how closely the means tell the ages of the people of a region, to somebody who knows how many they are.
func (w world) ofAges(papers []paper) []string {
	a, n := newAttacker(), map[string]*who{}
	for _, r := range w.in.Records {
		var of []string
		for _, i := range parts(w.region(r.At, r.Station)) {
			if k, err := strconv.Atoi(i); err == nil && !papers[k].Mean.Hidden {
				of = append(of, i)
			}
		}
		if reg := strings.Join(of, "+"); reg != "" && r.Age > 0 {
			if n[reg] == nil {
				n[reg] = &who{}
			}
			n[reg].add(r.Person, 1)
		}
	}
	for reg, k := range n {
		a.bind(10*k.n, 17*k.n, map[int]int{a.unknown(reg): 1})
	}
	for i, p := range papers {
		low, high, ok := p.sums()
		if !ok {
			continue
		}
		sum := map[int]int{}
		for reg := range n {
			if slices.Contains(parts(reg), fmt.Sprint(i)) {
				sum[a.unknown(reg)] = 1
			}
		}
		a.bind(low, high, sum)
	}
	a.think()
	var found []string
	for reg, k := range n {
		want := spread
		if k.few() {
			want *= k.n
		}
		if what, yes := a.finds(reg, want); yes {
			found = append(found, "ages of "+what)
		}
	}
	return found
}
