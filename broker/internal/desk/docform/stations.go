package docform

import (
	"encoding/json"
	"fmt"
	"strings"

	"safeyouthzone/broker/contract/protocol"
)

func stationRow(s protocol.Station) Row {
	return Row{ID: s.ID, Title: s.Name, Stays: s.ID != "", Cells: []Cell{
		text("name", "Station", s.Name), text("agency", "Agency", s.Agency),
		{Name: "from", Label: "Takes part from", Kind: Day, Value: s.From},
		{Name: "until", Label: "Last day", Kind: Day, Value: s.Until, Hint: "empty while it takes part"},
		{Name: "zones", Label: "Zones in its area", Kind: Text, Value: strings.Join(s.Zones, ", "), Hint: "ids of zones, with commas"},
	}}
}

func stationsForm(body []byte, _ County) (Form, error) {
	var s protocol.Stations
	if err := json.Unmarshal(body, &s); err != nil {
		return Form{}, fmt.Errorf("cannot read stations: %w", err)
	}
	b := Block{
		Name: "station", Title: "Stations", Add: "Add a station", Blank: stationRow(protocol.Station{}),
		Note: "A station that leaves gets a last day; its cases and arrests stay in the figures until then.",
	}
	for _, x := range s.Stations {
		b.Rows = append(b.Rows, stationRow(x))
	}
	return Form{Head: Row{Cells: []Cell{basis(s.Basis)}}, Blocks: []Block{b}}, nil
}

func stationsDocument(f *Form, c County) any {
	b := f.block("station")
	b.settle("name")
	out := protocol.Stations{Version: 1, Basis: f.Head.get("basis"), Stations: []protocol.Station{}}
	for i := range b.Rows {
		r := &b.Rows[i]
		s := protocol.Station{ID: r.ID, Name: r.get("name"), Agency: r.get("agency"), From: r.get("from"), Until: r.get("until"), Zones: items(r.get("zones"))}
		for _, z := range s.Zones {
			if c.Zone != nil && !c.Zone(z) {
				f.wrong(r, "zones", "There is no zone "+z+". Ids of zones are on the devices' page.")
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
