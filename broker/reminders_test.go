package broker_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// TestWhoeverOwesADutyIsRemindedOnceOfEachMoment: before and after it is due, whoever is on duty for the agency that owes it and nobody
// else, once, however many nodes look and however often they start.
func TestWhoeverOwesADutyIsRemindedOnceOfEachMoment(t *testing.T) {
	const secret = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw=="
	at, all := relay(t, secret)
	file := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{{Name: "sms", Kind: "webhook", URL: at, SecretFile: file, Allow: []string{"127.0.0.0/8"}}}
	})
	for i, p := range []string{"p-duty", "p-home", "p-other"} {
		agency := []string{"advocate", "advocate", "sheriff"}[i]
		doc := policy.PersonDoc{ID: p, Name: "Somebody Canary", Agency: agency, Contacts: []policy.Contact{{Channel: "sms", To: p}}}
		if err := b.Directory().PutPerson(t.Context(), doc, "u-1"); err != nil {
			t.Fatal(err)
		}
	}
	roster := policy.RosterDoc{ID: "day", Name: "Day", Agency: "advocate", TimeZone: "UTC", HandOver: "07:00", Shifts: []policy.Shift{
		{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: "00:00", To: "00:00", People: []string{"p-duty"}},
	}}
	if err := b.Directory().PutRoster(t.Context(), roster, "u-1"); err != nil {
		t.Fatal(err)
	}
	id := fieldCase(t, b)
	var owed time.Time
	for _, d := range course(t, b, "sheriff/mdt", id).Duties {
		if d.Owner == "advocate" && (d.State == "waiting" || d.State == "due_soon") && (owed.IsZero() || d.Due.Before(owed)) {
			owed = d.Due
		}
	}
	if owed.IsZero() {
		t.Fatal("the advocates owe nothing")
	}
	remind := func(now time.Time) (got []told) {
		t.Helper()
		var nodes sync.WaitGroup
		for range 2 {
			nodes.Go(func() {
				if err := b.Remind(t.Context(), now); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		for len(all) > 0 {
			got = append(got, <-all)
		}
		return got
	}
	want := func(when string, got []told, n int) {
		t.Helper()
		if len(got) != n {
			t.Errorf("%s %d notices are sent, want %d: %+v", when, len(got), n, got)
		}
		for _, x := range got {
			if x.Data.To != "p-duty" || !strings.Contains(x.Data.Subject, "reminder") || x.Data.Link != "" || !strings.Contains(x.Data.Body, "Century") {
				t.Errorf("%s: %s", when, x.raw)
			}
		}
	}
	want("just before it is due", remind(owed.Add(-time.Second)), 1)
	want("again", remind(owed.Add(-time.Second)), 0)
	b.Restart()
	want("after a restart", remind(owed.Add(-time.Second)), 0)
	want("when it is overdue", remind(owed.Add(time.Second)), 1)
	b.Restart()
	want("overdue, after a restart", remind(owed.Add(3*time.Minute)), 0)
}
