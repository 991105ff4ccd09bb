package account

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// ErrChanged is the error of a [Memory] for a Put that came second.
var ErrChanged = errors.New("the value has changed")

// Memory is a [Table] that forgets with the process, for tests and for a desk in development.
type Memory struct {
	mu   sync.Mutex
	rev  uint64
	all  map[string]held[[]byte]
	fail error
}

// Fail makes every write fail from now on; nil ends it.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Put implements [Table].
func (m *Memory) Put(_ context.Context, key string, rev uint64, value []byte) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	if m.all == nil {
		m.all = map[string]held[[]byte]{}
	}
	if m.all[key].rev != rev {
		return 0, ErrChanged
	}
	m.rev++
	m.all[key] = held[[]byte]{value, m.rev}
	return m.rev, nil
}

// Delete implements [Table].
func (m *Memory) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	delete(m.all, key)
	return nil
}

// Len is how many keys there are.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.all)
}

// Watch implements [Table]: it tells what is there, once.
func (m *Memory) Watch(_ context.Context, fn func(key string, rev uint64, value []byte)) (stop func(), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(m.all)) {
		fn(key, m.all[key].rev, m.all[key].v)
	}
	return func() {}, nil
}
