package report

import (
	"encoding/json"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

// Figure is one number, or the fact that it must not be published.
type Figure struct {
	N      int
	Hidden bool
}

// MarshalJSON writes a hidden figure as null.
func (f Figure) MarshalJSON() ([]byte, error) {
	if f.Hidden {
		return []byte("null"), nil
	}
	return json.Marshal(f.N)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Figure) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*f = Figure{Hidden: true}
		return nil
	}
	f.Hidden = false
	return json.Unmarshal(b, &f.N)
}

// Row is one category of a table.
type Row struct {
	Code  string `json:"code"`
	Label string `json:"label"`
	Count Figure `json:"count"`
}

// Table is one table and its chart.
type Table struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Unit   string    `json:"unit"`         // what is counted
	Of     string    `json:"of,omitempty"` // the table and category that it divides: initial_mdt_decision/juvenile_hall
	Rows   []Row     `json:"rows"`
	Total  Figure    `json:"total"`
	AsOf   time.Time `json:"as_of,omitzero"` // the latest day of a status in it
	Note   string    `json:"note,omitempty"`
	system string
}

// Average is a mean with what it is of.
type Average struct {
	Shown  string `json:"shown"`                // 15.7
	Of     Figure `json:"of"`                   // how many ages are known
	To     string `json:"rounded_to,omitempty"` // 0.1, 0.5 or 1 year
	Hidden bool   `json:"hidden,omitempty"`

	sum int
}

// Timing is how long something took, of those recoveries in which it happened.
type Timing struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Group  string `json:"group,omitempty"` // the name of a zone
	Zone   string `json:"zone,omitempty"`
	N      Figure `json:"n"`
	Median string `json:"median,omitempty"`
	P90    string `json:"p90,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`

	sorted []Span
}

// Performance is how the duties of one agency were met.
type Performance struct {
	Agency  string `json:"agency"`
	Label   string `json:"label"`
	Due     Figure `json:"due"` // whose time is over, or which are done
	OnTime  Figure `json:"on_time"`
	Late    Figure `json:"late"`
	Overdue Figure `json:"overdue"`
	Shown   string `json:"shown,omitempty"` // 94 % (47 of 50)
}

// Sheet is a fact sheet.
type Sheet struct {
	Title       string             `json:"title"`
	Scope       Scope              `json:"scope"`
	Stations    []protocol.Station `json:"stations"`
	Made        time.Time          `json:"made"`
	Public      bool               `json:"public"` // small counts are taken out
	Threshold   int                `json:"threshold,omitempty"`
	Recoveries  Figure             `json:"recoveries"`
	Individuals Figure             `json:"unique_individuals"`
	Repeats     Figure             `json:"repeat_recoveries"`
	MeanAge     Average            `json:"mean_age"`
	Arrests     Change             `json:"arrests"`
	Tables      []Table            `json:"tables"`
	Timings     []Timing           `json:"timings"`
	Duties      []Performance      `json:"duties"`
	Notes       []string           `json:"notes"`

	records []Recovery // in the scope
	since   map[string]map[int]int
	zone    *time.Location
}

// Input is what a sheet is made from.
type Input struct {
	Records  []Recovery
	Arrests  []Arrests
	Stations protocol.Stations
	Lists    protocol.Lists
	Template protocol.Template // for the names of agencies
	Zones    map[string]string // names
	TimeZone *time.Location
	Now      time.Time
}

// Make makes the working sheet of a scope: with every number, for those who may see cases anyway.
func Make(in Input, s Scope) (Sheet, error) {
	if err := s.Check(in.Stations); err != nil {
		return Sheet{}, err
	}
	sh := Sheet{Title: "Law Enforcement First Responder Protocol", Scope: s, Made: in.Now, zone: in.TimeZone}
	for _, st := range in.Stations.Stations {
		if s.has(st.ID) && st.From <= s.To {
			sh.Stations = append(sh.Stations, st)
		}
	}
	sh.records = within(in.Records, s, in.TimeZone)
	persons := map[string]int{}
	for _, r := range sh.records {
		persons[r.Person]++
	}
	sh.Recoveries.N, sh.Individuals.N = len(sh.records), len(persons)
	sh.Repeats.N = sh.Recoveries.N - sh.Individuals.N
	sh.MeanAge = mean(sh.records)
	sh.Arrests, sh.since = compare(s, in.Stations, in.Arrests)
	sh.tables(in)
	sh.Timings = timings(sh.records, in.Zones)
	sh.Duties = performance(sh.records, in.Template)
	sh.Notes = notes(sh)
	return sh, nil
}

// within cuts the records to a scope without asking the calendar for each.
func within(all []Recovery, s Scope, zone *time.Location) []Recovery {
	from, to := s.span(zone)
	var out []Recovery
	for _, r := range all {
		if !r.At.Before(from) && r.At.Before(to) && s.has(r.Station) {
			out = append(out, r)
		}
	}
	return out
}

func notes(s Sheet) []string {
	out := []string{
		"A recovery is an event; an individual is a person. Recoveries are linked to a person at the county only, by two people.",
		"Arrests are numbers that the agencies told the county, entered for each month and station. For each station as many months before it took part are compared as since.",
		"Ages are in whole years at the recovery. Statuses carry the day on which they were so.",
	}
	if s.Arrests.Missing > 0 {
		out = append(out, "For some months no number of arrests is known: they count as none. See months_missing.")
	}
	return out
}
