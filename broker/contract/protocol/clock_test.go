package protocol_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

func shipped(t *testing.T) protocol.Template {
	t.Helper()
	tpl, _, _ := protocol.Shipped()
	return tpl
}

// starts are instants in Los Angeles around both changes of the clock, around the new year and a leap day.
func starts(t *testing.T) []time.Time {
	t.Helper()
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	return []time.Time{
		time.Date(2026, 3, 8, 1, 59, 30, 0, la),  // half a minute before 02:00 becomes 03:00
		time.Date(2026, 3, 5, 2, 30, 0, 0, la),   // 72 hours later 02:30 does not exist
		time.Date(2026, 11, 1, 1, 30, 0, 0, la),  // the first of the two 01:30
		time.Date(2026, 10, 31, 1, 30, 0, 0, la), // 24 hours later is the first, by the wall the day after has 25 hours
		time.Date(2026, 12, 31, 23, 59, 59, 0, la),
		time.Date(2028, 2, 28, 12, 0, 0, 0, la),
	}
}

// open has every start set, so that the time of every duty runs.
func open(at time.Time) protocol.Facts {
	return protocol.Facts{Raised: at, Informed: at, Arrived: at, Left: at, Hurt: protocol.Yes, InCare: protocol.Yes, UnderProbation: protocol.Yes}
}

func TestEveryTimerIsRightToTheSecond(t *testing.T) {
	tpl := shipped(t)
	for _, at := range starts(t) {
		for i, d := range tpl.Duties {
			due := at.Add(time.Duration(d.Due))
			f := open(at)
			state := func(now time.Time) protocol.State { return protocol.Run(tpl, f, now)[i].State }
			if got := protocol.Run(tpl, f, at)[i]; got.Due.Unix()-at.Unix() != int64(time.Duration(d.Due)/time.Second) {
				t.Errorf("%s from %v is due %v", d.ID, at, got.Due)
			}
			quarter := due.Add(-time.Duration(d.Due) / 4)
			for _, want := range []struct {
				now   time.Time
				state protocol.State
			}{
				{at, protocol.Waiting},
				{quarter.Add(-time.Second), protocol.Waiting},
				{quarter, protocol.DueSoon},
				{due, protocol.DueSoon},
				{due.Add(time.Second), protocol.Overdue},
			} {
				if got := state(want.now); got != want.state {
					t.Errorf("%s from %v is %s at %v, want %s", d.ID, at, got, want.now, want.state)
				}
			}
			for late, want := range map[time.Duration]protocol.State{-time.Second: protocol.DoneOnTime, 0: protocol.DoneOnTime, time.Second: protocol.DoneLate} {
				f := open(at)
				f.Marks = map[string]protocol.Deed{d.ID: {At: due.Add(late)}}
				if got := protocol.Run(tpl, f, due.Add(time.Hour))[i].State; got != want {
					t.Errorf("%s done %v after due is %s, want %s", d.ID, late, got, want)
				}
			}
		}
	}
}

// history is a case with something of everything. n counts seconds from its beginning.
func history(at time.Time) []activation.Event {
	var out []activation.Event
	add := func(after time.Duration, typ activation.Type, edit func(*activation.Event)) {
		e := activation.Event{
			ID: fmt.Sprintf("e-%02d", len(out)), Case: "c-1", Type: typ, Mode: activation.Actual, LedgerTime: at.Add(after),
			Actor: activation.Actor{Kind: activation.ByDesk, ID: "u-1"},
		}
		if edit != nil {
			edit(&e)
		}
		out = append(out, e)
	}
	add(0, activation.Raised, func(e *activation.Event) { e.Zone, e.Device, e.Trigger = "z-1", "d-1", activation.ByYouth })
	add(40*time.Second, activation.Acknowledged, func(e *activation.Event) { e.Agency, e.Code = "dcfs", "4821" })
	add(80*time.Minute, activation.Arrived, func(e *activation.Event) { e.Agency, e.Code = "dcfs", "4821" })
	add(100*time.Minute, activation.HandedOver, func(e *activation.Event) { e.Agency = "dcfs" })
	add(30*time.Hour, activation.MDTDecided, func(e *activation.Event) {
		e.Agency, e.FollowUp = "dcfs", &activation.FollowUp{Decision: &activation.Decision{Code: "home"}}
	})
	add(50*time.Hour, activation.DutyDone, func(e *activation.Event) {
		e.Agency, e.FollowUp, e.Source.AgeMS = "dhs", &activation.FollowUp{Duty: "medical_hub"}, (10 * time.Hour).Milliseconds()
	})
	return out
}

