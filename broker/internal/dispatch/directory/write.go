package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"safeyouthzone/broker/internal/dispatch/policy"
)

// PutPolicy makes a new version of a zone's policy out of p, on top of p.Version.
func (d *Directory) PutPolicy(ctx context.Context, p policy.Policy, by string, at time.Time) error {
	if bad := p.Check(d); len(bad) > 0 {
		return &BadError{bad}
	}
	key := policyKey + zoneKey(p.Zone)
	d.mu.RLock()
	was := d.policies[key]
	d.mu.RUnlock()
	if was.doc.Version != p.Version {
		return ErrChanged
	}
	p.Version, p.By, p.At = p.Version+1, by, at.UTC()
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("cannot encode policy: %w", err)
	}
	rev, err := d.table.Put(ctx, key, was.rev, b)
	if err != nil {
		return d.fault(err)
	}
	d.Load(key, rev, b)
	old := fmt.Sprintf("%s%s.%d", versionKey, zoneKey(p.Zone), p.Version)
	rev, err = d.table.Put(ctx, old, 0, b)
	if err != nil {
		return d.fault(err)
	}
	d.Load(old, rev, b)
	return nil
}

// PutRoster makes a new version of a roster.
func (d *Directory) PutRoster(ctx context.Context, r policy.RosterDoc, by string) error {
	if bad := r.Check(d); len(bad) > 0 {
		return &BadError{bad}
	}
	return put(ctx, d, d.rosters, rosterKey+r.ID, r.Version, func(v policy.RosterDoc) int { return v.Version }, func() any {
		r.Version, r.By = r.Version+1, by
		return r
	})
}

// PutPerson makes a new version of a person's data. Whoever leaves is forgotten but for their name, and only when nothing counts on them
// any more.
func (d *Directory) PutPerson(ctx context.Context, p policy.PersonDoc, by string) error {
	bad := p.Check(d, d.channels)
	if p.Retired {
		if was, ok := d.One(p.ID); ok {
			p.Was = was.Account
		}
		p.Contacts, p.Account = nil, ""
		bad = append(bad, d.neededBy(p.ID)...)
	}
	bad = append(bad, d.badLink(p)...)
	if len(bad) > 0 {
		return &BadError{bad}
	}
	return put(ctx, d, d.people, personKey+p.ID, p.Version, func(v policy.PersonDoc) int { return v.Version }, func() any {
		p.Version, p.By = p.Version+1, by
		return p
	})
}

func put[T any](ctx context.Context, d *Directory, m map[string]kept[T], key string, on int, version func(T) int, next func() any) error {
	d.mu.RLock()
	was := m[key]
	d.mu.RUnlock()
	switch has := version(was.doc); {
	case has != on && on == 0:
		return ErrTaken
	case has != on:
		return ErrChanged
	}
	b, err := json.Marshal(next())
	if err != nil {
		return fmt.Errorf("cannot encode document: %w", err)
	}
	rev, err := d.table.Put(ctx, key, was.rev, b)
	if err != nil {
		return d.fault(err)
	}
	d.Load(key, rev, b)
	return nil
}
