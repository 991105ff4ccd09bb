package protocol

import (
	"encoding/json"
	"slices"
	"time"
)

// Station is a police or sheriff's station that takes part from a day on. Zones lists those in its area.
type Station struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Agency string   `json:"agency"`
	From   string   `json:"from"`            // yyyy-mm-dd
	Until  string   `json:"until,omitempty"` // the last day, if it left
	Zones  []string `json:"zones,omitempty"`
}

// Joined is the beginning of its first day in a time zone.
func (s Station) Joined(at *time.Location) time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, s.From, at) // validated
	return t
}

// TakesPart reports whether the station takes part on the day of t.
func (s Station) TakesPart(t time.Time, at *time.Location) bool {
	day := t.In(at).Format(time.DateOnly)
	return day >= s.From && (s.Until == "" || day <= s.Until)
}

// Stations are the county's stations.
type Stations struct {
	Version  int       `json:"version"`
	Basis    string    `json:"basis"`
	Stations []Station `json:"stations"`
}

// Station finds a station.
func (s Stations) Station(id string) (Station, bool) {
	i := slices.IndexFunc(s.Stations, func(x Station) bool { return x.ID == id })
	if i < 0 {
		return Station{ID: id, Name: id}, false
	}
	return s.Stations[i], true
}

// Of is the station in whose area a zone lies, or "".
func (s Stations) Of(zone string) string {
	for _, x := range s.Stations {
		if slices.Contains(x.Zones, zone) {
			return x.ID
		}
	}
	return ""
}

// Validate reports everything that is wrong.
func (s Stations) Validate() error {
	var f faults
	f.text("basis", s.Basis, maxBasis)
	if s.Version < 1 {
		f.add("version", "it must be 1 or more")
	}
	ids, zones := map[string]bool{}, map[string]bool{}
	for _, x := range s.Stations {
		where := "station " + x.ID
		f.id(where, x.ID, ids)
		f.text(where+": name", x.Name, maxText)
		f.text(where+": agency", x.Agency, maxText)
		f.day(where+": from", x.From)
		if x.Until != "" {
			f.day(where+": until", x.Until)
			if x.Until < x.From {
				f.add(where+": until", "it is before from")
			}
		}
		for _, z := range x.Zones {
			f.id(where+": zone "+z, z, zones)
		}
	}
	return f.err()
}

// ParseStations reads stations strictly and validates them.
func ParseStations(b []byte) (Stations, error) {
	var s Stations
	if err := strict(b, &s); err != nil {
		return s, err
	}
	return s, s.Validate()
}

// Encode writes stations as people edit them.
func (s Stations) Encode() []byte {
	b, _ := json.MarshalIndent(s, "", "  ") // strings and numbers: it can not fail
	return append(b, '\n')
}
