package answer_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/answer"
)

const caseID = "01932222-7a7a-7b7b-8c8c-00000000" + "7f21"

var master = bytes.Repeat([]byte("k"), 32)

// rig is a broker as far as links are concerned, with the real rules of activations behind it.
type rig struct {
	t       *testing.T
	mux     *http.ServeMux
	answers *answer.Answers
	log     bytes.Buffer

	mu        sync.Mutex
	now       time.Time
	state     activation.State
	events    int
	uses      map[string][]byte
	revs      map[string]uint64
	people    map[string]string // person -> agency
	told      []string
	failStore error
	storedYet bool // with failStore: the ledger has it nevertheless
	failUses  error
	failTell  error
}

func newRig(t *testing.T, mode activation.Mode) *rig {
	t.Helper()
	r := &rig{
		t: t, mux: http.NewServeMux(), now: time.Date(2026, 3, 8, 9, 0, 0, 0, time.UTC), uses: map[string][]byte{}, revs: map[string]uint64{},
		people: map[string]string{"p-ana": "dcfs", "p-bo": "dcfs", "p-cy": "sheriff"},
	}
	keys, err := answer.NewKeys(master)
	if err != nil {
		t.Fatal(err)
	}
	r.answers, err = answer.New(answer.Options{
		Keys: keys, Book: r, Uses: (*uses)(r), Dispatch: r, Zone: func(string) string { return "Compton <Library>" },
		Agency: func(id string) string { return "Agency " + id }, NewCode: func([]string) string { return "4821" }, Base: "https://desk.example.org/",
		Now: r.clock, Logger: slog.New(slog.NewTextHandler(&r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	for pattern, h := range r.answers.Patterns() {
		r.mux.HandleFunc(pattern, h)
	}
	r.apply(activation.Event{
		ID: "e-raised", Case: caseID, Type: activation.Raised, Mode: mode, Zone: "zone-canary", Device: "device-canary", Trigger: activation.ByYouth,
		Actor: activation.Actor{Kind: activation.ByDevice, ID: "device-canary"}, LedgerTime: r.now,
	})
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) apply(e activation.Event) {
	r.t.Helper()
	next, err := activation.Apply(r.state, e)
	if err != nil {
		r.t.Fatal(err)
	}
	r.state = next
	r.events++
}

func (r *rig) State(id string) (activation.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != r.state.Case {
		return activation.State{}, answer.ErrUnknownCase
	}
	return r.state, nil
}

func (r *rig) Do(_ context.Context, cmd activation.Command) (activation.State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failStore != nil && !r.storedYet {
		return activation.State{}, r.failStore
	}
	events, err := activation.Decide(r.state, cmd, r.now)
	if err != nil {
		return r.state, err
	}
	for _, e := range events {
		r.apply(e)
	}
	return r.state, r.failStore
}

func (r *rig) Person(id string) (answer.Person, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.people[id]
	return answer.Person{ID: id, Agency: a}, ok
}

func (r *rig) Answered(_ context.Context, id, person string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, "answered "+id+" "+person)
}

func (r *rig) Cannot(_ context.Context, id, person string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failTell != nil {
		return r.failTell
	}
	r.told = append(r.told, "cannot "+id+" "+person)
	return nil
}

type uses rig

func (u *uses) Get(_ context.Context, key string) ([]byte, uint64, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.failUses != nil {
		return nil, 0, u.failUses
	}
	if u.revs[key] == 0 {
		return nil, 0, answer.ErrNoUse
	}
	return u.uses[key], u.revs[key], nil
}

func (u *uses) Put(_ context.Context, key string, rev uint64, v []byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.failUses != nil {
		return u.failUses
	}
	if u.revs[key] != rev {
		return answer.ErrUsed
	}
	u.uses[key], u.revs[key] = v, rev+1
	return nil
}

func (r *rig) link(person string) string {
	r.t.Helper()
	l, err := r.answers.Link(person, caseID)
	if err != nil {
		r.t.Fatal(err)
	}
	path, ok := strings.CutPrefix(l, "https://desk.example.org")
	if !ok {
		r.t.Fatalf("the link is %s", l)
	}
	return path
}

func (r *rig) get(method, path string) (int, string) {
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, httptest.NewRequestWithContext(r.t.Context(), method, path, nil))
	return w.Code, w.Body.String()
}

func (r *rig) post(path string, form ...string) (int, string) {
	v := url.Values{}
	for i := 0; i < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	q := httptest.NewRequestWithContext(r.t.Context(), http.MethodPost, path, strings.NewReader(v.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, q)
	return w.Code, w.Body.String()
}

var action = regexp.MustCompile(`action="(/a/[^"]+)"`)

// next is the link that a page offers.
func next(page string) string {
	m := action.FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func has(t *testing.T, page string, all ...string) {
	t.Helper()
	for _, s := range all {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %q:\n%s", s, page)
		}
	}
}
