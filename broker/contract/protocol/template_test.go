package protocol_test

import (
	"errors"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

func TestTheShippedDocumentsSayWhatTheyRestOn(t *testing.T) {
	tpl, lists, stations := protocol.Shipped()
	for _, d := range tpl.Duties {
		if d.Basis == "" {
			t.Errorf("%s has no basis", d.ID)
		}
	}
	if len(stations.Stations) != 9 || len(lists.Offered(protocol.MDTDecision)) != 10 {
		t.Errorf("%d stations, %d decisions", len(stations.Stations), len(lists.Offered(protocol.MDTDecision)))
	}
}

func TestEveryFaultOfATemplateIsNamed(t *testing.T) {
	good := shipped(t)
	for want, edit := range map[string]func(*protocol.Template){
		"duty 1 (safe_place): owner":       func(x *protocol.Template) { x.Duties[0].Owner = "nobody" },
		"duty 2 (safe_place): id":          func(x *protocol.Template) { x.Duties[1].ID = "safe_place" },
		"duty 1 (safe_place): due":         func(x *protocol.Template) { x.Duties[0].Due = 0 },
		"duty 1 (safe_place): from":        func(x *protocol.Template) { x.Duties[0].From = "midnight" },
		"duty 1 (safe_place): when":        func(x *protocol.Template) { x.Duties[0].When = []protocol.Condition{"rich"} },
		"duty 1 (safe_place): basis":       func(x *protocol.Template) { x.Duties[0].Basis = "" },
		"duty 1 (safe_place): may_mark":    func(x *protocol.Template) { x.Duties[0].MayMark = []string{"nobody"} },
		"duty 1 (safe_place): evidence":    func(x *protocol.Template) { x.Duties[0].Evidence = []protocol.Evidence{{ID: "why", Title: "Why"}} },
		"agency 1 (site): name":            func(x *protocol.Template) { x.Agencies[0].Name = "" },
		"version":                          func(x *protocol.Template) { x.Version = 0 },
		"ends_after":                       func(x *protocol.Template) { x.EndsAfter = -1 },
		"duties: there must be 1 to 64":    func(x *protocol.Template) { x.Duties = nil },
		"duty 1 (safe_place): done_by":     func(x *protocol.Template) { x.Duties[0].DoneBy = "hope" },
		"duty 1 (safe_place): kiosk":       func(x *protocol.Template) { x.Duties[0].Kiosk = "maybe" },
		"agency 1 (Main Street): id: it m": func(x *protocol.Template) { x.Agencies[0].ID = "Main Street" },
	} {
		bad, err := protocol.ParseTemplate(good.Encode())
		if err != nil {
			t.Fatal(err)
		}
		edit(&bad)
		if err := bad.Validate(); !errors.Is(err, protocol.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("want a fault at %q, got %v", want, err)
		}
	}
}

func TestAMisspeltFieldIsNamedWithItsLine(t *testing.T) {
	text := strings.Replace(string(shipped(t).Encode()), `"owner"`, `"ower"`, 1)
	_, err := protocol.ParseTemplate([]byte(text))
	if err == nil || !strings.Contains(err.Error(), "line ") || !strings.Contains(err.Error(), "ower") {
		t.Errorf("got %v", err)
	}
}

func TestWhoMayMarkWhat(t *testing.T) {
	tpl := shipped(t)
	for _, c := range []struct {
		duty, owner string
		who         protocol.Party
		may         bool
	}{
		{"in_person_visit", "dcfs", protocol.Party{Agency: "dcfs", Role: "child_welfare"}, true},
		{"in_person_visit", "dcfs", protocol.Party{Agency: "county-kids", Role: "child_welfare"}, true},
		{"in_person_visit", "dcfs", protocol.Party{Agency: "advocate", Role: "advocate"}, false},
		{"in_person_visit", "probation", protocol.Party{Agency: "probation", Role: "probation"}, true}, // taken over
		{"missing_report", "dcfs", protocol.Party{Agency: "probation", Role: "probation"}, true},
		{"status_72h", "lead", protocol.Party{Agency: "dcfs", Role: "child_welfare"}, true},
		{"status_72h", "lead", protocol.Party{Agency: "sheriff", Role: "law_enforcement"}, false},
		{"safe_place", "site", protocol.Party{Agency: "desk", Role: "desk"}, true},
		{"safe_place", "site", protocol.Party{Agency: "dmh", Role: "mental_health"}, false},
	} {
		d, ok := tpl.Duty(c.duty)
		if got := tpl.MayMark(d, c.owner, c.who); !ok || got != c.may {
			t.Errorf("%s may mark %s: %v, want %v", c.who.Agency, c.duty, got, c.may)
		}
	}
}

func TestOnlyJuvenileHallHasAReason(t *testing.T) {
	_, lists, _ := protocol.Shipped()
	for _, c := range []struct {
		code, reason string
		ok           bool
	}{{"home", "", true}, {"home", "warrant", false}, {"juvenile_hall", "warrant", true}, {"juvenile_hall", "", false}, {"jail", "", false}} {
		err := lists.CheckDecision(activation.Decision{Code: c.code, Reason: c.reason})
		if (err == nil) != c.ok {
			t.Errorf("%s for %q: %v", c.code, c.reason, err)
		}
	}
}

func TestARetiredCodeIsReadAndNotOffered(t *testing.T) {
	_, lists, _ := protocol.Shipped()
	lists.Lists[0].Codes[1].Retired = true
	if lists.Check(protocol.IdentifiedBy, "vice_operation") == nil || lists.Label(protocol.IdentifiedBy, "vice_operation") != "Vice operation" {
		t.Error("a retired code is offered, or has lost its name")
	}
}

func TestTheDiffNamesWhatChanged(t *testing.T) {
	a := shipped(t)
	b, err := protocol.ParseTemplate(a.Encode())
	if err != nil {
		t.Fatal(err)
	}
	b.Duties[0].Due *= 2
	b.Duties = b.Duties[:len(b.Duties)-1]
	got := protocol.Diff(a, b)
	want := []protocol.Change{
		{What: "advocate_90d", Kind: "removed"},
		{What: "safe_place.due", Kind: "changed", Was: `"2m"`, Is: `"4m"`},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		got[i].Was = got[i].Was[:min(len(got[i].Was), len(want[i].Was))]
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

func FuzzTemplate(f *testing.F) {
	tpl, _, _ := protocol.Shipped()
	f.Add(tpl.Encode())
	f.Add([]byte(`{"id":1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := protocol.ParseTemplate(b)
		if err != nil {
			return
		}
		if _, err := protocol.ParseTemplate(got.Encode()); err != nil {
			t.Errorf("what was written is refused: %v", err)
		}
	})
}
