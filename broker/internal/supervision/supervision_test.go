package supervision_test

import (
	"testing"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/supervision"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type told struct{ lost, back int }

func watch() (*supervision.Supervisor, *told) {
	var n told
	return supervision.New(start, func(_ string, s supervision.Status) {
		if s.Lost {
			n.lost++
		} else {
			n.back++
		}
	}), &n
}

func at(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func TestASilentDeviceIsLostWithin45Seconds(t *testing.T) {
	v, n := watch()
	v.Health("d-1", wire.Health{Epoch: 1}, at(0))
	for s := range 45 {
		v.Tick([]string{"d-1"}, at(s))
	}
	if n.lost != 0 {
		t.Fatal("lost too early")
	}
	v.Tick([]string{"d-1"}, at(45))
	v.Tick([]string{"d-1"}, at(46))
	if s := v.Status("d-1"); n.lost != 1 || !s.Lost || s.Online || !s.Since.Equal(at(45)) {
		t.Fatalf("told %d times, status %+v", n.lost, s)
	}
	v.Seen("d-1", at(50))
	if s := v.Status("d-1"); n.back != 1 || s.Lost || !s.Online {
		t.Errorf("after it came back: told %d times, %+v", n.back, s)
	}
}

func TestALastWillShortensTheWait(t *testing.T) {
	v, n := watch()
	v.Link("d-1", wire.Link{Epoch: 5, Online: true}, at(0))
	v.Link("d-1", wire.Link{Epoch: 5}, at(1))
	v.Tick([]string{"d-1"}, at(10))
	if n.lost != 0 || v.Status("d-1").Online {
		t.Fatalf("lost %d, %+v", n.lost, v.Status("d-1"))
	}
	v.Tick([]string{"d-1"}, at(11))
	if n.lost != 1 {
		t.Error("not lost 10 s after its will")
	}
}

func TestAWillOfAnOlderConnectionSaysNothing(t *testing.T) {
	v, n := watch()
	v.Link("d-1", wire.Link{Epoch: 5, Online: true}, at(0))
	v.Link("d-1", wire.Link{Epoch: 6, Online: true}, at(1))
	v.Link("d-1", wire.Link{Epoch: 5}, at(2)) // the old session's will comes late
	v.Tick([]string{"d-1"}, at(20))
	if n.lost != 0 || !v.Status("d-1").Online {
		t.Errorf("an old will took the device offline: %+v", v.Status("d-1"))
	}
}

func TestADeviceThatReturnsAfterItsWillIsNotLost(t *testing.T) {
	v, n := watch()
	v.Link("d-1", wire.Link{Epoch: 5, Online: true}, at(0))
	v.Link("d-1", wire.Link{Epoch: 5}, at(1))
	v.Link("d-1", wire.Link{Epoch: 6, Online: true}, at(4))
	v.Tick([]string{"d-1"}, at(30))
	if n.lost != 0 {
		t.Error("lost although it is back")
	}
}

func TestTheBrokersOwnAbsenceIsNotHeldAgainstDevices(t *testing.T) {
	v, n := watch()
	v.Tick([]string{"d-1"}, at(44))
	if n.lost != 0 {
		t.Error("lost before it could have come back")
	}
	v.Tick([]string{"d-1"}, at(45))
	if n.lost != 1 {
		t.Error("a device that never came is not noticed")
	}
}
