package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/report"
)

var april = time.Date(2026, 4, 2, 12, 0, 0, 0, time.UTC)

func input(records ...report.Recovery) report.Input {
	tpl, lists, stations := protocol.Shipped()
	return report.Input{Records: records, Stations: stations, Lists: lists, Template: tpl, TimeZone: time.UTC, Now: april}
}

func recoveries(n int, edit func(int, *report.Recovery)) []report.Recovery {
	var out []report.Recovery
	for i := range n {
		r := report.Recovery{
			Case: fmt.Sprintf("c-%03d", i), Person: fmt.Sprintf("c-%03d", i), At: april.Add(time.Duration(i) * time.Minute), Station: "century",
			Age: 15, IdentifiedBy: "patrol_observation", Decision: "home", Status72: "home", Current: "home", CurrentAsOf: april,
			Answered: report.Never, Arrived: report.Never, HandedOver: report.Never,
		}
		if edit != nil {
			edit(i, &r)
		}
		out = append(out, r)
	}
	return out
}

var quarter = report.Scope{From: "2026-04-01", To: "2026-06-30"}

func made(t *testing.T, in report.Input, s report.Scope) report.Sheet {
	t.Helper()
	sheet, err := report.Make(in, s)
	if err != nil {
		t.Fatal(err)
	}
	return sheet
}

func TestARecoveryIsAnEventAndAnIndividualIsAPerson(t *testing.T) {
	s := made(t, input(recoveries(5, func(i int, r *report.Recovery) {
		if i > 2 {
			r.Person = "c-000"
		}
		r.Age = 14 + i
	})...), quarter)
	if s.Recoveries.N != 5 || s.Individuals.N != 3 || s.Repeats.N != 2 || s.MeanAge.Shown != "16.0" || s.MeanAge.Of.N != 5 {
		t.Errorf("%d recoveries, %d individuals, %d repeats, mean %+v", s.Recoveries.N, s.Individuals.N, s.Repeats.N, s.MeanAge)
	}
}

func TestTheDaysOfAScopeAreTheCountysOwn(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]int{
		time.Date(2026, 4, 1, 6, 59, 59, 0, time.UTC): 0, // still March in Los Angeles
		time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC):   1,
		time.Date(2026, 7, 1, 6, 59, 59, 0, time.UTC): 1,
		time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC):   0,
	} {
		in := input(recoveries(1, func(_ int, r *report.Recovery) { r.At = at })...)
		in.TimeZone = la
		if s := made(t, in, quarter); s.Recoveries.N != want {
			t.Errorf("%v counts %d times", at, s.Recoveries.N)
		}
	}
}

func TestOnlyFixedPeriodsAreReported(t *testing.T) {
	_, _, stations := protocol.Shipped()
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"2014-08-15", "2016-07-17", true},
		{"2026-04-01", "2026-06-30", true},
		{"2026-01-01", "2026-12-31", true},
		{"2026-07-01", "2026-12-31", true},
		{"2026-04-01", "2026-06-29", false},
		{"2026-02-01", "2026-04-30", false},
		{"2026-04-02", "2026-06-30", false},
		{"", "", false},
	} {
		if err := (report.Scope{From: c.from, To: c.to}).Check(stations); (err == nil) != c.ok {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
		}
	}
	if err := (report.Scope{From: "2026-04-01", To: "2026-06-30", Stations: []string{"nowhere"}}).Check(stations); !errors.Is(err, report.ErrScope) {
		t.Errorf("an unknown station: %v", err)
	}
}

func counts(n int) (out [12]*int) {
	for i := range out {
		out[i] = &n
	}
	return out
}

