// Package health is the list of a device's troubles, in the words of the alarm trade: a trouble is a fault that lasts, its end is the
// restoral.
package health

import (
	"cmp"
	"slices"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// The codes of the troubles.
const (
	NotEnrolled  = "not_enrolled"  // the device has no identity: it cannot call for help
	Disk         = "disk"          // what is sent now would not outlive a power cut
	OutboxFull   = "outbox_full"   // something was refused for want of room
	OutboxDamage = "outbox_damage" // a part of the outbox could not be read at the start
	Rejected     = "rejected"      // the broker will never take one of the events
	ButtonStuck  = "button_stuck"
	ButtonFault  = "button_fault" // the contact cannot be read
	Contacts     = "contacts"     // nobody has checked the numbers that staff would call
	ButtonWire   = "button_wire"  // its wiring has a fault; it still calls
	Tamper       = "tamper"       // the case is open
	Power        = "power"        // the supply runs from its battery
	Input        = "input"        // a contact beside the button cannot be read
	Indicator    = "indicator"    // a lamp, buzzer or chime cannot be driven
	Hot          = "hot"
	UnderVoltage = "under_voltage"
	DiskSpace    = "disk_space"
	SettingsBad  = "settings"    // settings came that were not signed for this device, or could not be kept
	Socket       = "socket"      // no kiosk can reach the agent
	WalkTest     = "walk_test"   // the last walk test did not pass
	PathTest     = "path_test"   // the last test of the whole way to the desk and back did not come back
	Faces        = "faces"       // the screen has no letters for some of its languages
	Voice        = "voice"       // the screen cannot read its pages aloud, though it should
	CertEnding   = "certificate" // the client certificate ends within days, or has ended
)

// List is the troubles that last now, and since when. The zero List is without trouble. It is not safe for concurrent use.
type List struct{ since map[string]time.Duration }

// Set begins or ends a trouble, and reports whether that changed anything.
func (l *List) Set(code string, lasts bool, now time.Duration) bool {
	if _, had := l.since[code]; had == lasts {
		return false
	}
	if !lasts {
		delete(l.since, code)
		return true
	}
	if l.since == nil {
		l.since = map[string]time.Duration{}
	}
	l.since[code] = now
	return true
}

// Report lists the troubles, the longest first.
func (l *List) Report(now time.Duration) []wire.Trouble {
	var out []wire.Trouble
	for code, since := range l.since {
		out = append(out, wire.Trouble{Code: code, ForMS: (now - since).Milliseconds()})
	}
	slices.SortFunc(out, func(a, b wire.Trouble) int {
		return cmp.Or(cmp.Compare(b.ForMS, a.ForMS), cmp.Compare(a.Code, b.Code))
	})
	return out
}
