package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Errors of a [Store].
var (
	// ErrUnknown means that there is nothing of that name.
	ErrUnknown = errors.New("not known")
	// ErrTaken means that the name is in use.
	ErrTaken = errors.New("the name is in use")
)

// Table is where the store is durable. A Put with a revision that is not the newest fails with the error that [Open] was told.
type Table interface {
	Put(ctx context.Context, key string, rev uint64, value []byte) (uint64, error)
	Delete(ctx context.Context, key string) error
	Watch(ctx context.Context, fn func(key string, rev uint64, value []byte)) (stop func(), err error)
}

const changes = 8 // how often a change is tried anew because somebody else was quicker

type held[T any] struct {
	v   T
	rev uint64
}

// shelf holds the things of one kind.
type shelf[T any] struct {
	prefix  string
	table   Table
	changed error
	mu      *sync.RWMutex
	all     map[string]held[T]
}

func newShelf[T any](prefix string, t Table, changed error) shelf[T] {
	return shelf[T]{prefix: prefix + ".", table: t, changed: changed, mu: new(sync.RWMutex), all: map[string]held[T]{}}
}

// load takes what the table tells, if it is of this kind.
func (s shelf[T]) load(key string, rev uint64, value []byte) error {
	id, ok := strings.CutPrefix(key, s.prefix)
	if !ok {
		return nil
	}
	var v T
	if err := json.Unmarshal(value, &v); err != nil {
		return fmt.Errorf("cannot read %s: %w", key, err)
	}
	s.keep(id, rev, v)
	return nil
}

func (s shelf[T]) keep(id string, rev uint64, v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[id].rev < rev {
		s.all[id] = held[T]{v, rev}
	}
}

func (s shelf[T]) get(id string) (T, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	h, ok := s.all[id]
	return h.v, ok
}

// list returns what fits, in the order of the ids.
func (s shelf[T]) list(fits func(id string, v T) bool) []T {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []T
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		if v := s.all[id].v; fits(id, v) {
			out = append(out, v)
		}
	}
	return out
}

func (s shelf[T]) add(ctx context.Context, id string, v T) error {
	rev, err := s.write(ctx, id, 0, v)
	if errors.Is(err, s.changed) {
		return ErrTaken
	}
	if err != nil {
		return err
	}
	s.keep(id, rev, v)
	return nil
}

// change writes what fn makes of the newest value. fn may be called again; its error ends the change. It must not keep what it is
// given, nor change in place what it points to.
func (s shelf[T]) change(ctx context.Context, id string, fn func(*T) error) (T, error) {
	var err error
	for range changes {
		s.mu.RLock()
		h, ok := s.all[id]
		s.mu.RUnlock()
		if !ok {
			return h.v, ErrUnknown
		}
		v := h.v
		if err = fn(&v); err != nil {
			return h.v, err
		}
		var rev uint64
		if rev, err = s.write(ctx, id, h.rev, v); err == nil {
			s.keep(id, rev, v)
			return v, nil
		}
		if !errors.Is(err, s.changed) {
			break
		}
	}
	var none T
	return none, err
}

func (s shelf[T]) write(ctx context.Context, id string, rev uint64, v T) (uint64, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return 0, fmt.Errorf("cannot encode %s: %w", s.prefix, err)
	}
	return s.table.Put(ctx, s.prefix+id, rev, b)
}

// prune deletes what is over. What the table still has stays here as well, until it can be deleted.
func (s shelf[T]) prune(ctx context.Context, over func(T) bool) error {
	s.mu.RLock()
	var ids []string
	for id, h := range s.all {
		if over(h.v) {
			ids = append(ids, id)
		}
	}
	s.mu.RUnlock()
	for _, id := range ids {
		if err := s.table.Delete(ctx, s.prefix+id); err != nil {
			return err
		}
		s.mu.Lock()
		delete(s.all, id)
		s.mu.Unlock()
	}
	return nil
}
