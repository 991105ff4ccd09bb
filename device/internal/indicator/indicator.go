// Package indicator is what the lamps of a device show. It is a function of the agent's state: colour and rhythm, so that who cannot tell
// the colours reads the rhythm.
//
//	green  steady       link and button work; on a line that the kernel does not drive as a lamp: a short flash every two seconds
//	amber  slow blink   a fault
//	blue   short blink  a call for help is on its way; nobody has taken it
//	blue   steady       a person has taken every open call
//
// A program that hangs must not look healthy. A lamp of the kernel's LED class goes dark by itself three seconds after the last word; on a
// plain line green flashes as smoke detectors do, so that a lamp that stands still, dark or lit, is not a healthy one.
//
// In covert mode nothing that a call for help does can be seen or heard.
package indicator

import (
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
)

// What the blue lamp says.
const (
	Off          = "off"
	Sent         = "sent"
	Acknowledged = "acknowledged"
)

// Show is what the lamps say of a state.
func Show(s agentapi.State) agentapi.Indicators {
	button := s.Health.Button == "ok" || s.Health.Button == "held"
	return agentapi.Indicators{
		Healthy: s.Link.Up && s.Health.Enrolled && s.Health.DiskOK && button,
		Fault:   len(s.Health.Troubles) > 0,
		Call:    call(s.Activations),
	}
}

func call(all []agentapi.Activation) string {
	out := Off
	for _, a := range all {
		if !a.Stage.Open() {
			continue
		}
		if a.Stage.Rank() < activation.StageAcknowledged.Rank() {
			return Sent
		}
		out = Acknowledged
	}
	return out
}

// Covert hides calls for help.
func Covert(i agentapi.Indicators) agentapi.Indicators {
	i.Call = Off
	return i
}

// Flash is the healthy lamp on a plain line: whether it is lit, and for how long that stays so.
func Flash(at time.Duration) (lit bool, left time.Duration) {
	return blink(at, 100*time.Millisecond, 1900*time.Millisecond)
}

// Lit is which lamps are lit at an instant, and for how long that stays so; 0 means until the state changes.
func Lit(i agentapi.Indicators, at time.Duration) (green, amber, blue bool, stays time.Duration) {
	green, blue = i.Healthy, i.Call == Acknowledged
	if i.Fault {
		amber, stays = blink(at, time.Second, time.Second)
	}
	if i.Call == Sent {
		lit, left := blink(at, 150*time.Millisecond, 850*time.Millisecond)
		if blue = lit; stays == 0 || left < stays {
			stays = left
		}
	}
	return green, amber, blue, stays
}

func blink(at, on, off time.Duration) (lit bool, left time.Duration) {
	in := at % (on + off)
	if in < on {
		return true, on - in
	}
	return false, on + off - in
}
