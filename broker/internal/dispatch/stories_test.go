package dispatch_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/policy"
)

func TestUnansweredEachRungComesOnItsSecond(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.person("p-2", "dcfs")
		r.person("boss", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(45, "person:p-2"), rung(180, "!person:boss"))
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(44 * time.Second)
		r.want("0s mail p-1")
		time.Sleep(2 * time.Second)
		r.want("0s mail p-1", "45s mail p-2")
		time.Sleep(time.Hour)
		r.want("0s mail p-1", "45s mail p-2", "3m0s mail boss")
	})
}

func TestTheLadderIsBegunAnew(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		p := policy.Policy{Rungs: []policy.Rung{rung(0, "person:p-1"), rung(60, "!person:p-1")}, Repeat: 1, PauseS: 30}
		if err := r.dir.PutPolicy(t.Context(), p, "u-1", r.wall()); err != nil {
			t.Fatal(err)
		}
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(time.Hour)
		r.want("0s mail p-1", "1m0s mail p-1", "1m30s mail p-1", "2m30s mail p-1")
	})
}

func TestAnsweredOnTheSecondRungNobodyElseIsTold(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.person("p-2", "dcfs")
		r.person("boss", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(45, "person:p-2"), rung(90, "person:boss"), rung(180, "!person:boss"))
		r.node("b1")
		id := r.raise(activation.Actual)
		time.Sleep(60 * time.Second)
		r.answer(id, "dcfs")
		time.Sleep(time.Hour)
		r.want("0s mail p-1", "45s mail p-2")
	})
}

func TestEveryAgencyAnswersForItself(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		agencies := []string{"dcfs", "sheriff", "advocate", "probation"}
		var first, second []string
		for _, a := range agencies {
			r.person(a+"-p", a)
			r.person(a+"-q", a)
			first, second = append(first, "person:"+a+"-p"), append(second, "person:"+a+"-q")
		}
		r.policy(rung(0, first...), rung(60, second...), rung(180, "!person:dcfs-q"))
		r.node("b1")
		id := r.raise(activation.Actual)
		time.Sleep(30 * time.Second)
		r.answer(id, "dcfs")
		time.Sleep(10 * time.Minute)
		r.want("0s mail dcfs-p", "0s mail sheriff-p", "0s mail advocate-p", "0s mail probation-p",
			"1m0s mail sheriff-q", "1m0s mail advocate-q", "1m0s mail probation-q", "3m0s mail dcfs-q")
	})
}

func TestOffDutyPeopleAreNeverPaged(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("day", "dcfs")
		r.person("night", "dcfs")
		r.person("leave", "dcfs")
		if err := r.dir.PutPerson(t.Context(), policy.PersonDoc{
			ID: "leave", Name: "L", Agency: "dcfs", Version: 1, Off: true, Contacts: []policy.Contact{{Channel: "mail", To: "x"}},
		}, "u-1"); err != nil {
			t.Fatal(err)
		}
		all := []int{0, 1, 2, 3, 4, 5, 6}
		r.roster("duty", "dcfs", policy.Shift{Days: all, From: "07:00", To: "19:00", People: []string{"day", "leave"}},
			policy.Shift{Days: all, From: "19:00", To: "07:00", People: []string{"night"}})
		// Named directly on every rung, and still not told while off duty. The bubble begins at midnight UTC: the day in Los Angeles.
		r.policy(rung(0, "roster:duty", "person:night", "agency:dcfs"), rung(180, "!person:day", "person:night"))
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(10 * time.Minute)
		r.want("0s mail day", "3m0s mail day")
	})
}

func TestNobodyOnDutyIsAnAlarmAndTheNextRungComesAtOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("night", "dcfs")
		r.person("boss", "dcfs")
		r.roster("duty", "dcfs", policy.Shift{Days: []int{0, 1, 2, 3, 4, 5, 6}, From: "22:00", To: "06:00", People: []string{"night"}})
		r.policy(rung(0, "roster:duty"), rung(180, "!person:boss"))
		r.node("b1")
		id := r.raise(activation.Actual)
		r.want("0s mail boss")
		if c, ok := r.state(id).Ladder.Climbed(0, 1); !ok || !c.Nobody || !r.state(id).Ladder.Nobody(0, 1) {
			t.Errorf("the first rung reached nobody and the ledger does not say so: %+v", c)
		}
		if w := r.got()[0].Why; w != dispatch.Nobody {
			t.Errorf("the supervisor is told as %q", w)
		}
	})
}

func TestAChannelFailsTheNextIsTriedAtOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		ways := []policy.Contact{{Channel: "push", To: "x"}, {Channel: "mail", To: "y", AfterS: 20}, {Channel: "sms", To: "z", AfterS: 60}}
		r.person("p-1", "dcfs", ways...)
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.chans["push"].set(&dispatch.FaultError{Reason: activation.Refused, Final: true}, 0)
		r.node("b1")
		id := r.raise(activation.Actual)
		r.want("0s mail p-1")
		time.Sleep(70 * time.Second)
		r.want("0s mail p-1", "1m0s sms p-1")
		var failed []activation.Told
		for _, n := range r.state(id).Ladder.Notices {
			if n.State == activation.NoticeFailed {
				failed = append(failed, n)
			}
		}
		if len(failed) != 1 || failed[0].Reason != activation.Refused || failed[0].Channel != "push" {
			t.Errorf("failures in the ledger: %+v", failed)
		}
	})
}

func TestAFailingChannelIsTriedAgainWithPatience(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.chans["mail"].set(&dispatch.FaultError{Reason: activation.Unreachable}, 0)
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(5 * time.Second)
		r.chans["mail"].set(nil, 0)
		time.Sleep(30 * time.Second)
		if got := r.told(); len(got) != 2 { // the rung that failed brought the next one forward; each is told once
			t.Errorf("told %v", got)
		}
	})
}

func TestAChannelThatHangsLetsTheNextWayPass(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs", policy.Contact{Channel: "push", To: "x"}, policy.Contact{Channel: "mail", To: "y", AfterS: 300})
		r.person("p-2", "dcfs")
		r.policy(rung(0, "person:p-1", "person:p-2"), rung(180, "!person:p-2"))
		r.chans["push"].set(nil, time.Hour)
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(15 * time.Second)
		r.want("0s mail p-2", "10s mail p-1")
	})
}

func TestADeadEndpointDelaysNobodyElse(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("dead", "dcfs", policy.Contact{Channel: "sms", To: "https://dead.example.org/hook"})
		r.person("well", "dcfs", policy.Contact{Channel: "sms", To: "https://well.example.org/hook"})
		r.chans["sms"].hosts["https://dead.example.org/hook"] = time.Hour
		r.policy(rung(0, "person:dead", "person:well"), rung(180, "!person:well"))
		r.node("b1")
		for range 100 {
			r.raise(activation.Actual)
		}
		got := r.told()
		if n := len(got); n != 100 || slices.ContainsFunc(got, func(s string) bool { return s != "0s sms well" }) {
			t.Errorf("%d were told at once: %v", n, got[:min(n, 3)])
		}
	})
}

func TestKilledBetweenClaimAndSendIsSentOnceAfterTheRestart(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.chans["mail"].set(nil, time.Hour) // the notice does not get out
		_, stop := r.node("b1")
		id := r.raise(activation.Actual)
		synctest.Wait()
		r.ledger.setFail(chain.ErrUncertain) // and nothing more gets into the ledger
		stop()
		r.ledger.setFail(nil)
		r.chans["mail"].set(nil, 0)
		if n, _ := r.state(id).Ladder.Climbed(0, 1); n.By != "b1" || len(r.told()) != 0 {
			t.Fatalf("claimed by %q, told %v", n.By, r.told())
		}
		_, stop = r.node("b1")
		time.Sleep(20 * time.Second)
		r.want("10s mail p-1")
		stop()
		r.node("b1")
		time.Sleep(20 * time.Second)
		r.want("10s mail p-1")
	})
}

func TestANoticeThatWasSentButNotWrittenDownKeepsItsID(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.chans["mail"].set(nil, time.Second)
		_, stop := r.node("b1")
		r.raise(activation.Actual)
		synctest.Wait()
		r.ledger.setFail(chain.ErrUncertain)
		stop()
		r.ledger.setFail(nil)
		r.node("b1")
		time.Sleep(20 * time.Second)
		if len(r.told()) != 2 || r.got()[0].ID != r.got()[1].ID {
			t.Errorf("sent %v", r.told())
		}
	})
}

func TestTheNightOfTheClockChange(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.mu.Lock()
		r.offset = time.Until(time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)) // the second 01:00 of that night in Los Angeles
		r.mu.Unlock()
		r.person("early", "dcfs")
		r.person("late", "dcfs")
		r.roster("duty", "dcfs", policy.Shift{Days: []int{0}, From: "00:00", To: "02:00", People: []string{"early"}},
			policy.Shift{Days: []int{0}, From: "02:00", To: "08:00", People: []string{"late"}})
		r.policy(rung(0, "roster:duty"), rung(180, "!roster:duty"), rung(1800, "roster:duty"), rung(3600, "roster:duty"))
		r.node("b1")
		r.raise(activation.Actual)
		time.Sleep(2 * time.Hour)
		r.want("0s mail early", "3m0s mail early", "30m0s mail early", "1h0m0s mail late")
	})
}

