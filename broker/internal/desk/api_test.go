package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
)

// program talks to the API as an agency.
type program struct {
	r      *rig
	agency string
}

func (p program) call(method, path, body string) (int, map[string]any) {
	p.r.t.Helper()
	req, err := http.NewRequestWithContext(p.r.t.Context(), method, p.r.url+"/api/v1/"+path, strings.NewReader(body))
	if err != nil {
		p.r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token")
	req.Header.Set("X-Syz-Agency", p.agency)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.r.t.Fatal(err)
	}
	want := "application/json"
	if res.StatusCode >= http.StatusBadRequest {
		want = "application/problem+json"
	}
	if got := res.Header.Get("Content-Type"); got != want {
		p.r.t.Errorf("%s %s answered as %s", method, path, got)
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		p.r.t.Fatalf("%s %s: %v: %s", method, path, err, b)
	}
	return res.StatusCode, doc
}

func (p program) do(id, verb, body string) (int, map[string]any) {
	p.r.t.Helper()
	return p.call(http.MethodPost, "activations/"+id+"/"+verb, body)
}

// must expects a stage after a step.
func (p program) must(stage activation.Stage, id, verb, body string) {
	p.r.t.Helper()
	code, doc := p.do(id, verb, body)
	if code != http.StatusOK || doc["stage"] != string(stage) {
		p.r.t.Fatalf("%s answered %d: %v", verb, code, doc)
	}
}

// refused expects a stable code.
func (p program) refused(status int, want, id, verb, body string) map[string]any {
	p.r.t.Helper()
	code, doc := p.do(id, verb, body)
	if code != status || doc["code"] != want {
		p.r.t.Errorf("%s %s answered %d %v, want %d %s", verb, body, code, doc["code"], status, want)
	}
	if doc["title"] == "" || doc["type"] != "urn:syz:problem:"+want {
		p.r.t.Errorf("%s: the problem is %v", verb, doc)
	}
	return doc
}

func apiRig(t *testing.T) *rig {
	t.Helper()
	return newRig(t, func(o *desk.Options) { o.APIToken = "token" })
}

func TestProgramsWalkTheWholeJourney(t *testing.T) {
	r := apiRig(t)
	p, id := program{r, "advocate"}, r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	p.refused(http.StatusConflict, "not_arrived", id, "hand-over", "")
	p.refused(http.StatusConflict, "not_requested", id, "stand-down", `{"confirm":true}`)
	p.refused(http.StatusConflict, "not_finished", id, "close", `{"outcome":"helped"}`)
	p.must(activation.StageAcknowledged, id, "acknowledge", "")
	p.must(activation.StageAcknowledged, id, "acknowledge", "{}")
	p.must(activation.StageComing, id, "coming", `{"eta_min":12}`)
	p.must(activation.StageComing, id, "message", `{"message":"with_you"}`)
	_, doc := p.call(http.MethodGet, "activations/"+id, "")
	kiosk, _ := doc["kiosk"].(map[string]any)
	if kiosk["title"] != "Someone is coming" || kiosk["line"] != "An advocate · about 12 minutes" || kiosk["message"] != "We are with you." {
		t.Errorf("the kiosk shows %v", kiosk)
	}
	p.must(activation.Here, id, "arrived", "")
	before := doc["your_code"]
	p.must(activation.Here, id, "code", "")
	if _, doc = p.call(http.MethodGet, "activations/"+id, ""); doc["your_code"] == before || doc["your_code"] == "" {
		t.Errorf("the new code is %v, the old %v", doc["your_code"], before)
	}
	p.must(activation.StageHandedOver, id, "hand-over", "")
	p.refused(http.StatusUnprocessableEntity, "wrong_outcome", id, "close", `{"outcome":"drill"}`)
	p.must(activation.StageClosed, id, "close", `{"outcome":"helped"}`)
	p.refused(http.StatusConflict, "ended", id, "left", "")
	_, list := p.call(http.MethodGet, "activations", "")
	if all, _ := list["activations"].([]any); len(all) != 1 || list["rev"] != 8.0 {
		t.Errorf("the list is %v", list)
	}
}

