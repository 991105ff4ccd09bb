package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

// timings are the three spans, over all recoveries and by zone. A recovery in the field has no call that anybody could answer.
func timings(records []Recovery, names map[string]string) []Timing {
	byZone := map[string][]Recovery{}
	var zones []Recovery
	for _, r := range records {
		if r.Zone != "" {
			byZone[r.Zone] = append(byZone[r.Zone], r)
			zones = append(zones, r)
		}
	}
	out := three("", "", zones)
	for _, z := range slices.Sorted(maps.Keys(byZone)) {
		out = append(out, three(z, cmp.Or(names[z], z), byZone[z])...)
	}
	return out
}

// The three spans.
const (
	acknowledge = "acknowledge"
	arrive      = "arrive"
	handOver    = "hand_over"
)

// took is one of the three spans of a recovery.
func took(id string, r Recovery) Span {
	switch id {
	case acknowledge:
		return r.Answered
	case arrive:
		return r.Arrived
	default:
		return r.HandedOver
	}
}

func three(zone, group string, records []Recovery) []Timing {
	var out []Timing
	for _, t := range []Timing{
		{ID: acknowledge, Title: "Call to answer"},
		{ID: arrive, Title: "Call to arrival"},
		{ID: handOver, Title: "Call to hand-over"},
	} {
		for _, r := range records {
			if d := took(t.ID, r); d >= 0 {
				t.sorted = append(t.sorted, d)
			}
		}
		slices.Sort(t.sorted)
		t.Zone, t.Group, t.N.N = zone, group, len(t.sorted)
		if len(t.sorted) > 0 {
			t.Median, t.P90 = words(rank(t.sorted, median)), words(rank(t.sorted, ninety))
		}
		out = append(out, t)
	}
	return out
}

const (
	median = 50
	ninety = 90
)

// rank is the nearest-rank percentile of sorted spans.
func rank(sorted []Span, percent int) Span { return sorted[place(len(sorted), percent)-1] }

// place is the nearest rank of a percentile, from 1.
func place(n, percent int) int {
	const whole = 100
	return max((n*percent+whole-1)/whole, 1)
}

// coarse rounds a span for the public: nobody finds their own minute again.
func coarse(s Span) Span {
	const few, many = 10 * time.Second, 10 * time.Minute
	d := time.Duration(s)
	switch {
	case d < many:
		return Span(d.Round(few))
	case d < time.Hour:
		return Span(d.Round(time.Minute))
	default:
		return Span(d.Round(many))
	}
}

func words(s Span) string {
	d := time.Duration(s).Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	if d < time.Hour {
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// performance adds up the duties of each agency, in the order of the template.
func performance(records []Recovery, tpl protocol.Template) []Performance {
	sum := map[string]Tally{}
	for _, r := range records {
		for _, t := range r.Duties {
			s := sum[t.Agency]
			sum[t.Agency] = Tally{t.Agency, s.OnTime + t.OnTime, s.Late + t.Late, s.Overdue + t.Overdue}
		}
	}
	ids := slices.Sorted(maps.Keys(sum))
	order := func(id string) int {
		if i := slices.IndexFunc(tpl.Agencies, func(a protocol.Agency) bool { return a.ID == id }); i >= 0 {
			return i
		}
		return len(tpl.Agencies)
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(order(a), order(b)) })
	out := make([]Performance, 0, len(ids))
	for _, id := range ids {
		t := sum[id]
		p := Performance{
			Agency: id, Label: tpl.Agency(id).Name, Due: Figure{N: t.OnTime + t.Late + t.Overdue}, OnTime: Figure{N: t.OnTime},
			Late: Figure{N: t.Late}, Overdue: Figure{N: t.Overdue},
		}
		p.Shown = percent(p.OnTime, p.Due)
		out = append(out, p)
	}
	return out
}

// percent is a share with its numerator and denominator; nothing if one of them is hidden.
func percent(part, whole Figure) string {
	const all = 100
	if part.Hidden || whole.Hidden || whole.N == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f %% (%d of %d)", all*float64(part.N)/float64(whole.N), part.N, whole.N)
}
