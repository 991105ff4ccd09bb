package desk_test

import (
	"encoding/json"
	"net/http"
	"testing"
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
