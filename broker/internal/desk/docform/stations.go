package docform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"safeyouthzone/broker/contract/protocol"
)

func stationRow(s protocol.Station, c County) Row {
	return Row{ID: s.ID, Title: s.Name, Stays: s.ID != "", Cells: []Cell{
		text("name", "Station", s.Name), text("agency", "Agency", s.Agency),
		{Name: "from", Label: "Takes part from", Kind: Day, Value: s.From},
		{Name: "until", Label: "Last day", Kind: Day, Value: s.Until, Hint: "empty while it takes part"},
		{Name: "zones", Label: "Zones in its area", Kind: Several, Values: s.Zones, Options: zoneOptions(s, c)},
	}}
}

// zoneOptions are the zones that there are, and those that the station has and that are gone, so that nothing is lost unseen.
func zoneOptions(s protocol.Station, c County) []Option {
	out := slices.Clone(c.Zones)
	for _, z := range s.Zones {
		if !slices.ContainsFunc(out, func(o Option) bool { return o.Value == z }) {
			out = append(out, Option{Value: z, Words: z + " (no longer there)"})
		}
	}
	return out
}

func stationsForm(body []byte, c County) (Form, error) {
	var s protocol.Stations
	if err := json.Unmarshal(body, &s); err != nil {
		return Form{}, fmt.Errorf("cannot read stations: %w", err)
	}
	b := Block{
		Name: "station", Title: "Stations", Add: "Add a station", Blank: stationRow(protocol.Station{}, c),
		Note: "A station that leaves gets a last day; its cases and arrests stay in the figures until then.",
	}
	for _, x := range s.Stations {
		b.Rows = append(b.Rows, stationRow(x, c))
	}
	return Form{Head: Row{Cells: []Cell{basis(s.Basis)}}, Blocks: []Block{b}}, nil
}

func stationsDocument(f *Form, _ County) any {
	b := f.block("station")
	b.settle("name")
	out := protocol.Stations{Version: 1, Basis: f.Head.get("basis"), Stations: []protocol.Station{}}
	for i := range b.Rows {
		r := &b.Rows[i]
		s := protocol.Station{ID: r.ID, Name: r.get("name"), Agency: r.get("agency"), From: r.get("from"), Until: r.get("until"), Zones: r.cell("zones").Values}
		for _, z := range s.Zones {
			if !slices.ContainsFunc(r.cell("zones").Options, func(o Option) bool { return o.Value == z }) {
				f.wrong(r, "zones", "There is no zone "+z+".")
			}
		}
		if s.Name == "" {
			f.wrong(r, "name", "Enter the station’s name.")
		}
		out.Stations = append(out.Stations, s)
	}
	return out
}

// stationsField knows faults by "station ID: field".
func stationsField(f *Form, where string) (row *Row, name string) {
	rest, ok := strings.CutPrefix(where, "station ")
	if !ok {
		return &f.Head, where
	}
	id, name, _ := strings.Cut(rest, ": ")
	if strings.HasPrefix(name, "zone ") {
		name = "zones"
	}
	if name == "id" || name == "" {
		name = "name"
	}
	return f.block("station").row(id), name
}

// items are words with commas between them.
func items(s string) []string {
	var out []string
	for _, x := range strings.Split(s, ",") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
