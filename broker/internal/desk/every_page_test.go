package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/internal/desk"
)

// pageOf is an address that answers somebody with a whole page.
type pageOf struct {
	role desk.Role
	path string
}

// everyPage asks the router for its pages, so that a new page is looked at without being listed here. Each is opened in the first role
// that may; addresses of streams, parts and files are no pages.
func everyPage(t *testing.T, r *rig, id string) []pageOf {
	t.Helper()
	people := map[desk.Role]*person{}
	var out []pageOf
	for _, route := range r.desk.Routes() {
		method, path := fillPath(route.Pattern, id)
		if method != http.MethodGet || strings.HasPrefix(path, "/api/") || path == "/events" || path == "/" || strings.HasSuffix(path, "/") {
			continue
		}
		for _, role := range desk.Roles() {
			if !(desk.Seat{Roles: []desk.Role{role}}).May(route.Permission) {
				continue
			}
			if people[role] == nil {
				people[role] = r.personAs("sheriff", role)
			}
			code, page := people[role].get(path)
			if code == http.StatusOK && strings.Contains(page, "<!doctype html>") {
				out = append(out, pageOf{role, path})
			}
			break
		}
	}
	if len(out) < 4 {
		t.Fatalf("the router has only %d pages: %v", len(out), out)
	}
	return out
}

// TestEveryPageCanBeUsedByEverybody: WCAG 2.2 AA as far as a program can tell, in light and dark, wide and on a phone; and no page is
// wider than its screen, speaks on the console or breaks the policy.
func TestEveryPageCanBeUsedByEverybody(t *testing.T) {
	r, b := newRig(t), newTabFor(t, 5*time.Minute)
	ids := fill(r.county)
	check := func(name string, whole bool) {
		find := b.FaultsOfLook
		if whole {
			find = b.Faults
		}
		faults, err := find()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range faults {
			t.Errorf("%s: %s", name, f)
		}
	}
	pages := everyPage(t, r, ids["new"])
	for _, state := range []string{"coming", "here", "handed", "duress", "drill", "unwell"} {
		pages = append(pages, pageOf{desk.Dispatcher, "/desk/" + ids[state]})
	}
	var as desk.Role
	looked := 0
	look := func(p pageOf) {
		b.do(chromedp.Navigate(r.url+p.path), chromedp.WaitVisible(chromedp.CSS("main")))
		if err := b.Arm(); err != nil {
			t.Fatal(err)
		}
		for _, look := range []string{"light", "dark", "dark phone", "light phone"} {
			scheme, phone, _ := strings.Cut(look, " ")
			b.scheme(scheme)
			b.do(chromedp.EmulateViewport(map[string]int64{"light": 1440, "dark": 1280}[scheme], 900))
			if phone != "" {
				b.do(chromedp.EmulateViewport(390, 844))
			}
			path, _, _ := strings.Cut(p.path, "?")
			for state, id := range ids {
				path = strings.ReplaceAll(path, id, state)
			}
			name := strings.Trim(strings.ReplaceAll(path, "/", "-"), "-") + "-" + strings.ReplaceAll(look, " ", "-")
			check(string(p.role)+" at "+name, look == "light" || look == "dark phone") // between them these have every rule in both layouts
			b.shot("page-" + name)
			looked++
		}
	}
	for _, p := range pages {
		if p.role != as {
			b.signInAs(r, "sheriff", p.role)
			as = p.role
		}
		look(p)
	}
	b.quiet()
	for _, path := range []string{r.desk.SignInLink(), "/sign-in", "/nothing"} { // the last two are refusals, which a console always mentions
		look(pageOf{as, path})
	}
	t.Logf("%d pages, %d looks", len(pages), looked)
}
