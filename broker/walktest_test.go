package broker

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/casefile"
)

func TestOnlyWalkTestsThatNobodyTookCloseThemselves(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	old := now.Add(-time.Minute)
	test := func(change func(*activation.State)) casefile.Case {
		s := activation.State{Case: "c", Mode: activation.Test, Trigger: activation.ByButton, ReceivedAt: old}
		change(&s)
		return casefile.Case{State: s}
	}
	got := walkTestsOver([]casefile.Case{
		test(func(s *activation.State) { s.Case = "walk-test" }),
		test(func(s *activation.State) { s.Mode = activation.Actual }),
		test(func(s *activation.State) { s.Mode = activation.Drill }),
		test(func(s *activation.State) { s.Trigger = activation.ByPath }),
		test(func(s *activation.State) { s.Trigger = activation.ByYouth }),
		test(func(s *activation.State) { s.ReceivedAt = now.Add(-29 * time.Second) }),
		test(func(s *activation.State) { s.ClosedAt = activation.Mark{ID: "e", At: old} }),
		test(func(s *activation.State) {
			s.Answers = append(s.Answers, activation.Answer{Agency: "desk", Acknowledged: activation.Mark{ID: "e", At: old}})
		}),
	}, 30*time.Second, now)
	if len(got) != 1 || got[0].Case != "walk-test" || got[0].Type != activation.Closed || got[0].Outcome != activation.WasTest {
		t.Fatalf("%+v", got)
	}
	got[0].ID = newID()
	if err := got[0].Validate(); err != nil {
		t.Error(err)
	}
}
