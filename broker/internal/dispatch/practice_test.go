package dispatch_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/policy"
)

func TestSomebodyWhoCannotComeMakesRoomForTheNext(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.person("p-2", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(120, "person:p-2"), rung(180, "!person:p-2"))
		e, _ := r.node("b1")
		id := r.raise(activation.Actual)
		time.Sleep(20 * time.Second)
		if err := e.Cannot(t.Context(), id, "p-1"); err != nil {
			t.Fatal(err)
		}
		r.want("0s mail p-1", "20s mail p-2")
		time.Sleep(5 * time.Second)
		r.answer(id, "dcfs")
		e.Answered(t.Context(), id, "p-2")
		time.Sleep(time.Minute)
		states := map[string]activation.NoticeState{}
		for _, n := range r.state(id).Ladder.Notices {
			states[n.Target] = n.State
		}
		if states["p-1"] != activation.NoticeFailed || states["p-2"] != activation.NoticeAnswered {
			t.Errorf("the notices are %v", states)
		}
	})
}

func TestADeskThatNobodyWatchesDoesNotCount(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		e, _ := r.node("b1") // with the policy that is shipped
		id := r.raise(activation.Actual)
		synctest.Wait()
		if l := r.state(id).Ladder; !l.Nobody(0, 1) || !l.Nobody(0, 3) {
			t.Errorf("nobody watches a desk, and the ladder is %+v", l)
		}
		r.chans["desk"].set(nil, 0)
		time.Sleep(3 * time.Second)
		if l := r.state(id).Ladder; l.Nobody(0, 1) {
			t.Errorf("somebody opened a desk, and the ladder is %+v", l)
		}
		if err := e.Seen(t.Context(), id, "sheriff"); err != nil {
			t.Fatal(err)
		}
		if n := r.state(id).Ladder.Of(0, 1)[0]; n.State != activation.NoticeSeen {
			t.Errorf("the notice is %s", n.State)
		}
	})
}

func TestAWalkTestPagesNobody(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1", "desk:dcfs"), rung(180, "!person:p-1"))
		r.chans["desk"].set(nil, 0)
		r.node("b1")
		r.raise(activation.Test)
		time.Sleep(time.Hour)
		r.want("0s desk any")
	})
}

func TestADrillGoesTheWholeWay(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		e, _ := r.node("b1")
		if _, err := e.Drill(t.Context(), "compton", "u-1"); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Drill(t.Context(), "compton", "u-1"); !errors.Is(err, dispatch.ErrBusy) {
			t.Errorf("a second drill beside the first: %v", err)
		}
		time.Sleep(time.Hour)
		r.want("0s mail p-1", "3m0s mail p-1")
		for _, s := range r.got() {
			if s.Mode != activation.Drill {
				t.Errorf("a drill is told as %s", s.Mode)
			}
		}
	})
}

const pathLate = 2*time.Hour + 5*time.Minute

func TestAPathTestTellsNobodyAndIsClosed(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		e, _ := r.node("b1")
		r.do(activation.Command{
			Case: "path-1", Type: activation.Raised, Mode: activation.Test, Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}, Zone: "compton",
			Device: "d-1", Trigger: activation.ByPath, Source: activation.Source{AgeMS: 40},
		})
		r.want()
		if s := r.state("path-1"); s.Stage() != activation.StageClosed || s.Outcome != activation.WasTest {
			t.Errorf("it is %s, %s", s.Stage(), s.Outcome)
		}
		if p := e.Paths().Device("d-1", r.wall()); p.Took != 40*time.Millisecond || p.Late || p.Nobody {
			t.Errorf("the proof is %+v", p)
		}
		if p := e.Paths().Device("d-1", r.wall().Add(pathLate+time.Second)); !p.Late {
			t.Error("two hours of silence are no trouble")
		}
		if a := e.Times().Since(time.Time{}); len(a) != 0 {
			t.Errorf("a path test is counted: %v", a)
		}
	})
}

// TestAThousandCallsAtOnce: all are told within five seconds by a channel that takes 30 ms for each, the most urgent first, and a channel that
// never answers holds up none of them.
func TestAThousandCallsAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: a thousand cases take seconds")
	}
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.person("p-2", "dcfs", policy.Contact{Channel: "sms", To: "+1555"})
		r.policy(rung(0, "person:p-2", "person:p-1"), rung(180, "!person:p-1"))
		r.chans["mail"].set(nil, 30*time.Millisecond)
		r.chans["sms"].set(nil, time.Hour)
		for i := range 1000 {
			mode := activation.Actual
			if i%4 == 0 {
				mode = activation.Drill
			}
			id := r.raise(mode)
			if i%4 == 1 {
				r.do(activation.Command{Case: id, Type: activation.Duress, Mode: mode, Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}})
			}
		}
		r.node("b1")
		start := time.Since(r.start)
		time.Sleep(5 * time.Second)
		got := r.got()
		if len(got) != 1000 {
			t.Fatalf("%d of 1000 were told after five seconds", len(got))
		}
		wrong := 0
		for i, s := range got {
			want := map[bool]int{true: 3, false: 2}[i < 250]
			if i >= 750 {
				want = 1
			}
			if s.Urgency != want {
				wrong++
			}
		}
		if wrong > 32 { // as many as there are workers can be overtaken, at each of two borders
			t.Errorf("%d of 1000 were out of order", wrong)
		}
		t.Logf("the last was told %v after the start, %d out of order", (got[len(got)-1].at - start).Round(10*time.Millisecond), wrong)
	})
}
