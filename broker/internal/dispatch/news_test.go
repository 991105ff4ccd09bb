package dispatch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// says has the device of a call say something.
func (r *rig) says(id string, cmd activation.Command) {
	r.t.Helper()
	cmd.Case, cmd.Mode, cmd.Actor = id, r.state(id).Mode, activation.Actor{Kind: activation.ByDevice, ID: "d-1"}
	r.do(cmd)
}

// answered is a county in which dcfs has answered a call after ten seconds, by its person on duty, and the advocates have not.
func (r *rig) answered() string {
	r.t.Helper()
	r.person("p-1", "dcfs", policy.Contact{Channel: "push", To: "x"}, policy.Contact{Channel: "mail", To: "y", AfterS: 20})
	r.person("p-2", "dcfs")
	r.person("a-1", "advocate")
	all := []int{0, 1, 2, 3, 4, 5, 6}
	r.roster("duty", "dcfs", policy.Shift{Days: all, From: "00:00", To: "00:00", People: []string{"p-1"}})
	r.roster("rest", "dcfs", policy.Shift{Days: all, From: "03:00", To: "03:01", People: []string{"p-2"}})
	r.policy(rung(0, "roster:duty", "person:a-1"), rung(180, "!person:a-1"))
	r.node("b1")
	id := r.raise(activation.Actual)
	time.Sleep(10 * time.Second)
	r.answer(id, "dcfs")
	time.Sleep(20 * time.Second)
	r.want("0s push p-1", "0s mail a-1")
	return id
}

func TestWhoAnsweredHearsAtOnceWhatHappenedSince(t *testing.T) {
	for name, cmd := range map[string]activation.Command{
		"pressed again": {Type: activation.PressedAgain, Zone: "compton", Device: "d-1", Trigger: activation.ByButton},
		"hurt":          {Type: activation.NeedAsked, Need: activation.Hurt},
		"hurt, intake":  {Type: activation.IntakeRecorded, Intake: []activation.Need{activation.Hurt}},
		"needs help":    {Type: activation.WelfareChecked, Welfare: activation.WelfareHelp},
		"duress":        {Type: activation.Duress},
		"left":          {Type: activation.Left},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, r *rig) {
				id := r.answered()
				r.says(id, cmd)
				// The advocates have not answered: their ladder goes on as if nothing had happened, unless it is over.
				want := []string{"0s push p-1", "0s mail a-1", "30s push p-1"}
				r.want(want...)
				if w := r.got()[len(r.got())-1].Why; w != dispatch.News {
					t.Errorf("told as %q", w)
				}
				time.Sleep(time.Hour)
				if cmd.Type != activation.Left {
					want = append(want, "3m0s mail a-1")
				}
				r.want(want...)
			})
		})
	}
}

func TestWhatNobodyMustHearOfPagesNobody(t *testing.T) {
	for name, cmd := range map[string]activation.Command{
		"water":    {Type: activation.NeedAsked, Need: activation.WaterFood},
		"is well":  {Type: activation.WelfareChecked, Welfare: activation.WelfareOK},
		"one typo": {Type: activation.CodeEntered, Code: "1111"},
		"call off": {Type: activation.StandDownRequested},
		"intake":   {Type: activation.IntakeRecorded, Intake: []activation.Need{activation.WaterFood}},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, r *rig) {
				id := r.answered()
				r.says(id, cmd)
				time.Sleep(time.Minute)
				r.want("0s push p-1", "0s mail a-1")
			})
		})
	}
}

func TestSomebodyAtTheDoorWithoutTheCode(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		id := r.answered()
		for range activation.MaxCodeTries {
			time.Sleep(time.Second)
			r.want("0s push p-1", "0s mail a-1")
			r.says(id, activation.Command{Type: activation.CodeEntered, Code: "1111"})
		}
		r.want("0s push p-1", "0s mail a-1", "35s push p-1")
	})
}

