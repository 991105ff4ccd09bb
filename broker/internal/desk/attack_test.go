package desk_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/wire"
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
	keys, err := m.store.AddUser(t.Context(), account.User{Agency: "sheriff", Roles: []string{"it"}, Passkeys: []account.Passkey{{Name: evil}}})
	if err != nil {
		t.Fatal(err)
	}
	m.county.Fleet.Set(desk.Device{ // what a kiosk says of itself
		ID: "cl-02", Zone: "compton", Online: true, Since: time.Now(), LastSeen: time.Now(), Version: evil, Board: evil, Troubles: []wire.Trouble{{Code: evil}},
	})
	_, chosen := m.post("/users", admin, "name", "x", "agency", "sheriff", "role", "it", "zones", "some", "zone", evil)
	for _, page := range []string{glass, chosen, second(m.page("/account", m.again(keys))), second(m.page("/devices", admin)), second(m.page("/devices/table", admin)), second(m.page("/users", admin)), second(m.page("/tokens", admin)), second(m.page("/users/"+url.PathEscape(evil), admin)), second(m.page("/sign-in?next="+url.QueryEscape(evil), nil)), second(m.page("/sign-in/again?next="+url.QueryEscape("/x"+evil), admin))} {
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
	rev := len(m.county.Book.List())
	big := "name=" + strings.Repeat("x", 200<<10)
	n := 0
	for _, route := range m.desk.Routes() {
		method, path := fillPath(route.Pattern, id)
		if method == http.MethodGet {
			continue
		}
		n++
		if w := call(t, m.desk, method, path, c, big); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s was answered %d", route.Pattern, w.Code)
		}
	}
	if k, _, _ := m.county.Book.Get(id); n < 20 || len(k.State.Answers) != 0 || len(m.county.Book.List()) != rev {
		t.Errorf("%d routes were tried; the case has %d answers", n, len(k.State.Answers))
	}
	// Without its length told before, a body is read no further than it may be.
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/"+id+"/coming", io.MultiReader(strings.NewReader(big)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.ContentLength = -1
	r.AddCookie(c)
	w := httptest.NewRecorder()
	m.desk.ServeHTTP(w, r)
	m.want("a long body in pieces", w.Code, http.StatusRequestEntityTooLarge)
}

