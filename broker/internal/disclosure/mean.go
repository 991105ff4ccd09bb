package disclosure

import "slices"

// steps are to how many tenths a mean may be rounded: a tenth, a half and a whole.
func steps() []int { return []int{1, 5, 10} }

// rounding is what a rounded mean tells of a sum: the mean in tenths, and the sum's least and greatest value. An attacker knows n.
func rounding(sum, n, step int) (tenths int, least, most int64) {
	const ten = 10
	k := (2*ten*sum + n*step) / (2 * n * step) // to the nearest, half up
	least = ceil(int64(n*step*(2*k-1)), 2*ten)
	most = int64(n * step * (2*k + 1) / (2 * ten))
	return k * step, least, most
}

func ceil(a, b int64) int64 { return (a + b - 1) / b }

// Round is a mean in tenths as it is published, rounded to step tenths.
func Round(sum, n, step int) int {
	tenths, _, _ := rounding(sum, n, step)
	return tenths
}

// valued is everybody with a value in some regions.
func (w *work) valued(regions []int) group {
	var all []group
	for _, c := range w.measured {
		all = append(all, w.group(w.of(regions, c)))
	}
	return join(all)
}

// means puts every public mean into an audit: the values of a region lie between what its bands allow, and their sum over the scope
// between what the rounding allows.
func (w *work) means(a *audit) {
	if !slices.ContainsFunc(w.mean, func(step int) bool { return step > 0 }) {
		return
	}
	values := func(r int) int { return len(w.truth) + r }
	for r := range w.regions {
		low, high := []term{{values(r), 1}}, []term{{values(r), -1}}
		for _, c := range w.measured {
			b := w.measure.Bounds[w.cells[c].Category]
			u := r*len(w.cells) + c
			low, high = append(low, term{u, -int64(b[0])}), append(high, term{u, int64(b[1])})
		}
		a.atLeast(low, 0)
		a.atLeast(high, 0)
	}
	for i, step := range w.mean {
		g := w.valued(w.in[i])
		if step == 0 || g.n == 0 {
			continue
		}
		var sum []term
		for _, r := range w.in[i] {
			sum = append(sum, term{values(r), 1})
		}
		_, least, most := rounding(g.sum, g.n, step)
		a.atLeast(sum, least)
		a.atMost(sum, most)
	}
}

// publishMean finds the finest rounding at which the mean of the new scope tells nothing: 0 if there is none.
func (w *work) publishMean() {
	if !w.meanFits() {
		return
	}
	for _, step := range steps() {
		w.mean[0] = step
		if w.sumsSafe() && w.open(w.audit()) == nil {
			return
		}
	}
	w.mean[0] = 0
}

// meanFits reports whether the mean is of enough people, and its number tells nothing that the tables hide.
func (w *work) meanFits() bool {
	if w.measure.Table == "" {
		return false
	}
	g := w.valued(w.in[0])
	if g.n == 0 || g.small(w.o.Threshold) || w.hidden[0][Cell{}] {
		return false
	}
	for i, c := range w.cells {
		if c.Table == w.measure.Table && !slices.Contains(w.measured, i) && w.hidden[0][c] {
			return false
		}
	}
	return true
}

// sumsSafe reports whether the means, together, leave every sum of values open to somebody who knows all numbers of people: by the spread,
// so that who knows all others of a group is that far from the last one, and in a small group by the spread for each of its people.
func (w *work) sumsSafe() bool {
	a := &audit{next: len(w.truth) + len(w.regions), known: map[int]int64{}, part: map[int]*part{}}
	values := func(r int) int { return len(w.truth) + r }
	least, most := w.ends()
	for r := range w.regions {
		n := w.valued([]int{r}).n
		if n == 0 {
			a.known[values(r)] = 0
			continue
		}
		a.atLeast([]term{{values(r), 1}}, int64(n*least))
		a.atMost([]term{{values(r), 1}}, int64(n*most))
	}
	var shown []int
	for i, step := range w.mean {
		g := w.valued(w.in[i])
		if step == 0 || g.n == 0 {
			continue
		}
		shown = append(shown, i)
		var sum []term
		for _, r := range w.in[i] {
			sum = append(sum, term{values(r), 1})
		}
		_, from, to := rounding(g.sum, g.n, step)
		a.atLeast(sum, from)
		a.atMost(sum, to)
	}
	a.settle()
	a.split()
	for _, regions := range append(w.differences(shown), w.in[0]) {
		g := w.valued(regions)
		if g.n == 0 {
			continue
		}
		spread := w.o.Spread
		if g.small(w.o.Threshold) {
			spread *= g.n
		}
		var sum []int
		for _, r := range regions {
			sum = append(sum, values(r))
		}
		if !a.safe(sum, spread) {
			return false
		}
	}
	return true
}

// ends are the bounds of all values.
func (w *work) ends() (least, most int) {
	for i, c := range w.measured {
		b := w.measure.Bounds[w.cells[c].Category]
		if i == 0 || b[0] < least {
			least = b[0]
		}
		most = max(most, b[1])
	}
	return least, most
}
