package broker_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
	"safeyouthzone/broker/internal/desk/desktest"
)

// otherParts are the routes that the desk has in a broker and not by itself: its own tests see the others.
func otherParts(t *testing.T, b *brokertest.Broker) []desk.Route {
	t.Helper()
	d, err := desk.New(desktest.NewCounty(time.Now).Options())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	own := d.Routes()
	out := slices.DeleteFunc(b.Routes(), func(r desk.Route) bool {
		return slices.ContainsFunc(own, func(o desk.Route) bool { return o.Pattern == r.Pattern })
	})
	if len(out) < 50 {
		t.Fatalf("the broker adds only %d routes", len(out))
	}
	return out
}

// withMail has a way to people, whose server does not answer.
func withMail(o *broker.Options) {
	o.Config.Channels = []broker.Channel{{Name: "mail", Kind: "mail", Server: "127.0.0.1:9", Security: "none", From: "desk@example.org"}}
}

func roleBrowser(t *testing.T, b *brokertest.Broker, role desk.Role) *http.Client {
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
	c := &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm("http://"+b.Addrs.Desk+"/sign-in", url.Values{"link": {u.Query().Get("link")}, "agency": {"sheriff"}, "role": {string(role)}})
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in as %s answered %s", role, res.Status)
	}
	return c
}

func askAs(t *testing.T, c *http.Client, b *brokertest.Broker, method, path, accept string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+b.Addrs.Desk+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", accept)
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func filled(pattern, id string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, strings.NewReplacer("{id}", id, "{zone}", "compton", "{kind}", "template", "{n}", "1", "{link}", "x", "{token}", "x").Replace(path)
}

// TestEveryRoleAtEveryRouteOfTheBroker asks the pages and calls of the 72 hours, reports and dispatch as every role and as a stranger.
func TestEveryRoleAtEveryRouteOfTheBroker(t *testing.T) {
	b := brokertest.Start(t)
	id := fieldCase(t, b)
	all := otherParts(t, b)
	for _, role := range desk.Roles() {
		c := roleBrowser(t, b, role)
		for _, route := range all {
			method, path := filled(route.Pattern, id)
			code, body := askAs(t, c, b, method, path, "application/problem+json")
			refused := code == http.StatusForbidden && strings.Contains(body, `"not_allowed"`)
			may := (desk.Seat{Roles: []desk.Role{role}}).May(route.Permission)
			if refused == may || code == http.StatusUnauthorized && route.Permission != desk.Anyone || code >= http.StatusInternalServerError {
				t.Errorf("%s at %s (%s) was answered %d: %.200s", role, route.Pattern, route.Permission, code, body)
			}
		}
	}
	for _, route := range all {
		method, path := filled(route.Pattern, id)
		if code, _ := askAs(t, http.DefaultClient, b, method, path, "application/problem+json"); code != http.StatusUnauthorized && route.Permission != desk.Anyone {
			t.Errorf("a stranger at %s was answered %d", route.Pattern, code)
		}
	}
	t.Logf("%d roles at %d routes", len(desk.Roles()), len(all))
}

// countyPage is a page that a role opens.
type countyPage struct {
	role desk.Role
	path string
}

func countyPages(t *testing.T, b *brokertest.Broker, id, quarter string) []countyPage {
	t.Helper()
	people, seen, out := map[desk.Role]*http.Client{}, map[string]bool{}, []countyPage(nil)
	look := func(role desk.Role, path string) {
		if people[role] == nil {
			people[role] = roleBrowser(t, b, role)
		}
		code, page := askAs(t, people[role], b, http.MethodGet, path, "text/html")
		if code == http.StatusOK && strings.Contains(page, "<!doctype html>") && !seen[string(role)+path] {
			seen[string(role)+path] = true
			out = append(out, countyPage{role, path})
		}
	}
	for _, route := range otherParts(t, b) {
		method, path := filled(route.Pattern, id)
		if method != http.MethodGet || strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/file") {
			continue
		}
		for _, role := range []desk.Role{desk.Supervisor, desk.Dispatcher, desk.MDT, desk.Administrator} {
			if (desk.Seat{Roles: []desk.Role{role}}).May(route.Permission) {
				look(role, path)
				break
			}
		}
	}
	for _, more := range []countyPage{
		{desk.MDT, "/cases/" + id},
		{desk.Supervisor, "/documents/lists"},
		{desk.Supervisor, "/documents/stations"},
		{desk.Supervisor, "/reports/working?period=" + quarter},
		{desk.Supervisor, "/rosters/edit?id=nights"},
		{desk.Supervisor, "/people/edit?id=p-01"},
		{desk.Supervisor, "/policies/edit?zone=compton"},
		{desk.Dispatcher, "/desk/" + id},
	} {
		look(more.role, more.path)
	}
	slices.SortStableFunc(out, func(a, b countyPage) int { return strings.Compare(string(a.role), string(b.role)) })
	if len(out) < 14 {
		t.Fatalf("only %d pages: %v", len(out), out)
	}
	return out
}

