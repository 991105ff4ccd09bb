package desktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/desk"
)

// Zones is a desk.Zones.
type Zones map[string]desk.Zone

// Zone implements desk.Zones.
func (z Zones) Zone(id string) (desk.Zone, bool) {
	v, ok := z[id]
	return v, ok
}

// All implements desk.Zones.
func (z Zones) All() []desk.Zone {
	return slices.SortedFunc(maps.Values(z), func(a, b desk.Zone) int { return strings.Compare(a.ID, b.ID) })
}

// Fleet is a desk.Fleet that a test can change while the desk runs.
type Fleet struct {
	mu  sync.Mutex
	all []desk.Device
}

// Devices implements desk.Fleet.
func (f *Fleet) Devices() []desk.Device {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]desk.Device(nil), f.all...)
}

// Set replaces the devices.
func (f *Fleet) Set(all ...desk.Device) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = all
}

// Agencies are those of a county.
func Agencies() []desk.Agency {
	return []desk.Agency{
		{ID: "sheriff", Name: "Sheriff, Century Station", Short: "Sheriff", Role: "law_enforcement"},
		{ID: "dcfs", Name: "Children and Family Services", Short: "DCFS", Role: "child_welfare"},
		{ID: "advocate", Name: "Survivor advocates", Short: "Advocates", Role: "advocate"},
		{ID: "probation", Name: "Probation, youth unit", Short: "Probation", Role: "probation"},
		{ID: "dmh", Name: "Mental Health", Short: "DMH", Role: "mental_health"},
		{ID: "dhs", Name: "Health Services", Short: "DHS", Role: "health"},
	}
}

// SomeZones are four sites.
func SomeZones() Zones {
	return Zones{
		"compton": {ID: "compton", Name: "Compton Library", Area: "Zone 3 · Compton", Address: "240 W Compton Blvd", Languages: []string{"en", "es"}},
		"fs41":    {ID: "fs41", Name: "Fire Station 41", Area: "Zone 2 · Willowbrook", Address: "1815 E 120th St", Languages: []string{"en", "es"}},
		"lbmain":  {ID: "lbmain", Name: "Long Beach Main Library", Area: "Zone 5 · Long Beach", Address: "200 W Broadway", Languages: []string{"en", "km", "es"}},
		"lanc":    {ID: "lanc", Name: "Lancaster Library", Area: "Zone 7 · Lancaster", Address: "601 W Lancaster Blvd"},
	}
}

// SomeDevices are the kiosks of SomeZones, one of them lost and one in trouble.
func SomeDevices(now time.Time) []desk.Device {
	up := now.Add(-26 * time.Hour)
	return []desk.Device{
		{ID: "cl-02", Zone: "compton", Online: true, Since: up, LastSeen: now.Add(-4 * time.Second), Version: "1.0.0", Board: "rpi5", Path: desk.Path{At: now.Add(-25 * time.Minute), Took: 41 * time.Millisecond}},
		{
			ID: "fs41-01", Zone: "fs41", Online: true, Since: up, LastSeen: now.Add(-11 * time.Second), Version: "1.0.0", Board: "rpi5",
			Troubles: []wire.Trouble{{Code: "button_fault", ForMS: 420_000}}, Outbox: 1,
		},
		{ID: "lb-01", Zone: "lbmain", Online: true, Since: up, LastSeen: now.Add(-9 * time.Second), Version: "1.0.0", Board: "x86"},
		{ID: "lanc-01", Zone: "lanc", Lost: true, Since: now.Add(-70 * time.Minute), LastSeen: now.Add(-71 * time.Minute), Version: "0.9.4", Board: "rpi4"},
	}
}

// County is a book with zones, a fleet and agencies.
type County struct {
	Book  *Book
	Fleet *Fleet
	Zones Zones
	Audit *Audit
	codes atomic.Uint64
}

// NewCounty returns a county without any case.
func NewCounty(now func() time.Time) *County {
	c := &County{Book: NewBook(now), Fleet: new(Fleet), Zones: SomeZones(), Audit: &Audit{now: now}}
	c.Fleet.Set(SomeDevices(now())...)
	return c
}

// Options are what a desk of this county needs, in development mode over plain HTTP. Codes count up from 4821.
func (c *County) Options() desk.Options {
	return desk.Options{
		Book: c.Book, Zones: c.Zones, Fleet: c.Fleet, Audit: c.Audit, Agencies: Agencies(), Dev: true, Insecure: true, Clock: c.Book.Now,
		NewID:   func() string { return uuid.Must(uuid.NewV7()).String() },
		NewCode: func() string { return fmt.Sprintf("%04d", (4820+c.codes.Add(1))%10_000) }, Version: "test",
	}
}
