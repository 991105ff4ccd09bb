package desk

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	maxZones  = 400
	allZones  = "all"
	someZones = "some"
)

// zonePick is the choice of zones in a form: all of them, or some by name. That nothing is ticked never means all: who takes the last
// tick away must not open the whole county by it.
type zonePick struct {
	Some    bool
	Options []zoneOption
}

type zoneOption struct {
	Zone
	On   bool
	Gone bool // an account still has it, or it was sent, and there is no such zone now
}

// zonePick offers every zone by its name. What is chosen comes first, so that it is seen in a county of a thousand zones; was is what
// a refused form had ticked.
func (d *Desk) zonePick(have []string, was *refusal) zonePick {
	first := slices.Clone(have)
	if was != nil && was.typed != nil {
		first = append(first, was.typed.form["zone"]...)
	}
	slices.Sort(first)
	p := zonePick{Some: len(have) > 0}
	for _, z := range d.opt.Zones.All() {
		p.Options = append(p.Options, zoneOption{Zone: z, On: slices.Contains(have, z.ID)})
	}
	for _, id := range slices.Compact(slices.Clone(first)) {
		if _, known := d.opt.Zones.Zone(id); !known {
			p.Options = append(p.Options, zoneOption{Zone: Zone{ID: id, Name: id}, On: slices.Contains(have, id), Gone: true})
		}
	}
	place := func(o zoneOption) int {
		_, chosen := slices.BinarySearch(first, o.ID)
		switch {
		case o.Gone:
			return 0
		case chosen:
			return 1
		default:
			return 2
		}
	}
	slices.SortFunc(p.Options, func(a, b zoneOption) int {
		return cmp.Or(place(a)-place(b), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return p
}

// formZones reads what was chosen; none for all.
func (d *Desk) formZones(r *http.Request) ([]string, *refusal) {
	zones := slices.Clone(r.PostForm["zone"])
	slices.Sort(zones)
	zones = slices.Compact(zones)
	switch r.PostForm.Get("zones") {
	case allZones:
		return nil, nil
	case someZones:
	default:
		return nil, wrongAt("zones", "Choose all zones, or only some.")
	}
	for _, z := range zones {
		if _, known := d.opt.Zones.Zone(z); !known {
			return zones, wrongAt("zone", "There is no zone “"+z+"”. Take it out of the choice.")
		}
	}
	switch {
	case len(zones) == 0:
		return zones, wrongAt("zones", "Choose at least one zone by its name, or all of them.")
	case len(zones) > maxZones:
		return zones, wrongAt("zones", "That is more than "+strconv.Itoa(maxZones)+" zones. Choose fewer, or all of them.")
	}
	return zones, nil
}

// zoneName is what people call a zone; one that is gone has its id alone.
func (d *Desk) zoneName(id string) string {
	z, known := d.opt.Zones.Zone(id)
	if !known || z.Name == "" {
		return id + " (no longer there)"
	}
	return z.Name
}

// zoneNames lists zones for people: the first few of many.
func (d *Desk) zoneNames(ids []string) string {
	const few = 3
	var words []string
	for _, id := range ids[:min(len(ids), few)] {
		words = append(words, d.zoneName(id))
	}
	if more := len(ids) - few; more > 0 {
		return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(words, ", ")
}
