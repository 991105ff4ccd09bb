package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// matrix says a second time, and by hand, who may do what: the table in access.go is checked against it, so that no line of it changes
// without somebody meaning it. d dispatcher, r responder, s supervisor, m mdt, n analyst, i it, a administrator, u auditor.
var matrix = map[desk.Permission]string{
	desk.Anyone: "drsmniau", desk.SignedIn: "drsmniau",
	desk.CaseList: "drsm....", desk.CaseRead: "drsm....", desk.CaseAnswer: "drs.....", desk.CaseClose: "d.s.....", desk.CaseField: "d.s.....",
	desk.CaseDuty: "drsm....", desk.CaseMDT: "..sm....", desk.CasePerson: "...m....",
	desk.DeviceRead: "d.s..ia.", desk.DeviceAct: ".....ia.",
	desk.PolicyRead: "drsm.iau", desk.PolicyEdit: "..s...a.", desk.RosterEdit: "..s.....", desk.DrillStart: "..s.....",
	desk.ReportRead: "..smn..u", desk.ReportExport: "..s.n...", desk.RetentionAct: "..s.....", desk.TemplateEdit: "..sm..a.",
	desk.ReportWorking: "..sm....", desk.DocumentRead: "drsm..a.",
	desk.AuditRead: ".......u", desk.UserManage: "......a.", desk.TokenManage: "......a.", desk.BreakGlass: "dr.m..a.", desk.GlassSee: "..s.....",
}

func TestTheAccessTableIsAsAgreed(t *testing.T) {
	for _, p := range desk.Permissions() {
		want, ok := matrix[p]
		if !ok {
			t.Errorf("%s is new: say here who may do it", p)
			continue
		}
		for i, role := range desk.Roles() {
			if got := (desk.Seat{Roles: []desk.Role{role}}).May(p); got != (want[i] != '.') {
				t.Errorf("%s may %s: %t", role, p, got)
			}
		}
		if p != desk.Anyone && p != desk.SignedIn && (desk.Seat{}).May(p) {
			t.Errorf("somebody without a role may %s", p)
		}
	}
	if (desk.Seat{Roles: desk.Roles()}).May("case.burn") {
		t.Error("somebody may what the table does not know")
	}
}

// as signs somebody in in one role and returns their cookie.
func as(t *testing.T, d *desk.Desk, agency string, role desk.Role) *http.Cookie {
	t.Helper()
	form := url.Values{"link": {secretOf(t, d)}, "agency": {agency}, "role": {string(role)}}
	w := call(t, d, http.MethodPost, "/sign-in", nil, form.Encode())
	all := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(all) != 1 {
		t.Fatalf("signing in as %s answered %d", role, w.Code)
	}
	return all[0]
}

// call asks the desk once. The asker has gone at once, so that a stream ends.
func call(t *testing.T, d http.Handler, method, path string, cookie *http.Cookie, body string) *httptest.ResponseRecorder {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Accept", "application/problem+json")
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// fillPath puts a real case and plausible names into the path of a route.
func fillPath(pattern, id string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.NewReplacer("{$}", "", "{id}", id, "{case}", id, "{zone}", "compton", "{device}", "cl-02", "{agency}", "sheriff").Replace(path)
	for strings.Contains(path, "{") {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + "x" + after
	}
	return method, path
}

func TestEveryRoleAtEveryRoute(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	d, err := desk.New(county.Options())
	if err != nil {
		t.Fatal(err)
	}
	id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	asked := 0
	for _, role := range desk.Roles() {
		for _, route := range d.Routes() {
			method, path := fillPath(route.Pattern, id)
			cookie := as(t, d, "sheriff", role)
			w := call(t, d, method, path, cookie, "")
			refused := w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), `"not_allowed"`)
			may := (desk.Seat{Roles: []desk.Role{role}}).May(route.Permission)
			if refused == may || w.Code == http.StatusUnauthorized && route.Permission != desk.Anyone {
				t.Errorf("%s at %s (%s) was answered %d: %.200s", role, route.Pattern, route.Permission, w.Code, w.Body)
			}
			if strings.HasPrefix(string(route.Permission), "case.") != caseRoute(route.Pattern) {
				t.Errorf("%s has the permission %s", route.Pattern, route.Permission)
			}
			asked++
		}
	}
	for _, route := range d.Routes() {
		method, path := fillPath(route.Pattern, id)
		if w := call(t, d, method, path, nil, ""); w.Code != http.StatusUnauthorized && route.Permission != desk.Anyone {
			t.Errorf("a stranger at %s was answered %d", route.Pattern, w.Code)
		}
	}
	t.Logf("%d roles at %d routes", len(desk.Roles()), asked/len(desk.Roles()))
}

