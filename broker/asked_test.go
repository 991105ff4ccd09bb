package broker_test

import (
	"net/http"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// TestAdvocatesSeeTheCallsThatThePolicyAsksThemFor: all with the shipped policy; with one that names agencies, rosters or people, theirs.
func TestAdvocatesSeeTheCallsThatThePolicyAsksThemFor(t *testing.T) {
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{{Name: "sms", Kind: "ntfy", URL: "https://push.example.org"}}
	})
	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	for until := time.Now().Add(20 * time.Second); say(t, b, "sheriff/dispatcher", http.MethodGet, "activations/"+id, nil, nil) != http.StatusOK; {
		if time.Now().After(until) {
			t.Fatal("the call is not there")
		}
	}
	sees := func(want int, when string) {
		t.Helper()
		if s := say(t, b, "advocate/dispatcher", http.MethodGet, "activations/"+id, nil, nil); s != want {
			t.Errorf("%s: status %d, want %d", when, s, want)
		}
		if s := say(t, b, "sheriff/dispatcher", http.MethodGet, "activations/"+id, nil, nil); s != http.StatusOK {
			t.Errorf("%s: status %d for the sheriff", when, s)
		}
	}
	sees(http.StatusOK, "the shipped policy")
	version := 0
	put := func(zone string, targets ...policy.Target) {
		t.Helper()
		p := policy.Policy{Zone: zone, Version: version, Rungs: []policy.Rung{
			{Targets: targets}, {AfterS: 60, Targets: []policy.Target{{Kind: policy.Desk, ID: "desk"}}, Supervisor: true},
		}}
		if err := b.Directory().PutPolicy(t.Context(), p, "u-1", time.Now()); err != nil {
			t.Fatal(err)
		}
		version++
	}
	put("compton", policy.Target{Kind: policy.Agency, ID: "sheriff"})
	sees(http.StatusNotFound, "a policy without them")
	person := policy.PersonDoc{ID: "p-1", Name: "Canary", Agency: "advocate", Contacts: []policy.Contact{{Channel: "sms", To: "p-1"}}}
	if err := b.Directory().PutPerson(t.Context(), person, "u-1"); err != nil {
		t.Fatal(err)
	}
	roster := policy.RosterDoc{ID: "nights", Name: "Nights", Agency: "advocate", TimeZone: "UTC", HandOver: "07:00", Shifts: []policy.Shift{{From: "00:00", To: "00:00", Days: []int{0}, People: []string{"p-1"}}}}
	if err := b.Directory().PutRoster(t.Context(), roster, "u-1"); err != nil {
		t.Fatal(err)
	}
	put("compton", policy.Target{Kind: policy.Agency, ID: "sheriff"}, policy.Target{Kind: policy.Roster, ID: "nights"})
	sees(http.StatusOK, "a policy with a roster of theirs")
	put("compton", policy.Target{Kind: policy.Desk, ID: "desk"})
	sees(http.StatusNotFound, "a policy of one desk")
	version = 0
	put("lancaster", policy.Target{Kind: policy.Desk, ID: "advocate"})
	sees(http.StatusNotFound, "the policy of another zone")
}
