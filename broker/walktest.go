package broker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/casefile"
)

const walkTestLook = 5 * time.Second

// endWalkTests closes walk tests of buttons by themselves, until ctx ends. Staff test each button every week: nobody at the desk shall have to
// clear that away, and no kiosk shall tell staff to phone because nobody answered a test. A test that somebody took is that person's.
func (b *Broker) endWalkTests(ctx context.Context) {
	shown := b.times.walk
	t := time.NewTicker(min(walkTestLook, shown))
	defer t.Stop()
	for {
		select {
		case now := <-t.C:
			for _, cmd := range walkTestsOver(b.book.Recent(0), shown, now) {
				cmd.ID = newID()
				_, err := b.book.Do(ctx, cmd, nil)
				if err != nil && ctx.Err() == nil && !errors.Is(err, activation.ErrEnded) { // another node was quicker
					b.log.Warn("walk test not closed", slog.String("activation", cmd.Case), slog.Any("error", err))
				}
			}
		case <-ctx.Done():
			return
		}
	}
}

// walkTestsOver lists the closings of the walk tests that have been shown long enough.
func walkTestsOver(cases []casefile.Case, shown time.Duration, now time.Time) []activation.Command {
	var out []activation.Command
	for _, c := range cases {
		s := c.State
		if s.Mode != activation.Test || s.Trigger != activation.ByButton || s.Stage() != activation.Received || now.Sub(s.ReceivedAt) < shown {
			continue
		}
		out = append(out, activation.Command{
			Case: s.Case, Mode: s.Mode, Type: activation.Closed, Outcome: activation.WasTest,
			Actor: activation.Actor{Kind: activation.BySystem, ID: "walk-test"},
		})
	}
	return out
}
