package release_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/internal/report"
)

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
