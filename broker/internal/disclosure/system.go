package disclosure

import (
	"slices"
	"strings"
)

// system is everything that anybody knows: one unknown for each region (items that the same scopes count) and cell, the equations that
// tie a table to the cell it divides, and the public sums.
type system struct {
	cells   []Cell   // total first, then every category of every table
	regions []string // joined scope names, sorted
	in      [][]int  // regions of a scope, by its place in scopes
	scopes  []string
	truth   []int // value of unknown region*len(cells)+cell
	ties    [][]term
}

type term struct {
	unknown int
	factor  int64
}

func newSystem(tables []Table, items []Item, scopes []string) *system {
	s := &system{cells: []Cell{{}}, scopes: scopes}
	for _, t := range tables {
		for _, k := range t.Categories {
			s.cells = append(s.cells, Cell{t.Name, k})
		}
	}
	s.count(items)
	for r := range s.regions {
		for _, t := range tables {
			tie := []term{{s.unknown(r, t.Within), -1}}
			for _, k := range t.Categories {
				tie = append(tie, term{s.unknown(r, Cell{t.Name, k}), 1})
			}
			s.ties = append(s.ties, tie)
		}
	}
	return s
}

// count finds the regions and their true numbers. A scope without items still has a region of its own, of nobody.
func (s *system) count(items []Item) {
	counted := map[string]map[Cell]int{}
	region := func(of []string) map[Cell]int {
		of = slices.DeleteFunc(slices.Clone(of), func(n string) bool { return !slices.Contains(s.scopes, n) })
		slices.Sort(of)
		name := strings.Join(slices.Compact(of), "\x00")
		if counted[name] == nil {
			counted[name] = map[Cell]int{}
		}
		return counted[name]
	}
	for _, n := range s.scopes {
		region([]string{n})
	}
	for _, it := range items {
		into := region(it.Scopes)
		into[Cell{}]++
		for t, k := range it.Tags {
			into[Cell{t, k}]++
		}
	}
	delete(counted, "") // counted by no scope
	for name := range counted {
		s.regions = append(s.regions, name)
	}
	slices.Sort(s.regions)
	s.truth = make([]int, len(s.regions)*len(s.cells))
	s.in = make([][]int, len(s.scopes))
	for r, name := range s.regions {
		for i, c := range s.cells {
			s.truth[r*len(s.cells)+i] = counted[name][c]
		}
		for i, n := range s.scopes {
			if slices.Contains(strings.Split(name, "\x00"), n) {
				s.in[i] = append(s.in[i], r)
			}
		}
	}
}

func (s *system) unknown(region int, c Cell) int {
	return region*len(s.cells) + slices.Index(s.cells, c)
}

// sum is what a scope would publish for a cell: the unknowns that it adds up.
func (s *system) sum(scope int, cell Cell) []int {
	var out []int
	for _, r := range s.in[scope] {
		out = append(out, s.unknown(r, cell))
	}
	return out
}

func (s *system) value(unknowns []int) int {
	n := 0
	for _, u := range unknowns {
		n += s.truth[u]
	}
	return n
}

// small are the unknowns that could point at somebody. Whatever is published, they must not be computable: most are cells of a scope,
// the others are differences between scopes that overlap.
func (s *system) small(threshold int) [][]int {
	var out [][]int
	for u, n := range s.truth {
		if n > 0 && n < threshold {
			out = append(out, []int{u})
		}
	}
	return out
}
