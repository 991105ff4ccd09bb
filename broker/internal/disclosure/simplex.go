package disclosure

import (
	"math/big"
	"slices"
)

// simplex holds the solutions x >= 0 of a system of linear equations in exact arithmetic. It pivots by Bland's rule, so it ends.
// Floating point would be faster, but then a cell could look safe because of a rounding error.
type simplex struct {
	rows  [][]*big.Rat // one for each basic unknown; the last column is its value
	basis []int
	n     int
}

// equation says that some unknowns add up to a number that is not negative.
type equation struct {
	terms []term
	sum   int64
}

// newSimplex finds a first solution. The equations must have one; the truth is.
func newSimplex(n int, eqs []equation) *simplex {
	s := &simplex{n: n + len(eqs)} // one more unknown for each equation, driven to zero below
	for i, e := range eqs {
		row := make([]*big.Rat, s.n+1)
		for j := range row {
			row[j] = new(big.Rat)
		}
		for _, t := range e.terms {
			row[t.unknown].SetInt64(t.factor)
		}
		row[n+i].SetInt64(1)
		row[s.n].SetInt64(e.sum)
		s.rows, s.basis = append(s.rows, row), append(s.basis, n+i)
	}
	away := make([]int64, s.n)
	for i := range eqs {
		away[n+i] = -1
	}
	s.maximize(away)
	s.drop(n)
	return s
}

// drop forgets the helping unknowns from n on, together with equations that say nothing new.
func (s *simplex) drop(n int) {
	for i := 0; i < len(s.rows); i++ {
		if s.basis[i] < n {
			continue
		}
		j := slices.IndexFunc(s.rows[i][:n], func(v *big.Rat) bool { return v.Sign() != 0 })
		if j < 0 {
			s.rows, s.basis = slices.Delete(s.rows, i, i+1), slices.Delete(s.basis, i, i+1)
			i--
			continue
		}
		s.pivot(i, j)
	}
	for i, row := range s.rows {
		s.rows[i] = append(row[:n:n], row[s.n])
	}
	s.n = n
}

// maximize moves to a solution with the greatest sum of factor times unknown, and reports false if there is no greatest.
func (s *simplex) maximize(factor []int64) (*big.Rat, bool) {
	gain := s.gains(factor)
	for {
		j := slices.IndexFunc(gain[:s.n], func(v *big.Rat) bool { return v.Sign() > 0 })
		if j < 0 {
			return new(big.Rat).Neg(gain[s.n]), true
		}
		i := s.leaving(j)
		if i < 0 {
			return nil, false
		}
		s.pivot(i, j)
		reduce(gain, s.rows[i], j)
	}
}

// solution is where the search stands: a value for each unknown, nil for nothing.
func (s *simplex) solution() []*big.Rat {
	out := make([]*big.Rat, s.n)
	for i, b := range s.basis {
		out[b] = new(big.Rat).Set(s.rows[i][s.n])
	}
	return out
}

// gains is the objective in terms of the unknowns that are not basic; its last column is less the objective's value.
func (s *simplex) gains(factor []int64) []*big.Rat {
	gain := make([]*big.Rat, s.n+1)
	for j := range gain {
		gain[j] = new(big.Rat)
		if j < len(factor) {
			gain[j].SetInt64(factor[j])
		}
	}
	for i, b := range s.basis {
		reduce(gain, s.rows[i], b)
	}
	return gain
}

// leaving is the row that bounds the growth of unknown j first; -1 if none does.
func (s *simplex) leaving(j int) int {
	best, ratio, least := -1, new(big.Rat), new(big.Rat)
	for i, row := range s.rows {
		if row[j].Sign() <= 0 {
			continue
		}
		ratio.Quo(row[s.n], row[j])
		if c := ratio.Cmp(least); best < 0 || c < 0 || c == 0 && s.basis[i] < s.basis[best] {
			best = i
			least.Set(ratio)
		}
	}
	return best
}

// pivot makes unknown j basic in row i.
func (s *simplex) pivot(i, j int) {
	by := new(big.Rat).Inv(s.rows[i][j])
	for _, v := range s.rows[i] {
		if v.Sign() != 0 {
			v.Mul(v, by)
		}
	}
	for k, row := range s.rows {
		if k != i {
			reduce(row, s.rows[i], j)
		}
	}
	s.basis[i] = j
}

// reduce takes as much of pivot from row as makes its column j zero.
func reduce(row, pivot []*big.Rat, j int) {
	if row[j].Sign() == 0 {
		return
	}
	by, part := new(big.Rat).Set(row[j]), new(big.Rat)
	for k, v := range pivot {
		if v.Sign() != 0 {
			row[k].Sub(row[k], part.Mul(by, v))
		}
	}
}
