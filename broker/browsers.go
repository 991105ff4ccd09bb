package broker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"safeyouthzone/broker/internal/notify"
)

// dropEvery is how often subscriptions of accounts that are gone are looked for.
const dropEvery = time.Minute

// browsersOf is the channel of browsers as people know it: a person's browsers are those of their account at the desk.
type browsersOf struct {
	b *Broker
	notify.Channel
}

// Send tells the browsers of a person's account.
func (c browsersOf) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	p, ok := c.b.directory.One(a.Person)
	switch {
	case !ok || p.Account == "":
		return notify.Result{}, fmt.Errorf("no account of this person at the desk is known: %w", notify.ErrGone)
	case !c.b.account(p.Account):
		return notify.Result{}, fmt.Errorf("the account of this person is shut out: %w", notify.ErrGone)
	}
	a.Person = p.Account
	return c.Channel.Send(ctx, n, a)
}

// account reports whether somebody may sign in with an account. In development every seat is one that was made up.
func (b *Broker) account(id string) bool {
	if b.o.Dev || b.accounts == nil {
		return true
	}
	u, ok := b.accounts.User(id)
	return ok && !u.Disabled
}

// browserChannels are the names of the channels that need an account.
func (b *Broker) browserChannels() []string {
	var out []string
	for _, c := range b.o.Config.Channels {
		if c.Kind == "webpush" {
			out = append(out, c.Name)
		}
	}
	return out
}

// dropBrowsers forgets, until ctx ends, the browsers of accounts that are shut out.
func (b *Broker) dropBrowsers(ctx context.Context) {
	if b.push.subs == nil {
		return
	}
	t := time.NewTicker(dropEvery)
	defer t.Stop()
	for {
		b.dropGone(ctx)
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func (b *Broker) dropGone(ctx context.Context) {
	for _, account := range b.push.subs.People() {
		if b.account(account) && !b.leftWith(account) {
			continue
		}
		if err := b.push.subs.Drop(ctx, account); err != nil {
			b.log.Warn("browsers of an account that is gone are not forgotten", slog.String("account", account), slog.Any("error", err))
			continue
		}
		b.log.Info("browsers of an account that is gone are forgotten", slog.String("account", account))
	}
}

// leftWith reports whether the person whose account this was has left.
func (b *Broker) leftWith(account string) bool {
	for _, p := range b.directory.Left() {
		if p.Was == account {
			_, linked := b.directory.ByAccount(account)
			return !linked
		}
	}
	return false
}

// linked reports whether an account is some person's, who is told by its browsers.
func (b *Broker) linked(account string) bool {
	_, ok := b.directory.ByAccount(account)
	return ok
}
