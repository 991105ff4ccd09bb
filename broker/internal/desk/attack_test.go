package desk_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/idp"
	"safeyouthzone/broker/internal/desk/idp/idptest"
)

// ask2 asks as a browser that shows a page.
func ask2(t *testing.T, d http.Handler, path string, c *http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	if c != nil {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func (m *members) bearer(path, secret string) int {
	r := httptest.NewRequestWithContext(m.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	w := httptest.NewRecorder()
	m.desk.ServeHTTP(w, r)
	return w.Code
}

// Another site makes the browser of somebody who is signed in post: at every route that changes something.
func TestAttackOtherSitesPost(t *testing.T) {
	m := newMembers(t)
	_, c := m.in("sheriff", "dispatcher", "supervisor", "administrator", "mdt", "it")
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	n := 0
	for _, route := range m.desk.Routes() {
		method, path := fillPath(route.Pattern, id)
		if method == http.MethodGet {
			continue
		}
		for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}, {"Origin", "null"}} {
			r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("x="))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(header[0], header[1])
			r.AddCookie(c)
			w := httptest.NewRecorder()
			m.desk.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Errorf("%s with %s was answered %d", route.Pattern, header, w.Code)
			}
		}
		n++
	}
	if k, _, _ := m.county.Book.Get(id); n < 20 || len(k.State.Answers) != 0 {
		t.Errorf("%d routes were tried; the case has %d answers", n, len(k.State.Answers))
	}
}

// A browser comes with a session that somebody else made for it.
func TestAttackSessionFixation(t *testing.T) {
	r := newRig(t)
	planted := strings.Repeat("ab", 32)
	form := url.Values{"link": {secretOf(t, r.desk)}, "agency": {"sheriff"}}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(&http.Cookie{Name: "syz-desk", Value: planted})
	w := httptest.NewRecorder()
	r.desk.ServeHTTP(w, req)
	got := w.Result().Cookies()
	if len(got) != 1 || got[0].Value == planted {
		t.Fatalf("after the sign-in the browser holds %v", got)
	}
	if code := ask(r.desk, "/session", &http.Cookie{Name: "syz-desk", Value: planted}).Code; code != http.StatusUnauthorized {
		t.Errorf("the planted session was answered %d", code)
	}
	// A session that is good and planted ends with the sign-in of another person.
	form.Set("link", secretOf(t, r.desk))
	req = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(got[0])
	r.desk.ServeHTTP(httptest.NewRecorder(), req)
	if code := ask(r.desk, "/session", got[0]).Code; code != http.StatusUnauthorized {
		t.Errorf("the session before was answered %d", code)
	}
}

// Somebody copies the cookie. After the lock it opens nothing, and after the unlocking it is no session at all.
func TestAttackStolenCookie(t *testing.T) {
	m := newMembers(t)
	u, c := m.in("sheriff", "dispatcher")
	code, _ := m.post("/lock", c)
	m.want("the lock", code, http.StatusNoContent)
	code, _ = m.get("/desk", c)
	m.want("the stolen cookie of a locked desk", code, http.StatusLocked)
	for _, path := range []string{"/sign-in/again", "/passkey/finish"} {
		if code, _ = m.post(path, c, "next", "/desk"); code/100 != 4 {
			t.Errorf("%s unlocked it: %d", path, code)
		}
	}
	v, _ := m.store.Session(c.Value)
	fresh, err := m.store.Renew(t.Context(), v, "passkey") // what a finished passkey does
	if err != nil {
		t.Fatal(err)
	}
	code, _ = m.get("/desk", &http.Cookie{Name: "syz-desk", Value: fresh})
	m.want("the owner after unlocking", code, http.StatusOK)
	code, _ = m.get("/desk", c)
	m.want("the stolen cookie after unlocking", code, http.StatusUnauthorized)
	if len(m.store.Sessions(u.ID)) != 1 {
		t.Errorf("%d sessions are open", len(m.store.Sessions(u.ID)))
	}
}

// Somebody guesses: links, tokens, passkeys. They are told to wait, and the person with the right secret is not.
func TestAttackGuessing(t *testing.T) {
	m := newMembers(t)
	waits := 0
	for range 60 {
		if code, _ := m.get("/welcome?link="+account.NewSecret(), nil); code == http.StatusTooManyRequests {
			waits++
		}
		if m.bearer("/api/v1/activations", account.NewSecret()) == http.StatusTooManyRequests {
			waits++
		}
	}
	if waits < 90 {
		t.Errorf("of 120 guesses %d were told to wait", waits)
	}
	if !m.county.Audit.Has(chain.Audit{User: "stranger", Action: "sign_in", Reason: "link", Denied: true}) || !m.county.Audit.Has(chain.Audit{User: "stranger", Action: "sign_in", Reason: "too_often", Denied: true}) {
		t.Error("the guesses are not in the audit")
	}
	link, err := m.desk.FirstAdministrator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	code, _ := m.get(strings.TrimPrefix(link, "https://desk.example.org"), nil)
	m.want("the right link from the same address", code, http.StatusOK)
	_, c := m.in("sheriff", "dispatcher")
	code, _ = m.get("/desk", c)
	m.want("whoever is signed in, from the same address", code, http.StatusOK)
}

