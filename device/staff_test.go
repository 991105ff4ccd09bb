package device_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"slices"
	"testing"
	"testing/synctest"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/device/internal/uplink/uplinktest"
)

func hashed(t *testing.T, number string, p wire.PIN) wire.PIN {
	t.Helper()
	p.Salt = []byte("salt of the zone")
	var err error
	if p.Hash, err = pbkdf2.Key(sha256.New, number, p.Salt, wire.PINRounds, 32); err != nil {
		t.Fatal(err)
	}
	return p
}

// configured gives the device settings with PINs 2468 and, for duress, 8642.
func (r *rig) configured(rev uint64) {
	r.t.Helper()
	b, err := wire.SignSettings(r.county.Settings, wire.Settings{
		Device: "d-1", Rev: rev, Zone: "z-1", ZoneName: "Test Library", Locale: []string{"en"},
		Numbers: []wire.PhoneNumber{{Use: "desk", Number: "213-555-0100"}}, VerifiedOn: r.verified, PathTest: r.paths,
		PINs: []wire.PIN{
			hashed(r.t, "2468", wire.PIN{Staff: "s-1", Role: "staff"}), hashed(r.t, "8642", wire.PIN{Staff: "s-1", Role: "staff", Duress: true}),
			hashed(r.t, "1357", wire.PIN{Staff: "s-2", Role: "it"}),
		},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.broker.Set(func(b2 *uplinktest.Broker) { b2.Settings, b2.Rev = b, rev })
}

func (r *rig) signIn(number string) string {
	r.t.Helper()
	a, err := r.agent.SignIn(r.t.Context(), number)
	if err != nil || a.Role != "staff" || a.ExpiresMS != 300_000 {
		r.t.Fatalf("PIN: %+v, %v", a, err)
	}
	synctest.Wait()
	return a.Token
}

func (r *rig) types() []activation.Type {
	var out []activation.Type
	for _, e := range r.broker.Events() {
		out = append(out, e.Type)
	}
	return out
}

func TestStaffActUnderTheirId(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		id := r.raise(activation.ByStaff).ID
		ctx := t.Context()
		if err := r.agent.Act(ctx, "", id, agentapi.Action{Verb: agentapi.Leave}); code(err) != agentapi.PINWanted {
			t.Errorf("without a token: %v", err)
		}
		if _, err := r.agent.SignIn(ctx, "0000"); code(err) != agentapi.PINWrong {
			t.Errorf("a wrong PIN: %v", err)
		}
		token := r.signIn("2468")
		for _, act := range []agentapi.Action{
			{Verb: agentapi.Intake, Flags: []activation.Need{activation.QuietPlace}},
			{Verb: agentapi.Reports, Report: agentapi.ReportRequest{Called: activation.Hotline}},
			{Verb: agentapi.Welfare, State: activation.WelfareOK},
			{Verb: agentapi.Cancel},
			{Verb: agentapi.Verify, Code: "1234"},
			{Verb: agentapi.HandOver},
			{Verb: agentapi.Leave},
		} {
			if err := r.agent.Act(ctx, token, id, act); err != nil {
				t.Errorf("%s: %v", act.Verb, err)
			}
		}
		if err := r.agent.Act(ctx, token, id, agentapi.Action{Verb: agentapi.Verify, Code: "12"}); code(err) != agentapi.BadRequest {
			t.Errorf("half a code: %v", err)
		}
		if err := r.agent.Act(ctx, token, "unknown", agentapi.Action{Verb: agentapi.Leave}); code(err) != agentapi.NotFound {
			t.Errorf("an unknown call: %v", err)
		}
		synctest.Wait()
		want := []activation.Type{
			activation.Raised, activation.IntakeRecorded, activation.ReportMade, activation.WelfareChecked, activation.StandDownRequested, activation.CodeEntered,
			activation.HandedOver, activation.Left,
		}
		if !slices.Equal(r.types(), want) {
			t.Errorf("the broker got %v", r.types())
		}
		for _, e := range r.broker.Events()[1:] {
			if e.Actor.Staff != "s-1" || e.Case != id {
				t.Errorf("%s by %+v on %s", e.Type, e.Actor, e.Case)
			}
		}
	})
}

func TestDuressTellsTheDeskAndNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		id := r.raise(activation.ByYouth).ID
		before := r.only()
		token := r.signIn("8642")
		if err := r.agent.Act(t.Context(), token, id, agentapi.Action{Verb: agentapi.Cancel}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if want := []activation.Type{activation.Raised, activation.Duress, activation.StandDownRequested}; !slices.Equal(r.types(), want) {
			t.Errorf("the broker got %v, want %v", r.types(), want)
		}
		after := r.only()
		before.AgeMS, after.AgeMS = 0, 0
		if after.Stage != before.Stage || after.Fallback != before.Fallback || len(r.agent.State().Health.Troubles) != 0 {
			t.Errorf("the screen tells: %+v, was %+v", after, before)
		}
	})
}

func TestADuressCallTellsTheDeskToo(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		token := r.signIn("8642")
		if _, err := r.agent.Raise(t.Context(), token, agentapi.Raise{Trigger: activation.ByStaff, Mode: activation.Actual}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if want := []activation.Type{activation.Raised, activation.Duress}; !slices.Equal(r.types(), want) {
			t.Errorf("the broker got %v", r.types())
		}
	})
}

func TestACodeIsCheckedOnlyWithALink(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(1)
		r.start()
		defer r.stop()
		id := r.raise(activation.ByYouth).ID
		token := r.signIn("2468")
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = true })
		r.broker.Cut()
		synctest.Wait()
		err := r.agent.Act(t.Context(), token, id, agentapi.Action{Verb: agentapi.Verify, Code: "1234"})
		if code(err) != agentapi.NotConnected {
			t.Errorf("%v", err)
		}
		if err := r.agent.Act(t.Context(), token, id, agentapi.Action{Verb: agentapi.Leave}); err != nil {
			t.Errorf("a fact can be told later: %v", err)
		}
	})
}

func TestSettingsAreTakenAndOutliveARestart(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.configured(4)
		r.start()
		if s := r.agent.State().Settings; s.Rev != 4 || s.ZoneName != "Test Library" || s.Numbers[0].Use != "desk" {
			t.Fatalf("%+v", s)
		}
		r.stop()
		r.broker.Down = true
		r.start()
		defer r.stop()
		if s := r.agent.State().Settings; s.Rev != 4 {
			t.Errorf("after a restart without a broker: %+v", s)
		}
		r.signIn("2468")
		r.broker.Set(func(b *uplinktest.Broker) { b.Down = false })
		syncs := len(r.broker.Got(wire.UpSync))
		if _, err := r.agent.Press(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s, err := wire.DecodeSync(r.broker.Got(wire.UpSync)[syncs].Payload)
		if err != nil || s.Settings != 4 {
			t.Errorf("the broker is told that revision %d is obeyed, %v", s.Settings, err)
		}
	})
}

func TestForeignSettingsAreTrouble(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.start()
		defer r.stop()
		r.broker.Send(wire.DnSettings, []byte(`{"v":1,"body":"e30=","sig":"AAAA"}`))
		synctest.Wait()
		if h := r.agent.State().Health; len(h.Troubles) != 1 || h.Troubles[0].Code != "settings" {
			t.Errorf("%+v", h)
		}
		r.configured(1)
		r.broker.Cut()
		synctest.Wait()
		if _, err := r.agent.Press(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if h := r.agent.State().Health; len(h.Troubles) != 0 {
			t.Errorf("good settings came, and still: %+v", h)
		}
	})
}
