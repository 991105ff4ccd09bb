// Package supervision knows which devices can be reached, and notices within 45 s when one cannot.
//
// Whatever a device sends proves that it is there. A last will of its newest connection says that it is gone; an older one says
// nothing. A device that was silent for too long, or whose will came and that did not return, is lost: that is an alarm of its
// own, since nobody can call for help from there.
package supervision

import (
	"sync"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// The limits.
const (
	Silence = 45 * time.Second // without any word from a device
	Return  = 10 * time.Second // from the last will until the device must be back
)

// Status is what is known of one device.
type Status struct {
	Online   bool      // its connection stands, as far as is known
	Lost     bool      // it cannot be reached
	Since    time.Time // of Online and Lost being as they are
	LastSeen time.Time // zero: not since the broker started
	Health   wire.Health
	epoch    uint64
	willAt   time.Time
}

// Supervisor keeps the status of all devices. It is safe for concurrent use; it reads no clock.
type Supervisor struct {
	mu      sync.Mutex
	started time.Time
	all     map[string]*Status
	changed func(device string, s Status)
}

// New returns a supervisor that calls changed whenever a device becomes lost or comes back. A device counts as seen when the
// supervisor starts: the broker cannot blame it for its own absence.
func New(started time.Time, changed func(device string, s Status)) *Supervisor {
	return &Supervisor{started: started, all: map[string]*Status{}, changed: changed}
}

// Seen takes any word from a device.
func (v *Supervisor) Seen(device string, now time.Time) {
	v.with(device, func(s *Status) bool { return s.seen(now) })
}

// Link takes a birth message or a last will.
func (v *Supervisor) Link(device string, l wire.Link, now time.Time) {
	v.with(device, func(s *Status) bool {
		if l.Epoch < s.epoch {
			return false
		}
		s.epoch = l.Epoch
		if l.Online {
			return s.seen(now)
		}
		if s.Online {
			s.Online, s.Since, s.willAt = false, now, now
		}
		return false
	})
}

// Health takes a supervision report.
func (v *Supervisor) Health(device string, h wire.Health, now time.Time) {
	v.with(device, func(s *Status) bool {
		s.Health = h
		return s.seen(now)
	})
}

// Status returns what is known of a device.
func (v *Supervisor) Status(device string) Status {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s := v.all[device]; s != nil {
		return *s
	}
	return Status{Since: v.started}
}

// Tick looks for devices that have been silent for too long; call it every second with the devices that should be there.
func (v *Supervisor) Tick(devices []string, now time.Time) {
	for _, id := range devices {
		v.with(id, func(s *Status) bool {
			last := s.LastSeen
			if last.IsZero() {
				last = v.started
			}
			silent := now.Sub(last) >= Silence || (!s.willAt.IsZero() && now.Sub(s.willAt) >= Return)
			if s.Lost || !silent {
				return false
			}
			s.Lost, s.Online, s.Since = true, false, now
			return true
		})
	}
}

func (s *Status) seen(now time.Time) (changed bool) {
	changed = s.Lost
	if !s.Online || s.Lost {
		s.Since = now
	}
	s.Online, s.Lost, s.LastSeen, s.willAt = true, false, now, time.Time{}
	return changed
}

func (v *Supervisor) with(device string, fn func(*Status) bool) {
	v.mu.Lock()
	s := v.all[device]
	if s == nil {
		s = &Status{Since: v.started}
		v.all[device] = s
	}
	tell, now := fn(s), *s
	v.mu.Unlock()
	if tell {
		v.changed(device, now)
	}
}
