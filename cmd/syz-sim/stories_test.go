package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"safeyouthzone/broker"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/device/agentapi"
)

// TestStories runs the stories of testdata/stories on the real programs. Each story says at its head why it is there.
func TestStories(t *testing.T) {
	bin := build(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/stories",
		Setup: func(env *testscript.Env) error {
			s := &story{dir: env.WorkDir, bin: bin, devices: map[string]*kioskDevice{}}
			env.Values["story"] = s
			env.Defer(s.close)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"county": command(0, (*story).county), "reachable": command(0, (*story).reachable), "told": command(2, (*story).told), "phone": command(1, (*story).phone), "answer": command(2, (*story).answer), "quiet": command(0, (*story).quiet), "heard": command(-3, (*story).heard), "device": command(2, (*story).device), "press": command(1, (*story).press),
			"raise": command(3, (*story).raise), "await": command(2, (*story).await), "fallback": command(2, (*story).fallback),
			"need": command(2, (*story).need), "staff": command(2, (*story).staff), "desk": command(1, (*story).desk),
			"do": command(-2, (*story).do), "broker": command(1, (*story).broker), "agent": command(2, (*story).agent),
			"wire": command(2, (*story).wire), "ledger": command(1, (*story).ledger), "calls": command(2, (*story).calls),
			"link": command(2, (*story).link), "state": command(2, (*story).copyState), "ctl": command(-1, (*story).ctl),
			"enrol": command(2, (*story).enrol), "nowhere": command(2, (*story).nowhere),
			"tests": command(-1, (*story).testTimes), "walktest": command(2, (*story).walkTest), "mode": command(1, (*story).mode),
			"proved": command(2, (*story).proved), "unseen": command(1, (*story).unseen), "unheard": command(0, (*story).unheard), "path": command(2, (*story).path),
		},
	})
}

// build builds the programs once, with the flags of the whole project.
func build(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("SYZ_BIN"); dir != "" {
		return dir
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/", "../syz-broker", "../syz-agent", "../syzctl", "../syz-relay")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cannot build the programs: %v\n%s", err, out)
	}
	return dir
}

const (
	patience = 30 * time.Second
	doubt    = 2 * time.Second
)

type kioskDevice struct {
	*county.Device
	wire *county.Wire
	id   string // of its newest activation
}

// story is one running county with what the story has done to it.
type story struct {
	dir, bin string
	c        *county.County
	devices  map[string]*kioskDevice
	phones   *phones
	tests    broker.Tests
}

func (s *story) close() {
	for _, d := range s.devices {
		d.Stop()
		if d.wire != nil {
			d.wire.Close()
		}
	}
	if s.phones != nil {
		s.phones.close()
	}
	if s.c != nil {
		s.c.Close()
	}
}

// command makes a command of the story language; want is how many arguments it takes, negative for at least so many.
func command(want int, fn func(*story, context.Context, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		s, ok := ts.Value("story").(*story)
		if !ok || (want >= 0 && len(args) != want) || len(args) < -want {
			ts.Fatalf("wrong usage")
		}
		within := patience
		if neg {
			within = doubt // what must not happen is not waited for as long as what must
		}
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		err := fn(s, ctx, args)
		switch {
		case err != nil && !neg:
			ts.Fatalf("%v", err)
		case err == nil && neg:
			ts.Fatalf("it should have failed")
		case err != nil:
			ts.Logf("as it should: %v", err)
		}
	}
}

// until tries again until ok says nil or time is up.
func until(ctx context.Context, ok func() error) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (s *story) get(name string) (*kioskDevice, error) {
	if d, ok := s.devices[name]; ok {
		return d, nil
	}
	return nil, fmt.Errorf("there is no device %s", name)
}

func (s *story) county(ctx context.Context, _ []string) error {
	var err error
	s.c, err = county.Start(ctx, county.Options{Bin: s.bin, Dir: s.dir, Zones: 1, Channels: s.channels(), Tests: s.tests})
	return err
}

