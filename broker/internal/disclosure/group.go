package disclosure

import (
	"slices"
	"strings"
)

// group is who is behind a count.
type group struct {
	n     int
	units map[string]int
	sum   int // of values
}

func (g *group) add(it Item) {
	g.n += it.N
	g.sum += it.N * it.Value
	if it.Unit == "" {
		return
	}
	if g.units == nil {
		g.units = map[string]int{}
	}
	g.units[it.Unit] += it.N
}

// join is both groups.
func join(all []group) group {
	var out group
	for _, g := range all {
		out.n += g.n
		out.sum += g.sum
		for u, n := range g.units {
			if out.units == nil {
				out.units = map[string]int{}
			}
			out.units[u] += n
		}
	}
	return out
}

// small reports whether a count could point at somebody: few, of few persons, or of one person for the greater part.
func (g group) small(threshold int) bool {
	if g.n == 0 {
		return false
	}
	if g.n < threshold || g.units != nil && len(g.units) < threshold {
		return true
	}
	const half = 2
	for _, n := range g.units {
		if half*n > g.n {
			return true
		}
	}
	return false
}

// Apart reports whether all groups of items that the scopes tell apart are empty or not small. Whatever is computed from several of them
// is then of many persons.
func Apart(items []Item, scopes []string, o Options) bool {
	o = o.withDefaults()
	groups := map[string]*group{}
	for _, it := range items {
		of := region(it.Scopes, scopes)
		if of == "" {
			continue
		}
		if groups[of] == nil {
			groups[of] = &group{}
		}
		groups[of].add(it)
	}
	for _, g := range groups {
		if g.small(o.Threshold) {
			return false
		}
	}
	return true
}

// region names what counts an item, among some scopes.
func region(of, among []string) string {
	of = slices.DeleteFunc(slices.Clone(of), func(n string) bool { return !slices.Contains(among, n) })
	slices.Sort(of)
	return strings.Join(slices.Compact(of), "\x00")
}
