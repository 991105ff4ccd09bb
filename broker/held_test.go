package broker_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// TestASupervisorLooksUpWhatIsHeldAboutAPerson: two recoveries with the county's client number, one of them under a legal hold, and a third
// youth. The number finds the two and what is kept in each, names who set the hold and why, and the audit has it.
func TestASupervisorLooksUpWhatIsHeldAboutAPerson(t *testing.T) {
	b := brokertest.Start(t)
	ids := []string{fieldCase(t, b), fieldCase(t, b), fieldCase(t, b)}
	for i, number := range []string{"K-4711", "K-4711", "K-9000"} {
		in := map[string]any{"age": 15, "client_number": number}
		if s := say(t, b, "sheriff/mdt", http.MethodPost, "activations/"+ids[i]+"/personal-recorded", in, nil); s != http.StatusOK {
			t.Fatalf("recording an age: status %d", s)
		}
	}
	hold := func(why string) int {
		return say(t, b, "sheriff/supervisor", http.MethodPost, "activations/"+ids[0]+"/hold-set", map[string]string{"why": why}, nil)
	}
	if s := hold("because I say so"); s != http.StatusUnprocessableEntity {
		t.Errorf("a reason in words of one's own: status %d", s)
	}
	if s := hold("court_order"); s != http.StatusOK {
		t.Fatalf("a legal hold: status %d", s)
	}
	b.Restart() // who set it and why are of the ledger

	w := walker{desklook.Open(t, 3*time.Minute), t, b}
	w.signIn("desk", desk.Supervisor)
	w.open("/retention")
	w.shows("Legal holds", "Court order or subpoena", "Nothing is due")
	lookAt(t, w.Browser, "retention-holds")
	w.must("/retention/person", nil, typed{"client_number": "K-4711"})
	w.shows("2 recoveries of this person", "age, keyed hash of the client number", "Legal hold", "Court order or subpoena", "Ask to erase")
	lookAt(t, w.Browser, "retention-held")
	if text := w.ask(`document.querySelector('main').innerText + location`); strings.Contains(text, "4711") {
		t.Errorf("the client number is on the page or in its address: %s", text)
	}
	w.open("/retention")
	w.must("/retention/person", nil, typed{"case": ids[2]})
	w.shows("1 recovery of this person")
	w.open("/retention")
	w.must("/retention/person", nil, typed{"client_number": "K-0000"})
	w.shows("Nothing is held")
	w.open("/retention")
	w.refused("Something is not right yet", "case", "/retention/person", nil, nil)

	var audit struct {
		Entries []struct {
			Action string `json:"action"`
			Case   string `json:"case"`
		} `json:"entries"`
	}
	if s := say(t, b, "desk/auditor", http.MethodGet, "audit?"+url.Values{"action": {"read_held"}}.Encode(), nil, &audit); s != http.StatusOK {
		t.Fatalf("the audit: status %d", s)
	}
	seen := map[string]int{}
	for _, l := range audit.Entries {
		if l.Action == "read_held" {
			seen[l.Case]++
		}
	}
	for _, id := range append(ids, "") {
		if seen[id] == 0 {
			t.Errorf("of the look-ups the audit has %v, not %q", seen, id)
		}
	}
}

func TestAnAgencyThatNobodyCanRemindIsSeen(t *testing.T) {
	b := brokertest.Start(t)
	id := fieldCase(t, b)
	w := walker{desklook.Open(t, 2*time.Minute), t, b}
	w.signIn("desk", desk.Supervisor)
	w.open("/protocol")
	w.shows("Nobody can be reminded", "Probation")
	lookAt(t, w.Browser, "protocol-deaf")
	w.open("/cases/" + id)
	w.shows("Nobody there can be reminded", "Century")
	if text := w.ask(`[...document.querySelectorAll('main h2')].map(e => e.innerText).join('|')`); strings.Contains(text, "Staff at the zone") {
		t.Errorf("a case without a zone has duties of staff at a zone: %s", text)
	}
	lookAt(t, w.Browser, "case-deaf")
}
