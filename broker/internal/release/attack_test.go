package release_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/internal/release"
	"safeyouthzone/broker/internal/report"
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

// ofPersons takes the totals of individuals from each other, and repeats from recoveries.
func (w world) ofPersons(papers []paper) []string {
	in := map[string]map[string]bool{}
	for _, r := range w.in.Records {
		for i, s := range w.scopes {
			if s.Covers(r.At, r.Station, time.UTC) {
				if in[r.Person] == nil {
					in[r.Person] = map[string]bool{}
				}
				in[r.Person][fmt.Sprint(i)] = true
			}
		}
	}
	truth, a := census{}, newAttacker()
	for person, scopes := range in {
		var reg []string
		for i := range w.scopes {
			if scopes[fmt.Sprint(i)] {
				reg = append(reg, fmt.Sprint(i))
				truth.add(fmt.Sprintf("persons %d", i), person, 1)
			}
		}
		truth.add("persons in "+strings.Join(reg, "+"), person, 1)
	}
	// Somebody can be in every union of what one recovery is in.
	sets := map[string]bool{}
	for reg := range w.spots() {
		for old := range sets {
			both := append(parts(old), parts(reg)...)
			slices.Sort(both)
			sets[strings.Join(slices.Compact(both), "+")] = true
		}
		sets[reg] = true
	}
	of := map[string][]int{}
	for set := range sets {
		for _, i := range parts(set) {
			of[i] = append(of[i], a.unknown("persons in "+set))
		}
	}
	for i, p := range papers {
		for j, q := range papers {
			inside := true
			for reg := range w.spots() {
				inside = inside && (!slices.Contains(parts(reg), fmt.Sprint(j)) || slices.Contains(parts(reg), fmt.Sprint(i)))
			}
			if p.Recoveries == nil || q.Recoveries == nil || !inside {
				continue
			}
			sum, most := map[int]int{}, *p.Recoveries
			for set := range sets {
				if slices.Contains(parts(set), fmt.Sprint(i)) && (i == j || !slices.Contains(parts(set), fmt.Sprint(j))) {
					sum[a.unknown("persons in "+set)] = 1
				}
			}
			if i != j {
				most -= *q.Recoveries
			}
			a.bind(0, most, sum)
		}
	}
	var found []string
	for i, p := range papers {
		a.cell(fmt.Sprintf("persons %d", i), p.Individuals, of[fmt.Sprint(i)])
		if p.Repeats != nil && *p.Repeats > 0 && *p.Repeats < few {
			found = append(found, fmt.Sprintf("%d: %d repeats", i, *p.Repeats))
		}
		if p.Recoveries != nil && p.Individuals != nil && (p.Repeats == nil || *p.Recoveries-*p.Individuals > 0 && *p.Recoveries-*p.Individuals < few) {
			found = append(found, fmt.Sprintf("%d: repeats can be computed", i))
		}
	}
	return append(found, a.judge(truth)...)
}

// ofDuties takes the duties of an agency from each other.
func (w world) ofDuties(papers []paper) []string {
	a, truth, spots := newAttacker(), census{}, w.spots()
	for _, r := range w.in.Records {
		reg := w.region(r.At, r.Station)
		for _, d := range r.Duties {
			for name, n := range map[string]int{"": d.OnTime + d.Late, "late": d.Late, "on_time": d.OnTime} {
				if reg == "" || n == 0 {
					continue
				}
				truth.add(reg+"|"+name, r.Person, n)
				for _, i := range parts(reg) {
					truth.add(i+":"+name, r.Person, n)
				}
			}
		}
	}
	for reg := range spots {
		a.bind(0, 0, map[int]int{a.unknown(reg + "|"): -1, a.unknown(reg + "|late"): 1, a.unknown(reg + "|on_time"): 1, a.unknown(reg + "|overdue"): 1})
	}
	var found []string
	for i, p := range papers {
		for _, d := range p.Duties {
			for name, n := range map[string]*int{"": d.Due, "late": d.Late, "on_time": d.OnTime, "overdue": d.Overdue} {
				var of []int
				for reg := range spots {
					if slices.Contains(parts(reg), fmt.Sprint(i)) {
						of = append(of, a.unknown(reg+"|"+name))
					}
				}
				a.cell(fmt.Sprintf("%d:%s", i, name), n, of)
			}
			if d.Shown != "" && (d.OnTime == nil || d.Due == nil) {
				found = append(found, "a share tells hidden duties: "+d.Shown)
			}
		}
	}
	for _, f := range a.judge(truth) {
		found = append(found, "duties: "+f)
	}
	return found
}