func TestAsManyMonthsAreComparedBeforeAsSince(t *testing.T) {
	in := input()
	for y := 2012; y <= 2016; y++ {
		n := 3
		if y >= 2015 {
			n = 1
		}
		in.Arrests = append(in.Arrests, report.Arrests{Station: "century", Year: y, Counts: counts(n), Source: "agency_figures"})
	}
	scope := report.Founding()
	scope.Stations = []string{"century"}
	a := made(t, in, scope).Arrests
	// Century joined in August 2014: 24 months since (5 in 2014, 12, 7) and the 24 before.
	if a.Months != 24 || a.Missing != 0 || a.Since.N != 5*3+12+7 || a.Before.N != 24*3 {
		t.Errorf("%+v", a)
	}
	if a.Fewer.N != a.Before.N-a.Since.N || a.Denominator != a.Before || a.Percent != 52.78 || a.Shown != "53 % fewer" {
		t.Errorf("%+v", a)
	}
	in.Arrests[0].Counts[11] = nil
	if a := made(t, in, scope).Arrests; a.Missing != 1 {
		t.Errorf("%d months are missing, want 1: an unknown number is not zero", a.Missing)
	}
}

func TestWhatIsHiddenIsInNoFile(t *testing.T) {
	// 17 would be everywhere if it were anywhere.
	in := input(recoveries(57, func(i int, r *report.Recovery) {
		if i < 17 {
			r.Decision = "relative"
		}
	})...)
	hide := func(system, table, category string) bool {
		return system == "recoveries" && table == protocol.MDTDecision && (category == "relative" || category == "home")
	}
	renderer, err := report.NewRenderer(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	public := made(t, in, quarter).Publish(report.Cut{Threshold: 11, Hidden: hide, Timing: func(report.Timing) bool { return true }})
	page, err := renderer.Page(public)
	if err != nil {
		t.Fatal(err)
	}
	csv, err := public.CSV()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(public)
	if err != nil {
		t.Fatal(err)
	}
	body := page[bytes.Index(page, []byte("<article")):]
	for name, file := range map[string][]byte{"page": body, "CSV": csv, "JSON": b} {
		for _, n := range []string{">17<", ">40<", ",17\n", ",40\n", ":17,", ":40,", "70 %", "30 %"} {
			if bytes.Contains(file, []byte(n)) {
				t.Errorf("the %s tells %q", name, n)
			}
		}
	}
	var again report.Sheet
	if err := json.Unmarshal(b, &again); err != nil || !again.Public {
		t.Fatal(err)
	}
	if table, _ := again.Table(protocol.MDTDecision); table.Rows[0].Count != (report.Figure{Hidden: true}) || table.Total.N != 57 {
		t.Errorf("read back: %+v", table)
	}
}

func TestTheChartsAreWellFormedAndSayWhatTheyShow(t *testing.T) {
	renderer, err := report.NewRenderer(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	html, err := renderer.Fragment(made(t, input(recoveries(12, nil)...), quarter))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rest := string(html); ; n++ {
		_, after, ok := strings.Cut(rest, "<svg")
		if !ok {
			break
		}
		svg, more, _ := strings.Cut(after, "</svg>")
		rest = more
		if !strings.Contains(svg, `role="img"`) || !strings.Contains(svg, `aria-label="Bar chart of`) {
			t.Errorf("a chart says nothing: %.80s", svg)
		}
		d := xml.NewDecoder(strings.NewReader("<svg" + svg + "</svg>"))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("a chart is not well formed: %v", err)
			}
		}
	}
	if n < 8 || strings.Contains(string(html), "style=") {
		t.Errorf("%d charts; inline styles do not pass the desk's policy", n)
	}
}

// index is a county in memory.
type index map[string]report.Case

func (x index) Changed(after uint64) ([]string, uint64) {
	var ids []string
	for id := range x {
		ids = append(ids, id)
	}
	return ids, after + 1
}

func (x index) State(id string) (report.Case, bool) { c, ok := x[id]; return c, ok }

func (x index) put(t *testing.T, id string, at time.Time, links ...string) {
	t.Helper()
	events := []activation.Event{{
		ID: "e-" + id, Case: id, Type: activation.Raised, Mode: activation.Actual, Zone: "z-1", Device: "d-1", Trigger: activation.ByYouth,
		Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}, LedgerTime: at,
	}}
	for i, to := range links {
		for k, typ := range []activation.Type{activation.LinkProposed, activation.PersonLinked} {
			events = append(events, activation.Event{
				ID: fmt.Sprintf("l-%s-%d-%d", id, i, k), Case: id, Type: typ, Mode: activation.Actual, LedgerTime: at.Add(time.Duration(1+k) * time.Second),
				Actor: activation.Actor{Kind: activation.ByDesk, ID: fmt.Sprintf("u-%d", k)}, FollowUp: &activation.FollowUp{SameAs: to},
			})
		}
	}
	var s activation.State
	for _, e := range events {
		var err error
		if s, err = activation.Apply(s, e); err != nil {
			t.Fatal(err)
		}
	}
	x[id] = report.Case{State: s, First: 1}
}

