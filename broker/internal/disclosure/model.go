package disclosure

import (
	"errors"
	"fmt"
	"slices"
)

// Errors of [Protect].
var (
	// ErrTold means that earlier publications already tell a small count that this scope would need hidden. Publish other scopes.
	ErrTold = errors.New("earlier publications already tell a small count of this scope")
	// ErrModel means that tables or items do not fit together: a mistake of the caller.
	ErrModel = errors.New("tables and items do not fit together")
)

// The defaults of [Options].
const (
	DefaultThreshold = 11
	DefaultSpread    = 3
)

// Options say what is small and what is safe.
type Options struct {
	Threshold int    // counts from 1 to Threshold-1 are hidden, and counts of fewer persons; DefaultThreshold if 0
	Spread    int    // how far apart the possible values of a hidden cell must reach; DefaultSpread if 0
	Hide      []Cell // stay hidden for a reason that is not in these tables
}

func (o Options) withDefaults() Options {
	if o.Threshold == 0 {
		o.Threshold = DefaultThreshold
	}
	if o.Spread == 0 {
		o.Spread = DefaultSpread
	}
	return o
}

// System is everything of one kind that is counted, and how it is divided.
type System struct {
	Tables  []Table
	Items   []Item
	Measure Measure
	Most    []Most
}

// Most is what everybody knows from elsewhere: what one scope counts, without what another one does, is at most so much in total.
type Most struct {
	Scope, Without string // Without may be ""
	N              int
}

// Table divides all items, or those of one category of another table, into categories.
type Table struct {
	Name       string
	Categories []string
	Within     Cell // zero: all items
	Fixed      bool // everybody knows which scopes can hold which category, as of a table of months: see [Item.N]
}

// Cell names a category of a table. The zero Cell is the total of a scope.
type Cell struct {
	Table    string
	Category string
}

// Item is what is counted: a recovery, or in a system of its own an individual.
type Item struct {
	Scopes []string          // every scope, published earlier or about to be, that counts it
	Tags   map[string]string // table to category; a table that does not hold the item is absent
	N      int               // how often it counts. 0 is a place: a combination of scopes and fixed categories that can occur
	Unit   string            // the person behind it; "" if nobody knows of persons
	Value  int               // what the mean is of, in a category with bounds
}

// Measure is a value of which a mean is published: an age. Only items in categories with bounds have one.
type Measure struct {
	Table  string            // "" if there is none
	Bounds map[string][2]int // category to what everybody knows of a value in it: at least, at most
}

// Pattern is what stays hidden of one scope. Everything else of it is public.
type Pattern struct {
	Scope  string
	Hidden []Cell // sorted by table and category
	Mean   int    `json:",omitempty"` // to how many tenths the public mean is rounded; 0 if it stays hidden
}

// Hides reports whether a cell stays hidden.
func (p Pattern) Hides(c Cell) bool { return slices.Contains(p.Hidden, c) }

// check finds out whether tables and items fit together.
func (s System) check() error {
	known := map[string]Table{}
	for _, t := range s.Tables {
		if t.Within != (Cell{}) && !slices.Contains(known[t.Within.Table].Categories, t.Within.Category) {
			return fmt.Errorf("%w: table %q lies within an unknown cell", ErrModel, t.Name)
		}
		if _, ok := known[t.Name]; ok || t.Name == "" {
			return fmt.Errorf("%w: table %q is there twice or has no name", ErrModel, t.Name)
		}
		known[t.Name] = t
	}
	for _, it := range s.Items {
		for _, t := range s.Tables {
			in := t.Within == (Cell{}) || it.Tags[t.Within.Table] == t.Within.Category
			got, has := it.Tags[t.Name]
			if it.N == 0 && !t.Fixed {
				continue
			}
			if in != has || in && !slices.Contains(t.Categories, got) {
				return fmt.Errorf("%w: an item has no right category in table %q", ErrModel, t.Name)
			}
		}
		if b, ok := s.Measure.Bounds[it.Tags[s.Measure.Table]]; ok && it.N > 0 && (it.Value < b[0] || it.Value > b[1]) {
			return fmt.Errorf("%w: a value is outside the bounds of its category", ErrModel)
		}
	}
	return nil
}
