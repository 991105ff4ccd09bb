package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/disclosure"
	"safeyouthzone/broker/internal/register"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/release"
)

const (
	releaseTries = 4
	maxRelease   = 56 << 10 // a record of the ledger has room for 64 KiB
)

func (c *course) releases() []release.Release {
	var out []release.Release
	for _, v := range c.reg.History(kindRelease, "") {
		var r release.Release
		if err := json.Unmarshal(v.Body, &r); err == nil {
			out = append(out, r)
		}
	}
	return out
}

func (c *course) input(now time.Time) report.Input {
	in := report.Input{
		Records: c.index.Records(now), Stations: c.Stations(), Lists: c.Lists(), Template: c.Template(^uint64(0)), TimeZone: c.zone, Now: now.UTC(),
		Zones: map[string]string{},
	}
	for _, z := range c.b.o.Config.Zones {
		in.Zones[z.ID] = z.Name
	}
	for _, v := range c.reg.All(kindArrests) {
		if a, err := report.ParseArrests(v.Body); err == nil {
			in.Arrests = append(in.Arrests, a)
		}
	}
	return in
}

// deskReports is the fact sheet as the desk needs it.
type deskReports struct{ *course }

// Working makes the sheet with every number.
func (d deskReports) Working(s desk.Scope) (desk.Sheet, error) {
	sheet, err := report.Make(d.input(time.Now()), report.Scope(s))
	if err != nil {
		return desk.Sheet{}, fmt.Errorf("%w: %w", desk.ErrDocument, err)
	}
	return d.sheet(sheet)
}

func (d deskReports) sheet(s report.Sheet) (desk.Sheet, error) {
	out := desk.Sheet{Scope: desk.Scope(s.Scope), Made: s.Made, Public: s.Public}
	var err error
	if out.HTML, err = d.sheets.Fragment(s); err != nil {
		return out, err
	}
	if out.Page, err = d.sheets.Page(s); err != nil {
		return out, err
	}
	if out.CSV, err = s.CSV(); err != nil {
		return out, err
	}
	if out.JSON, err = json.Marshal(s); err != nil {
		return out, fmt.Errorf("cannot write fact sheet: %w", err)
	}
	return out, nil
}

// Released lists what was published, oldest first.
func (d deskReports) Released() []desk.Released {
	var out []desk.Released
	for _, v := range d.reg.History(kindRelease, "") {
		var r release.Release
		if err := json.Unmarshal(v.Body, &r); err == nil {
			out = append(out, desk.Released{N: v.N, Scope: desk.Scope(r.Scope), At: v.At, By: v.By})
		}
	}
	return out
}

// Public returns a published sheet as it was published.
func (d deskReports) Public(n uint64) (desk.Sheet, bool) {
	for _, v := range d.reg.History(kindRelease, "") {
		if v.N != n {
			continue
		}
		var r release.Release
		if err := json.Unmarshal(v.Body, &r); err != nil {
			return desk.Sheet{}, false
		}
		s, err := d.sheet(r.Sheet)
		return s, err == nil
	}
	return desk.Sheet{}, false
}

// Release publishes a scope once and for all: what was published stays as it was. If somebody publishes something else meanwhile, it is
// decided again.
func (d deskReports) Release(ctx context.Context, seat desk.Seat, s desk.Scope) (uint64, error) {
	for range releaseTries {
		earlier := d.Released()
		for _, r := range earlier {
			if report.Scope(r.Scope).Key() == report.Scope(s).Key() {
				return r.N, nil
			}
		}
		now := time.Now()
		r, err := release.Make(d.input(now), report.Scope(s), d.releases())
		switch {
		case errors.Is(err, disclosure.ErrTold):
			return 0, fmt.Errorf("%w: %w", desk.ErrTold, err)
		case errors.Is(err, report.ErrScope):
			return 0, fmt.Errorf("%w: %w", desk.ErrDocument, err)
		case err != nil:
			return 0, err
		}
		body, err := json.Marshal(r)
		if err != nil || len(body) > maxRelease {
			return 0, fmt.Errorf("%w: the sheet is too large: choose fewer stations", desk.ErrDocument)
		}
		v, err := d.reg.Put(ctx, chain.Document{Kind: kindRelease, At: now.UTC(), By: seat.User, Agency: seat.Agency, Body: body}, uint64(len(earlier)))
		if !errors.Is(err, register.ErrChanged) {
			return v.N, err
		}
	}
	return 0, chain.ErrUncertain
}

// Style is the style sheet of the fragments.
func (d deskReports) Style() template.CSS { return template.CSS(report.Style()) }
