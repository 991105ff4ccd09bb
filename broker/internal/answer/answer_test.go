package answer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/answer"
)

func TestReadingNeverAnswers(t *testing.T) {
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet, http.MethodOptions, http.MethodPut} {
		r.get(method, link)
		r.get(method, link+"?answer=acknowledge&minutes=5")
	}
	if code, _ := r.post(link + "?answer=acknowledge"); code != http.StatusUnprocessableEntity {
		t.Errorf("an answer in the address was taken: %d", code)
	}
	if r.events != 1 || len(r.told) != 0 || len(r.uses) != 0 {
		t.Errorf("reading changed something: %d events, told %v, %d uses", r.events, r.told, len(r.uses))
	}
	code, page := r.get(http.MethodGet, link)
	if code != http.StatusOK {
		t.Errorf("after all that the link answers %d", code)
	}
	has(t, page, "7F-21", "Compton &lt;Library&gt;", "Nobody of your agency has answered yet.", "Agency dcfs", "I take it", "I cannot", `method="post"`)
}

func TestEachAnswer(t *testing.T) {
	for _, x := range []struct {
		form  []string
		stage activation.Stage
		told  string
		says  string
	}{
		{[]string{"answer", "acknowledge"}, activation.StageAcknowledged, "answered " + caseID + " p-ana", "You have taken it."},
		{[]string{"answer", "coming", "minutes", "15"}, activation.StageComing, "answered " + caseID + " p-ana", "You are coming, in about 15 minutes."},
		{[]string{"answer", "cannot"}, activation.Received, "cannot " + caseID + " p-ana", "The next person is being asked."},
	} {
		r := newRig(t, activation.Actual)
		code, page := r.post(r.link("p-ana"), x.form...)
		if code != http.StatusOK || r.state.Stage() != x.stage || len(r.told) != 1 || r.told[0] != x.told {
			t.Errorf("%v: %d, stage %s, told %v", x.form, code, r.state.Stage(), r.told)
		}
		has(t, page, x.says)
		if strings.Contains(page, "4821") {
			t.Error("the page shows the responder's code: whoever has the link could pass for the responder")
		}
		if a := r.state.Answer("dcfs"); x.stage != activation.Received && (a.By != "p-ana" || a.Code != "4821") {
			t.Errorf("%v: the ledger has %+v", x.form, a)
		}
	}
}

func TestALinkIsGoodForOneAnswer(t *testing.T) {
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	_, page := r.post(link, "answer", "acknowledge")
	if code, _ := r.post(link, "answer", "acknowledge"); code != http.StatusOK || r.events != 2 {
		t.Errorf("sent twice: %d, %d events", code, r.events)
	}
	code, again := r.post(link, "answer", "cannot")
	if code != http.StatusConflict || len(r.told) != 1 {
		t.Errorf("another answer on a used link: %d, told %v", code, r.told)
	}
	has(t, again, "This link was used for another answer.")
	if code, seen := r.get(http.MethodGet, link); code != http.StatusOK || !strings.Contains(seen, "You have taken it.") {
		t.Errorf("looking again answers %d", code)
	}
	if code, page = r.post(next(page), "answer", "coming", "minutes", "20"); code != http.StatusOK || r.state.Answer("dcfs").ETAMin != 20 {
		t.Errorf("saying later when: %d, %+v", code, r.state.Answer("dcfs"))
	}
	if code, _ = r.post(next(page), "answer", "acknowledge"); code != http.StatusUnprocessableEntity {
		t.Errorf("the link that follows lets say more than it should: %d", code)
	}
}

func TestTheNextLinkLivesNoLonger(t *testing.T) {
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	r.now = r.now.Add(answer.Life - time.Minute)
	_, page := r.post(link, "answer", "acknowledge")
	r.now = r.now.Add(2 * time.Minute)
	if code, _ := r.post(next(page), "answer", "coming", "minutes", "5"); code != http.StatusGone {
		t.Errorf("answered %d", code)
	}
}

func TestLinksThatDoNotWork(t *testing.T) {
	r := newRig(t, activation.Actual)
	good := r.link("p-ana")
	foreign, err := answer.NewKeys(bytes.Repeat([]byte("x"), 32))
	if err != nil {
		t.Fatal(err)
	}
	forged, err := foreign.Seal(answer.Grant{Person: "p-ana", Case: caseID, May: answer.All, Until: r.now.Add(time.Hour)}, r.now)
	if err != nil {
		t.Fatal(err)
	}
	gone := r.link("p-gone")
	other, err := r.answers.Link("p-ana", "01932222-0000-7000-8000-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	for what, x := range map[string]struct {
		path string
		code int
	}{
		"cut":              {good[:len(good)-1], http.StatusNotFound},
		"changed":          {good[:len(good)-2] + "AA", http.StatusNotFound},
		"of another key":   {answer.Prefix + forged, http.StatusNotFound},
		"nothing":          {answer.Prefix + "x", http.StatusNotFound},
		"of a leaver":      {gone, http.StatusForbidden},
		"of no case":       {strings.TrimPrefix(other, "https://desk.example.org"), http.StatusGone},
		"with a tail":      {good + "/more", http.StatusNotFound},
		"very long indeed": {answer.Prefix + strings.Repeat("A", 5000), http.StatusNotFound},
	} {
		for _, method := range []string{"GET", "POST"} {
			code, page := 0, ""
			if method == "GET" {
				code, page = r.get(method, x.path)
			} else if code, page = r.post(x.path, "answer", "acknowledge"); what == "with a tail" {
				continue
			}
			if code != x.code || strings.Contains(page, "7F-21") {
				t.Errorf("%s %s: %d\n%s", method, what, code, page)
			}
		}
	}
	r.now = r.now.Add(answer.Life)
	if code, page := r.post(good, "answer", "acknowledge"); code != http.StatusGone || r.events != 1 {
		t.Errorf("after its time: %d", code)
	} else {
		has(t, page, "This link is too old.")
	}
}

