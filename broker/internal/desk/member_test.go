package desk_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/desktest"
)

// members is a desk with accounts, as in a county: nobody signs in by a link.
type members struct {
	t      *testing.T
	county *desktest.County
	store  *account.Store
	table  *account.Memory
	desk   *desk.Desk
}

func newMembers(t *testing.T, change ...func(*desk.Options)) *members {
	t.Helper()
	m := &members{t: t, county: desktest.NewCounty(time.Now), table: new(account.Memory)}
	m.start(change...)
	return m
}

// start starts the desk, also once more over the same table, as after a restart.
func (m *members) start(change ...func(*desk.Options)) {
	m.t.Helper()
	var err error
	if m.store, _, err = account.Open(context.Background(), m.table, account.ErrChanged, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		m.t.Fatal(err)
	}
	opt := m.county.Options()
	opt.Dev, opt.Accounts, opt.Passkeys, opt.PublicURL, opt.IdleLock = false, m.store, true, "https://desk.example.org", 15*time.Minute
	for _, f := range change {
		f(&opt)
	}
	if m.desk, err = desk.New(opt); err != nil {
		m.t.Fatal(err)
	}
}

// in makes an account and signs it in.
func (m *members) in(agency string, roles ...string) (account.User, *http.Cookie) {
	m.t.Helper()
	u, err := m.store.AddUser(m.t.Context(), account.User{Agency: agency, Roles: roles, Passkeys: []account.Passkey{{Name: "Passkey 1"}}})
	if err != nil {
		m.t.Fatal(err)
	}
	return u, m.again(u)
}

func (m *members) again(u account.User) *http.Cookie {
	m.t.Helper()
	secret, err := m.store.NewSession(m.t.Context(), account.Session{User: u.ID, How: "passkey"})
	if err != nil {
		m.t.Fatal(err)
	}
	return &http.Cookie{Name: "syz-desk", Value: secret}
}

func (m *members) get(path string, c *http.Cookie) (int, string) {
	w := call(m.t, m.desk, http.MethodGet, path, c, "")
	return w.Code, w.Body.String()
}

func (m *members) post(path string, c *http.Cookie, pairs ...string) (int, string) {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	body := form.Encode()
	if body == "" {
		body = "x="
	}
	w := call(m.t, m.desk, http.MethodPost, path, c, body)
	return w.Code, w.Body.String()
}

func (m *members) want(what string, got, want int) {
	m.t.Helper()
	if got != want {
		m.t.Errorf("%s was answered %d, want %d", what, got, want)
	}
}

func TestARestartSignsNobodyOut(t *testing.T) {
	m := newMembers(t)
	_, c := m.in("sheriff", "dispatcher")
	m.start()
	code, _ := m.get("/desk", c)
	m.want("the desk after a restart", code, http.StatusOK)
}

func TestWhatIsTakenAwayCountsAtOnce(t *testing.T) {
	m := newMembers(t)
	u, c := m.in("sheriff", "dispatcher")
	_, admin := m.in("sheriff", "administrator")
	code, _ := m.post("/users/"+u.ID+"/roles", admin, "agency", "sheriff", "role", "it", "zones", "all")
	m.want("the first step", code, http.StatusOK)
	code, _ = m.get("/desk", c)
	m.want("the desk after the first step", code, http.StatusOK)
	code, page := m.post("/users/"+u.ID+"/roles", admin, "agency", "sheriff", "role", "it", "zones", "all", "confirm", "yes")
	m.want("the second step: "+page, code, http.StatusSeeOther)
	code, _ = m.get("/desk", c)
	m.want("the desk for whom it is IT now", code, http.StatusForbidden)
	code, _ = m.post("/users/"+u.ID+"/disable", admin)
	m.want("shutting out", code, http.StatusSeeOther)
	code, _ = m.get("/devices", c)
	m.want("whoever is shut out", code, http.StatusUnauthorized)
	for _, a := range []string{"roles_changed", "user_disabled"} {
		if !m.county.Audit.Has(chain.Audit{Action: a, Target: u.ID}) {
			t.Errorf("%s is not in the audit", a)
		}
	}
}

