package journey

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// Options are what a journey needs.
type Options struct {
	County   *county.County
	Device   *county.Device // its agent runs and has a link
	Pictures string         // directory for pictures of the screen; "" for none
	Say      func(format string, args ...any)
}

// Step is one sight and when each party had it, in milliseconds since the touch that called for help.
type Step struct {
	Name string            `json:"name"`
	MS   map[Party]float64 `json:"ms"`
}

// Result is a whole journey.
type Result struct {
	OK       bool   `json:"ok"`
	Error    string `json:"error,omitempty"`
	Steps    []Step `json:"steps"`
	Verified bool   `json:"ledger_verified"`
	Entries  uint64 `json:"ledger_entries"`
}

// sentences are what a youth reads at each sight, on the kiosk in English.
func sentences() map[Sight]string {
	return map[Sight]string{
		Sight(activation.Received): "The county has it", Sight(activation.StageAcknowledged): "A person has answered",
		Sight(activation.StageComing): "Someone is coming", Sight(activation.Here): "They are here",
		Sight(activation.StageHandedOver): "Your helper is with you now", Answered: "We are with you.",
	}
}

type journey struct {
	Options
	watch *Watch
	kiosk *kiosktest.Kiosk
	press time.Time
	steps []Step
	shot  int
	desk  *deskapi.Client
}

// Run drives one journey. The result is whole also when it fails: it says how far it came.
func Run(ctx context.Context, o Options) Result {
	j := &journey{Options: o, watch: NewWatch(), desk: o.County.Desk.As("advocate")}
	run, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	var err error
	if j.kiosk, err = kiosktest.Open(agentapi.NewClient(o.Device.Socket), kiosktest.Options{}); err != nil {
		return Result{Error: err.Error()}
	}
	defer j.kiosk.Close()
	wg.Go(func() { j.watch.Agent(run, o.Device.API) })
	wg.Go(func() { j.watch.Desk(run, o.County.Desk) })
	wg.Go(func() { j.look(run) })
	err = j.drive(ctx)
	r := Result{OK: err == nil, Steps: j.steps}
	if err != nil {
		r.Error = fmt.Sprintf("%v (the kiosk is on page %s)", err, j.kiosk.Screen())
		return r
	}
	p, err := o.County.Verify(ctx)
	r.Verified, r.Entries = err == nil && len(p.Faults) == 0, p.Entries
	r.OK = r.Verified
	return r
}

// look notes what the kiosk's page says.
func (j *journey) look(ctx context.Context) {
	const every = 4 * time.Millisecond
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		texts := j.kiosk.Texts()
		for sight, words := range sentences() {
			if slices.Contains(texts, words) {
				j.watch.See(Kiosk, sight)
			}
		}
	}
}

// drive is the story: a youth, an advocate at the desk, a librarian.
func (j *journey) drive(ctx context.Context) error {
	return errors.Join(first(
		func() error { return j.page(ctx, "idle", "help") },
		func() error { return j.reads(ctx, "Compton Library") },
		func() error { j.picture("idle"); return j.tap("help") },
		func() error { j.picture("ask"); j.press = time.Now(); return j.tap("yes") },
		func() error { return j.wait(ctx, "received", Sight(activation.Received), Agent, Kiosk, Desk) },
		func() error { j.picture("received"); return j.tap("need.quiet_place") },
		func() error { return j.wait(ctx, "need asked", Asked, Agent, Desk) },
		func() error { return j.act(ctx, "acknowledge", nil) },
		func() error {
			return j.wait(ctx, "acknowledged", Sight(activation.StageAcknowledged), Agent, Kiosk, Desk)
		},
		func() error { return j.act(ctx, "coming", map[string]int{"eta_min": 12}) },
		func() error { return j.wait(ctx, "coming", Sight(activation.StageComing), Agent, Kiosk, Desk) },
		func() error { return j.act(ctx, "message", map[string]string{"message": "with_you"}) },
		func() error { return j.wait(ctx, "message", Answered, Agent, Kiosk, Desk) },
		func() error { j.picture("coming"); return j.act(ctx, "arrived", nil) },
		func() error { return j.wait(ctx, "here", Sight(activation.Here), Agent, Kiosk, Desk) },
		func() error { j.picture("here"); return j.staff(ctx) },
		func() error { return j.wait(ctx, "responder verified", Verified, Agent, Desk) },
		func() error { return j.handOver(ctx) },
		func() error { return j.wait(ctx, "handed over", Sight(activation.StageHandedOver), Agent, Desk) },
		func() error { j.picture("handed-over"); return nil },
	))
}

