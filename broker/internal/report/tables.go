package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

// The systems of tables: what one item is.
const (
	ofRecoveries  = "recoveries"
	ofIndividuals = "individuals"
	ofArrests     = "arrests"
	ofBefore      = "arrests_before"
)

// The tables that have no code list.
const (
	ageTable     = "age"
	zoneTable    = "zone"
	stationTable = "station"
	trendTable   = "trend"
	oftenTable   = "times_recovered"
	sinceTable   = "arrests_since"
	inField      = "in_the_field"
	juvenileHall = "juvenile_hall"
)

// band puts an age into bands of two years and more: single years of few people would tell too much.
func band(age int) string {
	switch {
	case age <= 0:
		return Unset
	case age <= 12:
		return "12_and_under"
	case age <= 14:
		return "13_14"
	case age <= 16:
		return "15_16"
	default:
		return "17_and_over"
	}
}

func bands() []Row {
	return []Row{
		{Code: "12_and_under", Label: "12 and under"},
		{Code: "13_14", Label: "13 and 14"},
		{Code: "15_16", Label: "15 and 16"},
		{Code: "17_and_over", Label: "17 and over"},
		{Code: Unset, Label: "Not recorded"},
	}
}

// tag is the category of a recovery in each table of recoveries; "" if the table does not hold it.
func tag(table string, r Recovery, zone *time.Location) string {
	switch table {
	case ageTable:
		return band(r.Age)
	case protocol.IdentifiedBy:
		return cmp.Or(r.IdentifiedBy, Unset)
	case protocol.MDTDecision:
		return cmp.Or(r.Decision, Unset)
	case protocol.HallReason:
		if r.Decision != juvenileHall {
			return ""
		}
		return cmp.Or(r.Reason, Unset)
	case statusAt72:
		return cmp.Or(r.Status72, Unset)
	case statusNow:
		return cmp.Or(r.Current, Unset)
	case stationTable:
		return cmp.Or(r.Station, Unset)
	case zoneTable:
		return cmp.Or(r.Zone, inField)
	default:
		return quarter(r.At.In(zone))
	}
}

const (
	statusAt72 = "status_72h"
	statusNow  = "status_current"
)

func (s *Sheet) tables(in Input) {
	list := func(id string) []Row {
		var out []Row
		for _, c := range in.Lists.List(id).Codes {
			out = append(out, Row{Code: c.Code, Label: c.Label})
		}
		return append(out, Row{Code: Unset, Label: "Not recorded"})
	}
	s.add(ageTable, "Age of youth", "", bands())
	s.add(protocol.IdentifiedBy, "Law enforcement identification", "", list(protocol.IdentifiedBy))
	s.add(protocol.MDTDecision, "Initial MDT decision", "", list(protocol.MDTDecision))
	s.add(protocol.HallReason, "Juvenile hall reason", protocol.MDTDecision+"/"+juvenileHall, list(protocol.HallReason))
	s.arrestTables()
	s.add(statusAt72, "72-hour status", "", list(protocol.StatusList))
	s.add(statusNow, "Where are the youth now?", "", list(protocol.StatusList))
	s.often()
	s.add(stationTable, "By station", "", stationRows(s.Stations))
	s.add(zoneTable, "By zone", "", zoneRows(s.records, in.Zones))
	var quarters []Row
	for _, q := range s.Scope.quarters() {
		quarters = append(quarters, Row{Code: q, Label: q[5:] + " " + q[:4]})
	}
	s.add(trendTable, "Recoveries by quarter", "", quarters)
	if i := s.find(statusNow); i >= 0 {
		for _, r := range s.records {
			if r.CurrentAsOf.After(s.Tables[i].AsOf) {
				s.Tables[i].AsOf = r.CurrentAsOf
			}
		}
	}
}

func stationRows(all []protocol.Station) []Row {
	var out []Row
	for _, st := range all {
		out = append(out, Row{Code: st.ID, Label: st.Name + ", " + st.Agency})
	}
	return append(out, Row{Code: Unset, Label: "Not recorded"})
}

