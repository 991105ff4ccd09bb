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
		if ok && (!f.closed || now.Sub(f.closedAt) <= lately) {
			out = append(out, f.now())
		}
	}
	return out
}

// Changes returns a channel that is poked after each change of a case until ctx ends. Pokes are merged, never lost. What else the ledger
// holds, above all the audit of who reads, pokes nobody.
func (b *Book) Changes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	b.pokeTurn.Lock()
	defer b.pokeTurn.Unlock()
	b.pokes[out] = struct{}{}
	context.AfterFunc(ctx, func() {
		b.pokeTurn.Lock()
		defer b.pokeTurn.Unlock()
		delete(b.pokes, out)
	})
	return out
}

// poke tells all who wait for changes.
func (b *Book) poke() {
	b.pokeTurn.Lock()
	defer b.pokeTurn.Unlock()
	for out := range b.pokes {
		select {
		case out <- struct{}{}:
		default: // it has not looked since the last
		}
	}
}