func TestAdministratorsCanNotLockEverybodyOut(t *testing.T) {
	m := newMembers(t)
	u, admin := m.in("sheriff", "administrator")
	for _, path := range []string{"/disable", "/recover"} {
		code, _ := m.post("/users/"+u.ID+path, admin)
		m.want(path+" of oneself", code, http.StatusConflict)
	}
	code, _ := m.post("/users/"+u.ID+"/roles", admin, "agency", "sheriff", "role", "dispatcher", "zones", "all", "confirm", "yes")
	m.want("changing the own roles", code, http.StatusConflict)
	other, otherCookie := m.in("dcfs", "administrator")
	code, _ = m.post("/users/"+u.ID+"/disable", otherCookie)
	m.want("shutting out one of two", code, http.StatusSeeOther)
	code, _ = m.post("/users/"+other.ID+"/disable", admin)
	m.want("whoever is shut out shutting out", code, http.StatusUnauthorized)
}

func TestGraveThingsNeedAFreshSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMembers(t, func(o *desk.Options) { o.Course.Protocol = allParts{} })
		u, admin := m.in("sheriff", "administrator")
		_, supervisor := m.in("sheriff", "supervisor")
		time.Sleep(5 * time.Minute)
		grave := 0
		for _, route := range m.desk.Routes() {
			export, retention := route.Permission == desk.ReportExport, route.Permission == desk.RetentionAct
			export = export || route.Pattern == "POST /documents/{kind}" || route.Pattern == "PUT /api/v1/documents/{kind}"
			if export || retention && !strings.HasPrefix(route.Pattern, "GET ") {
				grave++
				method, path := fillPath(route.Pattern, "x")
				if w := call(t, m.desk, method, path, supervisor, "x="); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "prove_anew") {
					t.Errorf("%s was answered %d: %.200s", route.Pattern, w.Code, w.Body)
				}
			}
			if !route.StepUp {
				continue
			}
			method, path := fillPath(strings.ReplaceAll(route.Pattern, "{user}", u.ID), "x")
			w := call(t, m.desk, method, path, admin, "x=")
			if may := (desk.Seat{Roles: []desk.Role{desk.Administrator}}).May(route.Permission); may && (w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "prove_anew")) {
				t.Errorf("%s was answered %d: %.200s", route.Pattern, w.Code, w.Body)
			}
		}
		if grave < 15 { // release and file, hold, its lift, the erasure and who asks for it, and documents, as pages and as API
			t.Errorf("%d routes export or erase", grave)
		}
	})
}

// TestATokenOfASupervisorExportsButErasesNothing: a program can not sign in anew, so that of the grave things it has the export alone.
func TestATokenOfASupervisorExportsButErasesNothing(t *testing.T) {
	m := newMembers(t, func(o *desk.Options) { o.Course.Protocol = allParts{} })
	_, secret, err := m.store.NewToken(t.Context(), account.Token{Name: "archive", Agency: "sheriff", Roles: []string{"supervisor"}, Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	for path, refused := range map[string]bool{
		"reports/releases": false, "activations/x/erased": true, "activations/x/hold-set": true, "activations/x/hold-lifted": true,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/"+path, strings.NewReader("no JSON"))
		r.Header.Set("Authorization", "Bearer "+secret)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		m.desk.ServeHTTP(w, r)
		if got := w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "prove_anew"); got != refused || !refused && w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s was answered %d: %s", path, w.Code, w.Body)
		}
	}
}