func TestManyPressesInAMinuteAreToldOnceAndOnceMore(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		id := r.answered()
		for range 30 {
			r.says(id, activation.Command{Type: activation.PressedAgain, Zone: "compton", Device: "d-1", Trigger: activation.ByButton})
			time.Sleep(time.Second)
		}
		r.says(id, activation.Command{Type: activation.Duress}) // and this does not wait
		time.Sleep(2 * time.Minute)
		r.want("0s push p-1", "0s mail a-1", "30s push p-1", "1m0s push p-1", "1m30s push p-1", "3m0s mail a-1")
	})
}

func TestNewsAreTriedByTheNextWayWhenOneFails(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		id := r.answered()
		r.chans["push"].set(&dispatch.FaultError{Reason: activation.AddressGone, Final: true}, 0)
		r.says(id, activation.Command{Type: activation.Duress})
		r.want("0s push p-1", "0s mail a-1", "30s mail p-1")
		r.chans["mail"].set(&dispatch.FaultError{Reason: activation.Refused, Final: true}, 0)
		r.chans["desk"].set(&dispatch.FaultError{Reason: activation.Unwatched, Final: true}, 0)
		r.says(id, activation.Command{Type: activation.Left})
		time.Sleep(time.Second)
		s := r.state(id)
		if !s.Ladder.Unheard(s.LeftAt.ID, "dcfs") || s.Ladder.Unheard(s.UnderDuress.ID, "dcfs") {
			t.Error("the ledger does not say who could not be told of what")
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if !strings.Contains(r.log.String(), "who answered could not be told") {
			t.Error("nobody who runs the broker hears that news reached nobody")
		}
	})
}

func TestNewsSurviveARestartAndAreToldOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs", policy.Contact{Channel: "push", To: "x"}, policy.Contact{Channel: "mail", To: "y"})
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		_, stop := r.node("b1")
		id := r.raise(activation.Actual)
		time.Sleep(time.Second)
		r.answer(id, "dcfs")
		time.Sleep(time.Second)
		before := len(r.told())
		r.chans["push"].set(nil, 5*time.Second) // it dies while the notice is on its way
		r.says(id, activation.Command{Type: activation.NeedAsked, Need: activation.Hurt})
		time.Sleep(time.Second)
		r.ledger.setFail(errChanged)
		stop()
		r.ledger.setFail(nil)
		r.chans["push"].set(nil, 0)
		time.Sleep(time.Second)
		_, stop = r.node("b1")
		time.Sleep(time.Minute)
		stop()
		r.node("b1")
		time.Sleep(time.Minute)
		var ids []string
		for _, s := range r.got()[before:] {
			if s.Why == dispatch.News {
				ids = append(ids, s.ID)
			}
		}
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != 1 {
			t.Errorf("%d notices of one piece of news: %v", n, ids)
		}
		if got := r.ledger.count(activation.Escalated); got != 1 {
			t.Errorf("%d rungs were claimed: news begin no ladder anew", got)
		}
	})
}

func TestTwoNodesTellNewsOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		id := r.answered()
		r.node("b2")
		r.node("b3")
		r.says(id, activation.Command{Type: activation.Duress})
		time.Sleep(time.Minute)
		r.want("0s push p-1", "0s mail a-1", "30s push p-1")
	})
}

func TestWhatHappenedBeforeTheAnswerIsNoNews(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.node("b1")
		id := r.raise(activation.Actual)
		r.says(id, activation.Command{Type: activation.NeedAsked, Need: activation.Hurt})
		time.Sleep(time.Second)
		r.answer(id, "dcfs")
		time.Sleep(time.Hour)
		r.want("0s mail p-1")
	})
}

func TestADrillTellsNewsToo(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.node("b1")
		id := r.raise(activation.Drill)
		time.Sleep(time.Second)
		r.answer(id, "dcfs")
		time.Sleep(9 * time.Second)
		r.says(id, activation.Command{Type: activation.Left})
		r.want("0s mail p-1", "10s mail p-1")
		if m := r.got()[1].Mode; m != activation.Drill {
			t.Errorf("told in mode %q", m)
		}
	})
}
