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
	Threshold int // counts from 1 to Threshold-1 are hidden; DefaultThreshold if 0
	Spread    int // how far apart the possible values of a hidden cell must reach; DefaultSpread if 0
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

// Table divides all items, or those of one category of another table, into categories.
type Table struct {
	Name       string
	Categories []string
	Within     Cell // zero: all items
}

// Cell names a category of a table. The zero Cell is the total of a scope.
type Cell struct {
	Table    string
	Category string
}

// Item is one thing that is counted: a recovery, or in a system of its own an individual.
type Item struct {
	Scopes []string          // every scope, published earlier or about to be, that counts it
	Tags   map[string]string // table to category; a table that does not hold the item is absent
}

// Pattern is what stays hidden of one scope. Everything else of it is public.
type Pattern struct {
	Scope  string
	Hidden []Cell // sorted by table and category
}

// Hides reports whether a cell stays hidden.
func (p Pattern) Hides(c Cell) bool { return slices.Contains(p.Hidden, c) }

// check finds out whether tables and items fit together.
func check(tables []Table, items []Item) error {
	known := map[string]Table{}
	for _, t := range tables {
		if t.Within != (Cell{}) && !slices.Contains(known[t.Within.Table].Categories, t.Within.Category) {
			return fmt.Errorf("%w: table %q lies within an unknown cell", ErrModel, t.Name)
		}
		if _, ok := known[t.Name]; ok || t.Name == "" {
			return fmt.Errorf("%w: table %q is there twice or has no name", ErrModel, t.Name)
		}
		known[t.Name] = t
	}
	for _, it := range items {
		for _, t := range tables {
			in := t.Within == (Cell{}) || it.Tags[t.Within.Table] == t.Within.Category
			got, has := it.Tags[t.Name]
			if in != has || in && !slices.Contains(t.Categories, got) {
				return fmt.Errorf("%w: an item has no right category in table %q", ErrModel, t.Name)
			}
		}
	}
	return nil
}
