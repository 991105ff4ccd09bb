package roster_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/internal/dispatch/roster"
)

func losAngeles(t *testing.T) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func everyDay() []time.Weekday {
	return []time.Weekday{0, 1, 2, 3, 4, 5, 6}
}

func on(t *testing.T, r roster.Roster, local string, want ...string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, r.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.OnDuty(at); !slices.Equal(got, want) {
		t.Errorf("on duty at %s: %v, want %v", local, got, want)
	}
}

func TestAWeekChangesHandsOnItsMinute(t *testing.T) {
	la := losAngeles(t)
	r := roster.Roster{
		ID: "advocates", Zone: la, Start: time.Date(2026, 11, 2, 0, 0, 0, 0, la), HandOver: 8 * 60, // a Monday
		Shifts: []roster.Shift{{Days: everyDay(), People: []string{"a", "b", "c"}, Rotate: true}},
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	on(t, r, "2026-11-02 07:59", "c")
	on(t, r, "2026-11-02 08:00", "a")
	on(t, r, "2026-11-09 07:59", "a")
	on(t, r, "2026-11-09 08:00", "b")
	on(t, r, "2026-11-16 08:00", "c")
	on(t, r, "2026-11-23 08:00", "a")
	on(t, r, "2026-10-26 08:00", "c") // before the start the order goes on
}

func TestHandOversDoNotMoveWhenClocksDo(t *testing.T) {
	la := losAngeles(t)
	r := roster.Roster{
		ID: "x", Zone: la, Start: time.Date(2026, 10, 26, 0, 0, 0, 0, la), HandOver: 8 * 60,
		Shifts: []roster.Shift{{Days: everyDay(), People: []string{"a", "b"}, Rotate: true}},
	}
	// Clocks are set back on 2026-11-01 and forward on 2027-03-14.
	on(t, r, "2026-11-02 07:59", "a")
	on(t, r, "2026-11-02 08:00", "b")
	on(t, r, "2027-03-15 07:59", "b")
	on(t, r, "2027-03-15 08:00", "a")
}

func TestTheRepeatedHourHasOneOwnerAndTheMissingHourNone(t *testing.T) {
	la := losAngeles(t)
	r := roster.Roster{ID: "x", Zone: la, Shifts: []roster.Shift{
		{Days: everyDay(), From: 1 * 60, To: 2 * 60, People: []string{"night"}},
		{Days: everyDay(), From: 2 * 60, To: 1 * 60, People: []string{"rest"}},
	}}
	back := time.Date(2026, 11, 1, 8, 30, 0, 0, time.UTC) // 01:30 for the first time; an hour later again
	for _, at := range []time.Time{back, back.Add(time.Hour)} {
		if got := r.OnDuty(at); !slices.Equal(got, []string{"night"}) {
			t.Errorf("at %s: %v", at.In(la), got)
		}
	}
	forward := time.Date(2027, 3, 14, 10, 0, 0, 0, time.UTC) // 03:00, a moment after 01:59
	if got := r.OnDuty(forward); !slices.Equal(got, []string{"rest"}) {
		t.Errorf("at %s: %v", forward.In(la), got)
	}
}

func TestANightShiftBelongsToTheDayItBegins(t *testing.T) {
	r := roster.Roster{ID: "x", Zone: losAngeles(t), Shifts: []roster.Shift{
		{Days: []time.Weekday{time.Friday}, From: 22 * 60, To: 6 * 60, People: []string{"owl"}},
	}}
	on(t, r, "2026-11-20 21:59")
	on(t, r, "2026-11-20 22:00", "owl")
	on(t, r, "2026-11-21 05:59", "owl")
	on(t, r, "2026-11-21 06:00")
	on(t, r, "2026-11-21 23:00")
}

func TestOverridesReplacePeople(t *testing.T) {
	la := losAngeles(t)
	r := roster.Roster{
		ID: "x", Zone: la, Shifts: []roster.Shift{{Days: everyDay(), People: []string{"a", "b"}}},
		Overrides: []roster.Override{{From: time.Date(2026, 11, 23, 12, 0, 0, 0, la), Until: time.Date(2026, 11, 23, 14, 0, 0, 0, la), Off: "a", On: "z"}},
	}
	on(t, r, "2026-11-23 11:59", "a", "b")
	on(t, r, "2026-11-23 12:00", "b", "z")
	on(t, r, "2026-11-23 14:00", "a", "b")
}

func TestABadRosterSaysWhatIsWrong(t *testing.T) {
	la := losAngeles(t)
	good := roster.Shift{Days: everyDay(), People: []string{"a"}}
	for want, r := range map[string]roster.Roster{
		"id":         {ID: "A B", Zone: la, Shifts: []roster.Shift{good}},
		"time zone":  {ID: "x", Shifts: []roster.Shift{good}},
		"no shift":   {ID: "x", Zone: la},
		"no people":  {ID: "x", Zone: la, Shifts: []roster.Shift{{Days: everyDay()}}},
		"first week": {ID: "x", Zone: la, Shifts: []roster.Shift{{Days: everyDay(), People: []string{"a"}, Rotate: true}}},
		"override":   {ID: "x", Zone: la, Shifts: []roster.Shift{good}, Overrides: []roster.Override{{}}},
	} {
		if err := r.Check(); !errors.Is(err, roster.ErrRoster) || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, have %v", want, err)
		}
	}
}

func TestSomebodyIsOnDutyAtEveryMinuteOfAFullRotation(t *testing.T) {
	la := losAngeles(t)
	r := roster.Roster{
		ID: "x", Zone: la, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, la), HandOver: 7*60 + 30,
		Shifts: []roster.Shift{{Days: everyDay(), People: []string{"a", "b", "c"}, Rotate: true}},
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_500_000_000, 2_200_000_000).Draw(t, "at"), 0)
		if got := r.OnDuty(at); len(got) != 1 {
			t.Fatalf("at %s: %v", at.In(la), got)
		}
	})
}
