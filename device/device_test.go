package device_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/identity/identitytest"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

// rig is one device and its broker in a bubble.
type rig struct {
	t      *testing.T
	county *identitytest.Authority
	broker *uplinktest.Broker
	dir    string
	boot   string
	synced bool
	wall   time.Duration // by how much the device's clock is wrong
	began  time.Time
	opt    device.Options
	hung   chan struct{} // not nil: the uplink hangs at its next receipt until this is closed

	agent  *device.Agent
	cancel context.CancelFunc
	done   chan error

	verified string        // of the county's numbers
	paths    wire.PathTest // of the county's settings

	mu    sync.Mutex
	acked []string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, county: identitytest.New(t, time.Now()), broker: &uplinktest.Broker{}, dir: t.TempDir(), boot: "boot-1", synced: true, verified: time.Now().Format(time.DateOnly)}
	r.broker.Key = &r.county.Seal
	r.county.Install(r.dir)
	r.began = time.Now()
	return r
}

// start runs an agent; stop or kill ends it.
func (r *rig) start() {
	r.t.Helper()
	start := r.began
	opt := r.opt
	opt.StateDir = r.dir
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	opt.Dial = r.broker.Dial
	opt.Receipted = func(id string, _ uint64, took time.Duration) {
		if r.hung != nil {
			<-r.hung
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if took >= 0 {
			r.acked = append(r.acked, id)
		}
	}
	opt.Clock = device.Clock{
		Now: func() time.Time { return time.Now().Add(r.wall) }, Mono: func() time.Duration { return time.Since(start) + time.Second },
		Synced: func() bool { return r.synced }, Boot: r.boot,
	}
	a, err := device.New(opt)
	if err != nil {
		r.t.Fatalf("cannot start: %v", err)
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	r.agent, r.cancel, r.done = a, cancel, make(chan error, 1)
	go func() { r.done <- a.Run(ctx) }()
	synctest.Wait()
}

func (r *rig) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.done; err != nil {
		r.t.Errorf("run ended with %v", err)
	}
	r.broker.Cut()
	synctest.Wait()
}

// reboot is a new boot of the machine after a while without power.
func (r *rig) reboot(off time.Duration) {
	r.stop()
	time.Sleep(off)
	r.boot, r.began = r.boot+"x", time.Now()
}

func (r *rig) raise(trigger activation.Trigger) agentapi.Raised {
	r.t.Helper()
	got, err := r.agent.Raise(r.t.Context(), "", agentapi.Raise{Trigger: trigger, Mode: activation.Actual})
	if err != nil {
		r.t.Fatalf("raise: %v", err)
	}
	synctest.Wait()
	return got
}

func (r *rig) only() agentapi.Activation {
	r.t.Helper()
	all := r.agent.State().Activations
	if len(all) != 1 {
		r.t.Fatalf("shows %d activations: %+v", len(all), all)
	}
	return all[0]
}

func bubble(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t)) })
}

func code(err error) agentapi.Code {
	var p *agentapi.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestAPressOfTheButtonReachesTheBrokerAndComesBack(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		if s := r.agent.State(); !s.Link.Up || s.Device != "d-1" || s.Settings.Zone != "z-1" || !s.Indicators.Healthy || s.Indicators.Fault {
			t.Fatalf("at rest: %+v", s)
		}
		if err := r.agent.Button(t.Context(), 200*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		time.Sleep(19 * time.Millisecond)
		if n := len(r.broker.Events()); n != 0 {
			t.Errorf("a contact that has not settled made %d events", n)
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		a := r.only()
		if a.Stage != activation.Received || a.Trigger != activation.ByButton || a.Code == "" || a.Mode != activation.Actual {
			t.Errorf("20 ms after the press: %+v", a)
		}
		ev := r.broker.Events()[0]
		if ev.Case != a.ID || ev.Zone != "z-1" || ev.Device != "d-1" || ev.Source.Boot != "boot-1" || !ev.Source.Synced || ev.Actor.Staff != "" {
			t.Errorf("the broker got %+v", ev)
		}
		if i := r.agent.State().Indicators; i.Call != "sent" {
			t.Errorf("lamps %+v", i)
		}
		if len(r.acked) != 1 || r.acked[0] != ev.ID {
			t.Errorf("receipts told: %v", r.acked)
		}
	})
}

func TestWithoutABrokerStaffAreToldAndThePressGoesOutLater(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.broker.Down = true
		r.start()
		defer r.stop()
		r.raise(activation.ByYouth)
		if a := r.only(); a.Stage != activation.Sending || a.Fallback != agentapi.NoFallback {
			t.Errorf("at once: %+v", a)
		}
		changed := r.agent.Changed()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		select {
		case <-changed:
		default:
			t.Error("nobody was told that the promise is broken")
		}
		if a := r.only(); a.Fallback != agentapi.NoReceipt {
			t.Errorf("after 10 s: %+v", a)
		}
		time.Sleep(72 * time.Hour)
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = false })
		time.Sleep(13 * time.Second)
		a := r.only()
		if a.Stage != activation.Received || a.Fallback != agentapi.NoAnswer || a.AgeMS < (72*time.Hour).Milliseconds() {
			t.Errorf("after the outage: %+v", a)
		}
		if n := len(r.broker.Events()); n != 1 {
			t.Errorf("%d events of one press", n)
		}
		if age := r.broker.Events()[0].Source.AgeMS; age < (72*time.Hour).Milliseconds() || r.broker.Events()[0].Source.AgeAtLeast {
			t.Errorf("it arrived with the age %d ms", age)
		}
	})
}

