package indicator_test

import (
	"testing"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/indicator"
)

// hear adds up what sounds from an instant on, while the lamps stay as they are.
func hear(s *indicator.Sounds, from time.Duration, call string) (buzzer, chime time.Duration, times int) {
	was := false
	for at := from; at < from+time.Minute; {
		b, c, stays := s.Step(at, agentapi.Indicators{Call: call})
		if stays == 0 {
			stays = from + time.Minute - at
		}
		if b {
			buzzer += stays
		}
		if b && !was {
			times++
		}
		if c {
			chime += stays
		}
		was = b
		at += stays
	}
	return buzzer, chime, times
}

func TestWhatIsHeard(t *testing.T) {
	const ms = time.Millisecond
	var s indicator.Sounds
	if b, c, _ := hear(&s, 0, indicator.Off); b != 0 || c != 0 {
		t.Errorf("at rest: %v %v", b, c)
	}
	if b, c, n := hear(&s, time.Minute, indicator.Sent); b != 450*ms || c != time.Second || n != 3 {
		t.Errorf("a call: buzzer %v in %d parts, chime %v", b, n, c)
	}
	if b, c, n := hear(&s, 2*time.Minute, indicator.Acknowledged); b != time.Second || c != 0 || n != 1 {
		t.Errorf("taken: buzzer %v in %d parts, chime %v", b, n, c)
	}
	if b, c, _ := hear(&s, 3*time.Minute, indicator.Off); b != 0 || c != 0 {
		t.Errorf("over: %v %v", b, c)
	}
}

func TestARestartDuringACallIsSilent(t *testing.T) {
	var s indicator.Sounds
	if b, c, _ := hear(&s, 0, indicator.Sent); b != 0 || c != 0 {
		t.Errorf("%v %v", b, c)
	}
}