func newIndex(x report.Cases) *report.Index {
	tpl, _, _ := protocol.Shipped()
	return report.NewIndex(report.Options{
		Cases: x, Template: func(uint64) protocol.Template { return tpl }, Station: func(string) string { return "century" },
		Role: func(string) string { return "" }, Open: func(string, []byte) report.Personal { return report.Personal{} },
	})
}

func TestLinkedRecoveriesAreOnePerson(t *testing.T) {
	x := index{}
	x.put(t, "c-1", april)
	x.put(t, "c-2", april.Add(time.Hour), "c-1")
	x.put(t, "c-3", april.Add(2*time.Hour), "c-2") // a chain is one person
	x.put(t, "c-4", april.Add(3*time.Hour))
	persons := map[string]int{}
	for _, r := range newIndex(x).Records(april.Add(4 * time.Hour)) {
		persons[r.Person]++
	}
	if len(persons) != 2 || persons["c-1"] != 3 {
		t.Errorf("%v", persons)
	}
	if same := newIndex(x).Same("c-2", april.Add(4*time.Hour)); len(same) != 2 {
		t.Errorf("%d others are the same person, want 2", len(same))
	}
}

func TestASearchSeesADutyFallOverdueByTheClockAlone(t *testing.T) {
	x := index{}
	x.put(t, "c-1", april)
	i := newIndex(x)
	for after, want := range map[time.Duration]bool{0: false, 61 * time.Second: true} {
		hits, _ := i.Search(report.Query{Overdue: true}, april.Add(after))
		if (len(hits) == 1) != want {
			t.Errorf("after %v: %d cases with something overdue", after, len(hits))
		}
	}
	if hits, n := i.Search(report.Query{Text: "c-1"}, april); len(hits) != 1 || n != 1 {
		t.Errorf("the case is not found by its id: %d of %d", len(hits), n)
	}
}

func TestDrillsAndDuplicatesAreNeverCounted(t *testing.T) {
	x := index{}
	x.put(t, "c-1", april)
	drill := x["c-1"]
	drill.State.Mode = activation.Drill
	x["c-1"] = drill
	x.put(t, "c-2", april)
	double := x["c-2"]
	double.State.Outcome = activation.Duplicate
	x["c-2"] = double
	i := newIndex(x)
	if got := i.Records(april); len(got) != 0 {
		t.Errorf("%d recoveries are counted", len(got))
	}
	late := april.Add(30 * 24 * time.Hour)
	hits, _ := i.Search(report.Query{Overdue: true}, late)
	for _, h := range hits {
		if h.Mode != activation.Actual {
			t.Errorf("a drill is overdue: %+v", h)
		}
	}
	if all, _ := i.Search(report.Query{}, late); len(all) != 2 {
		t.Errorf("%d cases are found, want 2", len(all))
	}
}

func TestAnIndexIsWarmedALittleAtATimeAndMissesNothing(t *testing.T) {
	x := index{}
	for i := range 600 {
		x.put(t, fmt.Sprintf("c-%03d", i), april.Add(time.Duration(i)*time.Second))
	}
	cold, warm := newIndex(x), newIndex(once{x, new(bool)})
	warm.Warm(t.Context(), april)
	got, want := warm.Records(april), cold.Records(april)
	if len(got) != 600 || !slices.EqualFunc(got, want, func(a, b report.Recovery) bool { return a.Case == b.Case && a.Person == b.Person }) {
		t.Errorf("%d recoveries after warming, want %d alike", len(got), len(want))
	}
}

// once is a county in which nothing changes after it was first asked.
type once struct {
	index
	asked *bool
}

func (o once) Changed(after uint64) ([]string, uint64) {
	if *o.asked {
		return nil, after
	}
	*o.asked = true
	return o.index.Changed(after)
}
