package disclosure_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"safeyouthzone/broker/internal/disclosure"
)

func sheet() []disclosure.Table {
	return []disclosure.Table{
		{Name: "age", Categories: []string{"10-12", "13-14", "15-16", "17"}},
		{Name: "decision", Categories: []string{"home", "foster_home", "group_home", "juvenile_hall", "pending"}},
		{
			Name: "hall_reason", Categories: []string{"warrant", "other_offence", "other"},
			Within: disclosure.Cell{Table: "decision", Category: "juvenile_hall"},
		},
	}
}

// put makes n items of the same categories.
func put(n int, scopes []string, age, decision, reason string) []disclosure.Item {
	var out []disclosure.Item
	for range n {
		tags := map[string]string{"age": age, "decision": decision}
		if reason != "" {
			tags["hall_reason"] = reason
		}
		out = append(out, disclosure.Item{Scopes: scopes, Tags: tags, N: 1})
	}
	return out
}

func cell(table, category string) disclosure.Cell {
	return disclosure.Cell{Table: table, Category: category}
}

func TestOneSmallCellNeverStandsAlone(t *testing.T) {
	in := []string{"2026"}
	items := slices.Concat(put(40, in, "15-16", "home", ""), put(30, in, "17", "foster_home", ""), put(4, in, "13-14", "home", ""))
	p, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "2026", nil, disclosure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []disclosure.Cell{cell("age", "13-14"), cell("age", "17")}; !slices.Equal(p.Hidden, want) {
		t.Errorf("hidden are %v, want the small age and the next larger one: %v", p.Hidden, want)
	}
}

func TestATableWithinACellIsNotABackDoor(t *testing.T) {
	in := []string{"2026"}
	items := slices.Concat(put(50, in, "15-16", "home", ""), put(30, in, "15-16", "group_home", ""),
		put(20, in, "15-16", "juvenile_hall", "warrant"), put(3, in, "15-16", "juvenile_hall", "other"))
	p, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "2026", nil, disclosure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Hides(cell("hall_reason", "other")) || !p.Hides(cell("hall_reason", "warrant")) {
		t.Errorf("the reason of three can be computed: hidden are %v", p.Hidden)
	}
	if p.Hides(cell("decision", "home")) {
		t.Errorf("more is hidden than it takes: %v", p.Hidden)
	}
}

func TestASmallTotalWithoutTablesIsHiddenAndSafe(t *testing.T) {
	items := []disclosure.Item{{Scopes: []string{"q1"}, N: 1}, {Scopes: []string{"q1"}, N: 1}}
	p, err := disclosure.Protect(disclosure.System{Tables: nil, Items: items}, "q1", nil, disclosure.Options{})
	if err != nil || !p.Hides(disclosure.Cell{}) {
		t.Errorf("a total of two: hidden %v, %v", p.Hidden, err)
	}
}

func TestAYearLessItsQuartersTellsNothing(t *testing.T) {
	var items []disclosure.Item
	var earlier []disclosure.Pattern
	for q := range 4 {
		in := []string{fmt.Sprintf("q%d", q), "year"}
		items = append(items, put(30, in, "15-16", "home", "")...)
		items = append(items, put(3*q, in, "17", "home", "")...)
		items = append(items, put(12, in, "13-14", "group_home", "")...)
	}
	for q := range 4 {
		p, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, fmt.Sprintf("q%d", q), earlier, disclosure.Options{})
		if err != nil {
			t.Fatal(err)
		}
		earlier = append(earlier, p)
	}
	year, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "year", earlier, disclosure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := newAttacker(sheet(), items, append(earlier, year))
	for q := 1; q < 4; q++ {
		if a.determined(a.sum(fmt.Sprintf("q%d", q), cell("age", "17"))) {
			t.Errorf("quarter %d can be computed from the year", q)
		}
	}
	if slices.Contains(year.Hidden, disclosure.Cell{}) {
		t.Errorf("the year's total need not be hidden: %v", year.Hidden)
	}
}