func zoneRows(records []Recovery, names map[string]string) []Row {
	seen := map[string]bool{}
	for _, r := range records {
		if r.Zone != "" {
			seen[r.Zone] = true
		}
	}
	var out []Row
	for _, z := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, Row{Code: z, Label: cmp.Or(names[z], z)})
	}
	return append(out, Row{Code: inField, Label: "In the field"})
}

// add counts the recoveries into a table. A code that the list does not know gets a row of its own: nothing is dropped.
func (s *Sheet) add(id, title, of string, rows []Row) {
	at := map[string]int{}
	for i, r := range rows {
		at[r.Code] = i
	}
	t := Table{ID: id, Title: title, Unit: ofRecoveries, Of: of, system: ofRecoveries}
	for _, r := range s.records {
		c := tag(id, r, s.zone)
		if c == "" {
			continue
		}
		i, ok := at[c]
		if !ok {
			i = len(rows)
			at[c] = i
			rows = append(rows, Row{Code: c, Label: c})
		}
		rows[i].Count.N++
		t.Total.N++
	}
	t.Rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Code == Unset && r.Count.N == 0 })
	s.Tables = append(s.Tables, t)
}

// often says how many individuals were recovered more than once.
func (s *Sheet) often() {
	t := Table{
		ID: oftenTable, Title: "Times recovered", Unit: ofIndividuals, system: ofIndividuals,
		Rows: []Row{{Code: "once", Label: "Once"}, {Code: "more", Label: "More than once"}},
	}
	for _, n := range s.times() {
		t.Rows[min(n, 2)-1].Count.N++
		t.Total.N++
	}
	s.Tables = append(s.Tables, t)
}

func (s *Sheet) times() map[string]int {
	n := map[string]int{}
	for _, r := range s.records {
		n[r.Person]++
	}
	return n
}

// arrestTables makes a table for each year since the protocol, by month.
func (s *Sheet) arrestTables() {
	years := Table{ID: sinceTable, Title: "Arrests since the protocol", Unit: ofArrests, system: ofArrests}
	var tables []Table
	for _, y := range slices.Sorted(maps.Keys(s.since)) {
		t := Table{ID: arrestsPrefix + y, Title: y + " arrests", Unit: ofArrests, Of: sinceTable + "/" + y, system: ofArrests}
		for m := time.January; m <= time.December; m++ {
			n, ok := s.since[y][int(m)]
			if ok {
				t.Rows = append(t.Rows, Row{Code: monthCode(y, int(m)), Label: m.String()[:3], Count: Figure{N: n}})
				t.Total.N += n
			}
		}
		years.Rows = append(years.Rows, Row{Code: y, Label: y, Count: t.Total})
		years.Total.N += t.Total.N
		tables = append(tables, t)
	}
	if len(tables) > 0 {
		s.Tables = append(append(s.Tables, years), tables...)
	}
}

// arrestsPrefix begins the names of the tables of a year's arrests.
const arrestsPrefix = "arrests_"

func monthCode(year string, month int) string { return year + "-" + strconv.Itoa(month) }

func (s *Sheet) find(id string) int {
	return slices.IndexFunc(s.Tables, func(t Table) bool { return t.ID == id })
}

// Table returns a table of the sheet.
func (s Sheet) Table(id string) (Table, bool) {
	i := s.find(id)
	if i < 0 {
		return Table{}, false
	}
	return s.Tables[i], true
}

// mean is the average age of the recoveries whose age is known.
func mean(records []Recovery) Average {
	sum, n := 0, 0
	for _, r := range records {
		if r.Age > 0 {
			sum, n = sum+r.Age, n+1
		}
	}
	a := Average{Of: Figure{N: n}, sum: sum}
	if n > 0 {
		a.Shown, a.To = fmt.Sprintf("%.1f", float64(sum)/float64(n)), "0.1"
	}
	return a
}
