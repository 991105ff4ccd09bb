package dispatch

import (
	"context"
	"log/slog"
	"slices"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
)

// Answered notes that a person answered a call by a notice of theirs. The ledger has the answer itself already.
func (e *Engine) Answered(ctx context.Context, id, person string) {
	if err := e.say(ctx, id, person, activation.NoticeAnswered, ""); err != nil {
		e.o.Logger.Warn("answer not noted at its notice", slog.String("case", id), slog.Any("error", err))
	}
}

// Cannot notes that a person can not come: their notices have failed, and if that was everybody on the rung the next one is told at once.
func (e *Engine) Cannot(ctx context.Context, id, person string) error {
	return e.say(ctx, id, person, activation.NoticeFailed, activation.Cannot)
}

// Seen notes that the notice to the desks was on a screen that somebody of an agency was using.
func (e *Engine) Seen(ctx context.Context, id, agency string) error {
	return e.notices(ctx, id, func(n activation.Notice) bool {
		toDesk := n.Channel == ladder.DeskChannel && (n.Target == agency || n.Target == ladder.Anybody)
		return toDesk && (n.State == activation.NoticeDelivered || n.State == activation.NoticeSent)
	}, activation.NoticeSeen, "")
}

func (e *Engine) say(ctx context.Context, id, person string, to activation.NoticeState, why activation.NoticeReason) error {
	over := []activation.NoticeState{activation.NoticeAnswered, activation.NoticeDropped}
	return e.notices(ctx, id, func(n activation.Notice) bool {
		return n.Target == person && n.Channel != ladder.DeskChannel && !slices.Contains(over, n.State) && n.Reason != activation.Cannot
	}, to, why)
}

// notices writes one thing about those notices of a case that are meant.
func (e *Engine) notices(ctx context.Context, id string, is func(activation.Notice) bool, to activation.NoticeState, why activation.NoticeReason) error {
	e.mu.Lock()
	t := e.cases[id]
	if t == nil {
		e.mu.Unlock()
		return nil // it is over: nobody looks at notices any more
	}
	s := t.state
	e.mu.Unlock()
	var all []activation.Notice
	for _, n := range s.Ladder.Notices {
		if is(n.Notice) {
			x := n.Notice
			x.State, x.Reason, x.RetryS = to, why, 0
			all = append(all, x)
		}
	}
	return e.notify(ctx, s, all)
}
