package disclosure

import (
	"cmp"
	"fmt"
	"slices"
)

// Protect decides what stays hidden of scope, given what was published before. Items and scopes are counted as they are known now;
// the patterns of earlier scopes are kept as they were published. The answer is the same for the same arguments.
func Protect(of System, scope string, earlier []Pattern, o Options) (Pattern, error) {
	if err := of.check(); err != nil {
		return Pattern{}, err
	}
	o = o.withDefaults()
	scopes := []string{scope}
	for _, p := range earlier {
		if p.Scope == scope {
			return Pattern{}, fmt.Errorf("%w: scope %q was published before", ErrModel, scope)
		}
		scopes = append(scopes, p.Scope)
	}
	w := work{system: newSystem(of, scopes), o: o, hidden: make([]map[Cell]bool, len(scopes)), mean: make([]int, len(scopes))}
	for i := range scopes {
		w.hidden[i] = map[Cell]bool{}
		if i == 0 {
			continue
		}
		for _, c := range earlier[i-1].Hidden {
			w.hidden[i][c] = true
		}
		w.mean[i] = earlier[i-1].Mean
	}
	w.primary()
	if err := w.complement(); err != nil {
		return Pattern{}, err
	}
	w.publishMean()
	out := Pattern{Scope: scope, Mean: w.mean[0]}
	for c := range w.hidden[0] {
		out.Hidden = append(out.Hidden, c)
	}
	slices.SortFunc(out.Hidden, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Category, b.Category))
	})
	return out, nil
}

// work is one run of [Protect]. The new scope is the first.
type work struct {
	*system
	o      Options
	hidden []map[Cell]bool
	mean   []int         // rounding of the public mean of each scope
	secret [][]int       // differences between scopes that could point at somebody
	told   map[Cell]bool // cells of the new scope that earlier publications tell already: to hide them helps nobody
}

// primary hides what is small by itself.
func (w *work) primary() {
	w.secret = w.small(w.o.Threshold)
	for _, c := range w.cells {
		if g := w.group(w.sum(0, c)); g.small(w.o.Threshold) || g.n > 0 && slices.Contains(w.o.Hide, c) {
			w.hidden[0][c] = true
		}
	}
}

// complement hides more until nothing that must stay hidden can be computed.
func (w *work) complement() error {
	for {
		open := w.open(w.audit())
		if open == nil {
			return nil
		}
		w.findTold()
		more := w.candidates(open)
		if len(more) == 0 {
			return ErrTold
		}
		w.hidden[0][w.best(open, more)] = true
	}
}

// findTold looks what of the new scope would be known if it were not published at all.
func (w *work) findTold() {
	if w.told != nil {
		return
	}
	w.told = map[Cell]bool{}
	shown := w.hidden[0]
	w.hidden[0] = map[Cell]bool{}
	for _, c := range w.cells {
		w.hidden[0][c] = true
	}
	a := w.audit()
	w.hidden[0] = shown
	for _, c := range w.cells {
		if u := w.sum(0, c); w.value(u) > 0 && !a.safe(u, w.o.Spread) {
			w.told[c] = true
		}
	}
}

// best is the first candidate that alone makes the sum safe, or else the first.
func (w *work) best(open []int, more []Cell) Cell {
	for _, c := range more {
		w.hidden[0][c] = true
		safe := w.audit().safe(open, w.o.Spread)
		delete(w.hidden[0], c)
		if safe {
			return c
		}
	}
	return more[0]
}

// open returns the first sum that must stay hidden and can be computed; nil if there is none.
func (w *work) open(a *audit) []int {
	secret := slices.Clone(w.secret)
	for i := range w.scopes {
		for _, c := range w.cells {
			if u := w.sum(i, c); w.hidden[i][c] && w.value(u) > 0 {
				secret = append(secret, u)
			}
		}
	}
	for _, u := range secret {
		if !a.safe(u, w.o.Spread) {
			return u
		}
	}
	return nil
}

// candidates are the public cells of the new scope: those of the same table first, then those that it is tied to, then all; among
// them the smallest, which cost a reader least, but not those of nobody.
func (w *work) candidates(open []int) []Cell {
	at := w.cells[open[0]%len(w.cells)]
	far := func(c Cell) int {
		switch {
		case c.Table == at.Table && c != (Cell{}):
			return 0
		case w.tied(c, at):
			return 1
		default:
			return 2
		}
	}
	var out []Cell
	for _, c := range w.cells {
		if !w.hidden[0][c] && !w.told[c] && w.value(w.sum(0, c)) > 0 {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Cell) int {
		na, nb := w.value(w.sum(0, a)), w.value(w.sum(0, b))
		return cmp.Or(cmp.Compare(far(a), far(b)), cmp.Compare(na, nb))
	})
	return out
}

// tied reports whether one equation of the tables holds both cells.
func (w *work) tied(a, b Cell) bool {
	for _, tie := range w.ties {
		has := func(c Cell) bool {
			return slices.ContainsFunc(tie, func(t term) bool { return w.cells[t.unknown%len(w.cells)] == c })
		}
		if has(a) && has(b) {
			return true
		}
	}
	return false
}
