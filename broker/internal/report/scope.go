package report

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

// ErrScope means that a period or set of stations is not one that may be reported.
var ErrScope = errors.New("the scope is not acceptable")

// Scope is what a sheet is about: whole days from From to To, both included, and some stations; none means all.
type Scope struct {
	From     string   `json:"from"` // yyyy-mm-dd
	To       string   `json:"to"`
	Stations []string `json:"stations,omitempty"`
}

// Founding is the period of the founding fact sheet.
func Founding() Scope { return Scope{From: "2014-08-15", To: "2016-07-17"} }

// Check refuses a scope that is not fixed. Only the founding period, and whole quarters, half years and years of the calendar, may be
// reported: with free periods a reader could subtract one sheet from the next and be left with a single day.
func (s Scope) Check(stations protocol.Stations) error {
	for i, id := range s.Stations {
		if _, ok := stations.Station(id); !ok || slices.Contains(s.Stations[:i], id) {
			return fmt.Errorf("%w: station %q is not known, or there twice", ErrScope, id)
		}
	}
	if s.From == Founding().From && s.To == Founding().To {
		return nil
	}
	from, err := time.Parse(time.DateOnly, s.From)
	if err != nil {
		return fmt.Errorf("%w: from must be a day", ErrScope)
	}
	for _, months := range []int{3, 6, 12} {
		if from.Day() == 1 && (int(from.Month())-1)%months == 0 && from.AddDate(0, months, -1).Format(time.DateOnly) == s.To {
			return nil
		}
	}
	return fmt.Errorf("%w: it must be a whole quarter, half year or year, or the founding period", ErrScope)
}

// Key names a scope.
func (s Scope) Key() string {
	st := slices.Clone(s.Stations)
	slices.Sort(st)
	return strings.Join(append([]string{s.From, s.To}, st...), "_")
}

// Covers reports whether a recovery counts.
func (s Scope) Covers(at time.Time, station string, zone *time.Location) bool {
	day := at.In(zone).Format(time.DateOnly)
	return day >= s.From && day <= s.To && s.has(station)
}

func (s Scope) has(station string) bool {
	return len(s.Stations) == 0 || slices.Contains(s.Stations, station)
}

// span is the scope as instants: from included, to not.
func (s Scope) span(zone *time.Location) (from, to time.Time) {
	from, _ = time.ParseInLocation(time.DateOnly, s.From, zone) // checked
	to, _ = time.ParseInLocation(time.DateOnly, s.To, zone)
	return from, to.AddDate(0, 0, 1)
}

// quarters lists the quarters that the scope touches: 2014-Q3, ...
func (s Scope) quarters() []string {
	from, err := time.Parse(time.DateOnly, s.From)
	to, err2 := time.Parse(time.DateOnly, s.To)
	if err != nil || err2 != nil {
		return nil
	}
	var out []string
	for t := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !t.After(to); t = t.AddDate(0, 1, 0) {
		if q := quarter(t); len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return out
}

func quarter(t time.Time) string {
	return strconv.Itoa(t.Year()) + "-Q" + strconv.Itoa((int(t.Month())+2)/3)
}