// submit sends the forms of a page as the browser would, one for each address, and says what came of it.
const submit = `(async () => {
  const words = {id: 'days', name: 'Day shift', source: 'county', age: '15', time_zone: 'America/Los_Angeles', hand_over: '07:00'}, out = []
  const sent = new Set()
  for (const form of document.querySelectorAll('main form[method=post], main [formmethod=post]')) {
    const f = form.form || form, b = form.form ? form : f.querySelector('button'), to = new URL(form.formAction && form.form ? form.formAction : f.action).pathname
    if (/erased|erasure-|person-|hold-|duty-passed|sign|lock|glass/.test(to) || b.disabled || sent.has(to)) continue
    sent.add(to)
    for (const e of f.elements) {
      if (e.type === 'datetime-local' && !e.value && (e.required || !f.querySelector('[name=duty]')) && !/begin|end/.test(e.name)) { e.value = new Date(Date.now() - 60000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 16); if (e.max && e.value > e.max) e.value = e.max }
      else if (e.willValidate && !e.value && words[e.name]) e.value = words[e.name]
    }
    if (!f.checkValidity()) { out.push(to + ': the browser does not send it: ' + [...f.elements].filter(e => !e.checkValidity()).map(e => e.name)); continue }
    const r = await fetch(to, {method: 'POST', headers: {Accept: 'text/html'}, body: new URLSearchParams(new FormData(f, b.type === 'submit' ? b : null))})
    const text = (await r.text()).replace(/^[^]*<main/, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    out.push(to + ': ' + r.status + (r.ok ? '' : text.slice(0, 300)))
  }
  return JSON.stringify(out)
})()`