// What has come back from the county's sign-in comes again, at the same browser and at another one.
func TestAttackReplayedSignIn(t *testing.T) {
	op := idptest.New(t)
	m := newMembers(t, func(o *desk.Options) {
		o.County = idp.New(idp.Options{
			Issuer: op.URL, ClientID: op.ClientID, ClientSecret: op.Secret, RedirectURL: "https://desk.example.org/sign-in/county/back",
			AMR: []string{"mfa"}, GroupsClaim: "groups", Now: time.Now, Groups: []idp.Group{{Value: "syz-sheriff", Agency: "sheriff", Roles: []string{"dispatcher"}}},
		})
	})
	w := ask2(t, m.desk, "/sign-in/county?next=//elsewhere.example", nil)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("the beginning was answered %d", w.Code)
	}
	begun := w.Result().Cookies()[0]
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	back := strings.TrimPrefix(res.Header.Get("Location"), "https://desk.example.org")
	if code := ask2(t, m.desk, back, nil).Code; code != http.StatusForbidden {
		t.Errorf("another browser was answered %d", code)
	}
	w = ask2(t, m.desk, back, begun)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Fatalf("the right browser was answered %d, to %q", w.Code, w.Header().Get("Location"))
	}
	if code := ask2(t, m.desk, back, begun).Code; code != http.StatusForbidden {
		t.Errorf("the second time was answered %d", code)
	}
	forged := *begun
	forged.Value = strings.Repeat("A", len(begun.Value))
	if code := ask2(t, m.desk, back, &forged).Code; code != http.StatusForbidden {
		t.Errorf("a forged cookie was answered %d", code)
	}
}

// Every text that a person at the desk or at a kiosk can set comes back as text.
func TestAttackTemplates(t *testing.T) {
	const evil = `{{.}}<img src=x onerror=alert(1)>"'><script>alert(1)</script>`
	m := newMembers(t)
	_, admin := m.in("sheriff", "administrator", "supervisor")
	m.post("/users", admin, "name", evil[:60], "agency", "sheriff", "role", "dispatcher", "zones", "all")
	m.post("/users", admin, "name", "x", "agency", evil, "role", evil, "zones", "some", "zone", evil)
	m.post("/tokens", admin, "name", evil[:60], "agency", "sheriff", "role", "dispatcher", "days", "1", "zones", "all")
	_, glass := m.post("/glass", admin, "reason", evil, "text", evil)
	_, chosen := m.post("/users", admin, "name", "x", "agency", "sheriff", "role", "it", "zones", "some", "zone", evil)
	for _, page := range []string{glass, chosen, second(m.page("/users", admin)), second(m.page("/tokens", admin)), second(m.page("/users/"+url.PathEscape(evil), admin)), second(m.page("/sign-in?next="+url.QueryEscape(evil), nil)), second(m.page("/sign-in/again?next="+url.QueryEscape("/x"+evil), admin))} {
		hasNot(t, page, "<img src=x", "<script>alert", `"'><`)
	}
}

func second(_ int, s string) string { return s }

// Addresses lead inside the desk, and headers stay what they are.
func TestAttackAddressesAndHeaders(t *testing.T) {
	m := newMembers(t)
	_, c := m.in("sheriff", "dispatcher")
	for _, next := range []string{"//elsewhere.example", "https://elsewhere.example", `/\elsewhere.example`, "/x\r\nSet-Cookie: syz-desk=1", "javascript:alert(1)", "/\t/elsewhere.example"} {
		w := ask2(t, m.desk, "/sign-in/again?next="+url.QueryEscape(next), c)
		if body := w.Body.String(); strings.Contains(body, "elsewhere") || strings.Contains(body, "javascript:") || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%q came through", next)
		}
	}
	for _, path := range []string{"/static/../desk.go", "/static/%2e%2e/%2e%2e/desk.go", "/static/x/..%2f..%2fdesk.go", "/desk/..%2f..%2fetc%2fpasswd", "/users/..%2fx", "/desk/%00"} {
		if w := ask2(t, m.desk, path, c); w.Code == http.StatusOK || strings.Contains(w.Body.String(), "package desk") {
			t.Errorf("%s was answered %d", path, w.Code)
		}
	}
	for _, route := range m.desk.Routes() { // no page can be framed by another
		method, path := fillPath(route.Pattern, "x")
		if w := call(t, m.desk, method, path, c, ""); !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s can be framed", route.Pattern)
		}
	}
}

func TestAttackOversizedBodies(t *testing.T) {
	m := newMembers(t)
	_, c := m.in("sheriff", "administrator", "dispatcher")
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	big := "name=" + strings.Repeat("x", 200<<10)
	for _, route := range m.desk.Routes() {
		method, path := fillPath(route.Pattern, id)
		if method == http.MethodGet || strings.HasSuffix(path, "/acknowledge") {
			continue
		}
		w := call(t, m.desk, method, path, c, big)
		if w.Code/100 == 5 {
			t.Errorf("%s was answered %d", route.Pattern, w.Code)
		}
	}
}

// A thousand readers who do not read cost the desk no call: somebody else still gets theirs.
func TestAttackSlowReadersAndAThousandStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a thousand connections")
	}
	m := newMembers(t)
	_, c := m.in("sheriff", "dispatcher")
	s := httptest.NewServer(m.desk)
	defer s.Close()
	defer m.desk.Close()
	const many = 1000
	conns := make([]net.Conn, many)
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = conn
			_, _ = conn.Write([]byte("GET /events HTTP/1.1\r\nHost: desk\r\nCookie: syz-desk=" + c.Value + "\r\n\r\n"))
		})
	}
	wg.Wait()
	defer func() {
		for _, conn := range conns {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/events", nil)
	req.AddCookie(c)
	res, err := (&http.Client{Timeout: 60 * time.Second}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if strings.Contains(lines.Text(), id) {
			return
		}
	}
	t.Error("the call did not come")
}
