package disclosure_test

import (
	"math/big"
	"slices"
	"strings"

	"safeyouthzone/broker/internal/disclosure"
)

// attacker has read everything that was published and computes. It shares no code with the package: it eliminates by Gauss for what
// is determined outright, and narrows integer bounds until they stand still.
type attacker struct {
	unknowns []string // region and cell
	eqs      []known
	low, top []int
}

type known struct {
	factor map[int]int
	sum    int
}

const endless = 1 << 30

// newAttacker knows the tables, who may be in which scopes, and the public numbers.
func newAttacker(tables []disclosure.Table, items []disclosure.Item, published []disclosure.Pattern) *attacker {
	a := &attacker{}
	regions := map[string]bool{}
	for _, p := range published {
		regions[p.Scope] = true
	}
	for _, it := range items {
		if len(it.Scopes) > 0 {
			regions[strings.Join(sorted(it.Scopes), "+")] = true
		}
	}
	for r := range regions {
		for _, t := range tables {
			tie := known{factor: map[int]int{a.at(r, t.Within): -1}}
			for _, k := range t.Categories {
				tie.factor[a.at(r, disclosure.Cell{Table: t.Name, Category: k})] = 1
			}
			a.eqs = append(a.eqs, tie)
		}
	}
	for _, p := range published {
		for _, c := range cellsOf(tables) {
			if p.Hides(c) {
				continue
			}
			e := known{factor: map[int]int{}, sum: count(items, p.Scope, c)}
			for r := range regions {
				if slices.Contains(strings.Split(r, "+"), p.Scope) {
					e.factor[a.at(r, c)] = 1
				}
			}
			a.eqs = append(a.eqs, e)
		}
	}
	a.narrow()
	return a
}

func sorted(in []string) []string {
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

func cellsOf(tables []disclosure.Table) []disclosure.Cell {
	out := []disclosure.Cell{{}}
	for _, t := range tables {
		for _, k := range t.Categories {
			out = append(out, disclosure.Cell{Table: t.Name, Category: k})
		}
	}
	return out
}

func count(items []disclosure.Item, scope string, c disclosure.Cell) int {
	n := 0
	for _, it := range items {
		if slices.Contains(it.Scopes, scope) && (c == disclosure.Cell{} || it.Tags[c.Table] == c.Category) {
			n++
		}
	}
	return n
}

func (a *attacker) at(region string, c disclosure.Cell) int {
	name := region + "|" + c.Table + "|" + c.Category
	if i := slices.Index(a.unknowns, name); i >= 0 {
		return i
	}
	a.unknowns = append(a.unknowns, name)
	return len(a.unknowns) - 1
}

// sum names what a scope would publish for a cell.
func (a *attacker) sum(scope string, c disclosure.Cell) map[int]int {
	out := map[int]int{}
	for i, name := range a.unknowns {
		region, cell, _ := strings.Cut(name, "|")
		if cell == c.Table+"|"+c.Category && slices.Contains(strings.Split(region, "+"), scope) {
			out[i] = 1
		}
	}
	return out
}

// narrow tightens what each unknown can be at least and at most.
func (a *attacker) narrow() {
	a.low, a.top = make([]int, len(a.unknowns)), make([]int, len(a.unknowns))
	for i := range a.top {
		a.top[i] = endless
	}
	for changed := true; changed; {
		changed = false
		for _, e := range a.eqs {
			for i := range e.factor {
				low, top := a.rest(e, i)
				if low > a.low[i] {
					a.low[i], changed = low, true
				}
				if top < a.top[i] {
					a.top[i], changed = top, true
				}
			}
		}
	}
}

// rest is what an equation leaves for one of its unknowns.
func (a *attacker) rest(e known, i int) (low, top int) {
	least, most := 0, 0
	for j, f := range e.factor {
		switch {
		case j == i:
		case f > 0:
			least, most = least+a.low[j], min(endless, most+a.top[j])
		default:
			least, most = max(-endless, least-a.top[j]), most-a.low[j]
		}
	}
	if e.factor[i] > 0 {
		return bound(e.sum, -most), bound(e.sum, -least)
	}
	return bound(-e.sum, least), bound(-e.sum, most)
}

func bound(a, b int) int {
	if b >= endless/2 || b <= -endless/2 {
		return max(-endless, min(endless, b))
	}
	return a + b
}

// between is what a sum can be.
func (a *attacker) between(sum map[int]int) (low, top int) {
	for i := range sum {
		low, top = low+a.low[i], min(endless, top+a.top[i])
	}
	return low, top
}

// determined reports whether a sum is a combination of what is known: Gauss on the equations with the sum as a last row.
func (a *attacker) determined(sum map[int]int) bool {
	return a.rank(nil) == a.rank(sum)
}

func (a *attacker) rank(more map[int]int) int {
	var rows [][]*big.Rat
	all := make([]map[int]int, 0, len(a.eqs)+1)
	for _, e := range a.eqs {
		all = append(all, e.factor)
	}
	if more != nil {
		all = append(all, more)
	}
	for _, f := range all {
		row := make([]*big.Rat, len(a.unknowns))
		for j := range row {
			row[j] = big.NewRat(int64(f[j]), 1)
		}
		rows = append(rows, row)
	}
	rank := 0
	for j := range a.unknowns {
		i := slices.IndexFunc(rows[rank:], func(r []*big.Rat) bool { return r[j].Sign() != 0 })
		if i < 0 {
			continue
		}
		rows[rank], rows[rank+i] = rows[rank+i], rows[rank]
		for _, r := range rows[rank+1:] {
			if r[j].Sign() == 0 {
				continue
			}
			by := new(big.Rat).Quo(r[j], rows[rank][j])
			for k := j; k < len(r); k++ {
				r[k].Sub(r[k], new(big.Rat).Mul(by, rows[rank][k]))
			}
		}
		if rank++; rank == len(rows) {
			break
		}
	}
	return rank
}