func TestAScopeThatDiffersByAFewIsNotPublishedPlainly(t *testing.T) {
	items := slices.Concat(put(30, []string{"founding", "founding and a week"}, "15-16", "home", ""),
		put(2, []string{"founding and a week"}, "15-16", "home", ""))
	first, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "founding", nil, disclosure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "founding and a week", []disclosure.Pattern{first}, disclosure.Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := newAttacker(sheet(), items, []disclosure.Pattern{first, second})
	low, top := a.between(map[int]int{a.at("founding and a week", disclosure.Cell{}): 1})
	if top-low < disclosure.DefaultSpread {
		t.Errorf("the two of the week are known to be %d to %d", low, top)
	}
}

func TestMistakesOfTheCallerAreTold(t *testing.T) {
	tables := sheet()
	good := put(1, []string{"2026"}, "17", "home", "")
	for name, items := range map[string][]disclosure.Item{
		"unknown category":   put(1, []string{"2026"}, "99", "home", ""),
		"reason but home":    put(1, []string{"2026"}, "17", "home", "warrant"),
		"hall, no reason":    put(1, []string{"2026"}, "17", "juvenile_hall", ""),
		"missing in a table": {{Scopes: []string{"2026"}, Tags: map[string]string{"age": "17"}, N: 1}},
	} {
		if _, err := disclosure.Protect(disclosure.System{Tables: tables, Items: items}, "2026", nil, disclosure.Options{}); !errors.Is(err, disclosure.ErrModel) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := disclosure.Protect(disclosure.System{Tables: tables, Items: good}, "2026", []disclosure.Pattern{{Scope: "2026"}}, disclosure.Options{}); !errors.Is(err, disclosure.ErrModel) {
		t.Errorf("a scope published twice: %v", err)
	}
	if _, err := disclosure.Protect(disclosure.System{Tables: append(tables, tables[0]), Items: good}, "2026", nil, disclosure.Options{}); !errors.Is(err, disclosure.ErrModel) {
		t.Errorf("a table twice: %v", err)
	}
}

// TestNoAttackerFindsASuppressedCell draws tables, counts and scopes that lie beside, within and across each other, publishes them one
// after the other, and lets the attacker work on all that is public after each.
func TestNoAttackerFindsASuppressedCell(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tables := sheet()
		scopes := []string{"q1", "q2", "half", "other"}[:rapid.IntRange(1, 4).Draw(r, "scopes")]
		var items []disclosure.Item
		for _, in := range [][]string{{"q1", "half"}, {"q2", "half"}, {"half", "other"}, {"other"}, {"q1", "half", "other"}} {
			for range rapid.IntRange(0, 4).Draw(r, "groups") {
				reason, decision := "", rapid.SampledFrom(tables[1].Categories).Draw(r, "decision")
				if decision == "juvenile_hall" {
					reason = rapid.SampledFrom(tables[2].Categories).Draw(r, "reason")
				}
				n := rapid.SampledFrom([]int{1, 2, 5, 10, 11, 12, 30}).Draw(r, "n")
				items = append(items, put(n, in, rapid.SampledFrom(tables[0].Categories).Draw(r, "age"), decision, reason)...)
			}
		}
		for i := range items {
			items[i].Scopes = slices.DeleteFunc(slices.Clone(items[i].Scopes), func(s string) bool { return !slices.Contains(scopes, s) })
		}
		var published []disclosure.Pattern
		for _, s := range scopes {
			// What is counted only by scopes that come later is not known to anybody yet.
			seen := slices.Clone(items)
			for i := range seen {
				seen[i].Scopes = slices.DeleteFunc(slices.Clone(seen[i].Scopes), func(n string) bool {
					return n != s && !slices.ContainsFunc(published, func(p disclosure.Pattern) bool { return p.Scope == n })
				})
			}
			p, err := disclosure.Protect(disclosure.System{Tables: tables, Items: seen}, s, published, disclosure.Options{})
			if errors.Is(err, disclosure.ErrTold) {
				continue // not published, so nothing is told
			}
			if err != nil {
				r.Fatal(err)
			}
			published = append(published, p)
			attack(r, tables, seen, published)
		}
	})
}

