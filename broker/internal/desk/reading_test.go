package desk_test

import (
	"errors"
	"net/http"
	"testing"

	"safeyouthzone/broker/contract/chain"
)

// TestWhatIsReadIsInTheAuditFirst: what no call for help waits for is shown only once the audit has it, and each time is one record.
func TestWhatIsReadIsInTheAuditFirst(t *testing.T) {
	m := newMembers(t)
	_, auditor := m.in("sheriff", "auditor")
	for path, action := range map[string]string{"/audit": "read_audit", "/api/v1/audit": "read_audit", "/api/v1/glasses": "read_glasses"} {
		before := m.county.Audit.Count(action)
		for range 2 {
			code, _ := m.page(path, auditor)
			m.want(path, code, http.StatusOK)
		}
		if got := m.county.Audit.Count(action) - before; got != 2 {
			t.Errorf("%s was read twice, and %d times in the audit", path, got)
		}
		m.county.Audit.Fail(errors.New("disk is full"))
		code, page := m.page(path, auditor)
		m.want(path+" while the audit does not answer", code, http.StatusServiceUnavailable)
		has(t, page, "the audit does not answer")
		m.county.Audit.Fail(nil)
	}
	if !m.county.Audit.Has(chain.Audit{Action: "read_glasses"}) {
		t.Error("nothing is in the audit")
	}
}
