package casefile

import (
	"context"
	"time"
)

// Recent returns every case that is not closed, and those closed at most lately ago, least recently changed first.
func (b *Book) Recent(lately time.Duration) []Case {
	now := b.now()
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []Case
	for e := b.byRev.Front(); e != nil; e = e.Next() {
		f, ok := e.Value.(*file)
		if ok && (f.State.ClosedAt.ID == "" || now.Sub(f.State.ClosedAt.At) <= lately) {
			out = append(out, f.Case)
		}
	}
	return out
}

// Changes returns a channel that is poked after each change until ctx ends. Pokes are merged, never lost.
func (b *Book) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	b.mu.RLock()
	applied := b.applied
	b.mu.RUnlock()
	go func() {
		for {
			select {
			case <-applied:
			case <-ctx.Done():
				return
			}
			b.mu.RLock()
			applied = b.applied
			b.mu.RUnlock()
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}
