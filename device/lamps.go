package device

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"periph.io/x/conn/v3/gpio"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/board"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/indicator"
)

const (
	relight   = time.Second     // a lamp of the kernel goes dark three seconds after it was last told to shine
	reconnect = 5 * time.Second // a part that could not be driven
)

// lamp is one part that shows or sounds.
type lamp struct {
	line  string
	out   board.Output // nil: not open
	retry time.Duration
	lit   bool
	told  time.Duration
}

// lamps are the parts of a board that people see and hear. One goroutine owns them.
type lamps struct {
	a                                   *Agent
	healthy, fault, call, buzzer, chime lamp
	sounds                              indicator.Sounds
}

// showLamps drives lamps, buzzer and chime until ctx ends; then they go dark. A part that fails is trouble, and takes no other away.
func (a *Agent) showLamps(ctx context.Context) {
	p := a.board.Pins()
	l := &lamps{
		a: a, healthy: lamp{line: p.Healthy}, fault: lamp{line: p.Fault}, call: lamp{line: p.Call}, buzzer: lamp{line: p.Buzzer},
		chime: lamp{line: p.Chime},
	}
	defer l.close()
	if p.Healthy+p.Fault+p.Call+p.Buzzer+p.Chime == "" {
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		changed := a.Changed()
		timer.Reset(l.show(a.State().Indicators))
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// show drives every part, and returns when to look again.
func (l *lamps) show(i agentapi.Indicators) time.Duration {
	now := l.a.clock.Mono()
	_, amber, blue, stays := indicator.Lit(i, now)
	next := relight
	sooner := func(d time.Duration) {
		if d > 0 && d < next {
			next = d
		}
	}
	green := i.Healthy
	if !strings.HasPrefix(l.healthy.line, board.LEDPrefix) && green {
		lit, left := indicator.Flash(now)
		green = lit
		sooner(left)
	}
	buzz, chime, sounds := false, false, time.Duration(0)
	if l.a.opt.Audible {
		buzz, chime, sounds = l.sounds.Step(now, i)
	}
	sooner(stays)
	sooner(sounds)
	bad := false
	for _, x := range []struct {
		lamp *lamp
		lit  bool
	}{{&l.healthy, green}, {&l.fault, amber}, {&l.call, blue}, {&l.buzzer, buzz}, {&l.chime, chime}} {
		bad = !l.set(x.lamp, x.lit, now) || bad
	}
	l.trouble(bad, now)
	return next
}

// set brings one part to what it should be, and reports whether that is so.
func (l *lamps) set(x *lamp, lit bool, now time.Duration) bool {
	if x.line == "" {
		return true
	}
	if x.out == nil {
		if x.retry > now {
			return false
		}
		out, err := l.a.board.Output(x.line)
		if err != nil {
			l.failed(x, err, now)
			return false
		}
		x.out, x.lit, x.told = out, false, now
	}
	if lit == x.lit && (!lit || now-x.told < relight) {
		return true
	}
	if err := x.out.Out(gpio.Level(lit)); err != nil {
		_ = x.out.Close() // it failed already
		x.out = nil
		l.failed(x, err, now)
		return false
	}
	x.lit, x.told = lit, now
	return true
}

func (l *lamps) failed(x *lamp, err error, now time.Duration) {
	if x.retry == 0 {
		l.a.log.Warn("part not driven", slog.String("line", x.line), slog.Any("error", err))
	}
	x.retry = now + reconnect
}

func (l *lamps) trouble(bad bool, now time.Duration) {
	l.a.mu.Lock()
	defer l.a.mu.Unlock()
	if l.a.troubles.Set(health.Indicator, bad, now) {
		l.a.touch()
	}
	if bad {
		return
	}
	for _, x := range []*lamp{&l.healthy, &l.fault, &l.call, &l.buzzer, &l.chime} {
		x.retry = 0
	}
}

func (l *lamps) close() {
	for _, x := range []*lamp{&l.healthy, &l.fault, &l.call, &l.buzzer, &l.chime} {
		if x.out != nil {
			_ = x.out.Close() // nothing can be done about a lamp any more
		}
	}
}
