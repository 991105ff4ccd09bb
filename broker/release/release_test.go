package release_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/disclosure"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/release"
)

// The secrets of these tests.
const (
	few    = 11
	spread = 3
)

func quarterOf(n int, stations ...string) report.Scope {
	from := time.Date(2026, time.Month(3*n-2), 1, 0, 0, 0, 0, time.UTC)
	return report.Scope{From: from.Format(time.DateOnly), To: from.AddDate(0, 3, -1).Format(time.DateOnly), Stations: stations}
}

func half(stations ...string) report.Scope {
	return report.Scope{From: "2026-01-01", To: "2026-06-30", Stations: stations}
}

func year(stations ...string) report.Scope {
	return report.Scope{From: "2026-01-01", To: "2026-12-31", Stations: stations}
}

// county is a made-up year.
func county(records []report.Recovery, arrests []report.Arrests) report.Input {
	tpl, lists, stations := protocol.Shipped()
	return report.Input{
		Records: records, Arrests: arrests, Stations: stations, Lists: lists, Template: tpl, TimeZone: time.UTC,
		Now: time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC), Zones: map[string]string{"library": "Library", "fire": "Fire station"},
	}
}

// batch is n recoveries that are alike, of so many persons.
type batch struct {
	n, persons, quarter                         int
	station, zone, decision, reason, status, by string
	age                                         int
	late, onTime                                int
	took                                        time.Duration
}

func recoveries(all []batch) []report.Recovery {
	var out []report.Recovery
	for i, b := range all {
		for k := range b.n {
			r := report.Recovery{
				Case: fmt.Sprintf("c-%d-%d", i, k), Person: fmt.Sprintf("p-%d-%d", i, k%max(1, b.persons)), Station: b.station, Zone: b.zone, Age: b.age,
				At:           time.Date(2026, time.Month(3*b.quarter-1), 1+k%25, 12, 0, 0, 0, time.UTC),
				IdentifiedBy: b.by, Decision: b.decision, Reason: b.reason, Status72: b.status, Current: b.status,
				Answered: report.Never, Arrived: report.Never, HandedOver: report.Never,
			}
			if b.late+b.onTime > 0 {
				r.Duties = []report.Tally{{Agency: "dcfs", OnTime: b.onTime, Late: b.late}}
			}
			if b.took > 0 {
				r.Answered = report.Span(b.took + time.Duration(k)*time.Second)
			}
			out = append(out, r)
		}
	}
	return out
}

func drawn(r *rapid.T) report.Input {
	one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(r, name) }
	var all []batch
	for range rapid.IntRange(1, 9).Draw(r, "batches") {
		b := batch{
			n: rapid.SampledFrom([]int{1, 2, 5, 10, 11, 12, 30, 60}).Draw(r, "n"), quarter: rapid.IntRange(1, 3).Draw(r, "quarter"),
			decision: one("decision", "home", "relative", "group_home", "juvenile_hall", ""), status: one("status", "home", "away", "hospital"),
			by: one("by", "patrol_observation", "vice_operation", "hotline_tip"), age: rapid.SampledFrom([]int{0, 11, 14, 15, 16, 17}).Draw(r, "age"),
			late: rapid.IntRange(0, 2).Draw(r, "late"), onTime: rapid.IntRange(0, 2).Draw(r, "on time"),
			took: time.Duration(rapid.SampledFrom([]int{0, 40, 400}).Draw(r, "took")) * time.Second,
		}
		where := strings.Split(one("where", "century/", "century/library", "compton/", "compton/fire"), "/")
		b.station, b.zone = where[0], where[1]
		b.persons = rapid.SampledFrom([]int{b.n, b.n, max(1, b.n/2), 1}).Draw(r, "persons")
		if b.decision == "juvenile_hall" {
			b.reason = one("reason", "warrant", "other")
		}
		all = append(all, b)
	}
	var arrests []report.Arrests
	counts := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "arrests"), 1))
	for _, st := range []string{"century", "compton"} {
		for _, y := range []int{2002, 2003, 2026} {
			a := report.Arrests{Station: st, Year: y, Source: "log"}
			for m := range a.Counts {
				n := []int{0, 0, 1, 3, 11, 14}[counts.IntN(6)]
				a.Counts[m] = &n
			}
			arrests = append(arrests, a)
		}
	}
	return county(recoveries(all), arrests)
}

func sequences() [][]report.Scope {
	return [][]report.Scope{
		{quarterOf(1), quarterOf(2), half()},
		{half(), quarterOf(1)},
		{year(), half(), quarterOf(3)},
		{half(), half("century")},
		{quarterOf(1, "compton"), quarterOf(1), half("century", "compton")},
		{quarterOf(2), quarterOf(2, "century"), half("century"), half()},
	}
}

