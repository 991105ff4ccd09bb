package directory_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/internal/dispatch/directory"
	"safeyouthzone/broker/internal/dispatch/policy"
)

type table struct{ kept map[string][]byte }

func (m *table) Put(_ context.Context, key string, rev uint64, v []byte) (uint64, error) {
	m.kept[key] = v
	return rev + 1, nil
}

func open(t *testing.T) (*directory.Directory, *table) {
	t.Helper()
	m := &table{kept: map[string][]byte{}}
	d := directory.New(m, []string{"sheriff"}, []string{"mail", "push"}, errors.New("changed"), slog.New(slog.DiscardHandler))
	d.Accounts([]string{"push"}, func(a string) bool { return a != "sheriff-gone" })
	return d, m
}

func person(id, account, channel string) policy.PersonDoc {
	return policy.PersonDoc{ID: id, Name: "Somebody", Agency: "sheriff", Account: account, Contacts: []policy.Contact{{Channel: channel, To: "canary@example.org"}}}
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errors.As(err, new(*directory.BadError)) || !strings.Contains(err.Error(), words) {
		t.Errorf("want %q, have %v", words, err)
	}
}

func TestABrowserIsReachedByAnAccountThatIsWrittenDown(t *testing.T) {
	d, _ := open(t)
	refused(t, d.PutPerson(t.Context(), person("sheriff-a", "", "push"), "u"), "write down the person's account") // though the id looks like one
	refused(t, d.PutPerson(t.Context(), person("p-1", "sheriff-gone", "push"), "u"), "shut out")
	if err := d.PutPerson(t.Context(), person("p-1", "sheriff-a", "push"), "u"); err != nil {
		t.Fatal(err)
	}
	refused(t, d.PutPerson(t.Context(), person("p-2", "sheriff-a", "mail"), "u"), "linked to Somebody already")
	if p, ok := d.ByAccount("sheriff-a"); !ok || p.ID != "p-1" {
		t.Errorf("the account is %+v's", p)
	}
}

func TestSomebodyNewWithATakenIdIsToldSo(t *testing.T) {
	d, _ := open(t)
	if err := d.PutPerson(t.Context(), person("p-1", "", "mail"), "u"); err != nil {
		t.Fatal(err)
	}
	if err := d.PutPerson(t.Context(), person("p-1", "", "mail"), "u"); !errors.Is(err, directory.ErrTaken) {
		t.Errorf("have %v", err)
	}
	old := person("p-1", "", "mail")
	old.Version = 7
	if err := d.PutPerson(t.Context(), old, "u"); !errors.Is(err, directory.ErrChanged) {
		t.Errorf("have %v", err)
	}
}

func TestWhoeverLeavesIsForgottenButForTheName(t *testing.T) {
	d, m := open(t)
	for _, id := range []string{"p-1", "p-2"} {
		if err := d.PutPerson(t.Context(), person(id, "sheriff-"+id, "push"), "u"); err != nil {
			t.Fatal(err)
		}
	}
	r := policy.RosterDoc{ID: "r", Name: "Nights", Agency: "sheriff", TimeZone: "UTC", HandOver: "07:00", Shifts: []policy.Shift{{Days: []int{0}, From: "00:00", To: "00:00", People: []string{"p-1", "p-2"}}}}
	if err := d.PutRoster(t.Context(), r, "u"); err != nil {
		t.Fatal(err)
	}
	one := []policy.Target{{Kind: policy.Person, ID: "p-1"}}
	p := policy.Policy{Rungs: []policy.Rung{{Targets: one}, {AfterS: 60, Supervisor: true, Targets: []policy.Target{{Kind: policy.Desk}}}}}
	if err := d.PutPolicy(t.Context(), p, "u", time.Now()); err != nil {
		t.Fatal(err)
	}
	gone, _ := d.One("p-1")
	gone.Retired = true
	err := d.PutPerson(t.Context(), gone, "u")
	for _, words := range []string{"The roster “Nights” names this person", "Rung 1 of the ladder of the county names this person", "Not to be reached"} {
		refused(t, err, words)
	}
	r.Version, r.Shifts[0].People = 1, []string{"p-2"}
	p.Version, p.Rungs[0].Targets = 1, []policy.Target{{Kind: policy.Roster, ID: "r"}}
	if err := errors.Join(d.PutRoster(t.Context(), r, "u"), d.PutPolicy(t.Context(), p, "u", time.Now()), d.PutPerson(t.Context(), gone, "u")); err != nil {
		t.Fatal(err)
	}
	var kept policy.PersonDoc
	if err := json.Unmarshal(m.kept["person.p-1"], &kept); err != nil || len(kept.Contacts) > 0 || kept.Account != "" || kept.Name != "Somebody" {
		t.Errorf("what is kept of them: %s", m.kept["person.p-1"])
	}
	if len(d.People()) != 1 || len(d.Left()) != 1 || d.Person("p-1") {
		t.Errorf("people %+v, left %+v", d.People(), d.Left())
	}
	if x, ok := d.One("p-1"); !ok || x.Reachable() {
		t.Errorf("their name is gone from the history, or they can be told: %+v", x)
	}
	p.Version, p.Rungs[0].Targets = 2, one
	refused(t, d.PutPolicy(t.Context(), p, "u", time.Now()), "or they have left")
}
