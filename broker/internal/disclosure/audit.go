package disclosure

import (
	"math/big"
	"slices"
)

// audit knows everything that is public and says what follows from it. What is not tied to each other is solved apart.
type audit struct {
	next  int // the next unknown that is none of the tables
	eqs   []equation
	known map[int]int64 // unknowns whose value follows at once
	part  map[int]*part // the others
}

// part is a set of unknowns that equations tie to each other.
type part struct {
	place map[int]int // in the simplex
	eqs   []equation
	space *simplex
	seen  [][]*big.Rat // solutions that were met so far: what two of them tell apart needs no search
}

// audit takes the system with its public sums.
func (w *work) audit() *audit {
	a := &audit{next: len(w.truth) + len(w.regions), known: map[int]int64{}, part: map[int]*part{}}
	for u, never := range w.never {
		if never {
			a.known[u] = 0
		}
	}
	for i := range w.scopes {
		for _, c := range w.cells {
			u := w.sum(i, c)
			switch n := w.value(u); {
			case !w.hidden[i][c]:
				a.equal(ones(u), int64(n))
			case n > 0: // what is hidden is not nobody: that would be shown
				a.atLeast(ones(u), 1)
			}
		}
	}
	for _, tie := range w.ties {
		a.equal(tie, 0)
	}
	for _, m := range w.most {
		if u := w.without(m); len(u) > 0 {
			a.atMost(ones(u), int64(max(m.N, w.value(u))))
		}
	}
	w.means(a)
	a.settle()
	a.split()
	return a
}

// without are the totals of what one scope counts and another one does not.
func (w *work) without(m Most) []int {
	i, j := slices.Index(w.scopes, m.Scope), slices.Index(w.scopes, m.Without)
	if i < 0 {
		return nil
	}
	var out []int
	for _, r := range w.in[i] {
		if j < 0 || !slices.Contains(w.in[j], r) {
			out = append(out, w.unknown(r, Cell{}))
		}
	}
	return out
}

func ones(unknowns []int) []term {
	out := make([]term, len(unknowns))
	for i, u := range unknowns {
		out[i] = term{u, 1}
	}
	return out
}

func (a *audit) equal(terms []term, sum int64) { a.eqs = append(a.eqs, equation{terms, sum}) }

func (a *audit) atLeast(terms []term, sum int64) {
	a.equal(append(terms[:len(terms):len(terms)], term{a.next, -1}), sum)
	a.next++
}

func (a *audit) atMost(terms []term, sum int64) {
	a.equal(append(terms[:len(terms):len(terms)], term{a.next, 1}), sum)
	a.next++
}

// settle puts in what is known until nothing more follows from one equation alone.
func (a *audit) settle() {
	for changed := true; changed; {
		changed = false
		rest := a.eqs[:0]
		for _, e := range a.eqs {
			e = a.less(e)
			switch {
			case len(e.terms) == 0:
				changed = true
			case len(e.terms) == 1:
				a.known[e.terms[0].unknown], changed = e.sum/e.terms[0].factor, true
			case e.sum == 0 && e.oneSign():
				for _, t := range e.terms {
					a.known[t.unknown] = 0
				}
				changed = true
			default:
				rest = append(rest, e)
			}
		}
		a.eqs = rest
	}
}

// less is an equation without what is known.
func (a *audit) less(e equation) equation {
	out := equation{sum: e.sum}
	for _, t := range e.terms {
		if v, ok := a.known[t.unknown]; ok {
			out.sum -= t.factor * v
		} else {
			out.terms = append(out.terms, t)
		}
	}
	return out
}

func (e equation) oneSign() bool {
	for _, t := range e.terms {
		if (t.factor > 0) != (e.terms[0].factor > 0) {
			return false
		}
	}
	return true
}

// split finds what is tied to each other.
func (a *audit) split() {
	parent := map[int]int{}
	var root func(int) int
	root = func(u int) int {
		if p, ok := parent[u]; ok && p != u {
			p = root(p)
			parent[u] = p
			return p
		}
		parent[u] = u
		return u
	}
	for _, e := range a.eqs {
		for _, t := range e.terms {
			parent[root(t.unknown)] = root(e.terms[0].unknown)
		}
	}
	parts := map[int]*part{}
	for _, e := range a.eqs {
		r := root(e.terms[0].unknown)
		if parts[r] == nil {
			parts[r] = &part{place: map[int]int{}}
		}
		p := parts[r]
		own := equation{sum: e.sum}
		for _, t := range e.terms {
			if _, ok := p.place[t.unknown]; !ok {
				p.place[t.unknown] = len(p.place)
				a.part[t.unknown] = p
			}
			own.terms = append(own.terms, term{p.place[t.unknown], t.factor})
		}
		if own.sum < 0 { // the simplex wants sums that are not negative
			own.sum = -own.sum
			for i := range own.terms {
				own.terms[i].factor = -own.terms[i].factor
			}
		}
		p.eqs = append(p.eqs, own)
	}
}

// safe reports whether the sum of some unknowns can have whole values at least spread apart.
func (a *audit) safe(unknowns []int, spread int) bool {
	of := map[*part][]int{}
	var order []*part
	for _, u := range unknowns {
		if _, ok := a.known[u]; ok {
			continue
		}
		p := a.part[u]
		if p == nil {
			return true // nothing that is public speaks of it
		}
		if of[p] == nil {
			order = append(order, p)
		}
		of[p] = append(of[p], p.place[u])
	}
	width := int64(0)
	for _, p := range order {
		own, ends := p.width(of[p], int64(spread)-width)
		if width += own; !ends || width >= int64(spread) {
			return true
		}
	}
	return false
}

// width is how far apart the whole values of a sum can be, or anything that is enough; false if there is no end. A reader knows that
// people are whole.
func (p *part) width(at []int, enough int64) (int64, bool) {
	if p.space == nil {
		p.space = newSimplex(len(p.place), p.eqs)
		p.note()
	}
	if w := p.apart(at); w >= enough {
		return w, true
	}
	factor := make([]int64, len(p.place))
	for _, u := range at {
		factor[u] = 1
	}
	most, ends := p.space.maximize(factor)
	if !ends {
		return 0, false
	}
	p.note()
	if w := p.apart(at); w >= enough {
		return w, true
	}
	for i := range factor {
		factor[i] = -factor[i]
	}
	least, _ := p.space.maximize(factor) // ends: unknowns are not negative; it is the least, less than nothing
	p.note()
	return whole(most) + whole(least), true
}

// note keeps the solution at which the search stands; after many, the oldest is forgotten.
func (p *part) note() {
	const many = 48
	if len(p.seen) == many {
		p.seen = slices.Delete(p.seen, 1, 2)
	}
	p.seen = append(p.seen, p.space.solution())
}

// apart is how far apart the whole values of a sum are in the solutions that were met.
func (p *part) apart(at []int) int64 {
	var least, most *big.Rat
	for _, x := range p.seen {
		sum := new(big.Rat)
		for _, u := range at {
			if x[u] != nil {
				sum.Add(sum, x[u])
			}
		}
		if least == nil || sum.Cmp(least) < 0 {
			least = sum
		}
		if most == nil || sum.Cmp(most) > 0 {
			most = sum
		}
	}
	return whole(most) + whole(new(big.Rat).Neg(least))
}

// whole is the greatest whole number that is not more. Of the least value's negative it is the negative of the next whole value.
func whole(v *big.Rat) int64 { return new(big.Int).Div(v.Num(), v.Denom()).Int64() } // Euclid's: down, since denominators are positive