func attack(r *rapid.T, tables []disclosure.Table, items []disclosure.Item, published []disclosure.Pattern) {
	kept := slices.Clone(items)
	for i := range kept {
		kept[i].Scopes = slices.DeleteFunc(slices.Clone(kept[i].Scopes), func(n string) bool {
			return !slices.ContainsFunc(published, func(p disclosure.Pattern) bool { return p.Scope == n })
		})
	}
	a := newAttacker(tables, kept, published)
	for _, p := range published {
		for _, c := range cellsOf(tables) {
			n := count(kept, p.Scope, c)
			if !p.Hides(c) {
				if n > 0 && n < disclosure.DefaultThreshold {
					r.Fatalf("%s %v is public with %d", p.Scope, c, n)
				}
				continue
			}
			sum := a.sum(p.Scope, c)
			low, top := a.between(sum)
			if a.determined(sum) || top-low < disclosure.DefaultSpread {
				r.Fatalf("%s %v is hidden but known to be %d to %d (it is %d)", p.Scope, c, low, top, n)
			}
		}
	}
}

func TestACountOfFewPersonsIsSmall(t *testing.T) {
	persons := func(items []disclosure.Item, of func(int) string) []disclosure.Item {
		for i := range items {
			items[i].Unit = of(i)
		}
		return items
	}
	each := func(i int) string { return fmt.Sprint("a", i) }
	in := []string{"2026"}
	for name, c := range map[string]struct {
		of   func(int) string
		hide bool
	}{
		"of thirty":               {func(i int) string { return fmt.Sprint("b", i) }, false},
		"of eleven":               {func(i int) string { return fmt.Sprint("b", i%11) }, false},
		"of ten":                  {func(i int) string { return fmt.Sprint("b", i%10) }, true},
		"mostly of one of eleven": {func(i int) string { return fmt.Sprint("b", max(0, i-19)) }, true},
	} {
		items := slices.Concat(persons(put(60, in, "15-16", "home", ""), each), persons(put(40, in, "17", "home", ""), each), persons(put(30, in, "13-14", "home", ""), c.of))
		p, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items}, "2026", nil, disclosure.Options{})
		if err != nil || p.Hides(cell("age", "13-14")) != c.hide {
			t.Errorf("thirty recoveries %s: %v, %v", name, p.Hidden, err)
		}
	}
}

func TestThePublicMeanLeavesTheLastOneOpen(t *testing.T) {
	measure := disclosure.Measure{Table: "age", Bounds: map[string][2]int{"10-12": {10, 12}, "13-14": {13, 14}, "15-16": {15, 16}, "17": {17, 17}}}
	in := []string{"2026"}
	for n, want := range map[int]int{10: 0, 11: 5, 29: 5, 40: 1, 131: 1} {
		items := put(n, in, "15-16", "home", "")
		for i := range items {
			items[i].Value = 15 + i%2
		}
		p, err := disclosure.Protect(disclosure.System{Tables: sheet(), Items: items, Measure: measure}, "2026", nil, disclosure.Options{})
		if err != nil || p.Mean != want {
			t.Errorf("%d ages: rounded to %d tenths, want %d (%v)", n, p.Mean, want, err)
		}
	}
	if got := disclosure.Round(2057, 131, 1); got != 157 {
		t.Errorf("the founding mean is %d tenths", got)
	}
}

func TestACalendarIsKnownToEverybody(t *testing.T) {
	months := []disclosure.Table{{Name: "month", Categories: []string{"1", "2"}, Fixed: true}}
	of := func(month string, n int, scopes ...string) []disclosure.Item {
		tags := map[string]string{"month": month}
		return []disclosure.Item{{Scopes: scopes, Tags: tags}, {Scopes: scopes, Tags: tags, N: n}}
	}
	// January is hidden of the year, with February. Then January alone, of a scope that the year holds: its total would tell both.
	items := slices.Concat(of("1", 20, "year", "january"), of("2", 5, "year"))
	year, err := disclosure.Protect(disclosure.System{Tables: months, Items: items}, "year", nil, disclosure.Options{})
	if err != nil || len(year.Hidden) != 2 {
		t.Fatalf("%v %v", year, err)
	}
	january, err := disclosure.Protect(disclosure.System{Tables: months, Items: items}, "january", []disclosure.Pattern{year}, disclosure.Options{})
	if err != nil || !january.Hides(disclosure.Cell{}) || !january.Hides(cell("month", "1")) {
		t.Errorf("January is told by its own sheet: %v, %v", january, err)
	}
}
