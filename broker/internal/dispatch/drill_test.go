package dispatch_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// every writes down that a drill comes every so many days, for all zones.
func (r *rig) every(days int) {
	r.t.Helper()
	p := policy.Policy{Rungs: []policy.Rung{rung(0, "person:p-1"), rung(180, "!person:p-1")}, DrillH: 24 * days}
	if err := r.dir.PutPolicy(r.t.Context(), p, "u-1", r.wall()); err != nil {
		r.t.Fatal(err)
	}
}

func zonesIn(loc *time.Location, names ...string) func() map[string]*time.Location {
	all := map[string]*time.Location{}
	for _, n := range names {
		all[n] = loc
	}
	return func() map[string]*time.Location { return all }
}

// drills are the drills that began so far, oldest first.
func (r *rig) drills() []activation.State {
	r.ledger.mu.Lock()
	var ids []string
	for _, e := range r.ledger.all {
		if x := e.Record.Event; x != nil && x.Type == activation.Raised && x.Mode == activation.Drill {
			ids = append(ids, x.Case)
		}
	}
	r.ledger.mu.Unlock()
	var out []activation.State
	for _, id := range ids {
		out = append(out, r.state(id))
	}
	return out
}

func TestADrillComesByScheduleByDayAndOnce(t *testing.T) {
	la, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		t.Fatal(err)
	}
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.every(7)
		var e *dispatch.Engine
		for _, n := range []string{"b1", "b2", "b3"} {
			e, _ = r.node(n)
			go e.HoldDrills(t.Context(), zonesIn(la, "compton"))
		}
		for range 7 * 24 {
			time.Sleep(time.Hour)
		}
		got := r.drills()
		if len(got) != 1 {
			t.Fatalf("%d drills in the first week, want 1", len(got))
		}
		d := got[0]
		if h := d.ReceivedAt.In(la).Hour(); h < 10 || h >= 16 || d.ReceivedAt.Sub(r.start) < 24*time.Hour {
			t.Errorf("it began at %v", d.ReceivedAt.In(la))
		}
		if d.Stage() != activation.StageClosed || d.Outcome != activation.WasDrill || d.ClosedAt.At.Sub(d.ReceivedAt).Round(time.Minute) != 2*time.Hour {
			t.Errorf("nobody ended it, and it is %s, %s, after %v", d.Stage(), d.Outcome, d.ClosedAt.At.Sub(d.ReceivedAt))
		}
		if all := r.told(); len(all) != 2 || r.got()[0].Mode != activation.Drill {
			t.Errorf("it went up the ladder as %v", all)
		}
		if a := e.Times().Since(time.Time{}); len(a) != 1 || a[0].Mode != activation.Drill || a[0].Answered != 0 || a[0].Open {
			t.Errorf("it is reported as %+v", a)
		}
		time.Sleep(8 * 24 * time.Hour)
		got = r.drills()
		if len(got) != 2 {
			t.Fatalf("%d drills after a second week, want 2", len(got))
		}
		if apart := got[1].ReceivedAt.Sub(d.ReceivedAt); apart < 7*24*time.Hour-6*time.Hour || apart > 7*24*time.Hour+6*time.Hour {
			t.Errorf("the second one came %v after the first", apart)
		}
	})
}

// TestAnAnsweredDrillIsReportedWithItsTimeAndEndsByItself also when nobody clears it away; a person's drill is that person's.
func TestAnAnsweredDrillIsReportedWithItsTimeAndEndsByItself(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.every(7)
		e, _ := r.node("b1")
		zones := zonesIn(time.UTC, "compton")
		go e.HoldDrills(t.Context(), zones)
		theirs, err := e.Drill(t.Context(), "lancaster", "u-1")
		if err != nil {
			t.Fatal(err)
		}
		for len(r.drills()) < 2 {
			time.Sleep(time.Minute)
		}
		id := r.drills()[1].Case
		at := r.state(id).ReceivedAt
		time.Sleep(time.Until(at.Add(75 * time.Second)))
		r.answer(id, "dcfs")
		time.Sleep(3 * time.Hour)
		if s := r.state(id); s.Stage() != activation.StageClosed {
			t.Errorf("the drill of the schedule is %s", s.Stage())
		}
		if s := r.state(theirs); s.Stage() == activation.StageClosed {
			t.Error("somebody's own drill was taken from them")
		}
		for _, a := range e.Times().Since(time.Time{}) {
			if a.Case == id && a.Answered != 75*time.Second {
				t.Errorf("answered after %v", a.Answered)
			}
		}
	})
}

// TestDrillsDoNotComeAllAtOnce: a hundred zones share a policy; their drills are spread over the days and the hours, and each has its own.
func TestDrillsDoNotComeAllAtOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.every(10)
		var names []string
		for i := range 100 {
			names = append(names, fmt.Sprintf("z-%03d", i))
		}
		e, _ := r.node("b1")
		go e.HoldDrills(t.Context(), zonesIn(time.UTC, names...))
		time.Sleep(10 * 24 * time.Hour)
		all := r.drills()
		if len(all) != 100 {
			t.Fatalf("%d drills in ten days, want 100", len(all))
		}
		zones, days, minutes := map[string]int{}, map[string]int{}, map[string]int{}
		for _, s := range all {
			zones[s.Zone]++
			days[s.ReceivedAt.Format(time.DateOnly)]++
			minutes[s.ReceivedAt.Format(time.DateOnly+" 15:04")]++
		}
		most := func(m map[string]int) int {
			n := 0
			for _, v := range m {
				n = max(n, v)
			}
			return n
		}
		if len(zones) != 100 || most(days) > 20 || most(minutes) > 3 {
			t.Errorf("%d zones, at most %d a day and %d in a minute", len(zones), most(days), most(minutes))
		}
	})
}

// TestADrillThatWasMissedComesOnTheNextDay: the broker was off, or a call was open in the zone.
func TestADrillThatWasMissedComesOnTheNextDay(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.every(2)
		e, _ := r.node("b1")
		id := r.raise(activation.Actual) // open all the time, so that no drill can begin
		ctx := t.Context()
		go e.HoldDrills(ctx, zonesIn(time.UTC, "compton"))
		time.Sleep(10*24*time.Hour + 18*time.Hour)
		if n := len(r.drills()); n != 0 {
			t.Fatalf("%d drills beside a call", n)
		}
		p, _ := r.dir.Policy("compton")
		next := dispatch.NextDrill(p, "compton", time.Time{}, time.Now(), time.UTC)
		if want := r.start.Add(11*24*time.Hour + 10*time.Hour); !next.Equal(want) {
			t.Errorf("the next one is said to come on %v, want %v", next, want)
		}
		r.answer(id, "dcfs")
		r.do(activation.Command{Case: id, Type: activation.Left, Mode: activation.Actual, Actor: activation.Actor{Kind: activation.ByDesk, ID: "dcfs-1"}, Agency: ""})
		r.do(activation.Command{Case: id, Type: activation.Closed, Outcome: activation.WentAway, Mode: activation.Actual, Actor: activation.Actor{Kind: activation.ByDesk, ID: "dcfs-1"}})
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if n := len(r.drills()); n != 1 {
			t.Errorf("%d drills on the day after, want 1", n)
		}
	})
}
