package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/internal/retention"
)

// eraseEvery is how often an automatic policy is looked at.
const eraseEvery = time.Hour

// deskPersonal is what the desk may do with personal fields.
type deskPersonal struct{ *course }

// Open returns the personal fields of a case. The token stays inside: the desk only learns that there is one.
func (d deskPersonal) Open(id string, box []byte) (desk.Personal, error) {
	p, err := d.personal(id, box)
	if errors.Is(err, retention.ErrNoKey) {
		return desk.Personal{}, fmt.Errorf("%w: %w", activation.ErrErased, err)
	}
	return desk.Personal{Age: p.Age, BirthYear: p.BirthYear, Numbered: p.Token != ""}, err
}

// Seal puts personal fields into a box of the case. number is the county's own client number; it is not kept, only its keyed hash. An
// empty one keeps the token that was there.
func (d deskPersonal) Seal(id string, old []byte, p desk.Personal, number string) ([]byte, error) {
	in := retention.Personal{Age: p.Age, BirthYear: p.BirthYear, Token: d.tokens.Token(number)}
	if in.Token == "" && old != nil {
		if was, err := d.personal(id, old); err == nil {
			in.Token = was.Token
		}
	}
	if err := in.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrPersonal, err)
	}
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("cannot write personal fields: %w", err)
	}
	return d.vault.Seal(id, b)
}

// Due returns the cases whose time is over.
func (d deskPersonal) Due() []desk.Hit { return deskHits(d.index.Due(d.policy().Due, time.Now())) }

// Until says when the personal fields of a case are to be erased.
func (d deskPersonal) Until(last time.Time) time.Time { return d.policy().Due(last) }

// Of lists the cases for which a client number was given. Only its keyed hash is compared.
func (d deskPersonal) Of(number string) []desk.Hit {
	return deskHits(d.index.Of(d.tokens.Token(number), time.Now()))
}

// Erase records the erasure and destroys the key. The record comes first: it is what a hold can stop, and what makes a restored vault
// lose the key again.
func (d deskPersonal) Erase(ctx context.Context, seat desk.Seat, id string) error {
	actor := activation.Actor{Kind: activation.ByDesk, ID: seat.User}
	if seat.User == "" {
		actor = activation.Actor{Kind: activation.BySystem, ID: "retention"}
	}
	c, _, ok := d.b.book.State(id)
	if !ok {
		return desk.ErrUnknownCase
	}
	cmd := activation.Command{ID: newID(), Case: c.State.Case, Type: activation.Erased, Mode: c.State.Mode, Actor: actor}
	if _, err := d.b.book.Do(ctx, cmd, nil); err != nil {
		return err
	}
	if err := d.vault.Shred(c.State.Case); err != nil {
		return fmt.Errorf("cannot erase case: it is recorded, and will be tried again at the next start: %w", err)
	}
	d.b.log.Info("case erased", slog.String("case", c.State.Case))
	return nil
}

// erase carries out an automatic policy until ctx ends.
func (c *course) erase(ctx context.Context) {
	t := time.NewTicker(eraseEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		if !c.policy().Automatic {
			continue
		}
		for _, h := range c.index.Due(c.policy().Due, time.Now()) {
			if err := (deskPersonal{c}).Erase(ctx, desk.Seat{}, h.Case); err != nil {
				c.b.log.Error("case not erased", slog.String("case", h.Case), slog.Any("error", err))
			}
		}
	}
}

// deskCasesOf is the index as the desk needs it.
type deskCasesOf struct{ *course }

// Search finds cases.
func (d deskCasesOf) Search(q desk.Query) ([]desk.Hit, int) {
	hits, n := d.index.Search(report.Query(q), time.Now())
	return deskHits(hits), n
}

// Same returns the other cases of the same person.
func (d deskCasesOf) Same(id string) []desk.Hit { return deskHits(d.index.Same(id, time.Now())) }

// Suggest looks for cases of the same person.
func (d deskCasesOf) Suggest(id string) []desk.Suggestion {
	var out []desk.Suggestion
	for _, s := range d.index.Suggest(id, time.Now()) {
		out = append(out, desk.Suggestion{Hit: desk.Hit(s.Hit), Sure: s.Sure, Why: s.Why})
	}
	return out
}

// First is the place in the ledger at which a case began.
func (d deskCasesOf) First(id string) uint64 {
	_, first, _ := d.b.book.State(id)
	return first
}

func deskHits(in []report.Hit) []desk.Hit {
	out := make([]desk.Hit, len(in))
	for i, h := range in {
		out[i] = desk.Hit(h)
	}
	return out
}
