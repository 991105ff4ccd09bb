package casefile

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

const maxTries = 16 // decisions on one command; each is one writer that was quicker

// Do decides a command on the newest state, makes its events permanent and returns the case once the book shows them. Its errors
// are those of activation.Decide, [ErrUnknown], or the log's.
func (b *Book) Do(ctx context.Context, cmd activation.Command, from *chain.Origin) (Case, error) {
	for range maxTries {
		c, again, err := b.try(ctx, cmd, from)
		if err != nil || !again {
			return c, err
		}
	}
	return Case{}, chain.ErrUncertain
}

// try makes one attempt; again says that somebody else was quicker.
func (b *Book) try(ctx context.Context, cmd activation.Command, from *chain.Origin) (c Case, again bool, err error) {
	c, name, head, err := b.head(cmd)
	if err != nil {
		return c, false, err
	}
	if c.State.Case != "" {
		cmd.Case = c.State.Case
	}
	events, err := activation.Decide(c.State, cmd, b.now())
	if err != nil {
		return c, false, err
	}
	for _, ev := range events {
		if _, err := activation.Apply(c.State, ev); err != nil { // never write what could not be read
			return c, false, err
		}
		e, err := b.log.Append(ctx, name, head, chain.Record{Event: &ev, Origin: from})
		if errors.Is(err, chain.ErrConflict) {
			return c, true, b.reach(ctx, head.Seq+1, name)
		}
		if err != nil {
			return c, false, fmt.Errorf("cannot store %s: %w", ev.Type, err)
		}
		if err := b.reach(ctx, e.Seq, ""); err != nil {
			return c, false, err
		}
		head = e.Head
	}
	c, _, _, err = b.head(cmd)
	return c, false, err
}

// head is a case, with its chain and the head of that.
func (b *Book) head(cmd activation.Command) (Case, string, chain.Head, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	f := b.find(cmd.Case)
	if f == nil && cmd.Type != activation.Raised {
		return Case{}, "", chain.Head{}, ErrUnknown
	}
	name, head := b.place(f, cmd)
	if f == nil {
		return Case{}, name, head, nil
	}
	return f.now(), name, head, nil
}

// reach waits until the book shows a ledger sequence; with a chain, until that chain has moved on.
func (b *Book) reach(ctx context.Context, seq uint64, name string) error {
	for {
		b.mu.RLock()
		at, applied := b.rev, b.applied
		if name != "" {
			at = b.heads(name).Seq
		}
		b.mu.RUnlock()
		if at >= seq {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return fmt.Errorf("cannot see what was stored: %w", ctx.Err())
		}
	}
}

// heads is the head of a chain. The caller holds the lock.
func (b *Book) heads(name string) chain.Head {
	if device, ok := strings.CutPrefix(name, chain.PathPrefix); ok {
		return b.paths[device].head
	}
	if f := b.files[strings.TrimPrefix(name, Prefix)]; f != nil {
		return f.head
	}
	return chain.Head{}
}