func TestTheMostUrgentAreToldFirst(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.chans["mail"].set(nil, 100*time.Millisecond)
		for range 100 {
			r.raise(activation.Drill)
			r.raise(activation.Actual)
			id := r.raise(activation.Actual)
			r.do(activation.Command{Case: id, Type: activation.Duress, Mode: activation.Actual, Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}})
		}
		r.node("b1")
		time.Sleep(time.Minute)
		if len(r.told()) != 300 {
			t.Fatalf("%d were told", len(r.told()))
		}
		wrong := 0
		for i, s := range r.got() {
			if want := 3 - i/100; s.Urgency != want {
				wrong++
			}
		}
		if wrong > 16 { // as many as there are workers can be overtaken
			t.Errorf("%d of 300 were out of order", wrong)
		}
	})
}

func TestNothingOfACaseButItsCodeAndZoneIsInANotice(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs", policy.Contact{Channel: "mail", To: "canary@example.org"})
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		r.node("b1")
		id := r.raise(activation.Actual)
		r.do(activation.Command{Case: id, Type: activation.NeedAsked, Need: activation.Afraid, Mode: activation.Actual, Actor: activation.Actor{Kind: activation.ByDevice, ID: "d-1"}})
		time.Sleep(5 * time.Minute)
		for _, s := range r.got() {
			if text := fmt.Sprintf("%+v", s.Notice); strings.Contains(text, string(activation.Afraid)) || strings.Contains(text, ":d-1") || strings.Contains(text, "youth") {
				t.Errorf("a notice says %s", text)
			}
		}
		if log := r.log.String(); strings.Contains(log, "canary") || strings.Contains(log, string(activation.Afraid)) {
			t.Errorf("the log says %s", log)
		}
		for _, e := range r.ledger.all {
			if b, _ := json.Marshal(e.Record); strings.Contains(string(b), "canary") {
				t.Errorf("the ledger says %s", b)
			}
		}
	})
}

func TestAnotherNodeTakesOverFromADeadOne(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs", policy.Contact{Channel: "mail", To: "x", AfterS: 5})
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		_, stop := r.node("b1")
		r.raise(activation.Actual)
		synctest.Wait()
		stop() // before the five seconds are over
		r.node("b2")
		r.node("b3")
		time.Sleep(time.Minute)
		r.want("20s mail p-1")
	})
}

func TestTwoNodesRaceAndOneActs(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.person("p-2", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(30, "person:p-2"), rung(180, "!person:p-1"))
		r.node("b1")
		r.node("b2")
		for range 20 {
			r.raise(activation.Actual)
		}
		time.Sleep(time.Minute)
		if got := r.told(); len(got) != 40 {
			t.Errorf("%d notices for 20 calls with two rungs each", len(got))
		}
		if n := r.ledger.count(activation.Escalated); n != 40 {
			t.Errorf("%d rungs were claimed, want 40", n)
		}
	})
}

func TestAClockJumpChangesNothing(t *testing.T) {
	for _, jump := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		in(t, func(t *testing.T, r *rig) {
			r.person("p-1", "dcfs")
			r.person("p-2", "dcfs")
			r.policy(rung(0, "person:p-1"), rung(60, "person:p-2"), rung(180, "!person:p-1"))
			r.node("b1")
			r.raise(activation.Actual)
			time.Sleep(30 * time.Second)
			r.mu.Lock()
			r.offset = jump
			r.mu.Unlock()
			r.raise(activation.Actual) // by the new clock
			time.Sleep(5 * time.Minute)
			r.want("0s mail p-1", "1m0s mail p-2", "3m0s mail p-1", "30s mail p-1", "1m30s mail p-2", "3m30s mail p-1")
		})
	}
}

func TestALedgerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		r.policy(rung(0, "person:p-1"), rung(180, "!person:p-1"))
		_, stop := r.node("b1")
		r.raise(activation.Actual)
		synctest.Wait()
		stop()
		r.want("0s mail p-1")
		r.ledger.setFail(errChanged)
		r.node("b1")
		time.Sleep(4 * time.Minute)
		r.ledger.setFail(nil)
		time.Sleep(5 * time.Second)
		if got := r.told(); len(got) != 2 || got[1] > "4m2s mail p-1" {
			t.Errorf("told %v", got)
		}
	})
}

func TestARestartAfterALongTimeTellsEachRungOnce(t *testing.T) {
	in(t, func(t *testing.T, r *rig) {
		r.person("p-1", "dcfs")
		p := policy.Policy{Rungs: []policy.Rung{rung(0, "person:p-1"), rung(60, "!person:p-1")}, Repeat: 5, PauseS: 30}
		if err := r.dir.PutPolicy(t.Context(), p, "u-1", r.wall()); err != nil {
			t.Fatal(err)
		}
		r.raise(activation.Actual)
		time.Sleep(10 * time.Hour) // nobody is there
		r.node("b1")
		synctest.Wait()
		time.Sleep(time.Minute)
		r.want("10h0m0s mail p-1", "10h0m0s mail p-1")
	})
}