func TestProgramsAreToldWhatWasWrong(t *testing.T) {
	r := apiRig(t)
	p, id := program{r, "sheriff"}, r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for _, eta := range []string{"0", "241", "-5"} {
		p.refused(http.StatusUnprocessableEntity, "invalid_eta", id, "coming", `{"eta_min":`+eta+`}`)
	}
	p.refused(http.StatusUnprocessableEntity, "invalid", id, "coming", `{"eta":5}`)
	p.refused(http.StatusUnprocessableEntity, "invalid", id, "coming", `{"eta_min":5}{}`)
	p.refused(http.StatusUnprocessableEntity, "invalid", id, "message", `{"message":"come out"}`)
	p.refused(http.StatusUnprocessableEntity, "invalid", id, "stand-down", `{}`)
	p.refused(http.StatusNotFound, "not_found", id, "dance", ``)
	p.refused(http.StatusNotFound, "unknown_activation", "0-0", "acknowledge", ``)
	p.refused(http.StatusNotFound, "unknown_activation", "Case%20X", "acknowledge", ``)
	program{r, "nobody"}.refused(http.StatusUnauthorized, "not_signed_in", id, "acknowledge", ``)
	p.refused(http.StatusRequestEntityTooLarge, "too_large", id, "coming", `{"eta_min":`+strings.Repeat(" ", 5000)+`5}`)
}

func TestNotStoredIsNeverCalledDone(t *testing.T) {
	for _, stored := range []bool{false, true} {
		r := apiRig(t)
		p, id := program{r, "sheriff"}, r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
		for _, err := range []error{errors.New("the disk is full"), context.DeadlineExceeded} {
			r.county.Book.FailNext(err, stored)
			doc := p.refused(http.StatusServiceUnavailable, "not_stored", id, "acknowledge", "")
			if strings.Contains(doc["detail"].(string), "disk") {
				t.Errorf("the person reads the machine's words: %v", doc["detail"])
			}
		}
		p.must(activation.StageAcknowledged, id, "acknowledge", "")
		k, entries, _ := r.county.Book.Get(id)
		if len(entries) != 2 || k.State.Stage() != activation.StageAcknowledged {
			t.Errorf("stored %v: %d entries", stored, len(entries))
		}
	}
}

func TestStandDownUnderDuress(t *testing.T) {
	r := apiRig(t)
	p, id := program{r, "sheriff"}, r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	ask := func() {
		r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.StandDownRequested})
	}
	ask()
	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.Duress})
	_, page := r.person("sheriff").get("/desk/" + id)
	has(t, page, "Duress: somebody at the zone may be under threat", "Do not phone or message the zone", "I know by another way that everybody is safe")
	p.refused(http.StatusConflict, "duress", id, "stand-down", `{"confirm":true}`)
	p.must(activation.Received, id, "stand-down", `{"confirm":false}`)
	p.refused(http.StatusConflict, "not_requested", id, "stand-down", `{"confirm":true,"despite_duress":true}`)
	ask()
	p.must(activation.StoodDown, id, "stand-down", `{"confirm":true,"despite_duress":true}`)
}

func TestProgramsSeeDevices(t *testing.T) {
	r := apiRig(t)
	_, doc := program{r, "sheriff"}.call(http.MethodGet, "devices", "")
	all, _ := doc["devices"].([]any)
	if len(all) != 4 {
		t.Fatalf("got %v", doc)
	}
	if first, _ := all[0].(map[string]any); first["id"] != "lanc-01" || first["status"] != "lost" {
		t.Errorf("first is %v", all[0])
	}
}

func TestTokenIsForTheAPIAlone(t *testing.T) {
	r := apiRig(t)
	for _, c := range [][2]string{{"/desk", "Bearer token"}, {"/api/v1/devices", "Bearer other"}, {"/api/v1/devices", "Bearer "}} {
		if code, _ := r.person("").send(http.MethodGet, c[0], "application/json", nil, "Authorization", c[1]); code != http.StatusUnauthorized {
			t.Errorf("%v was answered %d", c, code)
		}
	}
	none := newRig(t)
	if code, _ := none.person("").send(http.MethodGet, "/api/v1/devices", "application/json", nil, "Authorization", "Bearer "); code != http.StatusUnauthorized {
		t.Errorf("without a token the empty one was answered %d", code)
	}
}
