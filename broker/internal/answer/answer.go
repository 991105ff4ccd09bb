package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Errors that those who serve this package give it.
var (
	// ErrUnknownCase means that there is no such case.
	ErrUnknownCase = errors.New("no such case")
	// ErrNoUse means that a link has not been used.
	ErrNoUse = errors.New("link was not used")
	// ErrUsed means that somebody else wrote the use of a link meanwhile.
	ErrUsed = errors.New("link was used meanwhile")
)

// Book is where answers become permanent.
type Book interface {
	// State returns a case, or [ErrUnknownCase].
	State(id string) (activation.State, error)
	// Do decides and stores. It returns when the ledger has it; its errors are those of activation.Decide, or mean that it is not
	// certain to be stored. A command whose id the case has seen changes nothing and is no error.
	Do(ctx context.Context, cmd activation.Command) (activation.State, error)
}

// Uses remembers for good what links were used for.
type Uses interface {
	// Get returns what was written under a key, and its revision, or [ErrNoUse].
	Get(ctx context.Context, key string) ([]byte, uint64, error)
	// Put writes over revision rev, 0 for none; [ErrUsed] if another one was quicker.
	Put(ctx context.Context, key string, rev uint64, value []byte) error
}

// Person is somebody who can be asked.
type Person struct {
	ID     string
	Agency string
}

// Dispatch asked, and is told.
type Dispatch interface {
	// Person returns who has an id, if they may still answer for their agency.
	Person(id string) (Person, bool)
	// Answered says that a person has answered a case; the ledger has it already.
	Answered(ctx context.Context, caseID, person string)
	// Cannot says that a person can not come, so that the next is asked at once. It must be permanent when it returns nil.
	Cannot(ctx context.Context, caseID, person string) error
}

// Options is what [New] needs; all of it.
type Options struct {
	Keys     Keys
	Book     Book
	Uses     Uses
	Dispatch Dispatch
	Zone     func(id string) string   // name of a zone
	Agency   func(id string) string   // name of an agency
	NewCode  func(in []string) string // a responder code that is none of those
	Base     string                   // where the desk is: https://desk.example.org
	Now      func() time.Time
	Logger   *slog.Logger
}

// Answers makes links and serves their pages. It is safe for concurrent use.
type Answers struct {
	o     Options
	page  *template.Template
	brake brake
}

const (
	// Life is for how long a link is good.
	Life = 4 * time.Hour
	// claimFor is for how long an answer that is being stored keeps another one on the same link waiting.
	claimFor = 15 * time.Second
)

// New makes an Answers.
func New(o Options) (*Answers, error) {
	if o.Book == nil || o.Uses == nil || o.Dispatch == nil || o.Zone == nil || o.Agency == nil || o.NewCode == nil || o.Now == nil || o.Logger == nil {
		return nil, errors.New("cannot make answers: an option is missing")
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	t, err := template.ParseFS(web, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("cannot read answer pages: %w", err)
	}
	return &Answers{o: o, page: t, brake: newBrake(o.Now)}, nil
}

// Prefix is what the addresses of pages begin with.
const Prefix = "/a/"

// Link makes a link for one person and one case.
func (a *Answers) Link(person, caseID string) (string, error) {
	path, err := a.link(Grant{Person: person, Case: caseID, May: All, Until: a.o.Now().Add(Life)})
	return a.o.Base + path, err
}

func (a *Answers) link(g Grant) (string, error) {
	secret, err := a.o.Keys.Seal(g, a.o.Now())
	return Prefix + secret, err
}

// Patterns are the routes of the pages and their handlers. All of them are for anybody: the link is the key.
func (a *Answers) Patterns() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET " + Prefix + "{link}":           a.show,
		"POST " + Prefix + "{link}":          a.act,
		"GET " + Prefix + "answer.css":       file("web/answer.css", "text/css; charset=utf-8"),
		"GET " + Prefix + "icon.svg":         file("web/icon.svg", "image/svg+xml"),
		"GET " + Prefix + "{link}/{rest...}": func(w http.ResponseWriter, r *http.Request) { a.say(w, r, view{Problem: &badLink}) },
	}
}

// show is what reading a link gives: a page, and no change of any kind.
func (a *Answers) show(w http.ResponseWriter, r *http.Request) {
	p, problem := a.open(r)
	if problem != nil {
		a.say(w, r, view{Problem: problem})
		return
	}
	v := a.view(r, p)
	switch use, _, err := a.used(r.Context(), p.key); {
	case err != nil:
		v.Problem = &notCertain
	case use.Done:
		a.done(&v, p, use.wish())
	case !p.state.Stage().Open():
		v.Problem = &ended
	}
	a.say(w, r, v)
}