// ofArrests takes arrests from each other. A month is known to be in or out of a scope.
func (w world) ofArrests(papers []paper) []string {
	a, truth := newAttacker(), census{}
	regs := map[string][]string{} // region of the months -> their codes
	for _, doc := range w.in.Arrests {
		for m, n := range doc.Counts {
			reg := w.region(time.Date(doc.Year, time.Month(m+1), 1, 0, 0, 0, 0, time.UTC), doc.Station)
			if reg == "" {
				continue
			}
			code := fmt.Sprintf("%d-%d", doc.Year, m+1)
			if !slices.Contains(regs[reg], code) {
				regs[reg] = append(regs[reg], code)
			}
			for k := range *n {
				one := fmt.Sprint(doc.Station, code, k)
				truth.add(reg+"|"+code, one, 1)
				truth.add(reg+"|", one, 1)
				for _, i := range parts(reg) {
					truth.add(i+":", one, 1)
					truth.add(i+":"+code, one, 1)
				}
			}
		}
	}
	for reg, codes := range regs {
		tie := map[int]int{a.unknown(reg + "|"): -1}
		for _, c := range codes {
			tie[a.unknown(reg+"|"+c)] = 1
		}
		a.bind(0, 0, tie)
	}
	var found []string
	for i, p := range papers {
		put := func(name string, n *int) {
			var of []int
			for reg, codes := range regs {
				if slices.Contains(parts(reg), fmt.Sprint(i)) && (name == "" || slices.Contains(codes, name)) {
					of = append(of, a.unknown(reg+"|"+name))
				}
			}
			a.cell(fmt.Sprintf("%d:%s", i, name), n, of)
		}
		put("", p.Arrests.Since)
		for _, tb := range p.Tables {
			switch {
			case tb.ID == "arrests_since":
				if len(tb.Rows) != 1 {
					found = append(found, "the test knows one year only")
				}
				for _, n := range []*int{tb.Total, tb.Rows[0].Count} {
					if n != nil {
						put("", n)
					}
				}
			case strings.HasPrefix(tb.ID, "arrests_"):
				for _, r := range tb.Rows {
					put(r.Code, r.Count)
				}
				if tb.Total != nil {
					put("", tb.Total)
				}
			}
		}
		if b := p.Arrests; (b.Before == nil || b.Since == nil) && (b.Numerator != nil || b.Percent != 0 || strings.Contains(b.Shown, "%")) {
			found = append(found, "a share tells hidden arrests")
		}
		if b := p.Arrests.Before; b != nil && *b > 0 && *b < few {
			found = append(found, "a small count of arrests before")
		}
	}
	for _, f := range a.judge(truth) {
		found = append(found, "arrests: "+f)
	}
	return found
}

// ofTimes looks whether a time is of a group, beside one, or different from one on another sheet, that is small.
func (w world) ofTimes(papers []paper) []string {
	shown := map[string][]int{}
	var found []string
	for i, p := range papers {
		for _, t := range p.Timings {
			if t.Hidden {
				if t.Median != "" || t.P90 != "" || t.N != nil {
					found = append(found, "a hidden time is told")
				}
				continue
			}
			shown[t.ID+"/"+t.Zone] = append(shown[t.ID+"/"+t.Zone], i)
		}
	}
	for what, sheets := range shown {
		id, zone, _ := strings.Cut(what, "/")
		groups := census{}
		for _, r := range w.in.Records {
			if r.Zone == "" || zone != "" && r.Zone != zone {
				continue
			}
			took := map[string]report.Span{"acknowledge": r.Answered, "arrive": r.Arrived, "hand_over": r.HandedOver}[id] >= 0
			var reg []string
			for _, i := range parts(w.region(r.At, r.Station)) {
				for _, s := range sheets {
					if i == fmt.Sprint(s) {
						reg = append(reg, i)
					}
				}
			}
			if len(reg) > 0 {
				groups.add(fmt.Sprint(what, took, reg), r.Person, 1)
			}
		}
		for name, g := range groups {
			if g.few() {
				found = append(found, "a time is of few: "+name)
			}
		}
	}
	return found
}
