package desk_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

func TestEveryReadOfACaseIsInTheAudit(t *testing.T) {
	for _, path := range []string{"/desk/{id}", "/desk/{id}/detail", "/api/v1/activations/{id}"} {
		county := desktest.NewCounty(time.Now)
		d, err := desk.New(county.Options())
		if err != nil {
			t.Fatal(err)
		}
		id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
		cookie := as(t, d, "dcfs", desk.Responder)
		_, at := fillPath("GET "+path, id)
		if w := ask(d, at, cookie); w.Code != http.StatusOK {
			t.Fatalf("%s answered %d", path, w.Code)
		}
		if !county.Audit.Has(chain.Audit{Action: "read", Agency: "dcfs", Case: id}) {
			t.Errorf("%s: the reading is not in the audit", path)
		}
	}
}

// Keeping an open case fresh is the same reading, but only for the browser that opened it, and not for ever.
func TestWhatIsOneReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		county := desktest.NewCounty(time.Now)
		d, err := desk.New(county.Options())
		if err != nil {
			t.Fatal(err)
		}
		id, other := county.Book.Raise("compton", "cl-02", activation.Actual, 0), county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
		one, two := as(t, d, "dcfs", desk.Dispatcher), as(t, d, "dcfs", desk.Dispatcher)
		for i, step := range []struct {
			path   string
			cookie *http.Cookie
			want   int
		}{
			{"/desk/" + id + "/detail?again", one, 1}, // it was never opened
			{"/desk/" + id + "/detail?again", one, 1},
			{"/desk/" + id + "/detail", one, 2},
			{"/desk/" + id, one, 3},
			{"/desk/" + id + "/detail?again", one, 3},
			{"/desk/" + other + "/detail?again", one, 4},
			{"/desk/" + id + "/detail?again", two, 5},
			{"/api/v1/activations/" + id, two, 6},
			{"/api/v1/activations/" + id, two, 7},
		} {
			if w := ask(d, step.path, step.cookie); w.Code != http.StatusOK {
				t.Fatalf("%s answered %d", step.path, w.Code)
			}
			if got := county.Audit.Count("read"); got != step.want {
				t.Errorf("step %d, %s: %d readings, want %d", i+1, step.path, got, step.want)
			}
		}
		time.Sleep(16 * time.Minute)
		ask(d, "/desk/"+id+"/detail?again", one)
		if got := county.Audit.Count("read"); got != 8 {
			t.Errorf("a case that is open for a quarter of an hour: %d readings, want 8", got)
		}
		if code := call(t, d, http.MethodPost, "/desk/"+id+"/printed", one, "").Code; code != http.StatusNoContent || county.Audit.Count("print") != 1 {
			t.Errorf("printing was answered %d", code)
		}
	})
}

// A ledger that fails hides no call for help; who reads then is kept later.
func TestALedgerThatFailsHidesNoCase(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	d, err := desk.New(county.Options())
	if err != nil {
		t.Fatal(err)
	}
	id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	cookie := as(t, d, "dcfs", desk.Dispatcher)
	county.Audit.Fail(errors.New("disk is full"))
	if w := ask(d, "/desk/"+id, cookie); w.Code != http.StatusOK {
		t.Errorf("the case was answered %d", w.Code)
	}
}

func TestRefusalsAreInTheAudit(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	d, err := desk.New(county.Options())
	if err != nil {
		t.Fatal(err)
	}
	id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	ask(d, "/desk/"+id, as(t, d, "sheriff", desk.IT))
	if !county.Audit.Has(chain.Audit{Action: "case.read", Agency: "sheriff", Reason: "not_allowed", Denied: true}) {
		t.Error("what IT was refused is not in the audit")
	}
	if county.Audit.Has(chain.Audit{Action: "read"}) {
		t.Error("IT has read a case")
	}
}

func TestAuditorsReadTheAudit(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	d, err := desk.New(county.Options())
	if err != nil {
		t.Fatal(err)
	}
	id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	ask(d, "/desk/"+id, as(t, d, "sheriff", desk.Dispatcher))
	auditor := as(t, d, "sheriff", desk.Auditor)
	w := ask(d, "/api/v1/audit?action=read", auditor)
	var doc struct {
		Entries []struct {
			User, Action, Case, Code string
			At                       time.Time
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || len(doc.Entries) != 1 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if e := doc.Entries[0]; e.Case != id || e.Code != activation.ShortCode(id) || e.User == "" || e.At.IsZero() {
		t.Errorf("the entry is %+v", e)
	}
	if !county.Audit.Has(chain.Audit{Action: "read_audit"}) {
		t.Error("reading the audit is not in the audit")
	}
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "before=-1", "from=today"} {
		if w := ask(d, "/api/v1/audit?"+query, auditor); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s was answered %d", query, w.Code)
		}
	}
}