// act is an answer.
func (a *Answers) act(w http.ResponseWriter, r *http.Request) {
	p, problem := a.open(r)
	if problem != nil {
		a.say(w, r, view{Problem: problem})
		return
	}
	v := a.view(r, p)
	want, ok := wishOf(r, p.grant.May)
	switch {
	case !a.brake.allow(p.key):
		v.Problem = &tooOften
	case !ok:
		v.Problem = &notUnderstood
	default:
		v.Problem = a.take(r.Context(), &p, want)
	}
	if v.Problem == nil {
		v.State(p.state, p.person)
		a.done(&v, p, want)
	}
	a.say(w, r, v)
}

// take carries an answer out: claims the link for it, stores it, tells dispatch, and closes the link.
func (a *Answers) take(ctx context.Context, p *asked, want wish) *problem {
	before, rev, err := a.used(ctx, p.key)
	switch {
	case err != nil:
		return &notCertain
	case before.Done && before.wish() != want:
		return &usedBefore
	case before.Done:
		return nil // sent twice
	case before.Answer != "" && before.wish() != want && a.o.Now().Sub(before.At) < claimFor:
		return &notCertain // another answer is just being stored
	case !p.state.Stage().Open():
		return &ended
	}
	if err := a.use(ctx, p.key, rev, use{Answer: want.answer, Minutes: want.minutes, At: a.o.Now()}); err != nil {
		return problemOf(err)
	}
	if err := a.store(ctx, p, want); err != nil {
		pr := problemOf(err)
		if pr != &notCertain { // it is certain that nothing was stored, so the link is free again
			a.finish(ctx, p, use{})
		} else {
			a.o.Logger.Error("answer not stored", slog.String("case", p.grant.Case), slog.String("person", p.person.ID), slog.Any("error", err))
		}
		return pr
	}
	a.o.Logger.Info("answered by link", slog.String("case", p.grant.Case), slog.String("person", p.person.ID), slog.String("answer", want.answer))
	a.finish(ctx, p, use{Answer: want.answer, Minutes: want.minutes, Done: true})
	return nil
}

// finish writes what became of a link. If that fails the answer stands: the link can say the same again, which changes nothing.
func (a *Answers) finish(ctx context.Context, p *asked, u use) {
	_, rev, err := a.used(ctx, p.key)
	if err == nil {
		err = a.use(ctx, p.key, rev, u)
	}
	if err != nil {
		a.o.Logger.Warn("use of a link not written", slog.String("case", p.grant.Case), slog.Any("error", err))
	}
}

// store puts the answer into the ledger, and then tells dispatch.
func (a *Answers) store(ctx context.Context, p *asked, want wish) error {
	if want.answer == cannot {
		return a.o.Dispatch.Cannot(ctx, p.grant.Case, p.person.ID)
	}
	cmd := activation.Command{
		ID: want.event(p.key), Case: p.state.Case, Mode: p.state.Mode, Type: activation.Acknowledged, Agency: p.person.Agency,
		Actor:  activation.Actor{Kind: activation.ByDesk, ID: p.person.ID},
		Source: activation.Source{Wall: a.o.Now(), Synced: true}, Code: a.o.NewCode(codes(p.state)),
	}
	if want.answer == coming {
		cmd.Type, cmd.ETAMin = activation.Coming, want.minutes
	}
	after, err := a.o.Book.Do(ctx, cmd)
	if err != nil {
		return err
	}
	p.state = after
	a.o.Dispatch.Answered(ctx, p.grant.Case, p.person.ID)
	return nil
}

func codes(s activation.State) []string {
	var out []string
	for _, x := range s.Answers {
		out = append(out, x.Code)
	}
	return out
}

// use is what a link was used for.
type use struct {
	Answer  string    `json:"answer,omitempty"`
	Minutes int       `json:"minutes,omitempty"`
	At      time.Time `json:"at,omitzero"` // when it was claimed
	Done    bool      `json:"done"`        // the ledger has it
}

func (u use) wish() wish { return wish{answer: u.Answer, minutes: u.Minutes} }

func (a *Answers) used(ctx context.Context, key string) (use, uint64, error) {
	b, rev, err := a.o.Uses.Get(ctx, key)
	if errors.Is(err, ErrNoUse) {
		return use{}, 0, nil
	}
	if err != nil {
		return use{}, 0, fmt.Errorf("cannot read use of link: %w", err)
	}
	var u use
	if err := json.Unmarshal(b, &u); err != nil {
		return use{}, 0, fmt.Errorf("cannot read use of link: %w", err)
	}
	return u, rev, nil
}

func (a *Answers) use(ctx context.Context, key string, rev uint64, u use) error {
	b, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("cannot write use of link: %w", err)
	}
	return a.o.Uses.Put(ctx, key, rev, b)
}
