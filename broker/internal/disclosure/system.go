package disclosure

import (
	"maps"
	"slices"
	"strings"
)

// system is everything that anybody knows: one unknown for each region (items that the same scopes count) and cell, the equations that
// tie a table to the cell it divides, and the public sums.
type system struct {
	cells    []Cell // total first, then every category of every table
	place    map[Cell]int
	regions  []string // joined scope names, sorted
	in       [][]int  // regions of a scope, by its place in scopes
	scopes   []string
	truth    []group // of unknown region*len(cells)+cell
	never    []bool  // of the same unknown: everybody knows that there can be none
	ties     [][]term
	measure  Measure
	measured []int // the cells with bounds
	most     []Most
}

type term struct {
	unknown int
	factor  int64
}

func newSystem(of System, scopes []string) *system {
	s := &system{cells: []Cell{{}}, place: map[Cell]int{{}: 0}, scopes: scopes, measure: of.Measure, most: of.Most}
	for _, t := range of.Tables {
		for _, k := range t.Categories {
			c := Cell{t.Name, k}
			if _, ok := of.Measure.Bounds[k]; ok && t.Name == of.Measure.Table {
				s.measured = append(s.measured, len(s.cells))
			}
			s.place[c] = len(s.cells)
			s.cells = append(s.cells, c)
		}
	}
	s.count(of)
	for r := range s.regions {
		for _, t := range of.Tables {
			tie := []term{{s.unknown(r, t.Within), -1}}
			for _, k := range t.Categories {
				tie = append(tie, term{s.unknown(r, Cell{t.Name, k}), 1})
			}
			s.ties = append(s.ties, tie)
		}
	}
	return s
}

// count finds the regions and their true numbers. Where the places are not given, a scope without items still has a region of its own,
// of nobody, since there could be one.
func (s *system) count(of System) {
	regions := map[string][]Item{}
	for _, it := range of.Items {
		if name := region(it.Scopes, s.scopes); name != "" {
			regions[name] = append(regions[name], it)
		}
	}
	if !slices.ContainsFunc(of.Items, func(it Item) bool { return it.N == 0 }) {
		for _, n := range s.scopes {
			regions[n] = append(regions[n], Item{})
		}
	}
	for name := range regions {
		s.regions = append(s.regions, name)
	}
	slices.Sort(s.regions)
	s.truth, s.never = make([]group, len(s.regions)*len(s.cells)), make([]bool, len(s.regions)*len(s.cells))
	s.in = make([][]int, len(s.scopes))
	for r, name := range s.regions {
		s.fill(r, of.Tables, regions[name])
		for i, n := range s.scopes {
			if slices.Contains(strings.Split(name, "\x00"), n) {
				s.in[i] = append(s.in[i], r)
			}
		}
	}
}

// fill counts the items of one region.
func (s *system) fill(r int, tables []Table, items []Item) {
	for _, t := range tables {
		if t.Fixed {
			for _, k := range t.Categories {
				s.never[s.unknown(r, Cell{t.Name, k})] = true
			}
		}
	}
	for _, it := range items {
		s.truth[s.unknown(r, Cell{})].add(it)
		for t, k := range it.Tags {
			u := s.unknown(r, Cell{t, k})
			s.never[u] = false
			s.truth[u].add(it)
		}
	}
}

func (s *system) unknown(region int, c Cell) int { return region*len(s.cells) + s.place[c] }

// sum is what a scope would publish for a cell: the unknowns that it adds up.
func (s *system) sum(scope int, cell Cell) []int { return s.of(s.in[scope], s.place[cell]) }

func (s *system) of(regions []int, cell int) []int {
	out := make([]int, len(regions))
	for i, r := range regions {
		out[i] = r*len(s.cells) + cell
	}
	return out
}

func (s *system) value(unknowns []int) int {
	n := 0
	for _, u := range unknowns {
		n += s.truth[u].n
	}
	return n
}

func (s *system) group(unknowns []int) group {
	all := make([]group, len(unknowns))
	for i, u := range unknowns {
		all[i] = s.truth[u]
	}
	return join(all)
}

// differences are the sets of regions that a reader gets by taking some scopes from each other: what the same of them count, every scope
// less another one, and every scope less all that lie within it.
func (s *system) differences(scopes []int) [][]int {
	alike := map[string][]int{}
	for r := range s.regions {
		var of []byte
		for _, i := range scopes {
			if slices.Contains(s.in[i], r) {
				of = append(of, byte(i), byte(i>>8))
			}
		}
		if of != nil {
			alike[string(of)] = append(alike[string(of)], r)
		}
	}
	out := slices.Collect(maps.Values(alike))
	less := func(a, b []int) []int {
		return slices.DeleteFunc(slices.Clone(a), func(r int) bool { return slices.Contains(b, r) })
	}
	for _, i := range scopes {
		a := s.in[i]
		var within []int
		for _, j := range scopes {
			b := s.in[j]
			if i == j {
				continue
			}
			out = append(out, less(a, b))
			if len(less(b, a)) == 0 && len(b) < len(a) {
				within = append(within, b...)
			}
		}
		out = append(out, less(a, within))
	}
	slices.SortFunc(out, slices.Compare)
	return slices.DeleteFunc(slices.CompactFunc(out, slices.Equal), func(r []int) bool { return len(r) == 0 })
}

// small are the sums that could point at somebody. Whatever is published, they must not be computable: most are cells of a scope,
// the others are differences between scopes that overlap.
func (s *system) small(threshold int) [][]int {
	var out [][]int
	all := make([]int, len(s.scopes))
	for i := range all {
		all[i] = i
	}
	for _, regions := range s.differences(all) {
		for c := range s.cells {
			if u := s.of(regions, c); s.group(u).small(threshold) {
				out = append(out, u)
			}
		}
	}
	return out
}
