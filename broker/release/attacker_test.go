package release_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// file is a released sheet as anybody can download it.
type file struct{ json, csv []byte }

// paper is what the attacker reads in the JSON. It shares no type with the broker.
type paper struct {
	Scope struct {
		From, To string
		Stations []string
	}
	Recoveries  *int
	Individuals *int `json:"unique_individuals"`
	Repeats     *int `json:"repeat_recoveries"`
	Mean        struct {
		Shown  string
		Of     *int
		To     string `json:"rounded_to"`
		Hidden bool
	} `json:"mean_age"`
	Arrests struct {
		Before, Since, Numerator, Denominator *int
		Percent                               float64
		Shown                                 string
	}
	Tables []struct {
		ID, Of string
		Rows   []struct {
			Code  string
			Count *int
		}
		Total *int
	}
	Timings []timed
	Duties  []struct {
		Agency, Shown              string
		Due, Late, Overdue, OnTime *int
	}
}

type timed struct {
	ID, Zone, Median, P90 string
	N                     *int
	Hidden                bool
}

// read reads a sheet, and makes sure that the CSV tells nothing that the JSON hides.
func read(f file) (paper, []string) {
	var p paper
	if err := json.Unmarshal(bytes.ReplaceAll(f.json, []byte(`"on_time"`), []byte(`"OnTime"`)), &p); err != nil {
		return p, []string{err.Error()}
	}
	told := map[string]*int{"figures/recoveries": p.Recoveries, "figures/unique_individuals": p.Individuals, "figures/arrests_before": p.Arrests.Before, "figures/arrests_since": p.Arrests.Since}
	for _, t := range p.Tables {
		told[t.ID+"/total"] = t.Total
		for _, r := range t.Rows {
			told[t.ID+"/"+r.Code] = r.Count
		}
	}
	for _, d := range p.Duties {
		told["duties_"+d.Agency+"/on_time"], told["duties_"+d.Agency+"/late"], told["duties_"+d.Agency+"/overdue"] = d.OnTime, d.Late, d.Overdue
	}
	rows, err := csv.NewReader(bytes.NewReader(f.csv)).ReadAll()
	if err != nil {
		return p, []string{err.Error()}
	}
	var found []string
	for _, r := range rows {
		n, err := strconv.Atoi(r[3])
		if err != nil {
			continue
		}
		if v, ok := told[r[0]+"/"+r[1]]; !ok || v == nil || *v != n {
			found = append(found, fmt.Sprintf("the CSV alone tells %v", r))
		}
	}
	return p, found
}

const (
	endless = math.MaxInt32
	one     = math.MaxInt // stands for the number in an equation
)

// rule says that a sum lies between two numbers.
type rule struct {
	factor    map[int]int
	low, high int
}

// attacker has unknowns, and rules that bind them. It eliminates in rational numbers for what is determined, and narrows whole numbers
// until they stand still. It shares no code with the broker.
type attacker struct {
	at        map[string]int
	rules     []rule
	low, high []int
	pivots    map[int]map[int]*big.Rat // eliminated equations, by the unknown that each gives
}

func newAttacker() *attacker { return &attacker{at: map[string]int{}} }

// unknown is a number that nobody has told yet.
func (a *attacker) unknown(name string) int {
	i, ok := a.at[name]
	if !ok {
		i = len(a.low)
		a.at[name] = i
		a.low, a.high = append(a.low, 0), append(a.high, endless)
	}
	return i
}

func (a *attacker) bind(low, high int, sum map[int]int) {
	a.rules = append(a.rules, rule{sum, low, high})
}

// cell is a number on a sheet that is the sum of unknowns: public, or hidden and then not nobody.
func (a *attacker) cell(name string, n *int, parts []int) {
	c := a.unknown(name)
	sum := map[int]int{c: -1}
	for _, p := range parts {
		sum[p]++
	}
	a.bind(0, 0, sum)
	if n != nil {
		a.bind(*n, *n, map[int]int{c: 1})
	} else {
		a.bind(1, endless, map[int]int{c: 1})
	}
}

