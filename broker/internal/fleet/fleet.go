// Package fleet is what the county wants of its zones and devices: their names, numbers, languages and PINs, as signed settings.
//
// Zones come from the broker's configuration. Each zone's settings have a revision that grows whenever they change, also over
// restarts, so that a device never falls back to older ones.
package fleet

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Zone is one site.
type Zone struct {
	ID       string             `toml:"id"`
	Name     string             `toml:"name"`
	Area     string             `toml:"area"`
	Address  string             `toml:"address"`
	Hours    string             `toml:"hours"`
	Events   []wire.Listing     `toml:"events"`
	Locale   []string           `toml:"languages"`
	Numbers  []wire.PhoneNumber `toml:"numbers"`
	Verified string             `toml:"verified_on"`   // 2026-10-01: when somebody called every number
	Policy   wire.Policy        `toml:"report_policy"` // empty: mandated
	TimeZone string             `toml:"time_zone"`
	Staff    []Staff            `toml:"staff"`
}

// Staff is one staff member's PIN, as 'syzctl pin' prints it.
type Staff struct {
	ID     string `toml:"id"`
	Role   string `toml:"role"` // staff or it
	PIN    string `toml:"pin"`
	Duress string `toml:"duress_pin"`
}

// Table keeps the revisions. A value is written only if it has not changed since it was read; revision 0 stands for a new key.
type Table interface {
	Get(ctx context.Context, key string) ([]byte, uint64, error)
	Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error)
}

// Errors of [New].
var (
	// ErrZone means that a zone of the configuration is not acceptable.
	ErrZone = errors.New("zone is not acceptable")
)

type settings struct {
	rev uint64
	doc wire.Settings
}

// Fleet is the zones and their settings. It is safe for concurrent use.
type Fleet struct {
	key   ed25519.PrivateKey
	zones map[string]Zone

	mu     sync.Mutex
	docs   map[string]settings
	signed map[string][]byte // device -> signed settings
}

// revision is what the table keeps for each zone.
type revision struct {
	Rev  uint64 `json:"rev"`
	Hash string `json:"hash"`
}

// New reads the zones and gives changed settings a new revision. paths is when devices prove their way. absent says which error of the table
// means a missing key.
func New(ctx context.Context, zones []Zone, paths wire.PathTest, key ed25519.PrivateKey, t Table, absent error) (*Fleet, error) {
	f := &Fleet{key: key, zones: map[string]Zone{}, docs: map[string]settings{}, signed: map[string][]byte{}}
	for _, z := range zones {
		doc, err := z.settings()
		if err != nil {
			return nil, err
		}
		doc.PathTest = paths
		if _, dup := f.zones[z.ID]; dup {
			return nil, fmt.Errorf("%w: %s is there twice", ErrZone, z.ID)
		}
		rev, err := revise(ctx, t, absent, z.ID, doc)
		if err != nil {
			return nil, err
		}
		f.zones[z.ID], f.docs[z.ID] = z, settings{rev, doc}
	}
	return f, nil
}

func revise(ctx context.Context, t Table, absent error, zone string, doc wire.Settings) (uint64, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return 0, fmt.Errorf("cannot encode settings: %w", err)
	}
	sum := sha256.Sum256(b)
	want := hex.EncodeToString(sum[:])
	var r revision
	old, at, err := t.Get(ctx, "settings."+zone)
	switch {
	case errors.Is(err, absent):
	case err != nil:
		return 0, err
	default:
		if err := json.Unmarshal(old, &r); err != nil {
			return 0, fmt.Errorf("cannot read settings revision of zone %s: %w", zone, err)
		}
	}
	if r.Hash == want {
		return r.Rev, nil
	}
	b, err = json.Marshal(revision{r.Rev + 1, want})
	if err != nil {
		return 0, fmt.Errorf("cannot encode revision: %w", err)
	}
	_, err = t.Put(ctx, "settings."+zone, at, b)
	return r.Rev + 1, err
}

func (z Zone) settings() (wire.Settings, error) {
	bad := func(what string) (wire.Settings, error) {
		return wire.Settings{}, fmt.Errorf("%w: %q: %s", ErrZone, z.ID, what)
	}
	switch {
	case !activation.ValidID(z.ID):
		return bad("id must be 1 to 64 of a-z, 0-9, '-' and '_'")
	case z.Name == "":
		return bad("name is missing")
	case len(z.Locale) == 0:
		return bad("languages are missing")
	case len(z.Numbers) == 0:
		return bad("numbers are missing: staff must have somebody to call when nothing else works")
	}
	if _, err := time.Parse(time.DateOnly, z.Verified); err != nil && z.Verified != "" {
		return bad("verified_on is not a day like 2026-10-01")
	}
	if z.Policy != "" && !slices.Contains(wire.Policies(), z.Policy) {
		return bad("report_policy is none of mandated, county_policy, ask_supervisor")
	}
	doc := wire.Settings{
		V: wire.Version, Zone: z.ID, ZoneName: z.Name, Hours: z.Hours, Events: z.Events, Locale: z.Locale, Numbers: z.Numbers,
		TimeZone: z.TimeZone, VerifiedOn: z.Verified, Policy: z.Policy,
	}
	for _, s := range z.Staff {
		pins, err := s.pins()
		if err != nil {
			return bad(err.Error())
		}
		doc.PINs = append(doc.PINs, pins...)
	}
	return doc, nil
}

// Zone returns a zone by its id.
func (f *Fleet) Zone(id string) (Zone, bool) {
	z, ok := f.zones[id]
	return z, ok
}

// Settings returns the revision and the signed settings of a device of a zone; revision 0 if the zone is unknown.
func (f *Fleet) Settings(device, zone string) (uint64, []byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.docs[zone]
	if !ok {
		return 0, nil, nil
	}
	if b, ok := f.signed[device]; ok {
		return s.rev, b, nil
	}
	s.doc.Device, s.doc.Rev = device, s.rev
	b, err := wire.SignSettings(f.key, s.doc)
	if err != nil {
		return 0, nil, fmt.Errorf("cannot sign settings of zone %s: %w", zone, err)
	}
	f.signed[device] = b
	return s.rev, b, nil
}