// TestAttacksAreInTheLog: what was refused is told to those who run the desk, by a word that they can look for, and in the audit at whose
// account it was. No line holds what the attacker wrote.
func TestAttacksAreInTheLog(t *testing.T) {
	const mine = "written-by-the-attacker"
	var text lines
	m := newMembers(t, func(o *desk.Options) { o.Logger = slog.New(slog.NewTextHandler(&text, nil)) })
	u, c := m.in("sheriff", "dispatcher")
	other, _ := m.in("dcfs", "dispatcher")
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	send := func(method, path, body string, c *http.Cookie, pairs ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(pairs); i += 2 {
			r.Header.Set(pairs[i], pairs[i+1])
		}
		if c != nil {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		m.desk.ServeHTTP(w, r)
		return w.Code
	}
	limited, err := m.store.AddUser(t.Context(), account.User{Agency: "sheriff", Roles: []string{"dispatcher"}, Zones: []string{"fs41"}})
	if err != nil {
		t.Fatal(err)
	}
	old := m.again(other)
	v, _ := m.store.Session(old.Value)
	if _, err := m.store.Renew(t.Context(), v, "passkey"); err != nil {
		t.Fatal(err)
	}
	for _, a := range []struct {
		name, word string
		code       int
		do         func() int
		audit      chain.Audit
	}{
		{"a write from another site", "what=other_site", 403, func() int {
			return send("POST", "/desk/"+id+"/acknowledge", "x="+mine, c, "Sec-Fetch-Site", "cross-site")
		}, chain.Audit{User: u.ID, Action: "request", Reason: "other_site", Denied: true}},
		{"a frame around the desk", "what=framed", 403, func() int { return send("GET", "/desk", "", c, "Sec-Fetch-Dest", "iframe") }, chain.Audit{User: u.ID, Action: "request", Reason: "framed", Denied: true}},
		{"another zone's case by its id", `msg="case refused"`, 404, func() int { return send("GET", "/desk/"+id, "", m.again(limited)) }, chain.Audit{User: limited.ID, Action: "case.read", Case: id, Reason: "scope", Denied: true}},
		{"a planted session", "what=no_session", 401, func() int {
			return send("GET", "/desk", "", &http.Cookie{Name: "syz-desk", Value: mine})
		}, chain.Audit{}},
		{"a copied session after its person unlocked", "what=old_secret", 401, func() int { return send("GET", "/desk", "", old) }, chain.Audit{User: "stranger", Action: "request", Target: other.ID, Reason: "old_secret", Denied: true}},
		{"a sign-in that ends elsewhere", "what=elsewhere", 200, func() int {
			return send("GET", "/sign-in?next="+url.QueryEscape("/x\r\nSet-Cookie: "+mine), "", nil)
		}, chain.Audit{}},
		{"an address that climbs", "what=bad_address", 404, func() int { return send("GET", "/static/x/..%2f..%2f"+mine, "", nil) }, chain.Audit{}},
		{"a body that is too long", "what=oversized", 413, func() int {
			return send("POST", "/desk/"+id+"/coming", strings.Repeat(mine, 500), c)
		}, chain.Audit{User: u.ID, Action: "request", Reason: "oversized", Denied: true}},
		{"a wrong token", "reason=token", 401, func() int {
			return send("GET", "/api/v1/activations", "", nil, "Authorization", "Bearer "+mine)
		}, chain.Audit{User: "stranger", Action: "sign_in", Reason: "token", Denied: true}},
		{"a page of another role", `code=not_allowed`, 403, func() int { return send("GET", "/users", "", c) }, chain.Audit{User: u.ID, Action: "user.manage", Reason: "not_allowed", Denied: true}},
	} {
		text.reset()
		if code := a.do(); code != a.code {
			t.Errorf("%s was answered %d, want %d", a.name, code, a.code)
		}
		if got := text.String(); !strings.Contains(got, a.word) || strings.Contains(got, mine) {
			t.Errorf("%s: the log says %q", a.name, got)
		}
		if a.audit.Action != "" && !m.county.Audit.Has(a.audit) {
			t.Errorf("%s is not in the audit", a.name)
		}
	}
	text.reset() // a flood fills no disk
	for range 5000 {
		send("GET", "/desk", "", nil, "Sec-Fetch-Dest", "iframe")
	}
	if n := strings.Count(text.String(), "strange request"); n == 0 || n > 200 {
		t.Errorf("5,000 strange requests are %d lines", n)
	}
}

// TestASlowReaderIsInTheLog: a reader that was cut off is told apart from one that has left.
func TestASlowReaderIsInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text lines
		d := quietDesk(t, func(o *desk.Options) { o.Logger = slog.New(slog.NewTextHandler(&text, nil)) })
		cookie, _ := open(d, secretOf(t, d))
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		req.AddCookie(cookie)
		d.ServeHTTP(&slow{ResponseRecorder: httptest.NewRecorder()}, req)
		if got := text.String(); !strings.Contains(got, "what=slow_reader") {
			t.Errorf("the log says %q", got)
		}
	})
}

// lines are what a desk logs.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Reset()
}

// A thousand readers who do not read cost the desk no call: half of them are refused, since they are one person's, and somebody else gets
// theirs.
func TestAttackSlowReadersAndAThousandStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a thousand connections")
	}
	m := newMembers(t)
	u, flood := m.in("sheriff", "dispatcher")
	_, c := m.in("sheriff", "dispatcher")
	s := httptest.NewServer(m.desk)
	defer s.Close()
	defer m.desk.Close()
	var taken, refused atomic.Int64
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
			_, _ = conn.Write([]byte("GET /events HTTP/1.1\r\nHost: desk\r\nCookie: syz-desk=" + flood.Value + "\r\n\r\n"))
			head := make([]byte, len("HTTP/1.1 200"))
			if _, err := io.ReadFull(conn, head); err != nil {
				t.Error(err)
			}
			switch string(head[len("HTTP/1.1 "):]) {
			case "200":
				taken.Add(1)
			case "503":
				refused.Add(1)
			}
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
	if taken.Load() != 500 || refused.Load() != 500 || !m.county.Audit.Has(chain.Audit{User: u.ID, Action: "request", Reason: "many_streams", Denied: true}) {
		t.Errorf("of one person's %d streams %d were opened and %d refused, or the audit does not say so", many, taken.Load(), refused.Load())
	}
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