// publish releases scopes one after the other; what is refused tells nothing.
func publish(t rapid.TB, in report.Input, scopes []report.Scope) ([]release.Release, []file) {
	var out []release.Release
	var files []file
	for _, s := range scopes {
		r, err := release.Make(in, s, out)
		if errors.Is(err, disclosure.ErrTold) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
		files = append(files, written(t, r))
	}
	return out, files
}

func written(t rapid.TB, r release.Release) file {
	b, err := json.Marshal(r.Sheet)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Sheet.CSV()
	if err != nil {
		t.Fatal(err)
	}
	return file{b, c}
}

// TestNoAttackerFindsWhatASheetHides draws counties, releases neighbouring and overlapping periods and sets of stations, and lets the
// attacker read the JSON and CSV of all sheets: every table, figure, mean, time and duty in them.
func TestNoAttackerFindsWhatASheetHides(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of counties")
	}
	rapid.Check(t, func(r *rapid.T) {
		in := drawn(r)
		all, files := publish(r, in, rapid.SampledFrom(sequences()).Draw(r, "scopes"))
		if found := attack(r, in, all, files); len(found) > 0 {
			r.Fatal(strings.Join(found, "\n"))
		}
	})
}

// small is a county in which every suppression is needed.
func small() report.Input {
	return county(recoveries([]batch{
		{n: 40, persons: 40, quarter: 1, station: "century", decision: "home", status: "home", by: "patrol_observation", age: 15, onTime: 1},
		{n: 30, persons: 30, quarter: 1, station: "century", decision: "relative", status: "home", by: "patrol_observation", age: 15, onTime: 1},
		{n: 5, persons: 5, quarter: 1, station: "century", decision: "group_home", status: "home", by: "patrol_observation", age: 15, late: 1},
		{n: 30, persons: 30, quarter: 2, station: "century", decision: "home", status: "home", by: "patrol_observation", age: 15, onTime: 1},
		{n: 20, persons: 20, quarter: 2, station: "century", decision: "group_home", status: "home", by: "patrol_observation", age: 15, onTime: 1},
		{n: 20, persons: 20, quarter: 2, station: "century", decision: "relative", status: "home", by: "patrol_observation", age: 15, onTime: 1},
	}), nil)
}

func TestTheAttackerSeesEverySuppressionThatIsTakenOut(t *testing.T) {
	in := small()
	all, files := publish(t, in, []report.Scope{quarterOf(1), quarterOf(2), half()})
	if found := attack(t, in, all, files); len(found) > 0 {
		t.Fatalf("found as it is: %v", found)
	}
	taken := 0
	for i, r := range all {
		truth, err := report.Make(in, r.Scope)
		if err != nil {
			t.Fatal(err)
		}
		for ti, table := range r.Sheet.Tables {
			for ri, row := range table.Rows {
				if !row.Count.Hidden {
					continue
				}
				taken++
				mutant := r
				mutant.Sheet.Tables = slices.Clone(r.Sheet.Tables)
				mutant.Sheet.Tables[ti].Rows = slices.Clone(table.Rows)
				whole, _ := truth.Table(table.ID)
				mutant.Sheet.Tables[ti].Rows[ri].Count = whole.Rows[ri].Count
				changed := slices.Clone(files)
				changed[i] = written(t, mutant)
				if len(attack(t, in, all, changed)) == 0 {
					t.Errorf("%v: %s %s told, and nobody notices", r.Scope, table.ID, row.Code)
				}
			}
		}
		for di, d := range r.Sheet.Duties {
			if !d.Late.Hidden {
				continue
			}
			taken++
			mutant := r
			mutant.Sheet.Duties = slices.Clone(r.Sheet.Duties)
			mutant.Sheet.Duties[di].OnTime = truth.Duties[di].OnTime
			changed := slices.Clone(files)
			changed[i] = written(t, mutant)
			if len(attack(t, in, all, changed)) == 0 {
				t.Errorf("%v: duties of %s told, and nobody notices", r.Scope, d.Agency)
			}
		}
	}
	if taken < 5 {
		t.Errorf("only %d suppressions were there to take out", taken)
	}
}

