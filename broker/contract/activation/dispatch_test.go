package activation_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safeyouthzone/broker/contract/activation"
)

func notice(id, agency string, state activation.NoticeState) activation.Notice {
	n := activation.Notice{ID: id, Rung: 1, Channel: "mail", Target: "p-1", Agency: agency, State: state}
	if state == activation.NoticeFailed {
		n.Reason = activation.Unreachable
	}
	return n
}

func claim(n int, node string, notices ...activation.Notice) activation.Event {
	return at(n, activation.Escalated, func(e *activation.Event) {
		e.Actor = activation.Actor{Kind: activation.BySystem, ID: node}
		e.ID += "-" + node
		e.Dispatch = &activation.Dispatch{Rung: &activation.Rung{N: 1, Policy: 1}, Notices: notices}
	})
}

func told(n int, notices ...activation.Notice) activation.Event {
	return at(n, activation.Notified, func(e *activation.Event) {
		e.Actor = activation.Actor{Kind: activation.BySystem, ID: "b1"}
		e.Dispatch = &activation.Dispatch{Notices: notices}
	})
}

func TestARungIsClaimedOnce(t *testing.T) {
	s := fold(t, raised(), claim(1, "b1", notice("n-1", "dcfs", activation.NoticeQueued)))
	out, err := activation.Decide(s, claim(2, "b2", notice("n-1", "dcfs", activation.NoticeQueued)), noon)
	if err != nil || len(out) != 0 {
		t.Errorf("a second node claims the same rung: %v, %v", out, err)
	}
	if c, _ := s.Ladder.Climbed(0, 1); c.By != "b1" {
		t.Errorf("the rung is %s's", c.By)
	}
}

func TestAClaimDecidedOnAnOlderAnswerIsRefused(t *testing.T) {
	s := fold(t, raised(), at(1, activation.Acknowledged, desk("u-1", "dcfs")))
	cmd := claim(2, "b1", notice("n-1", "dcfs", activation.NoticeQueued))
	if _, err := activation.Decide(s, cmd, noon); !errors.Is(err, activation.ErrChanged) {
		t.Errorf("an agency that answered is told again: %v", err)
	}
	cmd.Dispatch.Rung.Supervisor = true
	if _, err := activation.Decide(s, cmd, noon); err != nil {
		t.Errorf("supervisors are told whoever has answered: %v", err)
	}
	ended := fold(t, raised(), at(1, activation.Left, nil))
	if _, err := activation.Decide(ended, claim(2, "b1"), noon); !errors.Is(err, activation.ErrEnded) {
		t.Errorf("a rung of an ended case: %v", err)
	}
}

func TestATryIsTakenOverOnce(t *testing.T) {
	s := fold(t, raised(), claim(1, "b1", notice("n-1", "dcfs", activation.NoticeQueued)))
	over := notice("n-1", "dcfs", activation.NoticeQueued)
	over.Try = 1
	out, err := activation.Decide(s, told(2, over), noon.Add(2*time.Second))
	if err != nil || len(out) != 1 {
		t.Fatalf("nobody can take over: %v", err)
	}
	if _, err := activation.Decide(fold2(t, s, out[0]), told(3, over), noon); !errors.Is(err, activation.ErrChanged) {
		t.Errorf("two take over the same try: %v", err)
	}
}

func TestNobodyIsReachedWhenEveryWayFailed(t *testing.T) {
	two := []activation.Notice{notice("n-1", "dcfs", activation.NoticeQueued), notice("n-2", "dcfs", activation.NoticeQueued)}
	s := fold(t, raised(), claim(1, "b1", two...), told(2, notice("n-1", "dcfs", activation.NoticeFailed)))
	if s.Ladder.Nobody(0, 1) {
		t.Error("one way is still open")
	}
	if s = fold2(t, s, told(3, notice("n-2", "dcfs", activation.NoticeFailed))); !s.Ladder.Nobody(0, 1) {
		t.Error("every way failed, and it is no alarm")
	}
}

func TestDevicesAndDesksCannotSayThatARungWasClimbed(t *testing.T) {
	for _, kind := range []activation.ActorKind{activation.ByDevice, activation.ByDesk} {
		e := claim(1, "b1")
		e.Actor.Kind = kind
		if err := e.Validate(); !errors.Is(err, activation.ErrInvalid) {
			t.Errorf("%s climbs a rung: %v", kind, err)
		}
	}
	e := at(1, activation.Left, func(e *activation.Event) { e.Dispatch = &activation.Dispatch{} })
	if err := e.Validate(); !errors.Is(err, activation.ErrInvalid) {
		t.Errorf("dispatch was smuggled along: %v", err)
	}
	path := raised()
	path.Trigger = activation.ByPath
	if err := path.Validate(); !errors.Is(err, activation.ErrInvalid) {
		t.Errorf("a path test in mode actual: %v", err)
	}
}

func TestTheLadderFoldsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := []activation.Event{claim(1, "b1", notice("n-1", "dcfs", activation.NoticeQueued), notice("n-2", "", activation.NoticeQueued))}
		states := []activation.NoticeState{activation.NoticeSent, activation.NoticeFailed, activation.NoticeDelivered, activation.NoticeSeen}
		for n := range rapid.IntRange(0, 8).Draw(t, "n") {
			id := rapid.SampledFrom([]string{"n-1", "n-2"}).Draw(t, "id")
			in = append(in, told(n+2, notice(id, "dcfs", rapid.SampledFrom(states).Draw(t, "state"))))
		}
		want := apply(t, append([]activation.Event{raised()}, in...))
		got := apply(t, append([]activation.Event{raised()}, rapid.Permutation(in).Draw(t, "order")...))
		if text(t, got) != text(t, want) {
			t.Fatalf("another order made another ladder:\n%s\n%s", text(t, got), text(t, want))
		}
	})
}
