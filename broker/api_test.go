package broker_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk/apitest"
	"safeyouthzone/broker/internal/dispatch/policy"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/internal/retention"
)

// TestCallsOfEveryPartAreAsDescribed holds the running broker against its own description: each call of the parts that the desk does not
// have by itself, each of which succeeds at least once.
func TestCallsOfEveryPartAreAsDescribed(t *testing.T) {
	b := brokertest.Start(t, withMail)
	api := apitest.Open(t, "http://"+b.Addrs.Desk, brokertest.Token)
	for _, route := range b.Routes() {
		method, path, _ := strings.Cut(route.Pattern, " ")
		if item := api.Doc.Paths.Value(path); strings.HasPrefix(path, "/api/") && (item == nil || item.GetOperation(method) == nil) {
			t.Errorf("%s is not described: add it to a file of openapi/", route.Pattern)
		}
	}
	api.Types(map[string]reflect.Type{
		"Sheet": reflect.TypeFor[report.Sheet](), "SheetTable": reflect.TypeFor[report.Table](), "SheetRow": reflect.TypeFor[report.Row](),
		"SheetAverage": reflect.TypeFor[report.Average](), "SheetTiming": reflect.TypeFor[report.Timing](), "SheetDuties": reflect.TypeFor[report.Performance](),
		"SheetChange": reflect.TypeFor[report.Change](), "Arrests": reflect.TypeFor[report.Arrests](), "Retention": reflect.TypeFor[retention.Policy](),
	})
	api.Bodies(map[string]reflect.Type{ // answers too: what was asked, as it is kept
		"Rung": reflect.TypeFor[policy.Rung](), "Policy": reflect.TypeFor[policy.Policy](), "Person": reflect.TypeFor[policy.PersonDoc](),
		"Way": reflect.TypeFor[policy.Contact](), "Roster": reflect.TypeFor[policy.RosterDoc](), "Shift": reflect.TypeFor[policy.Shift](), "RosterChange": reflect.TypeFor[policy.Override](),
	})
	const v1, s = "/api/v1/", "sheriff/supervisor"
	call := func(want int, method, path, body, who string) []byte {
		t.Helper()
		agency, role, _ := strings.Cut(who, "/")
		return api.Call(want, method, v1+path, body, agency, role)
	}
	opened := func() string {
		t.Helper()
		var made struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(call(201, "POST", "cases", `{"station":"century","identified_by":"patrol_observation"}`, "sheriff/dispatcher"), &made); err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	id, other := opened(), opened()
	call(200, "POST", "policies", `{"zone":"compton","version":0,"rungs":[{"after_s":0,"targets":[{"kind":"desk","id":"sheriff"}]},{"after_s":120,"targets":[{"kind":"desk"}],"supervisor":true}],"repeat":1,"pause_s":60,"drill_h":720}`, s)
	call(200, "GET", "policies", "", s)
	call(200, "POST", "people", `{"id":"p-01","name":"A Person","agency":"sheriff","contacts":[{"channel":"mail","to":"p01@example.org","after_s":0}],"version":0}`, s)
	call(200, "POST", "rosters", `{"id":"nights","name":"Nights","agency":"sheriff","time_zone":"America/Los_Angeles","hand_over":"07:00","shifts":[{"days":[0,1],"from":"22:00","to":"06:00","people":["p-01"]}],"version":0}`, s)
	call(422, "POST", "rosters", `{"id":"","name":"","agency":"nobody","time_zone":"x","hand_over":"x","shifts":[]}`, s)
	call(403, "POST", "rosters", `{}`, "sheriff/it")
	call(200, "GET", "response-times", "", s)
	call(200, "GET", "channels", "", "sheriff/it")
	call(422, "POST", "drills/nowhere", "", s)
	call(200, "POST", "drills/compton", "", s)
	callsOfTheCourse(t, b, call, id, other)
	callsOfDocuments(t, call)
	api.Finish(func(path string) bool { return slices.Contains(askedByTheDesk(), path) })
}

// askedByTheDesk are the calls that the desk has by itself: its own test asks them.
func askedByTheDesk() []string {
	all := []string{"/api/v1/activations", "/api/v1/activations/{id}", "/api/v1/events", "/api/v1/devices", "/api/v1/audit", "/api/v1/glasses", "/api/v1/cap", "/api/v1/cap/{message}"}
	for _, verb := range []string{"acknowledge", "coming", "message", "arrived", "code", "hand-over", "left", "stand-down", "close", "split-off"} {
		all = append(all, "/api/v1/activations/{id}/"+verb)
	}
	return all
}

type apiCall func(want int, method, path, body, who string) []byte

func callsOfTheCourse(t *testing.T, b *brokertest.Broker, call apiCall, id, other string) {
	t.Helper()
	const s, second, mdt, second2 = "sheriff/supervisor", "desk/supervisor", "sheriff/mdt", "advocate/mdt"
	say := func(want int, verb, body, who string) {
		t.Helper()
		call(want, "POST", "activations/"+id+"/"+verb, body, who)
	}
	now, day := time.Now().UTC().Format(time.RFC3339), time.Now().UTC().Truncate(24*time.Hour).Format(time.RFC3339)
	say(200, "identified", `{"station":"century","identified_by":"patrol_observation","after":"`+course(t, b, s, id).Course.Identified.ID+`"}`, s)
	say(200, "informed", `{"at":"`+now+`"}`, s)
	say(200, "facts-recorded", `{"facts":{"hurt":true,"under_probation":false}}`, s)
	say(200, "mdt-decided", `{"decision":{"code":"home","took_part":["dcfs"],"next_review":"`+day+`"}}`, mdt)
	say(200, "status-recorded", `{"status":{"moment":"72h","code":"home","as_of":"`+day+`"}}`, mdt)
	say(200, "duty-passed", `{"duty":"le_notified","to":"sheriff","step":"offered"}`, second)
	say(200, "duty-done", `{"duty":"le_notified"}`, s)
	var c struct {
		Course struct {
			Duties []struct {
				Word struct {
					ID string `json:"id"`
				} `json:"word"`
			} `json:"duties"`
		} `json:"course"`
	}
	if err := json.Unmarshal(call(200, "GET", "activations/"+id+"/course", "", s), &c); err != nil || len(c.Course.Duties) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	say(200, "duty-undone", `{"duty":"le_notified","after":"`+c.Course.Duties[0].Word.ID+`"}`, s)
	born := `,"birth_year":` + strconv.Itoa(time.Now().Year()-15) + `,"client_number":"0042"}`
	say(200, "personal-recorded", `{"age":15`+born, mdt)
	call(200, "POST", "activations/"+other+"/personal-recorded", `{"age":15`+born, mdt)
	if got := call(200, "GET", "activations/"+id+"/suggestions", "", mdt); !strings.Contains(string(got), other) {
		t.Errorf("the other case of the same number is not suggested: %s", got)
	}
	say(200, "link-proposed", `{"same_as":"`+other+`"}`, mdt)
	say(403, "person-linked", `{"same_as":"`+other+`"}`, mdt) // alone
	say(200, "person-linked", `{"same_as":"`+other+`"}`, second2)
	call(200, "GET", "activations/"+id+"/course", "", mdt)
	call(200, "GET", "activations/"+id+"/course", "", "sheriff/dispatcher")
	say(200, "person-unlinked", `{"same_as":"`+other+`"}`, mdt)
	call(200, "GET", "cases", "", "sheriff/dispatcher")
	say(200, "hold-set", `{"why":"audit"}`, s)
	say(409, "erased", `{}`, s)
	say(200, "hold-lifted", `{"after":"`+course(t, b, s, id).Course.HoldWord.ID+`"}`, s)
	say(200, "erasure-asked", `{}`, s)
	say(200, "erasure-dropped", `{}`, s)
	say(200, "erasure-asked", `{}`, s)
	say(403, "erased", `{}`, s) // alone
	say(200, "erased", `{}`, second)
	call(200, "GET", "activations/"+id, "", mdt) // every sort of event of the 72 hours
}

func callsOfDocuments(t *testing.T, call apiCall) {
	t.Helper()
	const s = "sheriff/supervisor"
	for _, kind := range []string{"template", "lists", "stations", "retention"} {
		doc := call(200, "GET", "documents/"+kind, "", s)
		call(200, "PUT", "documents/"+kind, string(doc), s)
	}
	year := time.Now().Year()
	key := fmt.Sprintf("arrests?key=century-%d", year)
	call(200, "PUT", "documents/"+key, fmt.Sprintf(`{"version":0,"body":{"station":"century","year":%d,"counts":[4,0,null,null,null,null,null,null,null,null,null,null],"source":"agency_figures"}}`, year), s)
	call(200, "GET", "documents/"+key, "", s)
	call(404, "GET", "documents/release", "", s)
	now := time.Now()
	from := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	first, last := from.Format(time.DateOnly), from.AddDate(0, 3, -1).Format(time.DateOnly)
	for _, format := range []string{"", "&format=csv", "&format=page"} {
		call(200, "GET", "reports/factsheet?from="+first+"&to="+last+format, "", s)
	}
	call(200, "POST", "reports/releases", `{"from":"`+first+`","to":"`+last+`"}`, "sheriff/analyst")
	call(200, "GET", "reports/releases", "", "sheriff/analyst")
	call(200, "GET", "reports/releases/1", "", "sheriff/analyst")
}
