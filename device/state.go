package device

import (
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/indicator"
	"safeyouthzone/device/internal/settings"
)

const certWarning = 5 // days before the end of the certificate

// State is everything that a kiosk shows, its ages counted now.
func (a *Agent) State() agentapi.State {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Mono()
	box := a.look(now)
	s := agentapi.State{
		Rev: a.rev, Version: a.opt.Version,
		Link: agentapi.Link{Up: a.up, ForMS: (now - a.upSince).Milliseconds()},
		Health: agentapi.Health{
			Board: a.opt.Board, Button: a.button, Outbox: box.pending, DiskOK: box.diskOK, Enrolled: a.id != nil,
			Troubles: a.troubles.Report(now),
			UpMS:     now.Milliseconds(), TimeSynced: a.clock.Synced(), Machine: a.machine, LastTest: a.lastTest(),
		},
		WalkTest:    a.walk.View(now),
		Activations: a.model.View(now),
		Settings:    settings.ForKiosk(a.obeyed()),
	}
	if a.id != nil {
		s.Device, s.Health.CertDays = a.id.Device, a.id.CertDays(a.clock.Now())
		if s.Settings.Zone == "" {
			s.Settings.Zone = a.id.Zone
		}
	}
	s.Indicators = indicator.Show(s)
	if a.clock.Mono()-a.pulsed > pulseFor {
		s.Indicators.Healthy = false // a part of the agent hangs
	}
	if s.Covert = a.opt.Covert; s.Covert {
		s.Indicators = indicator.Covert(s.Indicators)
	}
	return s
}

func (a *Agent) obeyed() wire.Settings {
	if a.settings == nil {
		return wire.Settings{}
	}
	return a.settings.Now()
}

type boxed struct {
	pending int
	diskOK  bool
}

// look finds the troubles that nobody reports by themselves.
func (a *Agent) look(now time.Duration) boxed {
	h := a.box.Health()
	a.troubles.Set(health.NotEnrolled, a.id == nil, now)
	a.troubles.Set(health.Disk, !h.DiskOK, now)
	a.troubles.Set(health.OutboxFull, h.Full, now)
	a.troubles.Set(health.OutboxDamage, h.Damaged > 0, now)
	a.troubles.Set(health.Rejected, h.Rejected > 0, now)
	a.troubles.Set(health.ButtonStuck, a.button == buttonStuck, now)
	a.troubles.Set(health.ButtonFault, a.button == buttonFault, now)
	a.troubles.Set(health.ButtonWire, a.wiring, now)
	a.troubles.Set(health.WalkTest, a.lastWalk != nil && !a.lastWalk.Passed, now)
	a.troubles.Set(health.Contacts, a.contactsOld(), now)
	a.troubles.Set(health.CertEnding, a.certDays() <= certWarning && a.clock.Synced(), now)
	return boxed{h.Pending, h.DiskOK}
}

func (a *Agent) certDays() int {
	if a.id == nil {
		return certWarning + 1
	}
	return a.id.CertDays(a.clock.Now())
}

// contactsFor is how long the county's numbers may go without somebody calling each of them.
const contactsFor = 180 * 24 * time.Hour

// contactsOld reports whether nobody has checked the numbers that staff would call. A clock that is not trusted proves nothing.
func (a *Agent) contactsOld() bool {
	s := a.obeyed()
	if s.Rev == 0 {
		return false
	}
	on, err := time.Parse(time.DateOnly, s.VerifiedOn)
	return err != nil || (a.clock.Synced() && a.clock.Now().Sub(on) > contactsFor)
}
