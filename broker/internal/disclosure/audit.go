package disclosure

import (
	"math/big"
)

// audit knows everything that is public and says what follows from it.
type audit struct {
	n      int
	known  map[int]int64 // unknowns whose value follows at once
	place  map[int]int   // the others, and their place in the simplex
	space  *simplex
	factor []int64
}

// audit takes the system with its public sums. Unknowns that a public sum names alone are put in, so that the rest stays small.
func (w *work) audit() *audit {
	a := &audit{n: len(w.truth), known: map[int]int64{}, place: map[int]int{}}
	var sums [][]int
	for i := range w.scopes {
		for _, c := range w.cells {
			if !w.hidden[i][c] {
				sums = append(sums, w.sum(i, c))
			}
		}
	}
	for _, u := range sums {
		n := w.value(u)
		for _, x := range u {
			if len(u) == 1 || n == 0 {
				a.known[x] = int64(w.truth[x])
			}
		}
	}
	var eqs []equation
	for _, u := range sums {
		var terms []term
		for _, x := range u {
			terms = append(terms, term{x, 1})
		}
		eqs = a.add(eqs, terms, int64(w.value(u)))
	}
	for _, tie := range w.ties {
		eqs = a.add(eqs, tie, 0)
	}
	a.space = newSimplex(len(a.place), eqs)
	a.factor = make([]int64, len(a.place))
	return a
}

// add puts in what is known and appends what is left of an equation, with a sum that is not negative.
func (a *audit) add(eqs []equation, terms []term, sum int64) []equation {
	e := equation{sum: sum}
	for _, t := range terms {
		if v, ok := a.known[t.unknown]; ok {
			e.sum -= t.factor * v
			continue
		}
		if _, ok := a.place[t.unknown]; !ok {
			a.place[t.unknown] = len(a.place)
		}
		e.terms = append(e.terms, term{a.place[t.unknown], t.factor})
	}
	if e.sum < 0 {
		e.sum = -e.sum
		for i := range e.terms {
			e.terms[i].factor = -e.terms[i].factor
		}
	}
	if len(e.terms) == 0 {
		return eqs
	}
	return append(eqs, e)
}

// safe reports whether the sum of some unknowns can have values at least spread apart.
func (a *audit) safe(unknowns []int, spread int) bool {
	clear(a.factor)
	for _, u := range unknowns {
		p, tied := a.place[u]
		if _, public := a.known[u]; !tied && !public {
			return true // nothing that is public speaks of it
		}
		if tied {
			a.factor[p] = 1
		}
	}
	most, ends := a.space.maximize(a.factor)
	if !ends {
		return true
	}
	for i := range a.factor {
		a.factor[i] = -a.factor[i]
	}
	least, ends := a.space.maximize(a.factor)
	if !ends { // cannot be: unknowns are not negative
		return false
	}
	width := new(big.Rat).Add(most, least)
	return width.Cmp(new(big.Rat).SetInt64(int64(spread))) >= 0
}
