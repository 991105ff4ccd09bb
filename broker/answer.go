package broker

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/answer"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/keys"
	"safeyouthzone/broker/internal/ledger"
)

// keepAnswers is how long it is kept that a link was used: far longer than any link is good.
const keepAnswers = 7 * 24 * time.Hour

// newAnswers makes the links by which people answer from anywhere, and their pages.
func (b *Broker) newAnswers(ctx context.Context) error {
	master, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Answer()
	if err != nil {
		return err
	}
	ring, err := answer.NewKeys(master)
	if err != nil {
		return err
	}
	table, err := ledger.OpenTableFor(ctx, b.edge.Conn(), "ANSWERS", 1, keepAnswers)
	if err != nil {
		return err
	}
	b.answers, err = answer.New(answer.Options{
		Keys: ring, Book: answerBook{b.book}, Uses: answerUses{table}, Dispatch: answerDispatch{b},
		Zone: func(id string) string { z, _ := b.fleet.Zone(id); return z.Name }, Agency: b.agencyName, NewCode: freshCode,
		Base: b.deskURL(), Now: time.Now, Logger: b.log,
	})
	return err
}

// answerRoutes are the pages of answer links. They are for anybody: who has the link is the person.
func (b *Broker) answerRoutes() []desk.Route {
	var out []desk.Route
	for pattern, h := range b.answers.Patterns() {
		out = append(out, desk.Route{
			Pattern: pattern, Permission: desk.Anyone, Handler: func(w http.ResponseWriter, r *http.Request, _ desk.Seat) { h(w, r) },
		})
	}
	return out
}

// deskURL is how people reach the desk.
func (b *Broker) deskURL() string {
	if b.o.Config.Desk.PublicURL == "" && b.o.Dev {
		return "http://" + b.listeners.desk.Addr().String()
	}
	return b.o.Config.Desk.PublicURL
}

func (b *Broker) agencyName(id string) string {
	for _, a := range b.o.Config.Agencies {
		if a.ID == id {
			return a.Name
		}
	}
	return id
}

// freshCode is a responder code that nobody else carries to the zone.
func freshCode(taken []string) string {
	const tries = 100
	code := newCode()
	for range tries {
		if !slices.Contains(taken, code) {
			break
		}
		code = newCode()
	}
	return code
}

// answerBook is the casefile as answers need it.
type answerBook struct{ b *casefile.Book }

// State returns a case.
func (a answerBook) State(id string) (activation.State, error) {
	c, _, err := a.b.Get(id)
	if err != nil {
		return activation.State{}, errors.Join(answer.ErrUnknownCase, err)
	}
	return c.State, nil
}

// Do decides and stores.
func (a answerBook) Do(ctx context.Context, cmd activation.Command) (activation.State, error) {
	c, err := a.b.Do(ctx, cmd, nil)
	return c.State, err
}

// answerUses is the table of used links.
type answerUses struct{ t *ledger.Table }

// Get reads the use of a link.
func (a answerUses) Get(ctx context.Context, key string) ([]byte, uint64, error) {
	b, rev, err := a.t.Get(ctx, key)
	if errors.Is(err, ledger.ErrNoKey) {
		return nil, 0, answer.ErrNoUse
	}
	return b, rev, err
}

// Put writes the use of a link.
func (a answerUses) Put(ctx context.Context, key string, rev uint64, value []byte) error {
	_, err := a.t.Put(ctx, key, rev, value)
	if errors.Is(err, ledger.ErrChanged) {
		return answer.ErrUsed
	}
	return err
}

// answerDispatch asks whoever looks for people at the moment of asking. Before there is such a one nobody may answer.
type answerDispatch struct{ b *Broker }

// Person returns who has an id.
func (a answerDispatch) Person(id string) (answer.Person, bool) {
	if a.b.answering == nil {
		return answer.Person{}, false
	}
	return a.b.answering.Person(id)
}

// Answered passes on that somebody answered.
func (a answerDispatch) Answered(ctx context.Context, caseID, person string) {
	if a.b.answering != nil {
		a.b.answering.Answered(ctx, caseID, person)
	}
}

// Cannot passes on that somebody can not.
func (a answerDispatch) Cannot(ctx context.Context, caseID, person string) error {
	if a.b.answering == nil {
		return errors.New("nobody looks for people")
	}
	return a.b.answering.Cannot(ctx, caseID, person)
}
