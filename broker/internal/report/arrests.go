package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

const (
	months   = 12
	maxCount = 100_000
)

// Arrests are the arrests of one station in one year, as somebody entered them. Nil is a month of which no number is known.
type Arrests struct {
	Station string       `json:"station"`
	Year    int          `json:"year"`
	Counts  [months]*int `json:"counts"`
	Source  string       `json:"source"` // a code: which agency's figures
}

// ParseArrests reads and validates one entry.
func ParseArrests(b []byte) (Arrests, error) {
	var a Arrests
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("cannot read figures: %w", err)
	}
	for _, n := range a.Counts {
		if n != nil && (*n < 0 || *n > maxCount) {
			return a, fmt.Errorf("%w: a count is out of range", ErrScope)
		}
	}
	if a.Year < 2000 || a.Year > 2100 || a.Station == "" || a.Source == "" {
		return a, fmt.Errorf("%w: station, year and source are wanted", ErrScope)
	}
	return a, nil
}

// Change is a comparison of two counts. The percentage is never without them.
type Change struct {
	Before      Figure   `json:"before"`
	Since       Figure   `json:"since"`
	Fewer       Figure   `json:"numerator"`   // before less since
	Percent     float64  `json:"percent"`     // 88.65, two decimals; negative if there were more
	Shown       string   `json:"shown"`       // 89 %
	Denominator Figure   `json:"denominator"` // before
	Months      int      `json:"months_compared"`
	Missing     int      `json:"months_missing,omitempty"`
	Sources     []string `json:"sources,omitempty"`
}

// month is one station's month.
type month struct {
	station string
	at      time.Time // its first instant, in UTC
}

// compared calls f with every month from a station's first one on that the scope compares, and the month before that it is compared with.
func compared(s Scope, stations protocol.Stations, f func(since, before month)) {
	end := dayUTC(s.To)
	for _, st := range stations.Stations {
		if !s.has(st.ID) {
			continue
		}
		joined := firstOfMonth(dayUTC(st.From))
		for m, n := joined, 1; !m.After(end); m, n = m.AddDate(0, 1, 0), n+1 {
			if !m.Before(firstOfMonth(dayUTC(s.From))) {
				f(month{st.ID, m}, month{st.ID, joined.AddDate(0, -n, 0)})
			}
		}
	}
}

// compare adds up, for every station of the scope, the months from its first one on, and as many months before that.
func compare(s Scope, stations protocol.Stations, all []Arrests) (Change, map[string]map[int]int) {
	counts, sources := index(all)
	since := map[string]map[int]int{} // year -> month -> arrests since
	var c Change
	compared(s, stations, func(after, before month) {
		c.Months++
		c.Missing += take(counts, after, func(k int) {
			c.Since.N += k
			year := fmt.Sprint(after.at.Year())
			if since[year] == nil {
				since[year] = map[int]int{}
			}
			since[year][int(after.at.Month())] += k
		})
		c.Missing += take(counts, before, func(k int) { c.Before.N += k })
	})
	for _, st := range stations.Stations {
		if !s.has(st.ID) {
			continue
		}
		for _, src := range sources[st.ID] {
			if !slices.Contains(c.Sources, src) {
				c.Sources = append(c.Sources, src)
			}
		}
	}
	slices.Sort(c.Sources)
	c.percent()
	return c, since
}

func (c *Change) percent() {
	c.Fewer, c.Denominator = Figure{N: c.Before.N - c.Since.N}, c.Before
	if c.Before.N == 0 {
		c.Shown = "none before"
		return
	}
	const whole, cents = 100, 10_000
	ratio := float64(c.Fewer.N) / float64(c.Before.N)
	c.Percent = math.Round(ratio*cents) / whole
	word := "fewer"
	if ratio < 0 {
		word = "more"
	}
	c.Shown = fmt.Sprintf("%.0f %% %s", math.Abs(math.Round(ratio*whole)), word)
}

func take(counts map[month]int, m month, add func(int)) (missing int) {
	n, ok := counts[m]
	if !ok {
		return 1
	}
	add(n)
	return 0
}

func index(all []Arrests) (counts map[month]int, sources map[string][]string) {
	counts, sources = map[month]int{}, map[string][]string{}
	for _, a := range all {
		for i, n := range a.Counts {
			if n != nil {
				counts[month{a.Station, time.Date(a.Year, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC)}] = *n
			}
		}
		sources[a.Station] = append(sources[a.Station], a.Source)
	}
	return counts, sources
}

func dayUTC(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // checked
	return t
}

func firstOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
