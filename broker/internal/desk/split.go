package desk

import (
	"context"

	"safeyouthzone/broker/contract/activation"
)

// splitLink is the case of another young person of the same call.
type splitLink struct{ ID, Code string }

// split gives another young person of a call a case of their own. The new case comes first: if the desk fails in between, a repeat
// finds it there and only adds the note.
func (d *Desk) split(ctx context.Context, seat Seat, s activation.State, entries []Entry) (Case, error) {
	now := d.opt.Clock()
	raise, note, err := activation.NewSplit(s, activation.Command{
		Actor: activation.Actor{Kind: activation.ByDesk, ID: seat.User}, Source: activation.Source{Wall: now, Synced: true}, LedgerTime: now,
	}, activation.ByStaff)
	if err != nil {
		return Case{}, err //nolint:wrapcheck // an error of the rules, which the desk has words for
	}
	for _, e := range entries {
		if e.Event.ID == note.Press {
			raise.Trigger = e.Event.Trigger
		}
	}
	if _, err := d.opt.Book.Do(ctx, raise); err != nil {
		return Case{}, err //nolint:wrapcheck // as above
	}
	return d.opt.Book.Do(ctx, note) //nolint:wrapcheck // as above
}

// goOn is the case that a page shows after a verb: after a split the new one, since it rings.
func (d *Desk) goOn(id string, v verb) string {
	if v != doSplit {
		return id
	}
	k, _, err := d.opt.Book.Get(id)
	if err != nil || len(k.State.Splits) == 0 {
		return id
	}
	return k.State.Splits[len(k.State.Splits)-1].Case
}

func splitsOf(s activation.State) []splitLink {
	var out []splitLink
	for _, x := range s.Splits {
		out = append(out, splitLink{x.Case, activation.ShortCode(x.Case)})
	}
	return out
}

func splitFrom(s activation.State) *splitLink {
	if s.SplitFrom == "" {
		return nil
	}
	return &splitLink{s.SplitFrom, activation.ShortCode(s.SplitFrom)}
}