// TestEveryPageOfTheBrokerCanBeUsedByEverybody looks at the pages of the 72 hours, reports and dispatch as the desk's test looks at its
// own, with every part of them unfolded; and sends each of their forms once.
func TestEveryPageOfTheBrokerCanBeUsedByEverybody(t *testing.T) {
	b := brokertest.Start(t, withMail)
	id := fieldCase(t, b)
	w := desklook.Open(t, 5*time.Minute)
	put := func(path string, doc any) {
		t.Helper()
		if s := say(t, b, "sheriff/supervisor", http.MethodPost, path, doc, nil); s != http.StatusOK {
			t.Fatalf("%s: status %d", path, s)
		}
	}
	type m = map[string]any
	put("people", m{"id": "p-01", "name": "Sgt. Alvarez", "agency": "sheriff", "contacts": []m{{"channel": "mail", "to": "p01@example.org", "after_s": 0}}})
	put("rosters", m{"id": "nights", "name": "Nights", "agency": "sheriff", "time_zone": "America/Los_Angeles", "hand_over": "07:00", "shifts": []m{{"days": []int{0, 1, 2, 3}, "from": "22:00", "to": "06:00", "people": []string{"p-01"}}}})
	put("policies", m{"zone": "compton", "rungs": []m{{"after_s": 0, "targets": []m{{"kind": "desk", "id": "sheriff"}}}, {"after_s": 120, "targets": []m{{"kind": "desk"}}, "supervisor": true}}, "repeat": 1, "pause_s": 60, "drill_h": 720})
	now := time.Now()
	from := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	if s := say(t, b, "sheriff/analyst", http.MethodPost, "reports/releases", m{"from": from.Format(time.DateOnly), "to": from.AddDate(0, 3, -1).Format(time.DateOnly)}, nil); s != http.StatusOK {
		t.Fatalf("release: status %d", s)
	}
	pages := countyPages(t, b, id, from.Format(time.DateOnly)+"_"+from.AddDate(0, 3, -1).Format(time.DateOnly))
	var as desk.Role
	for _, p := range pages {
		if p.role != as {
			as = p.role
			signIn(t, w, b, as)
		}
		open(t, w, "http://"+b.Addrs.Desk+p.path)
		name := string(p.role) + " at " + strings.ReplaceAll(p.path, id, "case")
		lookAt(t, w, name)
	}
	for _, said := range w.Said() {
		t.Errorf("console: %s", said)
	}
	taken := map[string]bool{}
	for _, p := range pages { // the forms last: they change what the pages show
		if p.role != as {
			as = p.role
			signIn(t, w, b, as)
		}
		open(t, w, "http://"+b.Addrs.Desk+p.path)
		out, err := chromedp.Run(w.Context, chromedp.Evaluate[string](submit, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", p.path, err)
		}
		var sent []string
		if err := json.Unmarshal([]byte(out), &sent); err != nil {
			t.Fatal(err)
		}
		for _, line := range sent {
			t.Logf("%s: %s", p.role, line)
			path, code, _ := strings.Cut(line, ": ")
			path = strings.ReplaceAll(path, id, "case")
			taken[path] = taken[path] || strings.HasPrefix(code, "200")
			if strings.HasPrefix(code, "5") {
				t.Errorf("%s at %s", p.role, line)
			}
		}
	}
	for _, path := range []string{
		"/cases", "/cases/case/duty-done", "/cases/case/duty-undone", "/cases/case/facts-recorded", "/cases/case/status-recorded", "/cases/case/identified",
		"/cases/case/personal-recorded", "/reports/arrests", "/documents/template/preview", "/documents/lists/preview", "/documents/stations/preview",
		"/policies", "/rosters", "/people", "/drills/compton",
	} {
		if !taken[path] {
			t.Errorf("the form of %s was not taken", path)
		}
	}
	t.Logf("%d pages", len(pages))
}

func signIn(t *testing.T, w *desklook.Browser, b *brokertest.Broker, role desk.Role) {
	t.Helper()
	link, err := b.SignInLink()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(link, "http") {
		link = "http://" + b.Addrs.Desk + link
	}
	if err := chromedp.Do(w.Context, chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#go")),
		chromedp.Evaluate[chromedp.Void](`document.querySelector('#role').value = "`+string(role)+`"; document.querySelector('input[value="sheriff"]').checked = true; undefined`),
		chromedp.Click(chromedp.CSS("#go")), chromedp.WaitVisible(chromedp.CSS("#conn.live"))); err != nil {
		t.Fatalf("signing in as %s: %v", role, err)
	}
}

func open(t *testing.T, w *desklook.Browser, address string) {
	t.Helper()
	if err := chromedp.Do(w.Context, chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("main")),
		chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(d => d.open = true); undefined`)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

func lookAt(t *testing.T, w *desklook.Browser, name string) {
	t.Helper()
	if err := w.Arm(); err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		scheme string
		wide   int64
	}{{"light", 1440}, {"dark", 1280}, {"dark", 390}, {"light", 390}} {
		if _, err := chromedp.Call(w.Context, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		}); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(w.Context, chromedp.EmulateViewport(look.wide, 900)); err != nil {
			t.Fatal(err)
		}
		find := w.Faults
		if (look.scheme == "dark") == (look.wide > 500) { // the other two have every rule in both layouts
			find = w.FaultsOfLook
		}
		faults, err := find()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range faults {
			t.Errorf("%s, %s, %d wide: %s", name, look.scheme, look.wide, f)
		}
		shot(w.Context, strings.NewReplacer("/", "-", " ", "_", "?", "-").Replace(name)+"-"+look.scheme+map[bool]string{true: "-phone"}[look.wide < 500])
	}
}

// shot writes a picture to DESK_SHOTS, or to nowhere.
func shot(ctx context.Context, name string) {
	if dir := os.Getenv("DESK_SHOTS"); dir != "" {
		if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
			_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
		}
	}
}

// TestNobodyIsOfferedToPassOnWhatIsNotTheirs: what the team's page offers to pass on, it can pass on.
func TestNobodyIsOfferedToPassOnWhatIsNotTheirs(t *testing.T) {
	b := brokertest.Start(t)
	id := fieldCase(t, b)
	c := roleBrowser(t, b, desk.MDT)
	_, page := askAs(t, c, b, http.MethodGet, "/cases/"+id, "text/html")
	offered := regexp.MustCompile(`/duty-passed" class="acts"><input type="hidden" name="duty" value="([^"]+)"`).FindAllStringSubmatch(page, -1)
	for _, m := range offered {
		res, err := c.PostForm("http://"+b.Addrs.Desk+"/cases/"+id+"/duty-passed", url.Values{"duty": {m[1]}, "step": {"offered"}, "to": {"advocate"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s was offered, and then answered %s", m[1], res.Status)
		}
	}
	if len(offered) == 0 {
		t.Error("a team can pass on nothing")
	}
}