func TestKeysGoWithTheMonths(t *testing.T) {
	keys, err := answer.NewKeys(master)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0).UTC().Add(600 * 30 * 24 * time.Hour)
	g := answer.Grant{Person: "p", Case: "c", May: answer.All, Until: now.Add(1000 * 24 * time.Hour)}
	link, err := keys.Seal(g, now.Add(-time.Minute)) // the last minute of a month
	if err != nil {
		t.Fatal(err)
	}
	if got, err := keys.Open(link, now); err != nil || got != g {
		t.Errorf("a minute later, in the next month: %+v %v", got, err)
	}
	if _, err := keys.Open(link, now.Add(30*24*time.Hour)); !errors.Is(err, answer.ErrLink) {
		t.Errorf("two months later: %v", err)
	}
}

func TestWhenTheLedgerStumbles(t *testing.T) {
	for _, stored := range []bool{false, true} {
		r := newRig(t, activation.Actual)
		link := r.link("p-ana")
		r.failStore, r.storedYet = errors.New("timeout"), stored
		code, page := r.post(link, "answer", "coming", "minutes", "10")
		if code != http.StatusServiceUnavailable || len(r.told) != 0 {
			t.Errorf("stored %t: %d, told %v", stored, code, r.told)
		}
		has(t, page, "It is not certain that this was stored.", "I am coming")
		r.failStore = nil
		code, page = r.post(link, "answer", "coming", "minutes", "10")
		if code != http.StatusOK || r.events != 2 || len(r.told) != 1 {
			t.Errorf("stored %t: the second try answers %d, %d events, told %v", stored, code, r.events, r.told)
		}
		has(t, page, "You are coming")
	}
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	r.failTell = errors.New("timeout")
	if code, _ := r.post(link, "answer", "cannot"); code != http.StatusServiceUnavailable {
		t.Errorf("dispatch not told: %d", code)
	}
	r.failTell, r.failUses = nil, errors.New("timeout")
	if code, _ := r.post(link, "answer", "cannot"); code != http.StatusServiceUnavailable || len(r.told) != 0 {
		t.Errorf("uses not known: %d, told %v", code, r.told)
	}
	r.failUses = nil
	if code, _ := r.post(link, "answer", "cannot"); code != http.StatusOK || len(r.told) != 1 {
		t.Errorf("the third try: %d, told %v", code, r.told)
	}
}

func TestTwoOfOneAgency(t *testing.T) {
	r := newRig(t, activation.Actual)
	r.post(r.link("p-ana"), "answer", "acknowledge")
	link := r.link("p-bo")
	code, page := r.post(link, "answer", "acknowledge")
	if code != http.StatusConflict || r.state.Answer("dcfs").By != "p-ana" {
		t.Errorf("the second of an agency: %d", code)
	}
	has(t, page, "Somebody of your agency has taken it already.", "I am coming")
	if code, _ := r.post(link, "answer", "coming", "minutes", "5"); code != http.StatusOK || r.state.Answer("dcfs").ETAMin != 5 {
		t.Errorf("and is coming too: %d", code)
	}
	if code, _ := r.post(r.link("p-cy"), "answer", "acknowledge"); code != http.StatusOK || r.state.Answer("sheriff").By != "p-cy" {
		t.Errorf("each agency answers for itself: %d", code)
	}
}

func TestACallThatHasEnded(t *testing.T) {
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	r.apply(activation.Event{ID: "e-left", Case: caseID, Type: activation.Left, Mode: activation.Actual, Actor: activation.Actor{Kind: activation.ByDesk, ID: "desk"}, LedgerTime: r.now})
	for _, method := range []string{"GET", "POST"} {
		code, page := r.get(method, link)
		if method == "POST" {
			code, page = r.post(link, "answer", "coming", "minutes", "5")
		}
		if code != http.StatusGone || strings.Contains(page, "<form") {
			t.Errorf("%s: %d", method, code)
		}
		has(t, page, "This call has ended.")
	}
}

