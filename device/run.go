package device

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/identity"
	"safeyouthzone/device/internal/uplink"
)

const (
	listenAgain = 5 * time.Second
	lookAgain   = 2 * time.Second // for an identity
	askFirst    = time.Second     // after an enrolment that failed
	askLast     = 30 * time.Second
)

// Run opens the state of a device and runs its agent until ctx ends.
func Run(ctx context.Context, opt Options) error {
	a, err := New(opt)
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

// Run serves, listens and sends until ctx ends, then stores what is queued and gives the state directory back. An agent runs once.
func (a *Agent) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	a.mu.Lock()
	a.end = cancel
	a.mu.Unlock()
	l := a.listen()
	var all sync.WaitGroup
	for _, part := range []func(context.Context){
		a.watchButton, a.watchSenses, a.showLamps, a.watchPromises, a.doChores, a.measure, a.renew, a.uplink, a.provePaths, a.pulse,
	} {
		all.Go(func() { part(ctx) })
	}
	a.log.Info("agent started", slog.String("version", a.opt.Version), slog.String("board", a.opt.Board))
	if a.opt.Ready != nil {
		a.opt.Ready()
	}
	a.serve(ctx, l)
	all.Wait()
	return a.Close()
}

// listen opens the socket; nil if there is none to open, or if it can not be opened now.
func (a *Agent) listen() net.Listener {
	if a.opt.Socket == "" {
		return nil
	}
	l, err := agentapi.Listen(a.opt.Socket, a.opt.SocketGroup)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.troubles.Set(health.Socket, err != nil, a.clock.Mono()) && err != nil {
		a.log.Error("socket not opened; the button works, a kiosk does not", slog.Any("error", err))
	}
	if err != nil {
		return nil
	}
	return l
}

// serve answers the kiosk until ctx ends. A socket that fails is opened again: it must not stop the button.
func (a *Agent) serve(ctx context.Context, l net.Listener) {
	opt := agentapi.Options{SelfTest: a.SelfTest, WalkTest: a, IT: a, Screen: a, Log: a.log}
	if a.opt.Board == "sim" {
		opt.SimButton = a.Button
	}
	h := agentapi.NewServer(a, opt)
	for ctx.Err() == nil {
		if a.opt.Socket == "" {
			<-ctx.Done()
			return
		}
		if l != nil {
			if err := agentapi.Serve(ctx, l, h); err != nil && ctx.Err() == nil {
				a.log.Error("socket failed", slog.Any("error", err))
			}
		}
		if !pause(ctx, listenAgain) {
			return
		}
		l = a.listen()
	}
	if l != nil { // opened in the last moment
		_ = l.Close()
	}
}

// uplink waits for an identity and then keeps the connection.
func (a *Agent) uplink(ctx context.Context) {
	id := a.waitIdentity(ctx)
	if id == nil {
		return
	}
	dial := a.opt.Dial
	if dial == nil {
		dial = newDialer(a.identity, a.clock.Now).dial
	}
	brokers := a.opt.MQTT
	if len(brokers) == 0 {
		brokers = id.MQTT
	}
	u := uplink.New(toBroker{a}, toBroker{a}, uplink.Options{
		Device: id.Device, Brokers: brokers, Dial: dial, Epoch: a.nextEpoch, Mono: a.clock.Mono, Spread: a.opt.Spread, Log: a.log,
	})
	a.mu.Lock()
	a.link = u
	a.mu.Unlock()
	u.Run(ctx)
	toBroker{a}.Link(false)
}

func (a *Agent) identity() *identity.Identity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.id
}

// waitIdentity returns the identity as soon as there is one: enrolled by a card in the options, or by somebody at the terminal.
func (a *Agent) waitIdentity(ctx context.Context) *identity.Identity {
	wait := askFirst
	for {
		a.mu.Lock()
		id := a.id
		a.mu.Unlock()
		if id != nil {
			return id
		}
		id, err := a.findIdentity(ctx)
		if err == nil {
			a.enrolled(id)
			a.log.Info("device is enrolled", slog.String("device", id.Device), slog.String("zone", id.Zone))
			continue
		}
		if a.opt.Enrol != nil {
			a.log.Warn("enrolment failed", slog.Any("error", err))
			wait = min(askLast, 2*wait)
		} else {
			wait = lookAgain
		}
		if !pause(ctx, wait) {
			return nil
		}
	}
}

func (a *Agent) findIdentity(ctx context.Context) (*identity.Identity, error) {
	id, err := identity.Load(a.opt.StateDir)
	if err == nil || a.opt.Enrol == nil {
		return id, err
	}
	return identity.Enrol(ctx, a.opt.StateDir, *a.opt.Enrol, a.clock.Now)
}

// Enrol makes the device a device of the county, without running its agent. An agent that runs finds the identity within seconds.
func Enrol(ctx context.Context, stateDir string, card Card) (device, zone string, err error) {
	id, err := identity.Enrol(ctx, stateDir, card, time.Now)
	if err != nil {
		return "", "", err
	}
	return id.Device, id.Zone, nil
}

// watchPromises wakes everybody when the state changes by the clock alone.
func (a *Agent) watchPromises(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		a.mu.Lock()
		now := a.clock.Mono()
		if a.advanceWalk(now) {
			a.touch()
		}
		next, ok := a.nextChange(now)
		changed := a.changed
		a.mu.Unlock()
		timer.Stop()
		if ok {
			timer.Reset(next - now)
		}
		select {
		case <-changed:
		case <-timer.C:
			a.mu.Lock()
			a.advanceWalk(a.clock.Mono())
			a.touch()
			a.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

func (a *Agent) doChores(ctx context.Context) {
	for {
		select {
		case do := <-a.chores:
			do()
		case <-ctx.Done():
			a.lastChores()
			return
		}
	}
}

func (a *Agent) lastChores() {
	for {
		select {
		case do := <-a.chores:
			do()
		default:
			return
		}
	}
}

// pause waits, and reports whether ctx still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
