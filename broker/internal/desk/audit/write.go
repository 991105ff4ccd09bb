package audit

import (
	"context"
	"errors"
	"slices"
	"time"

	"safeyouthzone/broker/contract/chain"
)

// maxTogether is how many audits share one record, and so one write to the disk.
const maxTogether = 1 << partBits

// write writes what waits, as far as one record holds it, and says whether there was anything. What must not be lost waits on if the
// ledger fails. Whoever calls it has the turn.
func (b *Book) write() (more bool, err error) {
	b.mu.Lock()
	n := min(len(b.queue), maxTogether-1) // one place is for the record that ties a new chain to the one before
	batch := slices.Clone(b.queue[:n])
	b.queue = slices.Delete(b.queue, 0, n)
	b.mu.Unlock()
	if n == 0 {
		return false, nil
	}
	all := make([]chain.Audit, n)
	for i, w := range batch {
		all[i] = w.a
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepWithin)
	defer cancel()
	err = b.append(ctx, all)
	var again []*waiter
	for _, w := range batch {
		if w.done != nil {
			w.done <- err
		}
		if err != nil && w.note {
			again = append(again, &waiter{a: w.a, note: true})
		}
	}
	if len(again) > 0 {
		b.mu.Lock()
		b.queue = append(again, b.queue...)
		b.mu.Unlock()
	}
	return true, err
}

// append makes one record of some audits and puts it at the end of the chain of their day.
func (b *Book) append(ctx context.Context, all []chain.Audit) error {
	name := Prefix + b.o.Node + "." + all[len(all)-1].At.Format(time.DateOnly)
	var err error
	for range tries {
		last, moved := b.last()
		if last.Chain > name { // the clock was set back over midnight: the chain only grows
			name = last.Chain
		}
		var e chain.Entry
		if e, err = b.o.Log.Append(ctx, name, headIn(name, last), recordOf(name, last, all)); err == nil {
			b.Apply(e)
			return nil
		}
		if !errors.Is(err, chain.ErrConflict) && !errors.Is(err, chain.ErrUncertain) {
			return err
		}
		// It may be there already: then the ledger tells, and the head moves on.
		select {
		case <-moved:
		case <-time.After(retryAfter):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
		if now, _ := b.last(); now.Chain == name && holds(now.Record.Audited(), all) {
			return nil
		}
	}
	return err
}

// headIn is what a record of a chain must follow.
func headIn(name string, last chain.Entry) chain.Head {
	if last.Chain != name {
		return chain.Head{}
	}
	return last.Head
}

// recordOf is the record for some audits. The first of a new chain says which one it follows.
func recordOf(name string, last chain.Entry, all []chain.Audit) chain.Record {
	if last.Chain != "" && last.Chain != name {
		all = append([]chain.Audit{{At: all[0].At, Action: chain.GoesOn, Target: last.Chain, Reason: last.Head.Hash}}, all...)
	}
	if len(all) == 1 {
		return chain.Record{Audit: &all[0]}
	}
	return chain.Record{Audits: all}
}

// holds reports whether a record is the one that was to be written.
func holds(written, all []chain.Audit) bool {
	return len(written) >= len(all) && slices.Equal(written[len(written)-len(all):], all)
}

// last is the newest entry of this node.
func (b *Book) last() (chain.Entry, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heads[Prefix+b.o.Node+"."], b.moved
}