func TestAPressOutlivesTheAgentAndThePower(t *testing.T) {
	for _, tc := range []struct {
		name    string
		synced  bool
		atLeast bool
	}{{"with a trusted clock", true, false}, {"without one", false, true}} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.broker.Down, r.synced = true, tc.synced
				r.start()
				want := r.raise(activation.ByButton)
				r.stop()
				time.Sleep(time.Minute)
				r.start()
				if a := r.only(); a.ID != want.ID || a.Stage != activation.Sending || a.AgeMS != 60_000 || a.Fallback != agentapi.NoReceipt {
					t.Errorf("after a restart: %+v", a)
				}
				r.reboot(time.Hour)
				r.broker.Down = false
				r.start()
				defer r.stop()
				if a := r.only(); a.ID != want.ID || a.Stage != activation.Received {
					t.Errorf("after a power cut: %+v", a)
				}
				src := r.broker.Events()[0].Source
				if src.AgeAtLeast != tc.atLeast || (!tc.atLeast && src.AgeMS != 61*60_000) || src.Boot != "boot-1" {
					t.Errorf("it arrived as %+v", src)
				}
				if s := r.agent.State(); s.Health.Outbox != 0 {
					t.Errorf("still waiting: %+v", s.Health)
				}
			})
		})
	}
}

func TestAnotherPressBelongsToTheOpenCall(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		first, second := r.raise(activation.ByYouth), r.raise(activation.ByButton)
		if second.ID != first.ID || !second.Again {
			t.Errorf("%+v then %+v", first, second)
		}
		drill, err := r.agent.Raise(t.Context(), "", agentapi.Raise{Trigger: activation.ByStaff, Mode: activation.Drill})
		if err != nil || drill.Again || drill.ID == first.ID {
			t.Errorf("a drill during a call: %+v, %v", drill, err)
		}
		synctest.Wait()
		var types []activation.Type
		for _, e := range r.broker.Events() {
			types = append(types, e.Type)
		}
		if !slices.Equal(types, []activation.Type{activation.Raised, activation.PressedAgain, activation.Raised}) {
			t.Errorf("the broker got %v", types)
		}
	})
}

// Staff at the screen say that there is another young person: that is a call of its own, once, however often the request is repeated.
func TestAnotherYoungPersonGetsACallOfTheirOwn(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.broker.Down = true
		r.start()
		first := r.raise(activation.ByYouth)
		ask := agentapi.Raise{Trigger: activation.ByStaff, Mode: activation.Actual, Other: first.ID, Key: "k-1"}
		second, err := r.agent.Raise(t.Context(), "", ask)
		if err != nil || second.Again || second.ID == first.ID {
			t.Fatalf("another young person: %+v, %v", second, err)
		}
		if same, err := r.agent.Raise(t.Context(), "", ask); err != nil || same.ID != second.ID || !same.Again {
			t.Errorf("the same request again: %+v, %v", same, err)
		}
		r.stop()
		r.start()
		if same, err := r.agent.Raise(t.Context(), "", ask); err != nil || same.ID != second.ID {
			t.Errorf("the same request after a restart: %+v, %v", same, err)
		}
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = false })
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if same, err := r.agent.Raise(t.Context(), "", ask); err != nil || same.ID != second.ID {
			t.Errorf("the same request when the broker has it: %+v, %v", same, err)
		}
		if again := r.raise(activation.ByButton); again.ID != second.ID || !again.Again {
			t.Errorf("a plain press belongs to %+v, want the newest call", again)
		}
		synctest.Wait()
		defer r.stop()
		var told []string
		for _, e := range r.broker.Events() {
			told = append(told, string(e.Type)+" "+e.Case+" "+e.Other)
		}
		want := []string{"raised " + first.ID + " ", "raised " + second.ID + " " + first.ID, "split_off " + first.ID + " " + second.ID, "pressed_again " + second.ID + " "}
		if !slices.Equal(told, want) {
			t.Errorf("the broker got %v, want %v", told, want)
		}
		if s := r.agent.State(); len(s.Activations) != 2 {
			t.Errorf("the screen shows %+v", s.Activations)
		}
	})
}

