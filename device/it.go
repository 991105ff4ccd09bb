package device

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/identity"
	"safeyouthzone/device/internal/staff"
)

// restartSoon leaves time for the answer to the one who asked.
const restartSoon = 300 * time.Millisecond

// Restart ends the agent; its supervisor starts it again. What is in the outbox is on the disk, and the button is heard again within a
// second or two.
func (a *Agent) Restart(_ context.Context, token string) error {
	who, ok := a.gate.Check(token)
	if !ok || who.Role != agentapi.RoleIT {
		return agentapi.NewProblem(agentapi.PINWanted)
	}
	a.endSoon("asked at the kiosk", who)
	return nil
}

// Enrol takes the code of a card. Address and fingerprint of the county are the ones of the configuration: they are not typed.
func (a *Agent) Enrol(ctx context.Context, token, code string) error {
	who, ok := a.gate.Check(token)
	a.mu.Lock()
	first := a.id == nil
	a.mu.Unlock()
	switch {
	case !first && (!ok || who.Role != agentapi.RoleIT):
		return agentapi.NewProblem(agentapi.PINWanted)
	case a.opt.County == Card{}:
		return agentapi.NewProblem(agentapi.NotFound)
	case len(code) > maxCard:
		return agentapi.NewProblem(agentapi.BadRequest)
	}
	card := a.opt.County
	card.Code = code
	id, err := identity.Enrol(ctx, a.opt.StateDir, card, a.clock.Now)
	refused := (*Refusal)(nil)
	switch {
	case errors.As(err, &refused), errors.Is(err, ErrAuthority):
		a.log.Warn("enrolment refused", slog.Any("error", err))
		return agentapi.NewProblem(agentapi.CardRefused)
	case err != nil:
		a.log.Warn("enrolment failed", slog.Any("error", err))
		return agentapi.NewProblem(agentapi.NotConnected)
	}
	a.log.Info("device is enrolled", slog.String("device", id.Device), slog.String("zone", id.Zone))
	if !first { // one that ran as another device begins anew; one that waits finds its identity by itself
		a.endSoon("new identity", who)
	}
	return nil
}

const maxCard = 64

// Screen makes the faults of the screen troubles of the device, so that the desk sees them. They last until the screen says otherwise; it
// says so whenever it begins to listen.
func (a *Agent) Screen(_ context.Context, faults []string) error {
	for code, kind := range map[string]string{agentapi.ScreenFaces: health.Faces, agentapi.ScreenVoice: health.Voice} {
		a.trouble(kind, slices.Contains(faults, code))
	}
	return nil
}

// endSoon ends [Agent.Run].
func (a *Agent) endSoon(why string, who staff.Session) {
	a.mu.Lock()
	end := a.end
	a.mu.Unlock()
	a.log.Warn("agent restarts", slog.String("why", why), slog.String("staff", who.Staff))
	if end != nil {
		time.AfterFunc(restartSoon, end)
	}
}
