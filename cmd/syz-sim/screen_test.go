package main_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/device"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// screen is a kiosk without a window on a real agent.
type screen struct {
	t   *testing.T
	ctx context.Context
	k   *kiosktest.Kiosk
}

// tap touches buttons one after the other, each as soon as it is there.
func (s screen) tap(ids ...string) {
	s.t.Helper()
	for _, id := range ids {
		for s.k.Tap(id) != nil {
			if s.ctx.Err() != nil {
				s.t.Fatalf("there is no %s on %s: %v", id, s.k.Screen(), s.k.Buttons())
			}
			time.Sleep(20 * time.Millisecond) // a real agent answers in its own time
		}
	}
}

func (s screen) page(name string) {
	s.t.Helper()
	for s.k.Screen() != name {
		if s.ctx.Err() != nil {
			s.t.Fatalf("the page is %s, want %s: %q", s.k.Screen(), name, s.k.Texts())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s screen) says(words string) {
	s.t.Helper()
	for !strings.Contains(strings.Join(s.k.Texts(), "\n"), words) {
		if s.ctx.Err() != nil {
			s.t.Fatalf("the page never says %q: %q", words, s.k.Texts())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s screen) digits(prefix, typed string) {
	s.t.Helper()
	for _, d := range strings.Split(typed, "") {
		s.tap(prefix + d)
	}
	s.tap(prefix + "ok")
}

// newScreen starts an agent that knows its county and has no identity, and a kiosk on it.
func newScreen(ctx context.Context, t *testing.T, card county.Card, edit ...func(*device.Options)) (screen, *device.Agent) {
	t.Helper()
	dir := t.TempDir()
	opt := device.Options{
		StateDir: filepath.Join(dir, "state"), Socket: filepath.Join(dir, "s"), Board: "sim",
		County: device.Card{Address: card.Enrol, Fingerprint: card.Fingerprint},
	}
	for _, change := range edit {
		change(&opt)
	}
	a, err := device.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	running, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Run(running) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	client := agentapi.NewClient(filepath.Join(dir, "s"))
	t.Cleanup(client.Close)
	k, err := kiosktest.Open(client, kiosktest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return screen{t, ctx, k}, a
}

// A new help point is unpacked: somebody types the code of its card on its own screen, and it becomes one of the county's. Then staff start a
// call on it, look how the youth is, and the desk hears that help is needed now.
func TestACodeOnTheScreenMakesTheDeviceOneOfTheCountys(t *testing.T) {
	ctx, c := startCounty(t)
	card, err := c.Card(ctx, county.Zone(0))
	if err != nil {
		t.Fatal(err)
	}
	s, a := newScreen(ctx, t, card)
	waitFor(ctx, t, a, "the agent", func(st agentapi.State) bool { return !st.Health.Enrolled })
	s.tap("staff")
	s.page("enrol")
	s.digits("card.", "0000000000000000") // not the code
	s.says("does not take this code")
	for range 16 {
		s.tap("card.erase")
	}
	s.digits("card.", strings.ToUpper(strings.ReplaceAll(card.Code, "-", "")))
	waitFor(ctx, t, a, "the county", func(st agentapi.State) bool { return st.Health.Enrolled && st.Link.Up && st.Settings.Rev > 0 })
	s.tap("back", "staff")
	s.page("pin")
	s.digits("pin.", county.StaffPIN)
	s.tap("start")
	waitFor(ctx, t, a, "the receipt", received)
	s.says(activation.ShortCode(a.State().Activations[0].ID))
	s.tap("next", "next", "later", "look", "unwell")
	s.says("The desk is told")
	heard, stop := context.WithCancel(ctx)
	defer stop()
	_ = c.Desk.Events(heard, 0, func(e deskapi.Change) {
		if e.Event.Type == activation.WelfareChecked && e.Event.Welfare == activation.WelfareHelp {
			stop()
		}
	})
	if ctx.Err() != nil {
		t.Fatal("the desk never heard how the youth is")
	}
}

// Somebody tests the panic button: from the screen to the button, to the ledger and back, and no desk is called for it.
func TestAWalkTestFromTheScreen(t *testing.T) {
	ctx, c := startCounty(t)
	card, err := c.Card(ctx, county.Zone(0))
	if err != nil {
		t.Fatal(err)
	}
	s, a := newScreen(ctx, t, card)
	if err := a.Enrol(ctx, "", card.Code); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the county", func(st agentapi.State) bool { return st.Link.Up && st.Settings.Rev > 0 })
	s.tap("staff")
	s.digits("pin.", county.StaffPIN)
	s.tap("tests", "walk")
	waitFor(ctx, t, a, "the walk test", func(st agentapi.State) bool { return st.WalkTest.Stage == agentapi.WalkPress })
	if err := a.Button(ctx, 60*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the end of the walk test", func(st agentapi.State) bool { return st.WalkTest.Stage == agentapi.WalkPassed })
	s.tap("again") // the page has seen it too
	for _, call := range a.State().Activations {
		if call.Mode != activation.Test {
			t.Errorf("the press was a call of mode %s", call.Mode)
		}
	}
}

// Somebody presses the hidden button of a covert site. Who stands before the screen learns nothing of it; staff do, behind their PIN.
func TestACovertPressIsSeenBehindThePINAlone(t *testing.T) {
	ctx, c := startCounty(t)
	card, err := c.Card(ctx, county.Zone(0))
	if err != nil {
		t.Fatal(err)
	}
	s, a := newScreen(ctx, t, card, func(o *device.Options) { o.Covert = true })
	if err := a.Enrol(ctx, "", card.Code); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the county", func(st agentapi.State) bool { return st.Link.Up && st.Settings.Rev > 0 })
	s.says("Compton Library")
	before := s.k.Texts()
	if err := a.Button(ctx, 60*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	waitFor(ctx, t, a, "the receipt", received)
	s.page("idle")
	s.tap("help") // the screen has heard of it by now, and asks as if nobody had called
	s.page("ask")
	s.tap("no")
	s.page("idle")
	if after := s.k.Texts(); len(after) != len(before) {
		t.Errorf("the neutral page says %q, and said %q", after, before)
	}
	s.tap("staff")
	s.digits("pin.", county.StaffPIN)
	s.page("zone")
	s.says(activation.ShortCode(a.State().Activations[0].ID))
	s.tap("close")
	s.page("idle")
}