func TestOnlyStaffSayThatThereIsAnotherYoungPerson(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		first := r.raise(activation.ByYouth)
		for name, bad := range map[string]agentapi.Raise{
			"the button":       {Trigger: activation.ByButton, Mode: activation.Actual, Other: first.ID, Key: "k"},
			"without a key":    {Trigger: activation.ByStaff, Mode: activation.Actual, Other: first.ID},
			"prose":            {Trigger: activation.ByStaff, Mode: activation.Actual, Other: "her sister", Key: "k"},
			"a key for a call": {Trigger: activation.ByStaff, Mode: activation.Actual, Key: "k"},
		} {
			if _, err := r.agent.Raise(t.Context(), "", bad); err == nil {
				t.Errorf("%s: taken", name)
			}
		}
	})
}

func TestAClockOffByAYearChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.wall, r.synced = -365*24*time.Hour, false
		r.start()
		r.raise(activation.ByButton)
		if a := r.only(); a.Stage != activation.Received || a.AgeMS != 0 {
			t.Errorf("%+v", a)
		}
		before := r.broker.Epoch()
		r.stop()
		r.wall -= 365 * 24 * time.Hour
		r.start()
		defer r.stop()
		if after := r.broker.Epoch(); after <= before {
			t.Errorf("epoch %d after %d: the broker would ignore this device", after, before)
		}
	})
}

func TestARejectedCallTellsStaffToPhone(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.broker.Refuses = map[uint64]wire.Reason{1: wire.WrongKey}
		r.start()
		defer r.stop()
		r.raise(activation.ByYouth)
		if a := r.only(); a.Fallback != agentapi.Refused {
			t.Errorf("%+v", a)
		}
		s := r.agent.State()
		if len(s.Health.Troubles) != 1 || s.Health.Troubles[0].Code != "rejected" || !s.Indicators.Fault {
			t.Errorf("%+v", s.Health)
		}
		if len(s.Settings.Numbers) != 2 || s.Settings.Numbers[0].Number != "911" {
			t.Errorf("whom to phone: %+v", s.Settings.Numbers)
		}
		time.Sleep(time.Minute)
		if n := len(r.broker.Got(wire.UpEvent)); n != 1 {
			t.Errorf("a rejected event was sent %d times", n)
		}
		if again := r.raise(activation.ByYouth); again.Again {
			t.Error("the next press was added to a call that nobody has")
		}
	})
}

func TestADeviceThatIsNotEnrolledSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		for _, f := range []string{"identity.json", "key.pem"} {
			if err := os.Rename(filepath.Join(r.dir, f), filepath.Join(r.dir, f+".away")); err != nil {
				t.Fatal(err)
			}
		}
		r.start()
		defer r.stop()
		_, err := r.agent.Press(t.Context())
		if code(err) != agentapi.NotConnected {
			t.Errorf("press: %v", err)
		}
		if s := r.agent.State(); s.Health.Enrolled || s.Health.Troubles[0].Code != "not_enrolled" || len(s.Settings.Numbers) == 0 {
			t.Errorf("%+v", s)
		}
		for _, f := range []string{"key.pem", "identity.json"} {
			if err := os.Rename(filepath.Join(r.dir, f+".away"), filepath.Join(r.dir, f)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(3 * time.Second)
		if s := r.agent.State(); !s.Health.Enrolled || !s.Link.Up {
			t.Errorf("enrolled from the terminal meanwhile: %+v", s)
		}
	})
}

func TestNothingReadableIsOnTheDisk(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.broker.Down = true
		r.start()
		id := r.raise(activation.ByYouth).ID
		if err := r.agent.Act(t.Context(), "", id, agentapi.Action{Verb: agentapi.Needs, Need: activation.Hurt}); err != nil {
			t.Fatal(err)
		}
		r.stop()
		b, err := os.ReadFile(filepath.Join(r.dir, "outbox", "outbox.log"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), string(activation.Hurt)) || !strings.Contains(string(b), id) {
			t.Error("the outbox holds more, or less, than ids and codes")
		}
	})
}

func TestManyPressesWhileTheBrokerComesAndGoes(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		for i := range 60 {
			switch i % 6 {
			case 1:
				r.broker.Cut()
			case 2:
				r.broker.Set(func(b *uplinktest.Broker) { b.Down = true })
			case 3:
				r.stop()
				r.start()
			case 4:
				r.broker.Set(func(b *uplinktest.Broker) { b.Down = false })
			case 5:
				r.broker.Set(func(b *uplinktest.Broker) { b.Forget = !b.Forget })
			}
			r.raise(activation.ByButton)
			time.Sleep(time.Duration(i) * 300 * time.Millisecond)
		}
		r.broker.Set(func(b *uplinktest.Broker) { b.Down, b.Forget = false, false })
		time.Sleep(time.Minute)
		seen := map[string]int{}
		for _, e := range r.broker.Events() {
			seen[e.ID]++
		}
		if len(seen) != 60 {
			t.Errorf("%d of 60 presses arrived", len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was stored %d times", id, n)
			}
		}
		if s := r.agent.State(); s.Health.Outbox != 0 || r.broker.Unreadable() != 0 {
			t.Errorf("%d still pending, %d unreadable", s.Health.Outbox, r.broker.Unreadable())
		}
		r.stop()
	})
}