func TestTheAttackerSeesAMeanThatIsToldTooClosely(t *testing.T) {
	alike := batch{station: "century", decision: "home", status: "home", by: "patrol_observation"}
	first, second := alike, alike
	first.n, first.persons, first.quarter, first.age = 40, 40, 1, 15
	second.n, second.persons, second.quarter, second.age = 2, 2, 2, 17
	in := county(recoveries([]batch{first, second}), nil)
	all, files := publish(t, in, []report.Scope{quarterOf(1), half()})
	if len(all) != 2 || all[0].Sheet.MeanAge.Shown != "15.0" || len(attack(t, in, all, files)) > 0 {
		t.Fatalf("%d sheets, the first with a mean of %+v", len(all), all[0].Sheet.MeanAge)
	}
	if !all[1].Sheet.MeanAge.Hidden {
		t.Fatalf("the mean of all but two others is shown: %+v", all[1].Sheet.MeanAge)
	}
	n := 42
	mutant := all[1]
	mutant.Sheet.MeanAge = report.Average{Shown: "15.1", Of: report.Figure{N: n}, To: "0.1"}
	mutant.Sheet.Recoveries = report.Figure{N: n}
	if found := attack(t, in, all, []file{files[0], written(t, mutant)}); !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, "ages of") }) {
		t.Errorf("the ages of the two are told, and nobody notices: %v", found)
	}
}

func TestATimeIsOfManyOrNotShown(t *testing.T) {
	zone := batch{station: "century", zone: "library", decision: "home", status: "home", by: "patrol_observation", age: 15, took: time.Minute}
	first, second := zone, zone
	first.n, first.persons, first.quarter = 130, 130, 1
	second.n, second.persons, second.quarter = 4, 4, 2
	in := county(recoveries([]batch{first, second}), nil)
	all, files := publish(t, in, []report.Scope{quarterOf(1), half()})
	at := func(i int) report.Timing {
		return all[i].Sheet.Timings[slices.IndexFunc(all[i].Sheet.Timings, func(x report.Timing) bool { return x.ID == "acknowledge" && x.Zone == "library" })]
	}
	if x := at(0); x.Hidden || x.Median != "2 min 00 s" || x.P90 != "3 min 00 s" || x.N.N != 130 {
		t.Errorf("130 recoveries from 60 s to 189 s: %+v", x)
	}
	if x := at(1); !x.Hidden || x.Median != "" || x.P90 != "" {
		t.Errorf("four more than on another sheet: %+v", x)
	}
	mutant := all[1]
	mutant.Sheet.Timings = all[0].Sheet.Timings
	if found := attack(t, in, all, []file{files[0], written(t, mutant)}); len(found) == 0 {
		t.Error("a time of four more is told, and nobody notices")
	}
}

func TestWhatIsRecordedAfterAReleaseIsADifference(t *testing.T) {
	q := batch{n: 30, persons: 30, quarter: 1, station: "century", decision: "home", status: "home", by: "patrol_observation", age: 15}
	in := county(recoveries([]batch{q}), nil)
	first, err := release.Make(in, quarterOf(1), nil)
	if err != nil {
		t.Fatal(err)
	}
	late := q
	late.n, late.persons, late.status = 3, 3, "away"
	more := recoveries([]batch{q, late})
	for i := range more[30:] {
		more[30+i].Recorded = in.Now.Add(time.Hour)
	}
	in = county(more, nil)
	in.Now = in.Now.Add(2 * time.Hour)
	second, err := release.Make(in, half(), []release.Release{first})
	if err == nil && !second.Sheet.Recoveries.Hidden {
		t.Errorf("30 in the quarter and %d in the half year: the three that came late are told", second.Sheet.Recoveries.N)
	}
	if err != nil && !errors.Is(err, disclosure.ErrTold) {
		t.Fatal(err)
	}
}

// TestPersonsAreNotMoreThanRecoveries: one repeat in the first quarter. Its persons are hidden, but the half year's less the second quarter's
// are at least them, and its recoveries at most.
func TestPersonsAreNotMoreThanRecoveries(t *testing.T) {
	b := batch{station: "century", decision: "home", status: "home", by: "patrol_observation", age: 15}
	of := func(quarter, n, persons int) batch {
		b.quarter, b.n, b.persons = quarter, n, persons
		return b
	}
	in := county(recoveries([]batch{of(1, 15, 15), of(1, 2, 1), of(2, 100, 71)}), nil)
	all, files := publish(t, in, []report.Scope{quarterOf(1), quarterOf(2), half()})
	if len(all) != 3 || !all[0].Sheet.Individuals.Hidden || all[1].Sheet.Individuals.N != 71 || !all[2].Sheet.Individuals.Hidden {
		t.Fatalf("%d sheets; persons of the half year: %+v", len(all), all[len(all)-1].Sheet.Individuals)
	}
	mutant := all[2]
	mutant.Sheet.Individuals, mutant.Sheet.Repeats = report.Figure{N: 87}, report.Figure{N: 30}
	if found := attack(t, in, all, []file{files[0], files[1], written(t, mutant)}); !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, "persons 0 ") }) {
		t.Errorf("the persons of the first quarter are told, and nobody notices: %v", found)
	}
}