func TestRecoveryTakesTwo(t *testing.T) {
	m := newMembers(t)
	lost, _ := m.in("dcfs", "dispatcher")
	_, first := m.in("sheriff", "administrator")
	_, second := m.in("sheriff", "administrator")
	code, _ := m.post("/users/"+lost.ID+"/approve", second)
	m.want("approving what nobody asked for", code, http.StatusConflict)
	code, _ = m.post("/users/"+lost.ID+"/recover", first)
	m.want("asking", code, http.StatusSeeOther)
	code, page := m.post("/users/"+lost.ID+"/approve", first)
	m.want("approving the own wish", code, http.StatusConflict)
	hasNot(t, page, "/welcome?link=")
	code, page = m.post("/users/"+lost.ID+"/approve", second)
	m.want("approving", code, http.StatusOK)
	has(t, page, "https://desk.example.org/welcome?link=")
	code, _ = m.post("/users/"+lost.ID+"/approve", second)
	m.want("approving twice", code, http.StatusConflict)
	for _, a := range []string{"recovery_asked", "recovery_approved", "recovery"} {
		if !m.county.Audit.Has(chain.Audit{Action: a, Target: lost.ID}) {
			t.Errorf("%s is not in the audit", a)
		}
	}
}

func TestTheFirstAdministratorComesByALink(t *testing.T) {
	m := newMembers(t)
	link, err := m.desk.FirstAdministrator(t.Context())
	if err != nil || !strings.HasPrefix(link, "https://desk.example.org/welcome?link=") {
		t.Fatalf("%q, %v", link, err)
	}
	code, page := m.get(strings.TrimPrefix(link, "https://desk.example.org"), nil)
	m.want("the link", code, http.StatusOK)
	has(t, page, "Make my passkey", "administrator")
	if _, err := m.desk.FirstAdministrator(t.Context()); err != nil || len(m.store.Users()) != 1 {
		t.Errorf("asking again: %v, %d accounts", err, len(m.store.Users()))
	}
	m.in("sheriff", "administrator")
	if _, err := m.desk.FirstAdministrator(t.Context()); err == nil {
		t.Error("a second first administrator")
	}
}

func TestTheLockHidesAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMembers(t)
		_, c := m.in("sheriff", "dispatcher")
		id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
		m.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Hurt})
		for range 20 { // somebody moves the mouse
			time.Sleep(time.Minute)
			code, _ := m.post("/session/active", c)
			m.want("activity", code, http.StatusNoContent)
		}
		code, _ := m.get("/desk/"+id, c)
		m.want("the case of somebody who is there", code, http.StatusOK)
		for range 8 { // a page by itself
			time.Sleep(2 * time.Minute)
			call(t, m.desk, http.MethodGet, "/events", c, "")
			m.post("/desk/"+id+"/looking", c)
		}
		for _, path := range []string{"/desk", "/desk/" + id, "/desk/" + id + "/detail", "/api/v1/activations", "/api/v1/activations/" + id, "/api/v1/events", "/devices", "/account"} {
			code, body := m.get(path, c)
			m.want(path+" of a locked desk", code, http.StatusLocked)
			hasNot(t, body, "Is hurt", activation.ShortCode(id), id)
		}
		code, _ = m.post("/desk/"+id+"/acknowledge", c)
		m.want("acknowledging at a locked desk", code, http.StatusLocked)
		code, _ = m.post("/session/active", c)
		m.want("activity", code, http.StatusNoContent)
		code, _ = m.get("/session", c)
		m.want("activity unlocked it: the session", code, http.StatusLocked)

		_, page := m.page("/desk", c)
		has(t, page, "This desk is locked", "Compton Library", "data-ring=", "Waiting for an answer", "<title>(1)")
		hasNot(t, page, "Is hurt", activation.ShortCode(id), "Willowbrook", "240 W Compton", "/desk/"+id)
		_, events := m.get("/events?after=0", c)
		has(t, events, "event: lock", "event: card", "Compton Library", "data-ring=", "event: beat")
		hasNot(t, events, "Is hurt", activation.ShortCode(id), "/desk/"+id)
	})
}