func roles(agency string) string {
	return map[string]string{"dcfs": "child_welfare", "probation": "probation", "dhs": "health", "desk": "desk"}[agency]
}

func TestARestartAndAReplayChangeNoTimer(t *testing.T) {
	tpl := shipped(t)
	for _, at := range starts(t) {
		events := history(at)
		var live activation.State
		for n, e := range events {
			live = apply(t, live, e)
			// A restart: everything comes back from the text of the ledger, in another time zone.
			var replayed activation.State
			for _, old := range events[:n+1] {
				var again activation.Event
				b, err := json.Marshal(old)
				if err == nil {
					err = json.Unmarshal(b, &again)
				}
				if err != nil {
					t.Fatal(err)
				}
				again.LedgerTime = again.LedgerTime.UTC()
				replayed = apply(t, replayed, again)
			}
			for _, after := range []time.Duration{0, 89 * time.Minute, 25 * time.Hour, 72*time.Hour + time.Second, 91 * 24 * time.Hour} {
				now := e.LedgerTime.Add(after)
				a := protocol.Run(tpl, protocol.FactsOf(live, roles), now)
				b := protocol.Run(tpl, protocol.FactsOf(replayed, roles), now)
				if !reflect.DeepEqual(brief(a), brief(b)) {
					t.Fatalf("after a replay of %d events the duties differ at %v:\n%v\n%v", n+1, now, brief(a), brief(b))
				}
			}
		}
	}
}

func brief(in []protocol.Standing) []string {
	var out []string
	for _, s := range in {
		out = append(out, fmt.Sprint(s.Duty.ID, s.State, s.Owner, s.Due.Unix(), s.Deed.At.Unix(), s.Deed.Agency))
	}
	return out
}

