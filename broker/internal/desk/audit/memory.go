package audit

import (
	"context"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/chain"
)

// Memory is a [Log] that forgets with the process, for tests and for a desk in development. Its FailNext makes it refuse.
type Memory struct {
	mu      sync.Mutex
	heads   map[string]chain.Head
	entries []chain.Entry
	fail    error
	stored  bool
	slow    time.Duration
}

// Slow makes each Append take d.
func (m *Memory) Slow(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slow = d
}

// FailNext makes the next Append fail with err; stored says whether the record is kept all the same.
func (m *Memory) FailNext(err error, stored bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail, m.stored = err, stored
}

// Entries are all that was appended.
func (m *Memory) Entries() []chain.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]chain.Entry(nil), m.entries...)
}

// Append implements [Log].
func (m *Memory) Append(ctx context.Context, name string, head chain.Head, r chain.Record) (chain.Entry, error) {
	m.mu.Lock()
	slow := m.slow
	m.mu.Unlock()
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-ctx.Done():
			return chain.Entry{}, ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	fail := m.fail
	m.fail = nil
	if fail != nil && !m.stored {
		return chain.Entry{}, fail
	}
	if m.heads == nil {
		m.heads = map[string]chain.Head{}
	}
	if m.heads[name] != head {
		return chain.Entry{}, chain.ErrConflict
	}
	r, b, err := chain.Encode(head, r)
	if err != nil {
		return chain.Entry{}, err
	}
	seq := uint64(len(m.entries) + 1)
	e := chain.Entry{Seq: seq, Chain: name, Record: r, Head: chain.Head{N: r.N, Hash: chain.Hash(b), Seq: seq}}
	m.heads[name], m.entries = e.Head, append(m.entries, e)
	return e, fail
}

// Between implements [Log].
func (m *Memory) Between(ctx context.Context, prefix string, from, to uint64, fn func(chain.Entry) error) error {
	for _, e := range m.Entries() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if e.Seq < from || e.Seq >= to || !strings.HasPrefix(e.Chain, prefix) {
			continue
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}
