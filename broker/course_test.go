package broker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
)

// say makes one call on the desk's API as an agency and role, and decodes the answer into out if it is not nil.
func say(t *testing.T, b *brokertest.Broker, who, method, path string, in, out any) int {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+b.Addrs.Desk+"/api/v1/"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	agency, role, _ := strings.Cut(who, "/")
	r.Header.Set("Authorization", "Bearer "+brokertest.Token)
	r.Header.Set("X-Syz-Agency", agency)
	r.Header.Set("X-Syz-Role", role)
	r.Header.Set("Content-Type", "application/json")
	return do(t, http.DefaultClient, r, out)
}

func fieldCase(t *testing.T, b *brokertest.Broker) string {
	t.Helper()
	var made struct {
		ID string `json:"id"`
	}
	if s := say(t, b, "sheriff/dispatcher", http.MethodPost, "cases", map[string]string{"station": "century", "identified_by": "patrol_observation"}, &made); s != http.StatusCreated {
		t.Fatalf("opening a case from the field: status %d", s)
	}
	return made.ID
}

type courseDoc struct {
	Template int `json:"template_version"`
	Personal *struct {
		Age int `json:"age"`
	} `json:"personal"`
	Duties []struct {
		Duty struct {
			ID string `json:"id"`
		} `json:"duty"`
		Owner string    `json:"owner"`
		State string    `json:"state"`
		Due   time.Time `json:"due"`
	} `json:"duties"`
	Course struct {
		Meetings []struct {
			ID string `json:"id"`
		} `json:"meetings"`
		HoldWord struct {
			ID string `json:"id"`
		} `json:"hold_word"`
		Identified struct {
			ID string `json:"id"`
		} `json:"identified"`
	} `json:"course"`
}

func course(t *testing.T, b *brokertest.Broker, who, id string) courseDoc {
	t.Helper()
	var c courseDoc
	if s := say(t, b, who, http.MethodGet, "activations/"+id+"/course", nil, &c); s != http.StatusOK {
		t.Fatalf("the 72 hours of the case: status %d", s)
	}
	return c
}