// device NAME ZONE enrols a device through a wire that can be cut, starts it and waits for its link.
func (s *story) device(ctx context.Context, args []string) error {
	w, err := county.NewWire(s.c.MQTT())
	if err != nil {
		return err
	}
	d, err := s.c.Enrol(ctx, args[0], args[1], w.Addr())
	if err != nil {
		return err
	}
	s.devices[args[0]] = &kioskDevice{Device: d, wire: w}
	if err := d.Start(ctx); err != nil {
		return err
	}
	return d.Connected(ctx)
}

// press NAME presses the button of a device and waits until the agent has it.
func (s *story) press(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	before, err := d.API.State(ctx)
	if err != nil {
		return err
	}
	const hold = 100 * time.Millisecond
	if err := d.API.SimButton(ctx, hold); err != nil {
		return err
	}
	return until(ctx, func() error {
		now, err := d.API.State(ctx)
		if err != nil {
			return err
		}
		if len(now.Activations) == 0 || (now.Health.Outbox == 0 && now.Rev == before.Rev) {
			return errors.New("the press is not in the state")
		}
		d.id = now.Activations[len(now.Activations)-1].ID
		return nil
	})
}

// raise NAME TRIGGER MODE calls for help on the screen.
func (s *story) raise(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	r, err := d.API.Raise(ctx, agentapi.Raise{Trigger: activation.Trigger(args[1]), Mode: activation.Mode(args[2])})
	d.id = r.ID
	return err
}

func newest(s agentapi.State) (agentapi.Activation, error) {
	if n := len(s.Activations); n > 0 {
		return s.Activations[n-1], nil
	}
	return agentapi.Activation{}, errors.New("the agent knows no activation")
}

// see waits until the newest activation of a device is as wanted.
func (s *story) see(ctx context.Context, name string, ok func(agentapi.Activation) error) error {
	d, err := s.get(name)
	if err != nil {
		return err
	}
	return until(ctx, func() error {
		st, err := d.API.State(ctx)
		if err != nil {
			return err
		}
		a, err := newest(st)
		if err != nil {
			return err
		}
		return ok(a)
	})
}

// await NAME STAGE waits for a stage; "stand_down=declined", "verified", "wrong=1", "need=hurt" and "coming_in" are further words.
func (s *story) await(ctx context.Context, args []string) error {
	return s.see(ctx, args[0], func(a agentapi.Activation) error {
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		have := []string{string(a.Stage), "stand_down=" + string(a.StandDown), "wrong=" + strconv.Itoa(a.Check.Wrong)}
		if a.Check.Verified {
			have = append(have, "verified")
		}
		for _, n := range a.Needs {
			have = append(have, "need="+string(n))
		}
		for _, h := range have {
			if h == args[1] {
				return nil
			}
		}
		return fmt.Errorf("no %s; the activation is %s", args[1], b)
	})
}

// fallback NAME WHICH waits until the kiosk would tell staff to phone; "none" waits until it no longer does.
func (s *story) fallback(ctx context.Context, args []string) error {
	want := agentapi.Fallback(args[1])
	if args[1] == "none" {
		want = agentapi.NoFallback
	}
	return s.see(ctx, args[0], func(a agentapi.Activation) error {
		if a.Fallback != want {
			return fmt.Errorf("fallback is %q", a.Fallback)
		}
		return nil
	})
}

func (s *story) need(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	return d.API.Need(ctx, d.id, activation.Need(args[1]))
}

// staff NAME left|cancel|handover|verify|wrongcode acts behind the staff PIN; verify types the advocate's code from the desk.
func (s *story) staff(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	p, err := d.API.PIN(ctx, county.StaffPIN)
	if err != nil {
		return err
	}
	switch args[1] {
	case "left":
		return d.API.Left(ctx, p.Token, d.id)
	case "cancel":
		return d.API.Cancel(ctx, p.Token, d.id)
	case "handover":
		return d.API.HandOver(ctx, p.Token, d.id)
	case "verify", "wrongcode":
		a, err := s.c.Desk.As("advocate").Get(ctx, d.id)
		if err != nil {
			return err
		}
		code := a.YourCode
		if args[1] == "wrongcode" {
			code = map[bool]string{true: "1111", false: "0000"}[code == "0000"]
		}
		return d.API.Verify(ctx, p.Token, d.id, code)
	default:
		return fmt.Errorf("staff cannot %s", args[1])
	}
}

