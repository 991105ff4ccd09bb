package broker_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
)

// browser signs in by a link of development.
func browser(t *testing.T, b *brokertest.Broker, agency string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	link, err := b.SignInLink()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	res, err := c.PostForm("http://"+b.Addrs.Desk+"/sign-in", url.Values{"link": {u.Query().Get("link")}, "agency": {agency}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("signing in answered %s", res.Status)
	}
	return c
}

func TestARestartSignsNobodyOutAndForgetsNoReading(t *testing.T) {
	b := brokertest.Start(t)
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	d.receipt(1)
	c := browser(t, b, "advocate")
	ask := func(path string) int {
		res, err := c.Get("http://" + b.Addrs.Desk + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	if s := ask("/desk/" + id + "/detail"); s != http.StatusOK {
		t.Fatalf("the case answered %d", s)
	}
	jar := c.Jar
	old := b.Addrs.Desk
	b.Restart()
	if b.Addrs.Desk != old { // the cookie is of the host; ports are no part of it
		c = &http.Client{Jar: jar, Timeout: 10 * time.Second}
	}
	if s := ask("/session"); s != http.StatusNoContent {
		t.Errorf("after the restart the session answered %d", s)
	}
	p := verified(t, b)
	if p.Chains < 2 {
		t.Errorf("the audit is not among the chains: %+v", p)
	}
	var doc struct {
		Entries []struct{ Action, Case, Agency, Chain string }
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+b.Addrs.Desk+"/api/v1/audit?case="+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+brokertest.Token)
	r.Header.Set("X-Syz-Role", "auditor")
	if s := do(t, http.DefaultClient, r, &doc); s != http.StatusOK || len(doc.Entries) != 2 { // the page after the sign-in shows it, and then it was opened
		t.Fatalf("the audit answered %d: %+v", s, doc)
	}
	if e := doc.Entries[0]; e.Action != "read" || e.Agency != "advocate" || !strings.HasPrefix(e.Chain, "audit.") {
		t.Errorf("the reading is %+v", e)
	}
}

func TestACountysFirstDay(t *testing.T) {
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Dev, o.Token = false, ""
		o.Config.Desk.PublicURL = "https://desk.example.org"
	})
	c := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: "desk.example.org"}, // what the page says is what matters here
	}}
	get := func(path string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+b.Addrs.Desk+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		page, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(page)
	}
	if s, page := get("/desk"); s != http.StatusUnauthorized || !strings.Contains(page, "Sign in with a passkey") {
		t.Errorf("the desk answered %d: %.300s", s, page)
	}
	if !b.NeedsAdministrator() {
		t.Error("a new desk has an administrator")
	}
	var a struct{ Link string }
	if s := admin(t, b, http.MethodPost, "/v1/desk/first-admin", map[string]string{}, &a); s != http.StatusOK || !strings.HasPrefix(a.Link, "https://desk.example.org/welcome?link=") {
		t.Fatalf("the first administrator: %d, %q", s, a.Link)
	}
	b.Restart()
	if s, page := get(strings.TrimPrefix(a.Link, "https://desk.example.org")); s != http.StatusOK || !strings.Contains(page, "Make my passkey") {
		t.Errorf("after a restart the link answered %d: %.300s", s, page)
	}
	for path, want := range map[string]int{"recover": http.StatusNotFound, "approve": http.StatusNotFound} {
		if s := admin(t, b, http.MethodPost, "/v1/desk/"+path, map[string]string{"user": "nobody"}, nil); s != want {
			t.Errorf("%s of nobody answered %d", path, s)
		}
	}
	verified(t, b)
}
