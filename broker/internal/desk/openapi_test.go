package desk_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/apitest"
)

// allParts is a desk that has every part; only its routes can be asked for.
type allParts struct{ desk.Protocol }

func described(t *testing.T, r *rig) *openapi3.T {
	t.Helper()
	_, text := r.person("").get("/api/v1/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEveryCallIsDescribedAndEveryDescriptionIsACall reads the files of the description too, so that one of them can not keep what no
// desk has any more.
func TestEveryCallIsDescribedAndEveryDescriptionIsACall(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.Course.Protocol = allParts{} })
	doc := described(t, r)
	var have []string
	for _, route := range r.desk.Routes() {
		if method, path, _ := strings.Cut(route.Pattern, " "); strings.HasPrefix(path, "/api/") {
			have = append(have, method+" "+path)
			if item := doc.Paths.Value(path); item == nil || item.GetOperation(method) == nil {
				t.Errorf("%s is not described: add it to a file of openapi/", route.Pattern)
			}
		}
	}
	files, err := os.ReadDir("openapi")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() == "dispatch.json" { // of routes that the broker hands in: its own test holds them against the running desk
			continue
		}
		b, err := os.ReadFile("openapi/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		var part openapi3.T
		if err := part.UnmarshalJSON(b); err != nil {
			t.Fatalf("%s: %v", f.Name(), err)
		}
		for path, item := range part.Paths.Map() {
			for method := range item.Operations() {
				if !slices.Contains(have, method+" "+path) {
					t.Errorf("%s describes %s %s, which no desk has", f.Name(), method, path)
				}
			}
		}
	}
	t.Logf("%d calls", len(have))
}

func TestAnswersAreAsDescribed(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.APIToken = "token" })
	ids := fill(r.county)
	api := apitest.Open(t, r.url, "token")
	want := func(code int, method, path, body, role string) []byte {
		t.Helper()
		return api.Call(code, method, path, body, "", role)
	}
	const d, v1 = "dispatcher", "/api/v1/"
	do := func(code int, id, verb, body string) {
		t.Helper()
		want(code, "POST", v1+"activations/"+id+"/"+verb, body, d)
	}
	want(200, "GET", v1+"openapi.json", "", "")
	want(200, "GET", v1+"activations", "", d)
	want(403, "GET", v1+"activations", "", "it")
	want(200, "GET", v1+"devices", "", "it")
	follow(t, api, want(200, "GET", v1+"events?after=0", "", d))
	for _, id := range ids {
		want(200, "GET", v1+"activations/"+id, "", d)
	}
	want(404, "GET", v1+"activations/0", "", d)
	id := ids["new"]
	do(200, id, "acknowledge", "")
	do(422, id, "coming", `{"eta_min":999}`)
	do(200, id, "coming", `{"eta_min":12}`)
	do(200, id, "message", `{"message":"with_you"}`)
	do(200, id, "code", "")
	do(409, id, "stand-down", `{"confirm":true}`)
	r.county.Book.Device(ids["coming"], "fs41-01", activation.Actual, activation.Event{Type: activation.StandDownRequested})
	do(200, ids["coming"], "stand-down", `{"confirm":false}`)
	do(200, id, "split-off", "")
	do(200, id, "arrived", "")
	do(200, id, "hand-over", "")
	do(200, id, "close", `{"outcome":"helped"}`)
	do(200, ids["unwell"], "left", "")
	want(200, "GET", v1+"audit?action=read&limit=5", "", "auditor")
	want(200, "GET", v1+"glasses", "", "auditor")
	want(422, "GET", v1+"audit?from=yesterday", "", "auditor")
	feed := want(200, "GET", v1+"cap", "", d)
	var f struct {
		Entries []struct {
			Link struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(feed, &f); err != nil || len(f.Entries) < len(ids) {
		t.Fatalf("the feed has %d messages, %v", len(f.Entries), err)
	}
	status := map[string]bool{}
	for _, e := range f.Entries {
		status[checkCAP(t, want(200, "GET", e.Link.Href, "", d))] = true
	}
	if !status["Actual"] || !status["Exercise"] || !status["Test"] {
		t.Errorf("the feed has messages with %v", status)
	}
	want(404, "GET", v1+"cap/syz-0", "", d)
	api.Finish(func(string) bool { return false })
}

// follow holds each event of a stream against the description: the stream as a whole is text.
func follow(t *testing.T, api *apitest.Desk, stream []byte) {
	t.Helper()
	n := 0
	for line := range strings.Lines(string(stream)) {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok || !strings.HasSuffix(data, "}\n") { // the end of what was read, not of the event
			continue
		}
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			t.Fatal(err)
		}
		api.Holds("Change", v)
		n++
	}
	if n == 0 {
		t.Errorf("no event in %.200s", stream)
	}
}

// TestEveryFieldIsDescribed holds the types behind the answers against the description, so that a field that is sent only when something
// fails is described like the others.
func TestEveryFieldIsDescribed(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.Course.Protocol = allParts{} })
	api := apitest.Open(t, r.url, "token")
	api.Types(desk.Answers(), "CourseSaid.sealed", "Course.course.sealed")
	api.Bodies(desk.Bodies())
}

// checkCAP holds a message against the schema of CAP 1.2 and returns its status.
func checkCAP(t *testing.T, b []byte) string {
	t.Helper()
	lint := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", "../../contract/cap/testdata/cap-1.2.xsd", "-")
	lint.Stdin = bytes.NewReader(b)
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	var m struct {
		Status string `xml:"status"`
		Scope  string `xml:"scope"`
	}
	if err := xml.Unmarshal(b, &m); err != nil || m.Scope != "Private" {
		t.Errorf("scope %s, %v", m.Scope, err)
	}
	return m.Status
}

// TestCAPTellsOnlyWhoMaySee: an advocates' agency finds its own alone, and no message tells more than code and zone.
func TestCAPTellsOnlyWhoMaySee(t *testing.T) {
	asked := map[string]bool{}
	r := newRig(t, func(o *desk.Options) { o.Asked = func(id, agency string) bool { return asked[id+agency] } })
	own, other := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0), r.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	asked[own+"advocate"] = true
	_, feed := r.person("advocate").get("/api/v1/cap")
	has(t, feed, activation.ShortCode(own))
	hasNot(t, feed, activation.ShortCode(other), own, other)
	at := feed[strings.Index(feed, "/api/v1/cap/"):]
	_, msg := r.person("advocate").get(at[:strings.Index(at, `"`)])
	has(t, msg, "Compton Library", activation.ShortCode(own), "<scope>Private</scope>")
	hasNot(t, msg, own, "cl-02")
	_, all := r.person("sheriff").get("/api/v1/cap")
	for rest := all; ; {
		i := strings.Index(rest, "/api/v1/cap/syz-")
		if i < 0 {
			break
		}
		rest = rest[i:]
		path, _, _ := strings.Cut(rest, `"`)
		rest = rest[len(path):]
		_, m := r.person("sheriff").get(path)
		if code, _ := r.person("advocate").get(path); strings.Contains(m, "Fire Station") && code != http.StatusNotFound {
			t.Errorf("another agency's message was answered %d", code)
		}
	}
}
