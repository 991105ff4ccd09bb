package broker_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
)

// everyText puts words into each text of a document that people read, and leaves ids, codes, days and durations as they are.
func everyText(v any, words string) any {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			switch s, isText := x.(string); {
			case !isText:
				v[key] = everyText(x, words)
			case key == "title" || key == "name" || key == "label" || key == "basis":
				v[key] = s + words
			}
		}
	case []any:
		for i := range v {
			v[i] = everyText(v[i], words)
		}
	}
	return v
}

// TestAttackTemplatesOfEveryPart: whatever a supervisor writes into people, rosters, ladders and the county's documents, every page of the
// broker shows it as text; and so does a form that refused it.
func TestAttackTemplatesOfEveryPart(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>"'</script>{{.}}`
	b := brokertest.Start(t, withMail)
	id := fieldCase(t, b)
	type m = map[string]any
	call := func(want int, method, path string, in, out any) {
		t.Helper()
		if s := say(t, b, "sheriff/supervisor", method, path, in, out); s != want {
			t.Errorf("%s %s: status %d, want %d", method, path, s, want)
		}
	}
	call(200, http.MethodPost, "people", m{"id": "p-01", "name": "A" + evil, "agency": "sheriff", "contacts": []m{{"channel": "mail", "to": "p01@example.org", "after_s": 0}}}, nil)
	call(200, http.MethodPost, "rosters", m{"id": "nights", "name": "B" + evil, "agency": "sheriff", "time_zone": "America/Los_Angeles", "hand_over": "07:00", "shifts": []m{{"days": []int{0, 1, 2, 3, 4, 5, 6}, "from": "00:00", "to": "00:00", "people": []string{"p-01"}}}}, nil)
	call(200, http.MethodPost, "policies", m{"zone": "compton", "rungs": []m{{"after_s": 0, "targets": []m{{"kind": "desk", "id": "sheriff"}, {"kind": "roster", "id": "nights"}, {"kind": "person", "id": "p-01"}}}, {"after_s": 120, "targets": []m{{"kind": "desk"}}, "supervisor": true}}, "repeat": 1, "pause_s": 60}, nil)
	for _, kind := range []string{"template", "lists", "stations"} {
		var doc struct {
			Version uint64 `json:"version"`
			Body    any    `json:"body"`
		}
		call(200, http.MethodGet, "documents/"+kind, nil, &doc)
		call(200, http.MethodPut, "documents/"+kind, m{"version": doc.Version, "body": everyText(doc.Body, evil)}, nil)
	}
	again := fieldCase(t, b) // the new protocol counts for it
	now := time.Now()
	from := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	scope := m{"from": from.Format(time.DateOnly), "to": from.AddDate(0, 3, -1).Format(time.DateOnly)}
	if s := say(t, b, "sheriff/analyst", http.MethodPost, "reports/releases", scope, nil); s != http.StatusOK {
		t.Fatalf("release: status %d", s)
	}
	raw := regexp.MustCompile(`<img src=x|"'</script>`)
	shown := 0
	look := func(what, page string) {
		t.Helper()
		if at := raw.FindStringIndex(page); at != nil {
			t.Errorf("%s shows markup: %.200s", what, page[max(0, at[0]-100):])
		}
		if strings.Contains(page, "&lt;img src=x") {
			shown++
		}
	}
	people := map[desk.Role]*http.Client{}
	paths := []string{
		"/cases/" + again, "/desk/" + again, "/documents/lists", "/documents/stations", "/people/edit?id=p-01", "/rosters/edit?id=nights", "/policies/edit?zone=compton",
		"/reports/working?period=" + scope["from"].(string) + "_" + scope["to"].(string), "/cases?q=" + url.QueryEscape(evil), "/audit?user=" + url.QueryEscape(evil),
	}
	for _, route := range b.Routes() {
		if method, path := filled(route.Pattern, id); method == http.MethodGet && !strings.HasPrefix(path, "/api/") && path != "/events" {
			paths = append(paths, path)
		}
	}
	for _, role := range []desk.Role{desk.Supervisor, desk.MDT, desk.Administrator, desk.Auditor} {
		people[role] = roleBrowser(t, b, role)
		for _, path := range paths {
			_, page := askAs(t, people[role], b, http.MethodGet, path, "text/html")
			look(string(role)+" at "+path, page)
		}
	}
	for _, path := range []string{"/people", "/rosters", "/policies", "/cases", "/cases/" + id + "/identified", "/cases/" + id + "/personal-recorded", "/documents/stations/preview"} {
		form := url.Values{}
		for _, name := range []string{"id", "name", "agency", "zone", "time_zone", "hand_over", "station", "identified_by", "age", "after", "basis", "head.basis"} {
			form.Set(name, evil)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.Addrs.Desk+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/html")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := people[desk.Supervisor].Do(r)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		look("the refusal of "+path, string(page))
	}
	if shown < 20 {
		t.Errorf("only %d pages show what was written: the test looks at the wrong ones", shown)
	}
	t.Logf("%d pages show it, as text", shown)
}