func first(steps ...func() error) error {
	for _, s := range steps {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

// staff is the librarian: away from the youth's page, PIN, the open call, the responder's code.
func (j *journey) staff(ctx context.Context) error {
	a, err := j.desk.Get(ctx, j.watch.ID)
	if err != nil {
		return err
	}
	return first(
		func() error { return j.tap("close") },
		func() error { return j.page(ctx, "idle", "staff") },
		func() error { return j.tap("staff") },
		func() error { return j.page(ctx, "pin", "pin.1") },
		func() error { return j.keys("pin.", county.StaffPIN) },
		func() error { return j.page(ctx, "zone", "open.0") },
		func() error { j.picture("staff"); return j.tap("open.0") },
		func() error { return j.page(ctx, "steps", "next") },
		func() error { j.picture("steps"); return j.walkTo("verify") },
		func() error { return j.tap("verify") },
		func() error { return j.page(ctx, "verify", "code.1") },
		func() error { j.picture("verify"); return j.keys("code.", a.YourCode) },
	)
}

// walkTo goes through the steps of staff, leaving undone what can wait, until there is a button.
func (j *journey) walkTo(button string) error {
	const steps = 8
	for range steps {
		have := j.kiosk.Buttons()
		if slices.Contains(have, button) {
			return nil
		}
		next := "next"
		if slices.Contains(have, "later") {
			next = "later"
		}
		if err := j.tap(next); err != nil {
			return err
		}
	}
	return fmt.Errorf("no step has %s: there are %v", button, j.kiosk.Buttons())
}

func (j *journey) handOver(ctx context.Context) error {
	return first(
		func() error { return j.page(ctx, "steps", "handover") },
		func() error { j.picture("verified"); return j.tap("handover") },
		func() error { return j.page(ctx, "confirm", "sure") },
		func() error { j.picture("confirm"); return j.tap("sure") },
	)
}

func (j *journey) keys(prefix, digits string) error {
	for _, d := range strings.Split(digits, "") {
		if err := j.tap(prefix + d); err != nil {
			return err
		}
	}
	if slices.Contains(j.kiosk.Buttons(), prefix+"ok") {
		return j.tap(prefix + "ok")
	}
	return nil
}

func (j *journey) tap(id string) error {
	if err := j.kiosk.Tap(id); err != nil {
		return fmt.Errorf("cannot touch %s: %w: there are %v", id, err, j.kiosk.Buttons())
	}
	return nil
}

const patience = 10 * time.Second

// reads waits until the kiosk shows a text.
func (j *journey) reads(ctx context.Context, text string) error {
	return j.until(ctx, "text "+text, func() bool { return slices.Contains(j.kiosk.Texts(), text) })
}

// page waits until the kiosk shows a page with a button.
func (j *journey) page(ctx context.Context, page, button string) error {
	return j.until(ctx, "page "+page+" with "+button, func() bool {
		return j.kiosk.Screen() == page && slices.Contains(j.kiosk.Buttons(), button)
	})
}

func (j *journey) until(ctx context.Context, what string, ok func() bool) error {
	const every = 4 * time.Millisecond
	t := time.NewTicker(every)
	defer t.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-t.C:
		case <-late:
			return fmt.Errorf("%s never came: there are %v", what, j.kiosk.Buttons())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (j *journey) act(ctx context.Context, verb string, body any) error {
	return j.desk.Do(ctx, j.watch.ID, verb, body)
}

// wait waits for a sight and prints when each party had it.
func (j *journey) wait(ctx context.Context, name string, s Sight, parties ...Party) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	at, err := j.watch.Wait(ctx, s, parties...)
	step := Step{Name: name, MS: map[Party]float64{}}
	line := fmt.Sprintf("  %-20s", name)
	for _, p := range []Party{Agent, Kiosk, Desk} {
		t, ok := at[p]
		if !ok {
			line += fmt.Sprintf("  %-5s        -", p)
			continue
		}
		const perMS = 1000
		step.MS[p] = float64(t.Sub(j.press).Microseconds()) / perMS
		line += fmt.Sprintf("  %-5s %7.1f ms", p, step.MS[p])
	}
	j.steps = append(j.steps, step)
	j.Say("%s", line)
	return err
}

// picture writes what the kiosk shows now.
func (j *journey) picture(name string) {
	if j.Pictures == "" {
		return
	}
	j.shot++
	f, err := os.Create(filepath.Join(j.Pictures, fmt.Sprintf("%02d-%s.png", j.shot, name)))
	if err == nil {
		err = errors.Join(j.kiosk.PNG(f), f.Close())
	}
	if err != nil {
		j.Say("  no picture of %s: %v", name, err)
	}
}
