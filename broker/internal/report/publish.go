package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Cut says what stays hidden of a public sheet.
type Cut struct {
	Threshold int
	Hidden    func(system, table, category string) bool // of a cell; the empty table and category are the total
	MeanStep  int                                       // to how many tenths of a year the mean age is rounded; 0: it stays hidden
	Mean      func(sum, n, step int) (tenths int)
	Timing    func(t Timing) bool // whether it may be shown
}

// FewRepeats reports whether the repeat recoveries could point at somebody. Individuals then stay hidden with them.
func (s Sheet) FewRepeats(threshold int) bool { return s.Repeats.N > 0 && s.Repeats.N < threshold }

// Publish returns the sheet without what must stay hidden. Nothing that could be computed from a hidden number stays.
func (s Sheet) Publish(c Cut) Sheet {
	s.Public, s.Threshold, s.records, s.since = true, c.Threshold, nil, nil
	s.Recoveries.hide(c.Hidden(ofRecoveries, "", ""))
	s.Individuals.hide(c.Hidden(ofIndividuals, "", "") || s.Recoveries.Hidden)
	s.Repeats.hide(s.Individuals.Hidden)
	s.MeanAge.publish(c)
	s.Tables = slices.DeleteFunc(slices.Clone(s.Tables), func(t Table) bool { return t.ID == oftenTable })
	for i := range s.Tables {
		s.Tables[i].publish(c)
	}
	s.Arrests.publish(c)
	s.publishTimings(c)
	s.Duties = slices.Clone(s.Duties)
	for i := range s.Duties {
		s.Duties[i].publish(c)
	}
	s.Notes = append(slices.Clone(s.Notes), "Counts from 1 to "+strconv.Itoa(c.Threshold-1)+", and counts of fewer than "+strconv.Itoa(c.Threshold)+
		" young people, are not shown, and others with them, so that nobody can be recognised or computed. Means and times are rounded.")
	return s
}

// hide forgets the number too: what is not in the sheet can be in no file.
func (f *Figure) hide(yes bool) {
	if yes {
		*f = Figure{Hidden: true}
	}
}

func (a *Average) publish(c Cut) {
	if c.MeanStep == 0 || a.Of.N == 0 {
		*a = Average{Of: Figure{Hidden: true}, Hidden: true}
		return
	}
	const ten = 10
	tenths := c.Mean(a.sum, a.Of.N, c.MeanStep)
	a.Shown, a.To, a.sum = fmt.Sprintf("%d.%d", tenths/ten, tenths%ten), fmt.Sprintf("%d.%d", c.MeanStep/ten, c.MeanStep%ten), 0
}

func (t *Table) publish(c Cut) {
	t.Rows = slices.Clone(t.Rows)
	for i := range t.Rows {
		t.Rows[i].Count.hide(c.Hidden(t.system, t.ID, t.Rows[i].Code))
	}
	table, cat, _ := strings.Cut(t.Of, "/")
	t.Total.hide(c.Hidden(t.system, table, cat))
}

func (c *Change) publish(cut Cut) {
	c.Before.hide(cut.Hidden(ofBefore, "", ""))
	c.Since.hide(cut.Hidden(ofArrests, "", ""))
	c.Denominator = c.Before
	if c.Before.Hidden || c.Since.Hidden {
		c.Fewer, c.Percent, c.Shown = Figure{Hidden: true}, 0, "not shown"
	}
}

// publishTimings shows a time where the cut allows it, coarsely, and only a rank that has a whole group of cases on each side.
func (s *Sheet) publishTimings(c Cut) {
	s.Timings = slices.Clone(s.Timings)
	for i := range s.Timings {
		t := &s.Timings[i]
		out := Timing{ID: t.ID, Title: t.Title, Group: t.Group, Zone: t.Zone, N: Figure{Hidden: true}, Hidden: true}
		if n := len(t.sorted); n > 0 && s.timedGroup(*t) && c.Timing(*t) {
			middle := func(percent int) string {
				if k := place(n, percent); k < c.Threshold || n-k < c.Threshold {
					return ""
				}
				return words(coarse(rank(t.sorted, percent)))
			}
			if m := middle(median); m != "" {
				out.Median, out.P90, out.N, out.Hidden = m, middle(ninety), Figure{N: n / rounded * rounded}, false
			}
		}
		*t = out
	}
}

// timedGroup reports whether the number of recoveries of which a timing is one part is public: a time says that there were some.
func (s *Sheet) timedGroup(t Timing) bool {
	zones, ok := s.Table(zoneTable)
	if !ok || zones.Total.Hidden {
		return false
	}
	code := t.Zone
	if code == "" {
		code = inField // all zones are all recoveries but those in the field
	}
	i := slices.IndexFunc(zones.Rows, func(r Row) bool { return r.Code == code })
	return i >= 0 && !zones.Rows[i].Count.Hidden
}

// rounded is to what a public sheet rounds down the number of cases behind a time.
const rounded = 10

func (p *Performance) publish(c Cut) {
	sys := dutyPrefix + p.Agency
	p.Due.hide(c.Hidden(sys, "", ""))
	p.OnTime.hide(c.Hidden(sys, metTable, "on_time"))
	p.Late.hide(c.Hidden(sys, metTable, "late"))
	p.Overdue.hide(c.Hidden(sys, metTable, "overdue"))
	p.Shown = percent(p.OnTime, p.Due)
}
