package device_test

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/health"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

func (r *rig) has(trouble string) bool {
	for _, t := range r.agent.State().Health.Troubles {
		if t.Code == trouble {
			return true
		}
	}
	return false
}

// What is wrong with the screen is trouble of the device for as long as the screen says so.
func TestFaultsOfTheScreenAreTroubles(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		for _, c := range []struct {
			told         []string
			faces, voice bool
		}{
			{[]string{agentapi.ScreenFaces, agentapi.ScreenVoice}, true, true},
			{[]string{agentapi.ScreenVoice}, false, true},
			{nil, false, false},
		} {
			if err := r.agent.Screen(t.Context(), c.told); err != nil {
				t.Fatal(err)
			}
			if r.has(health.Faces) != c.faces || r.has(health.Voice) != c.voice {
				t.Errorf("told %v, the troubles are %+v", c.told, r.agent.State().Health.Troubles)
			}
		}
	})
}

// Numbers that nobody has called for half a year are trouble; a clock that is not trusted proves nothing about that.
func TestNumbersThatNobodyCheckedAreTrouble(t *testing.T) {
	for _, c := range []struct {
		name   string
		age    time.Duration
		synced bool
		want   bool
	}{
		{"checked lately", 24 * time.Hour, true, false},
		{"checked long ago", 200 * 24 * time.Hour, true, true},
		{"checked long ago, by a clock that may be wrong", 200 * 24 * time.Hour, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				r.synced, r.verified = c.synced, time.Now().Add(-c.age).Format(time.DateOnly)
				r.configured(1)
				r.start()
				defer r.stop()
				if got := r.has(health.Contacts); got != c.want {
					t.Errorf("trouble %v, want %v", got, c.want)
				}
			})
		})
	}
	bubble(t, func(t *testing.T, r *rig) {
		r.verified = ""
		r.configured(1)
		r.start()
		defer r.stop()
		if !r.has(health.Contacts) {
			t.Error("numbers without a day are no trouble")
		}
	})
}

// What staff saw is shown at once and grows old, whether or not the broker has it yet.
func TestAWelfareCheckIsShownAndGrowsOld(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		id := r.raise(activation.ByStaff).ID
		token := r.signIn("2468")
		if w := r.only().Welfare; w != nil {
			t.Errorf("nobody looked, and it shows %+v", w)
		}
		act := agentapi.Action{Verb: agentapi.Welfare, State: activation.WelfareHelp}
		if err := r.agent.Act(t.Context(), "", id, act); code(err) != agentapi.PINWanted {
			t.Errorf("without a token: %v", err)
		}
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = true })
		r.broker.Cut()
		if err := r.agent.Act(t.Context(), token, id, act); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if w := r.only().Welfare; w == nil || w.State != activation.WelfareHelp || w.AgeMS < 119_000 {
			t.Errorf("two minutes later it shows %+v", w)
		}
		if err := r.agent.Act(t.Context(), token, id, agentapi.Action{Verb: agentapi.Welfare, State: "fine"}); code(err) != agentapi.BadRequest {
			t.Errorf("a word of its own: %v", err)
		}
	})
}

func TestOnlyITRestartsTheAgent(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		ctx := t.Context()
		for _, token := range []string{"", r.signIn("2468")} {
			if err := r.agent.Restart(ctx, token); code(err) != agentapi.PINWanted {
				t.Errorf("not IT: %v", err)
			}
		}
		it, err := r.agent.SignIn(ctx, "1357")
		if err != nil || it.Role != agentapi.RoleIT {
			t.Fatalf("%+v, %v", it, err)
		}
		r.raise(activation.ByButton)
		if err := r.agent.Restart(ctx, it.Token); err != nil {
			t.Fatal(err)
		}
		if err := <-r.done; err != nil { // the supervisor starts it again
			t.Errorf("it ended with %v", err)
		}
		r.broker.Cut()
		r.start()
		defer r.stop()
		if r.only().Stage == "" {
			t.Error("the call is gone")
		}
	})
}

// A code that is typed at the kiosk goes to the county of the configuration, and to no other.
func TestACodeIsTypedAtTheKiosk(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.opt.County = device.Card{Address: "127.0.0.1:1", Fingerprint: "x"}
		r.start()
		defer r.stop()
		if err := r.agent.Enrol(t.Context(), r.signIn("2468"), "d76ntf9c2rwtqany"); code(err) != agentapi.PINWanted {
			t.Errorf("a device that has an identity was given to staff: %v", err)
		}
	})
	fresh := func(county device.Card) error {
		a, err := device.New(device.Options{StateDir: t.TempDir(), County: county})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		return a.Enrol(t.Context(), "", "d76ntf9c2rwtqany")
	}
	if err := fresh(device.Card{}); code(err) != agentapi.NotFound {
		t.Errorf("a device that knows no county: %v", err)
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	if err := fresh(device.Card{Address: address, Fingerprint: "x"}); code(err) != agentapi.NotConnected {
		t.Errorf("nobody listens there: %v", err)
	}
}
