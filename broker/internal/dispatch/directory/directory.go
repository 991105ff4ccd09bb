// Package directory keeps what the county has written down about whom to tell: policies, rosters, people. It is read at each call and
// written by the desk.
//
// Every document has a version that grows by one; a document is written only on top of the version that its author saw, so that of two
// supervisors one is told. Older versions of policies stay readable. What can not be read at the start is named in the log and left out;
// a zone whose policy is missing has the county's, and a county without one has the default: there is no state in which nobody is told.
package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/internal/dispatch/policy"
)

// Table keeps documents. A value is written only if its revision is still rev; 0 stands for a new key.
type Table interface {
	Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error)
}

// Errors of the writing calls.
var (
	// ErrChanged means that somebody else wrote a newer version.
	ErrChanged = errors.New("somebody else has changed it")
	// ErrTaken means that something new has the id of something that is there.
	ErrTaken = errors.New("the id is taken")
)

// BadError is a document that is not acceptable; it says everything that is wrong, in words.
type BadError struct{ Faults []string }

// Error joins the faults.
func (e *BadError) Error() string { return strings.Join(e.Faults, " ") }

type kept[T any] struct {
	doc T
	rev uint64
}

// Directory is safe for concurrent use.
type Directory struct {
	table    Table
	agencies []string
	channels []string
	browsers []string // channels that need a person's account
	known    func(account string) bool
	changed  error // of the table: somebody else was quicker
	log      *slog.Logger

	mu       sync.RWMutex
	policies map[string]kept[policy.Policy]
	rosters  map[string]kept[policy.RosterDoc]
	people   map[string]kept[policy.PersonDoc]
	old      map[string][]policy.Policy
}

// New returns an empty directory; [Directory.Load] fills it. changed says which error of the table means that a value has changed.
func New(t Table, agencies, channels []string, changed error, log *slog.Logger) *Directory {
	return &Directory{
		table: t, agencies: agencies, channels: channels, changed: changed, log: log, policies: map[string]kept[policy.Policy]{},
		rosters: map[string]kept[policy.RosterDoc]{}, people: map[string]kept[policy.PersonDoc]{}, old: map[string][]policy.Policy{},
	}
}

// Keys of the table.
const (
	policyKey  = "policy."
	versionKey = "was."
	rosterKey  = "roster."
	personKey  = "person."
	everywhere = "all" // the zone of the county's own policy; zones are made by configuration and may be called so, hence the prefix
)

func zoneKey(zone string) string {
	if zone == "" {
		return everywhere
	}
	return "zone." + zone
}

// Load takes a value of the table, at the start and after each change.
func (d *Directory) Load(key string, rev uint64, value []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	switch {
	case strings.HasPrefix(key, policyKey):
		err = load(d.policies, key, rev, value)
	case strings.HasPrefix(key, versionKey):
		var p policy.Policy
		if err = json.Unmarshal(value, &p); err == nil {
			d.old[zoneKey(p.Zone)] = append(d.old[zoneKey(p.Zone)], p)
		}
	case strings.HasPrefix(key, rosterKey):
		err = load(d.rosters, key, rev, value)
	case strings.HasPrefix(key, personKey):
		err = load(d.people, key, rev, value)
	}
	if err != nil {
		d.log.Error("dispatch document unreadable", slog.String("key", key), slog.Any("error", err))
	}
}

func load[T any](m map[string]kept[T], key string, rev uint64, value []byte) error {
	var doc T
	if err := json.Unmarshal(value, &doc); err != nil {
		return err
	}
	if rev >= m[key].rev {
		m[key] = kept[T]{doc, rev}
	}
	return nil
}

// Agency reports whether there is such an agency.
func (d *Directory) Agency(id string) bool { return slices.Contains(d.agencies, id) }

// Channels are the channels by which people can be reached.
func (d *Directory) Channels() []string { return d.channels }

// Roster reports whether there is such a roster.
func (d *Directory) Roster(id string) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, ok := d.rosters[rosterKey+id]
	return ok
}

// Person reports whether there is such a person, and they have not left.
func (d *Directory) Person(id string) bool {
	p, ok := d.One(id)
	return ok && !p.Retired
}

// Policy is what is in force for a zone, and whether it is the zone's own.
func (d *Directory) Policy(zone string) (p policy.Policy, own bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if k, ok := d.policies[policyKey+zoneKey(zone)]; ok {
		return k.doc, true
	}
	if k, ok := d.policies[policyKey+everywhere]; ok {
		return k.doc, false
	}
	return policy.Default(), false
}

// Versions are all versions of a zone's own policy, newest first.
func (d *Directory) Versions(zone string) []policy.Policy {
	d.mu.RLock()
	defer d.mu.RUnlock()
	out := slices.Clone(d.old[zoneKey(zone)])
	slices.SortFunc(out, func(a, b policy.Policy) int { return b.Version - a.Version })
	return slices.CompactFunc(out, func(a, b policy.Policy) bool { return a.Version == b.Version })
}

// People are all people by id, without those who have left.
func (d *Directory) People() []policy.PersonDoc {
	return slices.DeleteFunc(d.everybody(), func(p policy.PersonDoc) bool { return p.Retired })
}

// Left are the people who have left.
func (d *Directory) Left() []policy.PersonDoc {
	return slices.DeleteFunc(d.everybody(), func(p policy.PersonDoc) bool { return !p.Retired })
}

func (d *Directory) everybody() []policy.PersonDoc {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return sorted(d.people, func(p policy.PersonDoc) string { return p.ID })
}

// Rosters are all rosters by id.
func (d *Directory) Rosters() []policy.RosterDoc {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return sorted(d.rosters, func(r policy.RosterDoc) string { return r.ID })
}

func sorted[T any](m map[string]kept[T], id func(T) string) []T {
	out := make([]T, 0, len(m))
	for _, k := range m {
		out = append(out, k.doc)
	}
	slices.SortFunc(out, func(a, b T) int { return strings.Compare(id(a), id(b)) })
	return out
}

// One returns a person.
func (d *Directory) One(id string) (policy.PersonDoc, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.people[personKey+id]
	return k.doc, ok
}

// OneRoster returns a roster.
func (d *Directory) OneRoster(id string) (policy.RosterDoc, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.rosters[rosterKey+id]
	return k.doc, ok
}

// OnDuty is who is on duty on a roster.
func (d *Directory) OnDuty(id string, at time.Time) []string {
	doc, ok := d.OneRoster(id)
	if !ok {
		return nil
	}
	r, err := doc.Roster()
	if err != nil {
		d.log.Error("roster is not usable", slog.String("roster", id), slog.Any("error", err))
		return nil
	}
	return r.OnDuty(at)
}

func (d *Directory) fault(err error) error {
	if errors.Is(err, d.changed) {
		return ErrChanged
	}
	return fmt.Errorf("cannot keep document: %w", err)
}
