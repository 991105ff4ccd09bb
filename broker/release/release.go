package release

import (
	"fmt"
	"slices"

	"safeyouthzone/broker/internal/disclosure"
	"safeyouthzone/broker/internal/report"
)

// Release is what the ledger keeps of a published sheet: the sheet as it was, and which cells of which system stayed hidden, so that
// nothing published later can tell them.
type Release struct {
	Scope     report.Scope                  `json:"scope"`
	Threshold int                           `json:"threshold"`
	Patterns  map[string]disclosure.Pattern `json:"patterns"`
	Sheet     report.Sheet                  `json:"sheet"`
}

// The systems that are tied to each other by more than a table: persons stay hidden also where there are few repeat recoveries, or where
// their recoveries do.
const (
	recoveries  = "recoveries"
	individuals = "individuals"
)

// Make makes the public sheet of a scope, given what was released before. Its errors wrap report.ErrScope and disclosure.ErrTold.
func Make(in report.Input, s report.Scope, earlier []Release) (Release, error) {
	sheet, err := report.Make(in, s)
	if err != nil {
		return Release{}, err
	}
	out := Release{Scope: s, Threshold: disclosure.DefaultThreshold, Patterns: map[string]disclosure.Pattern{}}
	var counted []disclosure.Item // recoveries
	for _, sys := range sheet.Systems(in, published(earlier, func(Release) bool { return true })) {
		var before []disclosure.Pattern
		for _, r := range earlier {
			if p, ok := r.Patterns[sys.Name]; ok {
				before = append(before, p)
			}
		}
		var o disclosure.Options
		if sys.Name == individuals && (sheet.FewRepeats(out.Threshold) || out.Patterns[recoveries].Hides(disclosure.Cell{})) {
			o.Hide = []disclosure.Cell{{}}
		}
		of := system(sys)
		if sys.Name == individuals {
			of.Most = atMost(counted, recoveryPatterns(out, earlier))
		}
		p, err := disclosure.Protect(of, s.Key(), before, o)
		if err != nil {
			return Release{}, fmt.Errorf("cannot release: %s: %w", sys.Name, err)
		}
		if sys.Name == recoveries {
			counted = of.Items
		}
		out.Patterns[sys.Name] = p
	}
	out.Sheet = sheet.Publish(report.Cut{
		Threshold: out.Threshold, MeanStep: out.Patterns[recoveries].Mean, Mean: disclosure.Round,
		Hidden: func(system, table, category string) bool {
			p, ok := out.Patterns[system]
			return !ok || p.Hides(disclosure.Cell{Table: table, Category: category})
		},
		Timing: func(t report.Timing) bool { return timing(sheet, in, t, earlier) },
	})
	return out, nil
}

// atMost is what public numbers of recoveries tell of persons: they are not more, neither of a scope, nor of one less another that lies in it.
func atMost(items []disclosure.Item, all []disclosure.Pattern) []disclosure.Most {
	var out []disclosure.Most
	for _, a := range all {
		if a.Hides(disclosure.Cell{}) {
			continue
		}
		out = append(out, disclosure.Most{Scope: a.Scope, N: without(items, a.Scope, "")})
		for _, b := range all {
			if a.Scope != b.Scope && !b.Hides(disclosure.Cell{}) && within(items, b.Scope, a.Scope) {
				out = append(out, disclosure.Most{Scope: a.Scope, Without: b.Scope, N: without(items, a.Scope, b.Scope)})
			}
		}
	}
	return out
}

func recoveryPatterns(now Release, earlier []Release) []disclosure.Pattern {
	var out []disclosure.Pattern
	for _, r := range append([]Release{now}, earlier...) {
		if p, ok := r.Patterns[recoveries]; ok {
			out = append(out, p)
		}
	}
	return out
}

// without counts what one scope counts and another one does not.
func without(items []disclosure.Item, scope, other string) int {
	n := 0
	for _, it := range items {
		if slices.Contains(it.Scopes, scope) && !slices.Contains(it.Scopes, other) {
			n += it.N
		}
	}
	return n
}

// within reports whether all places of one scope are in another.
func within(items []disclosure.Item, scope, other string) bool {
	return !slices.ContainsFunc(items, func(it disclosure.Item) bool {
		return slices.Contains(it.Scopes, scope) && !slices.Contains(it.Scopes, other)
	})
}

// published are the scopes of some releases, and when each was made.
func published(all []Release, which func(Release) bool) []report.Published {
	var out []report.Published
	for _, r := range all {
		if which(r) {
			out = append(out, report.Published{Scope: r.Scope, Made: r.Sheet.Made})
		}
	}
	return out
}

// timing reports whether a time may be shown: no group that this scope and those that show the same time tell apart is small, neither of
// recoveries with that time nor of those without.
func timing(sheet report.Sheet, in report.Input, t report.Timing, earlier []Release) bool {
	same := published(earlier, func(r Release) bool {
		for _, o := range r.Sheet.Timings {
			if o.ID == t.ID && o.Zone == t.Zone && !o.Hidden {
				return true
			}
		}
		return false
	})
	scopes := []string{sheet.Scope.Key()}
	for _, p := range same {
		scopes = append(scopes, p.Key())
	}
	with, without := sheet.Responses(in, t, same)
	return disclosure.Apart(items(with), scopes, disclosure.Options{}) && disclosure.Apart(items(without), scopes, disclosure.Options{})
}

func system(s report.System) disclosure.System {
	out := disclosure.System{Items: items(s.Items), Measure: disclosure.Measure{Table: s.Measure, Bounds: s.Bounds}}
	for _, g := range s.Groups {
		within := disclosure.Cell{Table: g.Within[0], Category: g.Within[1]}
		out.Tables = append(out.Tables, disclosure.Table{Name: g.Table, Categories: g.Categories, Within: within, Fixed: g.Fixed})
	}
	return out
}

func items(in []report.Item) []disclosure.Item {
	out := make([]disclosure.Item, len(in))
	for i, it := range in {
		out[i] = disclosure.Item(it)
	}
	return out
}
