package desk_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// quietDesk is a desk without a server, for requests made by hand.
func quietDesk(t *testing.T, change func(*desk.Options)) *desk.Desk {
	t.Helper()
	opt := desktest.NewCounty(time.Now).Options()
	if change != nil {
		change(&opt)
	}
	d, err := desk.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func secretOf(t *testing.T, d *desk.Desk) string {
	t.Helper()
	u, err := url.Parse(d.SignInLink())
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("link")
}

// open signs in and returns the cookie.
func open(d *desk.Desk, link string) (*http.Cookie, bool) {
	form := url.Values{"link": {link}, "agency": {"sheriff"}}
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	all := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(all) != 1 {
		return nil, false
	}
	return all[0], true
}

func ask(d *desk.Desk, path string, cookie *http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	d := quietDesk(t, func(o *desk.Options) { o.Insecure = false })
	for _, path := range []string{"/desk", "/nothing", "/sign-in", "/api/v1/devices", "/static/x/desk.js"} {
		h := ask(d, path, nil).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "require-trusted-types-for 'script'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %s", path, csp)
		}
		for key, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			"Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := h.Get(key); got != want {
				t.Errorf("%s: %s is %q", path, key, got)
			}
		}
	}
}

func TestOtherSitesCanNotAct(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.PublicURL = "https://desk.example.org" })
	p, id := r.person("sheriff"), r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for name, c := range map[string]struct {
		header []string
		want   int
	}{
		"another site, newer browser":    {[]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		"a sibling site":                 {[]string{"Sec-Fetch-Site", "same-site"}, http.StatusForbidden},
		"another site, older browser":    {[]string{"Origin", "https://elsewhere.example"}, http.StatusForbidden},
		"this site behind its own proxy": {[]string{"Origin", "https://desk.example.org"}, http.StatusNoContent},
		"this site":                      {[]string{"Sec-Fetch-Site", "same-origin"}, http.StatusNoContent},
	} {
		if code, _ := p.send(http.MethodPost, "/desk/"+id+"/acknowledge", "application/problem+json", nil, c.header...); code != c.want {
			t.Errorf("%s was answered %d, want %d", name, code, c.want)
		}
	}
}

func TestLongBodiesAreRefused(t *testing.T) {
	r := newRig(t)
	p, id := r.person("sheriff"), r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	code, doc := p.send(http.MethodPost, "/desk/"+id+"/coming", "application/problem+json", url.Values{"eta_min": {strings.Repeat("1", 5000)}})
	if code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long body was answered %d: %s", code, doc)
	}
}

func TestNamesAreNeverMarkup(t *testing.T) {
	const evil = `<script>alert(1)</script>"onload="x`
	r := newRig(t, func(o *desk.Options) {
		o.Zones = desktest.Zones{"compton": {ID: "compton", Name: evil, Area: evil, Address: evil, Languages: []string{evil}}}
		o.Agencies[0].Name, o.Agencies[0].Short = evil, evil
	})
	p := r.person("sheriff")
	r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for _, path := range []string{"/desk", "/devices", "/sign-in?link=" + r.linkSecret()} {
		_, page := p.get(path)
		hasNot(t, page, "<script>alert", `"onload="`)
	}
}

func TestStaticFilesAreKeptByTheirContent(t *testing.T) {
	r := newRig(t)
	_, page := r.person("sheriff").get("/desk")
	at := strings.Index(page, "/static/")
	path, _, _ := strings.Cut(page[at:], `"`)
	res, err := http.Get(r.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s answered %d, %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if code, _ := r.person("").get("/static/other/../desk.go"); code == http.StatusOK {
		t.Error("a file outside the pages was served")
	}
}

// TestAFaultIsToldToThoseWhoCanMendIt: a page that can not be made is no blank page, and no line that nobody sees.
func TestAFaultIsToldToThoseWhoCanMendIt(t *testing.T) {
	var text lines
	d := quietDesk(t, func(o *desk.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelError}))
		o.Routes = []desk.Route{{Pattern: "GET /broken", Permission: desk.Anyone, Handler: func(http.ResponseWriter, *http.Request, desk.Seat) {
			panic("Jane")
		}}}
	})
	w := ask(d, "/broken", nil)
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "Phone the zone") {
		t.Errorf("answered %d: %s", w.Code, w.Body)
	}
	if got := text.String(); !strings.Contains(got, "fault in the desk") || !strings.Contains(got, "guard_test.go") || strings.Contains(got, "Jane") {
		t.Errorf("the log says %s", got)
	}
}