// caseRoute reports whether an address is one of cases, by its look. An address of cases without a permission on cases is a mistake.
func caseRoute(pattern string) bool {
	_, path, _ := strings.Cut(pattern, " ")
	return path == "/desk" || strings.HasPrefix(path, "/desk/") || strings.HasPrefix(path, "/api/v1/activations") || path == "/api/v1/events" ||
		strings.HasPrefix(path, "/cases") || strings.HasPrefix(path, "/api/v1/cases") || strings.HasPrefix(path, "/cap") || strings.HasPrefix(path, "/api/v1/cap")
}

func TestRoutesWithoutARuleAreRefused(t *testing.T) {
	handler := func(http.ResponseWriter, *http.Request, desk.Seat) {}
	for name, route := range map[string]desk.Route{
		"no permission":      {Pattern: "GET /more", Handler: handler},
		"unknown permission": {Pattern: "GET /more", Permission: "case.burn", Handler: handler},
		"no method":          {Pattern: "/more", Permission: desk.CaseList, Handler: handler},
		"no handler":         {Pattern: "GET /more", Permission: desk.CaseList},
		"there already":      {Pattern: "GET /desk", Permission: desk.CaseList, Handler: handler},
	} {
		opt := desktest.NewCounty(time.Now).Options()
		opt.Routes = []desk.Route{route}
		if _, err := desk.New(opt); err == nil {
			t.Errorf("%s: the route was taken", name)
		}
	}
}

func TestAProgramActsInTheRoleThatItNames(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	opt := county.Options()
	opt.APIToken = "token"
	d, err := desk.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[string]int{"": 200, "dispatcher": 200, "dispatcher, it": 200, "it": 403, "analyst": 403, "king": 401, ",": 401} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/activations", nil)
		r.Header.Set("Authorization", "Bearer token")
		r.Header.Set("X-Syz-Agency", "dcfs")
		r.Header.Set("X-Syz-Role", role)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("as %q it was answered %d, want %d", role, w.Code, want)
		}
	}
}

func TestEverybodyBeginsAtAPageThatIsTheirs(t *testing.T) {
	d := quietDesk(t, nil)
	for role, want := range map[desk.Role]string{desk.Dispatcher: "/desk", desk.IT: "/devices"} {
		if w := call(t, d, http.MethodGet, "/", as(t, d, "sheriff", role), ""); w.Header().Get("Location") != want {
			t.Errorf("%s begins at %s", role, w.Header().Get("Location"))
		}
	}
	if w := ask(d, "/devices", as(t, d, "sheriff", desk.IT)); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "/desk\"") && strings.Contains(w.Body.String(), "Activations") {
		t.Errorf("the devices page for IT: %d", w.Code)
	}
}

func TestAdvocatesSeeTheirOwnCasesAlone(t *testing.T) {
	asked := map[string]bool{}
	r := newRig(t, func(o *desk.Options) { o.Asked = func(id, agency string) bool { return asked[id+agency] } })
	own, other := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0), r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	asked[own+"advocate"] = true
	p := r.person("advocate")
	_, page := p.get("/desk")
	has(t, page, "Compton Library")
	hasNot(t, page, "Fire Station 41")
	for _, path := range []string{"/desk/" + other, "/desk/" + other + "/detail", "/api/v1/activations/" + other} {
		if code, page := p.get(path); code != http.StatusNotFound || strings.Contains(page, "Fire Station") {
			t.Errorf("%s answered %d", path, code)
		}
	}
	for _, path := range []string{"/desk/" + other + "/acknowledge", "/api/v1/activations/" + other + "/acknowledge"} {
		if code, _ := p.post(path); code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, code)
		}
	}
	if k, _, _ := r.county.Book.Get(other); len(k.State.Answers) != 0 {
		t.Error("an advocate answered a call that is not theirs")
	}
	_, doc := p.get("/api/v1/activations")
	has(t, doc, own)
	hasNot(t, doc, other)

	// When it has ended, a case stays with those advocates who answered it.
	p.post("/desk/" + own + "/acknowledge")
	asked[other+"advocate"] = true
	sheriff := r.person("sheriff")
	for _, id := range []string{own, other} {
		sheriff.post("/desk/" + id + "/acknowledge")
		sheriff.post("/desk/" + id + "/left")
	}
	for id, want := range map[string]int{own: http.StatusOK, other: http.StatusNotFound} {
		if code, _ := p.get("/desk/" + id); code != want {
			t.Errorf("after its end the case answered %d, want %d", code, want)
		}
	}
}

func TestPermissionsHaveNoLooseEnds(t *testing.T) {
	used := map[desk.Permission]bool{}
	for _, r := range quietDesk(t, nil).Routes() {
		used[r.Permission] = true
	}
	for p := range matrix {
		if !slices.Contains(desk.Permissions(), p) {
			t.Errorf("the table has lost %s", p)
		}
		if !used[p] {
			t.Logf("no route of the desk itself uses %s", p)
		}
	}
}
