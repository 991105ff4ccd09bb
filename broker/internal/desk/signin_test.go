package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

func (r *rig) linkSecret() string {
	r.t.Helper()
	u, err := url.Parse(r.desk.SignInLink())
	if err != nil {
		r.t.Fatal(err)
	}
	return u.Query().Get("link")
}

func TestLookingAtALinkDoesNotUseItUp(t *testing.T) {
	r := newRig(t)
	link := r.linkSecret()
	for range 3 {
		if code, page := r.person("").get("/sign-in?link=" + link); code != http.StatusOK || !strings.Contains(page, "Sheriff, Century Station") {
			t.Fatalf("the page answered %d", code)
		}
	}
	if code, _ := r.person("").post("/sign-in", "link", link, "agency", "nobody"); code != http.StatusUnprocessableEntity {
		t.Errorf("an unknown agency was answered %d", code)
	}
	p := r.person("")
	if code, _ := p.post("/sign-in", "link", link, "agency", "dcfs"); code != http.StatusOK {
		t.Errorf("the first person was answered %d", code)
	}
	code, page := r.person("").post("/sign-in", "link", link, "agency", "dcfs")
	if code != http.StatusForbidden || !strings.Contains(page, "no longer works") {
		t.Errorf("the second person was answered %d", code)
	}
	if code, _ = p.post("/sign-out"); code != http.StatusUnauthorized {
		t.Errorf("after signing out the desk answered %d", code)
	}
	if code, _ = p.get("/session"); code != http.StatusUnauthorized {
		t.Errorf("after signing out the session answered %d", code)
	}
}

func TestLinksAndSessionsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := quietDesk(t, nil)
		old := secretOf(t, d)
		time.Sleep(10*time.Minute + time.Second)
		if _, ok := open(d, old); ok {
			t.Error("a link worked after ten minutes")
		}
		cookie, ok := open(d, secretOf(t, d))
		if !ok {
			t.Fatal("a fresh link did not work")
		}
		time.Sleep(12*time.Hour - time.Second)
		if code := ask(d, "/session", cookie).Code; code != http.StatusNoContent {
			t.Errorf("within twelve hours the session answered %d", code)
		}
		time.Sleep(time.Second)
		if code := ask(d, "/session", cookie).Code; code != http.StatusUnauthorized {
			t.Errorf("after twelve hours the session answered %d", code)
		}
	})
}

func TestCookieIsBoundToTheHost(t *testing.T) {
	d := quietDesk(t, func(o *desk.Options) { o.Insecure = false })
	cookie, ok := open(d, secretOf(t, d))
	if !ok {
		t.Fatal("sign-in failed")
	}
	if cookie.Name != "__Host-syz-desk" || !cookie.Secure || !cookie.HttpOnly || cookie.Path != "/" || cookie.Domain != "" || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie is %v", cookie)
	}
}

func TestOptionsThatCanNotWorkAreRefused(t *testing.T) {
	for name, change := range map[string]func(*desk.Options){
		"no book":        func(o *desk.Options) { o.Book = nil },
		"no agency":      func(o *desk.Options) { o.Agencies = nil },
		"agency twice":   func(o *desk.Options) { o.Agencies = append(o.Agencies, o.Agencies[0]) },
		"agency id":      func(o *desk.Options) { o.Agencies[0].ID = "Sheriff's" },
		"public address": func(o *desk.Options) { o.PublicURL = "desk" },
	} {
		opt := desktest.NewCounty(time.Now).Options()
		change(&opt)
		if _, err := desk.New(opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