func apply(t *testing.T, s activation.State, e activation.Event) activation.State {
	t.Helper()
	s, err := activation.Apply(s, e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func standings(t *testing.T, at time.Time, events []activation.Event, now time.Time) map[string]protocol.Standing {
	t.Helper()
	var s activation.State
	for _, e := range events {
		s = apply(t, s, e)
	}
	out := map[string]protocol.Standing{}
	for _, x := range protocol.Run(shipped(t), protocol.FactsOf(s, roles), now) {
		out[x.Duty.ID] = x
	}
	return out
}

func TestWhatTheCaseShowsNeedsNoMark(t *testing.T) {
	at := starts(t)[0]
	got := standings(t, at, history(at), at.Add(60*time.Hour))
	for id, want := range map[string]protocol.State{
		"acknowledge": protocol.DoneOnTime, "arrive_dcfs": protocol.DoneOnTime, "arrive_probation": protocol.Overdue, "hand_over": protocol.DoneLate,
		"mdt_initial": protocol.DoneLate, "medical_hub": protocol.DoneOnTime, "missing_report": protocol.NotApplicable, "written_report": protocol.Overdue,
		"status_72h": protocol.DueSoon, "advocate_90d": protocol.Waiting,
	} {
		if got[id].State != want {
			t.Errorf("%s is %s, want %s", id, got[id].State, want)
		}
	}
	if d := got["medical_hub"].Deed; !d.At.Equal(at.Add(40*time.Hour)) || !d.Taken.Equal(at.Add(50*time.Hour)) {
		t.Errorf("a mark ten hours after the fact counts from %v", d.At)
	}
	if late := got["arrive_probation"].Late(at.Add(60 * time.Hour)); late != 58*time.Hour+30*time.Minute {
		t.Errorf("probation is late by %v", late)
	}
}

func TestTheWrittenReportRunsFromTheInformation(t *testing.T) {
	at := starts(t)[2]
	told := activation.Event{
		ID: "e-90", Case: "c-1", Type: activation.Informed, Mode: activation.Actual, LedgerTime: at.Add(2 * time.Hour), Agency: "desk",
		Actor: activation.Actor{Kind: activation.ByDesk, ID: "u-1"}, Source: activation.Source{AgeMS: (3 * time.Hour).Milliseconds()},
	}
	got := standings(t, at, append(history(at)[:1], told), at.Add(3*time.Hour))["written_report"]
	if want := at.Add(-time.Hour).Add(36 * time.Hour); !got.Due.Equal(want) {
		t.Errorf("the written report is due %v, want %v", got.Due, want)
	}
}

func TestWhatNobodyKnowsIsAskedAndNotHidden(t *testing.T) {
	f := open(starts(t)[0])
	f.InCare = protocol.Unknown
	for _, s := range protocol.Run(shipped(t), f, f.Raised.Add(25*time.Hour)) {
		if s.Duty.ID == "missing_report" && (s.State != protocol.Overdue || len(s.Unsure) != 1) {
			t.Errorf("not knowing whether a missing youth is in care made the duty %s, unsure of %v", s.State, s.Unsure)
		}
	}
}

func TestNothingIsOwedForADuplicate(t *testing.T) {
	f := open(starts(t)[0])
	f.Void = true
	for _, s := range protocol.Run(shipped(t), f, f.Raised.Add(100*time.Hour)) {
		if s.State != protocol.NotApplicable {
			t.Errorf("%s is %s", s.Duty.ID, s.State)
		}
	}
}

func TestNextIsTheInstantOfTheNextChange(t *testing.T) {
	tpl, f := shipped(t), open(starts(t)[0])
	now, steps := f.Raised, 0
	for {
		before := protocol.Run(tpl, f, now)
		next := protocol.Next(before, now)
		if next.IsZero() {
			break
		}
		if just := next.Add(-time.Nanosecond); just.After(now) && !reflect.DeepEqual(brief(protocol.Run(tpl, f, just)), brief(before)) {
			t.Fatalf("something changed before %v", next)
		}
		if reflect.DeepEqual(brief(protocol.Run(tpl, f, next)), brief(before)) {
			t.Fatalf("nothing changed at %v", next)
		}
		now, steps = next, steps+1
	}
	if now.Sub(f.Raised) < 90*24*time.Hour || steps < 15 {
		t.Errorf("the clock stopped after %d changes, %v", steps, now.Sub(f.Raised))
	}
}

func TestRemindersComeOncePerPromptWhateverTheRestarts(t *testing.T) {
	tpl, f := shipped(t), open(starts(t)[3])
	f.Marks = map[string]protocol.Deed{"medical_hub": {At: f.Raised.Add(time.Hour)}}
	sent := map[string]int{}
	since := f.Raised
	for hour := 0; hour < 24*100; hour++ {
		now := f.Raised.Add(time.Duration(hour) * time.Hour)
		for _, r := range protocol.Reminders(protocol.Run(tpl, f, now), since, now) {
			sent[r.Key()]++
		}
		since = now
	}
	for _, d := range tpl.Duties {
		want := 1
		if d.ID == "medical_hub" {
			want = 0
		}
		if got := sent[d.ID+".overdue"]; got != want {
			t.Errorf("%s: %d reminders after due, want %d", d.ID, got, want)
		}
	}
	if got := sent["written_report.due_soon"]; got != 1 {
		t.Errorf("the written report was reminded of %d times before due", got)
	}
}