// copied copies a directory as a backup would, without what matches skip.
func copied(t *testing.T, from, skip string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(to, skip)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestAnErasedCaseIsUnreadableLiveAndInRestoredBackups(t *testing.T) {
	dir := t.TempDir()
	vault := filepath.Join(dir, "apart", "keys.vault")
	b := brokertest.Start(t, func(o *broker.Options) { o.Config.Retention.Vault = vault })
	id, kept := fieldCase(t, b), fieldCase(t, b)
	for _, x := range []string{id, kept} {
		if s := say(t, b, "sheriff/mdt", http.MethodPost, "activations/"+x+"/personal-recorded", map[string]int{"age": 15}, nil); s != http.StatusOK {
			t.Fatalf("recording an age: status %d", s)
		}
	}
	if c := course(t, b, "sheriff/mdt", id); c.Personal == nil || c.Personal.Age != 15 {
		t.Fatal("the age is not readable before the erasure")
	}
	if c := course(t, b, "sheriff/dispatcher", id); c.Personal != nil {
		t.Error("a dispatcher reads personal fields")
	}
	b.Close()
	backup := copied(t, b.Options.Config.DataDir, "vault") // an ordinary backup: everything but the vault, which lies apart
	spare, err := os.ReadFile(vault)                       // and a copy of the vault itself, kept for a week
	if err != nil {
		t.Fatal(err)
	}
	b.Restart()
	keep := func(want int, who, verb, after string) {
		t.Helper()
		if s := say(t, b, who, http.MethodPost, "activations/"+id+"/"+verb, map[string]string{"after": after}, nil); s != want {
			t.Fatalf("%s by %s: status %d, want %d", verb, who, s, want)
		}
	}
	keep(http.StatusOK, "sheriff/supervisor", "hold-set", "")
	keep(http.StatusConflict, "sheriff/supervisor", "erasure-asked", "")
	keep(http.StatusConflict, "sheriff/supervisor", "hold-lifted", "")
	keep(http.StatusOK, "sheriff/supervisor", "hold-lifted", course(t, b, "sheriff/supervisor", id).Course.HoldWord.ID)
	keep(http.StatusConflict, "desk/supervisor", "erased", "") // nobody asked
	keep(http.StatusOK, "sheriff/supervisor", "erasure-asked", "")
	keep(http.StatusForbidden, "sheriff/supervisor", "erased", "") // alone
	keep(http.StatusOK, "desk/supervisor", "erased", "")
	unreadable := func(where string, b *brokertest.Broker) {
		t.Helper()
		if c := course(t, b, "sheriff/mdt", id); c.Personal != nil {
			t.Errorf("%s: the erased age is readable: %d", where, c.Personal.Age)
		}
		if c := course(t, b, "sheriff/mdt", kept); c.Personal == nil || c.Personal.Age != 15 {
			t.Errorf("%s: another case lost its age", where)
		}
		verified(t, b)
	}
	unreadable("live", b)
	if s := say(t, b, "sheriff/mdt", http.MethodPost, "activations/"+id+"/personal-recorded", map[string]int{"age": 15}, nil); s != http.StatusGone {
		t.Errorf("an age was added to an erased case: status %d", s)
	}
	b.Restart()
	unreadable("after a restart", b)
	b.Close()
	// The vault comes back from a copy: the ledger says that the case is erased, and its key goes again.
	if err := os.WriteFile(vault, spare, 0o600); err != nil {
		t.Fatal(err)
	}
	b.Restart()
	unreadable("with an old copy of the vault", b)
	b.Close()
	// The ledger comes back from a backup made before the erasure: the key is gone, so the box in it opens for nobody.
	b.Options.Config.DataDir = backup
	b.Restart()
	unreadable("restored backup", b)
}

func TestTwoAgenciesAtOnceAreBothKeptOrTheSecondIsTold(t *testing.T) {
	b := brokertest.Start(t)
	id := fieldCase(t, b)
	codes := make([]int, 8)
	var wg sync.WaitGroup
	for i := range codes {
		who := []string{"sheriff/mdt", "advocate/mdt"}[i%2]
		code := []string{"home", "relative"}[i%2]
		wg.Go(func() {
			codes[i] = say(t, b, who, http.MethodPost, "activations/"+id+"/mdt-decided", map[string]any{"decision": map[string]any{"code": code, "took_part": []string{"dcfs"}}}, nil)
		})
	}
	wg.Wait()
	stored := 0
	for _, c := range codes {
		switch c {
		case http.StatusOK:
			stored++
		case http.StatusConflict:
		default:
			t.Errorf("status %d", c)
		}
	}
	c := course(t, b, "sheriff/mdt", id)
	if stored != 1 || len(c.Course.Meetings) != 1 {
		t.Errorf("%d were told that their decision is stored, %d decisions are", stored, len(c.Course.Meetings))
	}
	later := map[string]any{"decision": map[string]any{"code": "hospital", "took_part": []string{"dcfs"}}, "after": c.Course.Meetings[0].ID}
	if s := say(t, b, "advocate/mdt", http.MethodPost, "activations/"+id+"/mdt-decided", later, nil); s != http.StatusOK {
		t.Errorf("a decision that knows the first: status %d", s)
	}
	if c := course(t, b, "sheriff/mdt", id); len(c.Course.Meetings) != 2 {
		t.Errorf("%d decisions are kept, want both", len(c.Course.Meetings))
	}
}

func TestACaseKeepsTheProtocolThatItBeganWith(t *testing.T) {
	b := brokertest.Start(t)
	old := fieldCase(t, b)
	var doc struct {
		Version uint64          `json:"version"`
		Body    json.RawMessage `json:"body"`
	}
	if s := say(t, b, "sheriff/supervisor", http.MethodGet, "documents/template", nil, &doc); s != http.StatusOK {
		t.Fatalf("status %d", s)
	}
	edited := json.RawMessage(strings.Replace(string(doc.Body), `"due":"36h"`, `"due":"24h"`, 1))
	put := func(version uint64, body json.RawMessage) int {
		return say(t, b, "sheriff/supervisor", http.MethodPut, "documents/template", map[string]any{"version": version, "body": body}, nil)
	}
	if s := put(doc.Version, edited); s != http.StatusOK {
		t.Fatalf("editing the protocol: status %d", s)
	}
	if s := put(doc.Version, edited); s != http.StatusConflict {
		t.Errorf("an edit that did not know of the other: status %d", s)
	}
	if s := put(doc.Version+1, json.RawMessage(strings.Replace(string(doc.Body), `"owner":"site"`, `"owner":"nobody"`, 1))); s != http.StatusUnprocessableEntity {
		t.Errorf("nonsense came into force: status %d", s)
	}
	b.Restart()
	young := fieldCase(t, b)
	for id, want := range map[string]int{old: 1, young: 2} {
		if c := course(t, b, "sheriff/mdt", id); c.Template != want {
			t.Errorf("the case has version %d of the protocol, want %d", c.Template, want)
		}
	}
}

func TestAnAnalystSeesReleasedSheetsOnly(t *testing.T) {
	b := brokertest.Start(t)
	for range 3 {
		fieldCase(t, b)
	}
	now := time.Now()
	from := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	scope := map[string]string{"from": from.Format(time.DateOnly), "to": from.AddDate(0, 3, -1).Format(time.DateOnly)}
	path := fmt.Sprintf("reports/factsheet?from=%s&to=%s", scope["from"], scope["to"])
	if s := say(t, b, "sheriff/analyst", http.MethodGet, path, nil, nil); s != http.StatusForbidden {
		t.Errorf("an analyst reads working figures: status %d", s)
	}
	var sheet struct {
		Recoveries *int `json:"recoveries"`
	}
	if s := say(t, b, "sheriff/supervisor", http.MethodGet, path, nil, &sheet); s != http.StatusOK || sheet.Recoveries == nil || *sheet.Recoveries != 3 {
		t.Fatalf("working sheet: status %d, %+v", s, sheet)
	}
	var n struct {
		N uint64 `json:"n"`
	}
	for range 2 { // the same scope again is the same release
		if s := say(t, b, "sheriff/analyst", http.MethodPost, "reports/releases", scope, &n); s != http.StatusOK || n.N != 1 {
			t.Fatalf("release: status %d, number %d", s, n.N)
		}
	}
	var public map[string]json.RawMessage
	if s := say(t, b, "sheriff/analyst", http.MethodGet, "reports/releases/1", nil, &public); s != http.StatusOK || string(public["recoveries"]) != "null" {
		t.Errorf("three recoveries are published: status %d, %s", s, public["recoveries"])
	}
	if s := say(t, b, "sheriff/supervisor", http.MethodGet, "reports/factsheet?from=2026-01-05&to=2026-01-09", nil, nil); s != http.StatusUnprocessableEntity {
		t.Errorf("a free period is reported: status %d", s)
	}
}

// TestWhatTheTeamDecidedIsForThoseWhoMaySeeIt asks for a case in every way as every role: the page of the 72 hours, its answer, the history.
func TestWhatTheTeamDecidedIsForThoseWhoMaySeeIt(t *testing.T) {
	b := brokertest.Start(t)
	id, other := fieldCase(t, b), fieldCase(t, b)
	day := time.Now().UTC().Truncate(24 * time.Hour)
	word := func(who, verb string, in map[string]any) {
		t.Helper()
		if s := say(t, b, who, http.MethodPost, "activations/"+id+"/"+verb, in, nil); s != http.StatusOK {
			t.Fatalf("%s: status %d", verb, s)
		}
	}
	word("sheriff/mdt", "mdt-decided", map[string]any{"decision": map[string]any{"code": "emergency_shelter", "took_part": []string{"dcfs"}}})
	word("sheriff/mdt", "status-recorded", map[string]any{"status": map[string]any{"moment": "72h", "code": "out_of_county", "as_of": day}})
	word("sheriff/mdt", "link-proposed", map[string]any{"same_as": other})
	word("sheriff/supervisor", "facts-recorded", map[string]any{"facts": map[string]bool{"hurt": true}})
	word("sheriff/supervisor", "informed", map[string]any{"at": time.Now()})
	word("sheriff/supervisor", "duty-done", map[string]any{"duty": "le_notified"})
	word("desk/supervisor", "duty-passed", map[string]any{"duty": "advocate_called", "to": "advocate", "step": "offered"})
	word("sheriff/mdt", "personal-recorded", map[string]any{"age": 15})
	word("sheriff/supervisor", "erasure-asked", nil)
	word("sheriff/supervisor", "erasure-dropped", nil)
	word("sheriff/supervisor", "hold-set", map[string]any{"why": "litigation"})
	marks := map[string]*regexp.Regexp{ // as a program and as a page say it
		"decision": regexp.MustCompile(`emergency_shelter|<b>Emergency shelter</b>|decided: Emergency shelter`),
		"status":   regexp.MustCompile(`out_of_county|<b>Out of county</b>|: Out of county`),
		"person":   regexp.MustCompile(`"same_as":"` + other + `|/cases/` + other),
		"hold":     regexp.MustCompile(`"litigation"|litigation\b.{0,40}<`),
	}
	may := map[string]string{"decision": "..sm....", "status": "..sm....", "person": "...m....", "hold": "..s....."} // by hand, in the order of the roles
	found := map[string]bool{}
	for i, role := range desk.Roles() {
		c := roleBrowser(t, b, role)
		for _, path := range []string{"/cases/" + id, "/desk/" + id, "/desk/" + id + "/detail", "/cases/" + id + "/duties.ics", "/api/v1/activations/" + id, "/api/v1/activations/" + id + "/course"} {
			accept := "text/html"
			if strings.HasPrefix(path, "/api/") {
				accept = "application/json"
			}
			code, body := askAs(t, c, b, http.MethodGet, path, accept)
			if mayRead := (desk.Seat{Roles: []desk.Role{role}}).May(desk.CaseRead); mayRead != (code == http.StatusOK) {
				t.Errorf("%s at %s was answered %d", role, strings.ReplaceAll(path, id, "case"), code)
			}
			for field, mark := range marks {
				if mark.FindString(body) == "" {
					continue
				}
				if found[field+string(role)] = true; may[field][i] == '.' {
					t.Errorf("%s at %s sees the %s: %s", role, strings.ReplaceAll(path, id, "case"), field, mark.FindString(body))
				}
			}
		}
		for field := range marks {
			if may[field][i] != '.' && field != "hold" && !found[field+string(role)] {
				t.Errorf("%s finds the %s nowhere", role, field)
			}
		}
	}
}
