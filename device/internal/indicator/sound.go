package indicator

import (
	"time"

	"safeyouthzone/device/agentapi"
)

// Sounds is what can be heard, where a site wants that: never for longer than five seconds, and only when something new has happened.
//
//	buzzer  three short  a call for help is on its way
//	buzzer  one long     a person has taken it
//	chime   one second   a call for help is on its way: it rings where staff are
type Sounds struct {
	last  string
	began time.Duration
	known bool
}

// tone is a part of a melody.
type tone struct{ on, off time.Duration }

func melody(call string) []tone {
	const short = 150 * time.Millisecond
	switch call {
	case Sent:
		return []tone{{short, short}, {short, short}, {short, short}}
	case Acknowledged:
		return []tone{{time.Second, 0}}
	default:
		return nil
	}
}

const chimeFor = time.Second

// Step takes what the lamps say, and returns what sounds now and how long that stays so; 0 means until the lamps change. What was so already
// when the agent started makes no sound.
func (s *Sounds) Step(now time.Duration, i agentapi.Indicators) (buzzer, chime bool, stays time.Duration) {
	if !s.known || i.Call != s.last {
		s.began = now
		if !s.known {
			s.began = now - time.Hour
		}
		s.last, s.known = i.Call, true
	}
	in := now - s.began
	if left := chimeFor - in; s.last == Sent && left > 0 {
		chime, stays = true, left
	}
	for _, t := range melody(s.last) {
		switch {
		case in < t.on:
			return true, chime, sooner(stays, t.on-in)
		case in < t.on+t.off:
			return false, chime, sooner(stays, t.on+t.off-in)
		}
		in -= t.on + t.off
	}
	return false, chime, stays
}

// sooner is the shorter of two times of which 0 is none.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}