func TestNonsense(t *testing.T) {
	r := newRig(t, activation.Actual)
	for _, form := range [][]string{
		{}, {"answer", "close"}, {"answer", "coming"}, {"answer", "coming", "minutes", "0"}, {"answer", "coming", "minutes", "999"}, {"answer", "coming", "minutes", "soon"},
	} {
		if code, _ := r.post(r.link("p-ana"), form...); code != http.StatusUnprocessableEntity || r.events != 1 || len(r.uses) != 0 {
			t.Errorf("%v: %d", form, code)
		}
	}
}

func TestStrangersAreSlowedDown(t *testing.T) {
	r := newRig(t, activation.Actual)
	slowed := false
	for range 40 {
		code, _ := r.get(http.MethodGet, answer.Prefix+"guess")
		slowed = slowed || code == http.StatusTooManyRequests
	}
	if !slowed {
		t.Error("forty bad links in no time, and nobody minds")
	}
	if code, _ := r.get(http.MethodGet, r.link("p-ana")); code != http.StatusOK {
		t.Errorf("a good link from the same address answers %d", code)
	}
}

func TestADrillIsMarked(t *testing.T) {
	for _, mode := range []activation.Mode{activation.Drill, activation.Test} {
		r := newRig(t, mode)
		_, page := r.get(http.MethodGet, r.link("p-ana"))
		has(t, page, "<b>"+strings.ToUpper(string(mode))+"</b>", "<title>"+string(mode)+": 7F-21")
		if _, page = r.post(r.link("p-ana"), "answer", "acknowledge"); r.state.Mode != mode {
			t.Errorf("the mode is %s", r.state.Mode)
		}
		has(t, page, "<b>"+strings.ToUpper(string(mode))+"</b>")
	}
}

func TestProgramsGetDocuments(t *testing.T) {
	r := newRig(t, activation.Actual)
	ask := func(path, form string) (int, map[string]any) {
		q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Accept", "application/json")
		w := httptest.NewRecorder()
		r.mux.ServeHTTP(w, q)
		var doc map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		return w.Code, doc
	}
	code, doc := ask(r.link("p-ana"), "answer=acknowledge")
	next, _ := doc["next"].(string)
	if code != http.StatusOK || doc["done"] != "You have taken it." || !strings.HasPrefix(next, answer.Prefix) {
		t.Errorf("%d %v", code, doc)
	}
	if code, doc := ask(answer.Prefix+"x", "answer=acknowledge"); code != http.StatusNotFound || fmt.Sprint(doc["problem"]) == "<nil>" {
		t.Errorf("%d %v", code, doc)
	}
}

func TestNothingButCodeAndZone(t *testing.T) {
	r := newRig(t, activation.Actual)
	link := r.link("p-ana")
	_, one := r.get(http.MethodGet, link)
	_, two := r.post(link, "answer", "acknowledge")
	for what, s := range map[string]string{"link": link, "page": one, "page after": two} {
		for _, secret := range []string{"canary", caseID, "p-ana", "youth"} {
			if strings.Contains(strings.ToLower(s), secret) && (secret != "youth" || strings.Count(strings.ToLower(s), secret) != strings.Count(s, "Safe Youth Zone")) {
				t.Errorf("the %s has %q in it:\n%s", what, secret, s)
			}
		}
	}
	if s := r.log.String(); strings.Contains(s, link) || strings.Contains(s, strings.TrimPrefix(link, answer.Prefix)) || strings.Contains(s, "Compton") || strings.Contains(s, "4821") {
		t.Errorf("the log has too much: %s", s)
	}
	if n := len(link); n > 160 {
		t.Errorf("the link has %d characters", n)
	}
}

func FuzzOpen(f *testing.F) {
	keys, err := answer.NewKeys(master)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 3, 8, 9, 0, 0, 0, time.UTC)
	for _, person := range []string{"p", caseID} {
		link, err := keys.Seal(answer.Grant{Person: person, Case: caseID, May: answer.All, Until: now.Add(time.Hour)}, now)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(link)
	}
	f.Add("AQJY")
	f.Fuzz(func(t *testing.T, link string) {
		g, err := keys.Open(link, now)
		if err != nil && !errors.Is(err, answer.ErrLink) && !errors.Is(err, answer.ErrExpired) {
			t.Errorf("%q: %v", link, err)
		}
		if err == nil && g.Case != caseID {
			t.Errorf("%q opens as %+v", link, g)
		}
	})
}

func FuzzGrantSurvives(f *testing.F) {
	keys, err := answer.NewKeys(master)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, 3, 8, 9, 0, 0, 0, time.UTC)
	f.Add("p-1", caseID, uint8(7), uint32(60))
	f.Add(caseID, strings.ToUpper(caseID), uint8(1), uint32(1))
	f.Fuzz(func(t *testing.T, person, id string, may uint8, life uint32) {
		g := answer.Grant{Person: person, Case: id, May: answer.May(may), Until: now.Add(time.Duration(life%1e6+1) * time.Second)}
		link, err := keys.Seal(g, now)
		if err != nil {
			return
		}
		if got, err := keys.Open(link, now); err != nil || got != g {
			t.Errorf("%+v became %+v: %v", g, got, err)
		}
	})
}