// page asks as a browser that shows a page.
func (m *members) page(path string, c *http.Cookie) (int, string) {
	w := ask2(m.t, m.desk, path, c)
	return w.Code, w.Body.String()
}

func TestBreakingTheGlass(t *testing.T) {
	m := newMembers(t)
	u, err := m.store.AddUser(t.Context(), account.User{Agency: "sheriff", Roles: []string{"dispatcher"}, Zones: []string{"compton"}})
	if err != nil {
		t.Fatal(err)
	}
	c := m.again(u)
	_, boss := m.in("dcfs", "supervisor")
	_, auditor := m.in("dcfs", "auditor")
	id := m.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	code, _ := m.get("/desk/"+id, c)
	m.want("a case of another zone", code, http.StatusNotFound)
	for _, bad := range [][]string{{}, {"reason", "nobody_answers"}, {"reason", "curious", "text", "I want to know it"}, {"reason", "fault", "text", "short"}} {
		code, _ = m.post("/glass", c, bad...)
		m.want("without a reason", code, http.StatusUnprocessableEntity)
	}
	m.county.Audit.Fail(context.DeadlineExceeded)
	code, _ = m.post("/glass", c, "reason", "youth_at_risk", "text", "the call of the other zone")
	m.want("while the audit is down", code, http.StatusServiceUnavailable)
	m.county.Audit.Fail(nil)
	code, _ = m.get("/desk/"+id, c)
	m.want("the case, as the audit was down", code, http.StatusNotFound)

	code, _ = m.post("/glass", c, "reason", "youth_at_risk", "text", "the call of the other zone")
	m.want("with a reason", code, http.StatusSeeOther)
	code, page := m.page("/desk/"+id, c)
	m.want("the case", code, http.StatusOK)
	has(t, page, "You have broken the glass")
	_, page = m.page("/desk", boss)
	has(t, page, "has broken the glass", "A youth may be in danger")
	hasNot(t, page, "the call of the other zone")
	_, doc := m.get("/api/v1/glasses", auditor)
	has(t, doc, "the call of the other zone")
	if !m.county.Audit.Has(chain.Audit{Action: "glass_broken", User: u.ID, Reason: "youth_at_risk"}) || !m.county.Audit.Has(chain.Audit{Action: "read", Case: id, User: u.ID, Reason: "glass"}) {
		t.Error("it is not in the audit")
	}
	g, _ := m.store.Glass(u.ID)
	code, _ = m.post("/glass/"+g.ID+"/seen", boss)
	m.want("the supervisor's word", code, http.StatusSeeOther)
	_, page = m.page("/desk", boss)
	hasNot(t, page, "has broken the glass")
	m.post("/glass/end", c)
	code, _ = m.get("/desk/"+id, c)
	m.want("the case after mending", code, http.StatusNotFound)
}

func TestTheGlassMendsItselfAfterAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMembers(t, func(o *desk.Options) { o.IdleLock = 0 })
		_, c := m.in("sheriff", "administrator")
		id := m.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
		code, _ := m.post("/glass", c, "reason", "nobody_answers", "text", "nobody else is here")
		m.want("breaking", code, http.StatusSeeOther)
		time.Sleep(time.Hour - time.Second)
		code, _ = m.get("/desk/"+id, c)
		m.want("within the hour", code, http.StatusOK)
		time.Sleep(time.Second)
		code, _ = m.get("/desk/"+id, c)
		m.want("after the hour", code, http.StatusForbidden)
	})
}