// think does what can be done: it narrows, eliminates, and narrows again by what the elimination says.
func (a *attacker) think() {
	a.narrowAll()
	a.pivots = map[int]map[int]*big.Rat{}
	for _, r := range a.rules {
		if r.low != r.high {
			continue
		}
		row := a.reduce(r.factor)
		take(row, map[int]*big.Rat{one: big.NewRat(1, 1)}, big.NewRat(int64(r.low), 1))
		lead := one
		for j := range row {
			lead = min(lead, j)
		}
		if lead == one {
			continue
		}
		by := new(big.Rat).Inv(row[lead])
		for _, v := range row {
			v.Mul(v, by)
		}
		for _, other := range a.pivots {
			if f, ok := other[lead]; ok {
				take(other, row, new(big.Rat).Set(f))
			}
		}
		a.pivots[lead] = row
	}
	for _, row := range a.pivots {
		whole, sum := map[int]int{}, 0
		for j, v := range row {
			if !v.IsInt() {
				whole = nil
				break
			}
			if n := int(v.Num().Int64()); j == one {
				sum = -n
			} else {
				whole[j] = n
			}
		}
		if whole != nil {
			a.bind(sum, sum, whole)
		}
	}
	a.narrowAll()
}

func (a *attacker) narrowAll() {
	for changed := true; changed; {
		changed = false
		for _, r := range a.rules {
			changed = a.narrow(r) || changed
		}
	}
}

func take(from, row map[int]*big.Rat, by *big.Rat) {
	for j, v := range row {
		if from[j] == nil {
			from[j] = new(big.Rat)
		}
		if from[j].Sub(from[j], new(big.Rat).Mul(by, v)); from[j].Sign() == 0 {
			delete(from, j)
		}
	}
}

// reduce is a sum less everything that the equations say of it; nothing is left of what is determined.
func (a *attacker) reduce(factor map[int]int) map[int]*big.Rat {
	row := map[int]*big.Rat{}
	for j, f := range factor {
		if f != 0 {
			row[j] = big.NewRat(int64(f), 1)
		}
	}
	for _, j := range slices.Sorted(maps.Keys(factor)) {
		if p, ok := a.pivots[j]; ok && row[j] != nil {
			take(row, p, new(big.Rat).Set(row[j]))
		}
	}
	return row
}

// narrow tightens every unknown of a rule by what the others leave.
func (a *attacker) narrow(r rule) (changed bool) {
	least, most, openLow, openHigh := 0, 0, 0, 0
	for j, f := range r.factor {
		l, h := a.low[j], a.high[j]
		if f < 0 {
			l, h = h, l
		}
		if l == endless {
			openLow++
		} else {
			least += f * l
		}
		if h == endless {
			openHigh++
		} else {
			most += f * h
		}
	}
	for j, f := range r.factor {
		l, h := a.low[j], a.high[j]
		if f < 0 {
			l, h = h, l
		}
		restLow, restHigh, noLow, noHigh := least, most, openLow, openHigh
		if l == endless {
			noLow--
		} else {
			restLow -= f * l
		}
		if h == endless {
			noHigh--
		} else {
			restHigh -= f * h
		}
		if r.high != endless && noLow == 0 { // f*x <= high - rest
			changed = a.bound(j, f, r.high-restLow, true) || changed
		}
		if noHigh == 0 { // f*x >= low - rest
			changed = a.bound(j, f, r.low-restHigh, false) || changed
		}
	}
	return changed
}

func (a *attacker) bound(j, f, v int, most bool) bool {
	if f < 0 {
		f, v, most = -f, -v, !most
	}
	if q := floor(v, f); most && q < a.high[j] {
		a.high[j] = q
		return true
	}
	if q := -floor(-v, f); !most && q > a.low[j] {
		a.low[j] = q
		return true
	}
	return false
}

func floor(a, b int) int { return int(math.Floor(float64(a) / float64(b))) }

// finds reports whether a number is known too closely.
func (a *attacker) finds(name string, spread int) (string, bool) {
	j, ok := a.at[name]
	if !ok {
		return "", false
	}
	left := a.reduce(map[int]int{j: 1})
	delete(left, one)
	if len(left) == 0 {
		return name + " is determined", true
	}
	if a.high[j] != endless && a.high[j]-a.low[j] < spread {
		return fmt.Sprintf("%s is known to be %d to %d", name, a.low[j], a.high[j]), true
	}
	return "", false
}

// tenths reads 15.7 as 157.
func tenths(s string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(s, ".", ""))
	return n
}