// desk STAGE waits until the newest activation at the desk has a stage, or "stand_down=requested".
func (s *story) desk(ctx context.Context, args []string) error {
	return until(ctx, func() error {
		all, err := s.c.Desk.List(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 || (string(all[0].Stage) != args[0] && "stand_down="+string(all[0].Down) != args[0]) {
			return fmt.Errorf("the desk shows %+v", all)
		}
		return nil
	})
}

// do AGENCY VERB [JSON] acts at the desk on the newest activation.
func (s *story) do(ctx context.Context, args []string) error {
	all, err := s.c.Desk.List(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errors.New("the desk shows no activation")
	}
	var body any
	if len(args) > 2 {
		body = json.RawMessage(strings.Join(args[2:], " "))
	}
	return s.c.Desk.As(args[0]).Do(ctx, all[0].ID, args[1], body)
}

func (s *story) broker(ctx context.Context, args []string) error {
	switch args[0] {
	case "kill":
		s.c.Broker.Kill()
	case "stop":
		s.c.Broker.Stop()
	case "start":
		return s.c.StartBroker(ctx)
	default:
		return fmt.Errorf("cannot %s the broker", args[0])
	}
	return nil
}

func (s *story) agent(ctx context.Context, args []string) error {
	d, err := s.get(args[1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "kill":
		d.Agent.Kill()
	case "stop":
		d.Agent.Stop()
	case "start":
		return d.Start(ctx)
	default:
		return fmt.Errorf("cannot %s the agent", args[0])
	}
	return nil
}

// wire cut|stall|mend NAME breaks, stops or mends the way between a device and the broker.
func (s *story) wire(_ context.Context, args []string) error {
	d, err := s.get(args[1])
	if err != nil {
		return err
	}
	d.wire.Cut(args[0] == "cut")
	d.wire.Stall(args[0] == "stall")
	return nil
}

// link NAME up|down waits until the agent knows how its link is.
func (s *story) link(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	return until(ctx, func() error {
		st, err := d.API.State(ctx)
		if err == nil && st.Link.Up != (args[1] == "up") {
			err = fmt.Errorf("the link is %+v", st.Link)
		}
		return err
	})
}

// state save|restore NAME copies a stopped device's state away, or puts the copy back: a restored backup.
func (s *story) copyState(ctx context.Context, args []string) error {
	d, err := s.get(args[1])
	if err != nil {
		return err
	}
	state, saved := filepath.Join(d.Dir, "state"), filepath.Join(d.Dir, "saved")
	from, to := state, saved
	if args[0] == "restore" {
		from, to = saved, state
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return exec.CommandContext(ctx, "cp", "-a", from, to).Run()
}

// ctl runs syzctl; the word DEVICE:NAME stands for the id of a device.
func (s *story) ctl(ctx context.Context, args []string) error {
	for i, a := range args {
		if name, ok := strings.CutPrefix(a, "DEVICE:"); ok {
			d, err := s.get(name)
			if err != nil {
				return err
			}
			st, err := d.API.State(ctx)
			if err != nil {
				return err
			}
			args[i] = st.Device
		}
	}
	var out json.RawMessage
	return s.c.Ctl(ctx, &out, args...)
}

// enrol NAME CODE tries to enrol with a code of one's own.
func (s *story) enrol(ctx context.Context, args []string) error {
	card, err := s.c.Card(ctx, county.Zone(0))
	if err != nil {
		return err
	}
	card.Code = args[1]
	_, err = s.c.EnrolWith(ctx, args[0], card, "")
	return err
}

// nowhere logs|NAME TEXT fails if a text can be read in any log of any program, or in any file of a device.
func (s *story) nowhere(_ context.Context, args []string) error {
	found := 0
	err := filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		in := strings.HasSuffix(path, ".log")
		if args[0] != "logs" {
			in = strings.HasPrefix(path, filepath.Join(s.dir, args[0])+"/")
		}
		if !in {
			return nil
		}
		found++
		b, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(b), args[1]) {
			err = fmt.Errorf("%s holds %q", path, args[1])
		}
		return err
	})
	if err == nil && found == 0 {
		err = errors.New("there was no file to look into")
	}
	return err
}