func TestTokensActAndEnd(t *testing.T) {
	m := newMembers(t)
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	_, admin := m.in("sheriff", "administrator")
	code, page := m.post("/tokens", admin, "name", "CAD", "agency", "dcfs", "role", "dispatcher", "days", "30", "zones", "all")
	m.want("making a token: "+page, code, http.StatusOK)
	_, rest, _ := strings.Cut(page, `value="syz_`)
	secret, _, _ := strings.Cut(rest, `"`)
	secret = "syz_" + secret
	_, page = m.page("/tokens", admin)
	hasNot(t, page, secret)
	has(t, page, `data-h="Last used"><b>Never</b>`)
	for path, want := range map[string]int{"/api/v1/activations/" + id: 200, "/api/v1/audit": 403, "/desk": 401, "/users": 401} {
		m.want(path+" with the token", m.bearer(path, secret), want)
	}
	_, page = m.page("/tokens", admin)
	has(t, page, `data-h="Last used">Today, `+time.Now().UTC().Format("15")+":00 to ")
	hasNot(t, page, `<b>Never</b>`)
	m.want("a wrong token", m.bearer("/api/v1/activations", "syz_"+strings.Repeat("0", 64)), http.StatusUnauthorized)
	for _, bad := range [][]string{{"role", "administrator", "days", "1"}, {"days", "1"}, {"role", "it", "days", "0"}, {"role", "it", "days", "999"}} {
		code, _ = m.post("/tokens", admin, append(bad, "name", "x", "agency", "dcfs", "zones", "all")...)
		m.want("a token that must not be", code, http.StatusUnprocessableEntity)
	}
	tok := m.store.Tokens()[0]
	code, _ = m.post("/tokens/"+tok.ID+"/revoke", admin)
	m.want("revoking", code, http.StatusSeeOther)
	m.want("a revoked token", m.bearer("/api/v1/activations", secret), http.StatusUnauthorized)
	if !m.county.Audit.Has(chain.Audit{Action: "token_made"}) || !m.county.Audit.Has(chain.Audit{Action: "token_revoked", Target: tok.ID}) {
		t.Error("tokens are not in the audit")
	}
}

// welcome makes a one-time link for an account that has no real passkey yet.
func (m *members) welcome(user string) string {
	m.t.Helper()
	secret, err := m.store.NewLink(m.t.Context(), account.Link{Kind: "recovery", User: user, Ends: time.Now().Add(time.Hour)})
	if err != nil {
		m.t.Fatal(err)
	}
	return "/welcome?link=" + secret
}

// TestARecoveryThatNobodyApprovedEnds: whoever approves must still know why it was asked, and a second wish is its own.
func TestARecoveryThatNobodyApprovedEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMembers(t)
		lost, _ := m.in("dcfs", "dispatcher")
		first, _ := m.in("sheriff", "administrator")
		second, _ := m.in("sheriff", "administrator")
		path := "/users/" + lost.ID
		code, _ := m.post(path+"/recover", m.again(first))
		m.want("asking", code, http.StatusSeeOther)
		_, page := m.page("/users", m.again(second))
		has(t, page, "has lost all passkeys", "Recovery waits")
		_, page = m.page("/users", m.again(first))
		hasNot(t, page, "has lost all passkeys")
		code, _ = m.post(path+"/recover", m.again(second)) // who asks as well does not become the one who asked
		m.want("asking once more", code, http.StatusSeeOther)
		code, _ = m.post(path+"/approve", m.again(first))
		m.want("approving the own wish", code, http.StatusConflict)

		time.Sleep(24 * time.Hour)
		code, page = m.post(path+"/approve", m.again(second))
		m.want("approving a day later", code, http.StatusConflict)
		hasNot(t, page, "/welcome?link=")
		_, page = m.page("/users", m.again(second))
		hasNot(t, page, "has lost all passkeys", "Recovery waits")

		code, _ = m.post(path+"/recover", m.again(second))
		m.want("asking anew", code, http.StatusSeeOther)
		code, _ = m.post(path+"/approve", m.again(second))
		m.want("approving the own wish", code, http.StatusConflict)
		code, page = m.post(path+"/approve", m.again(first))
		m.want("approving", code, http.StatusOK)
		has(t, page, "/welcome?link=")
	})
}
