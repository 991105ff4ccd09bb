package main

import (
	"slices"
	"strings"
	"testing"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// panel is the smallest screen that there is, with the density that it claims.
func panel() options { return options{width: 800, height: 480, dpi: 133} }

// both changes what the agent of the window and that of the headless kiosk say.
func (w *window) both(f func(*agentapi.State)) {
	w.agent.Change(f)
	w.walk.Change(f)
}

// taps touches one button after the other; each must be there by the time.
func (w *window) taps(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.tap(id)
	}
}

func (w *window) asked(want ...string) {
	w.t.Helper()
	if got := w.agent.Calls(); !slices.Equal(got, want) {
		w.t.Errorf("the agent was asked for\n%q, want\n%q", got, want)
	}
}

func coming(a *agentapi.Activation) {
	minutes := int64(12 * 60_000)
	a.Stage, a.Code = activation.StageComing, "7F-21"
	a.Who = []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &minutes}}
}

// A young person finds their language among thirteen, asks for help, sees who comes and closes the page: in a language of Latin letters,
// in one with a button of its own, and in one that runs from right to left.
func TestAYouthInThreeLanguages(t *testing.T) {
	w := openWith(t, panel())
	w.both(func(s *agentapi.State) {
		s.Settings.Languages = []string{"en", "es", "zh-Hans", "zh-Hant", "ko", "vi", "tl", "hy", "ru", "fa", "ar", "km", "ja"}
	})
	w.same("idle")
	for _, lang := range []string{"en", "es", "fa"} {
		if lang != "en" {
			w.tap("languages")
			w.same(lang + "-languages")
			w.tap("lang." + lang)
			w.same(lang + "-idle")
		}
		w.tap("help")
		w.same(lang + "-ask")
		w.tap("yes")
		w.same(lang + "-sending")
		w.change(coming)
		w.same(lang + "-coming")
		w.tap("need.quiet_place")
		w.same(lang + "-need")
		w.tap("close")
		w.same(lang + "-closed") // in the site's language: nobody can tell what was chosen
		w.both(func(s *agentapi.State) { s.Activations = nil })
	}
	w.asked("raise youth actual", "need a-1 quiet_place", "raise youth actual", "need a-2 quiet_place", "raise youth actual", "need a-3 quiet_place")
	w.end()
}

func (w *window) signIn(pin string) {
	w.t.Helper()
	w.tap("staff")
	for _, d := range strings.Split(pin, "") {
		w.tap("pin." + d)
	}
	w.tap("pin.ok")
}

// A librarian goes with a young person from the call to the hand-over, and then looks after themselves.
func TestAStaffMemberGoesTheWholeWay(t *testing.T) {
	w := openWith(t, panel())
	w.same("idle")
	w.signIn(kiosktest.PIN)
	w.same("zone")
	w.tap("start")
	w.same("safe-place")
	w.change(func(a *agentapi.Activation) { a.Stage, a.Code = activation.Received, "7F-21" })
	w.same("received")
	w.taps("next", "flag.hurt")
	w.same("needs")
	w.tap("next")
	w.same("report")
	w.tap("asked")
	w.same("questions")
	w.taps("back", "phoned", "said.immediate", "next")
	w.same("referral")
	for range 19 {
		w.tap("ref.7")
	}
	w.tap("ref.ok")
	w.same("reported")
	w.tap("next")
	w.same("wait")
	w.tap("look")
	w.same("welfare")
	w.tap("well")
	w.same("looked")
	w.change(coming)
	w.tap("next")
	w.same("who")
	w.change(func(a *agentapi.Activation) { a.Stage = activation.Here })
	w.tap("next")
	w.taps("verify", "code.4", "code.8", "code.2", "code.1", "code.ok")
	w.change(func(a *agentapi.Activation) { a.Check.Verified, a.Check.Role = true, "advocate" })
	w.same("verified")
	w.taps("handover", "sure")
	w.change(func(a *agentapi.Activation) { a.Stage = activation.StageHandedOver })
	w.same("handed-over")
	w.tap("care")
	w.same("care")
	w.taps("done", "close")
	w.same("neutral")
	w.asked("pin", "raise token-1 staff actual", "intake token-1 a-1 [hurt]", "report token-1 a-1 hotline immediate 7777777777777777777",
		"welfare token-1 a-1 ok", "verify token-1 a-1 4821", "handover token-1 a-1")
	w.end()
}

// Somebody forces a staff member. The screen must show exactly what it always shows, and the agent must know.
func TestDuressLooksTheSame(t *testing.T) {
	w := openWith(t, panel())
	w.same("idle")
	w.signIn(kiosktest.PIN)
	w.same("willing")
	willing := w.still("willing")
	w.tap("close")
	w.same("between")
	w.signIn(kiosktest.DuressPIN)
	w.same("forced")
	if n := differ(w.still("forced"), willing, 0); n != 0 {
		t.Errorf("%d of 1000 pixels tell who watches that the PIN was another one", n)
	}
	if got := w.agent.Forced(); got != 1 {
		t.Errorf("the agent was told %d times", got)
	}
	w.asked("pin", "pin")
	w.end()
}

// No receipt in time: the youth reads nothing technical, and staff learn which number to call, even on the neutral page.
func TestTroubleFindsItsPeople(t *testing.T) {
	w := openWith(t, panel())
	w.same("idle")
	w.taps("help", "yes")
	w.change(func(a *agentapi.Activation) { a.Fallback, a.Tries, a.LastTryMS = agentapi.NoReceipt, 4, 1000 })
	w.same("youth")
	w.tap("close")
	w.same("neutral")
	w.tap("staff")
	w.same("numbers")
	w.tap("called")
	w.same("pin")
	w.tap("back")
	w.same("called")
	w.both(func(s *agentapi.State) {
		s.Activations = nil
		s.Health.Button, s.Health.Troubles = "stuck", []wire.Trouble{{Code: "button_stuck"}, {Code: "contacts"}}
	})
	w.same("look")
	w.signIn(kiosktest.PIN)
	w.same("zone")
	w.tap("faults")
	w.same("faults")
	w.end()
}

// The agent dies in the middle of a call and comes back: the screen says so in plain words, and then shows how far help has come meanwhile.
func TestTheAgentDiesInTheMiddle(t *testing.T) {
	w := openWith(t, panel())
	w.same("idle")
	w.taps("help", "yes")
	w.same("sending")
	w.silence()
	w.walk.Off(true)
	w.same("silent")
	w.change(coming)
	w.serve()
	w.walk.Off(false)
	w.same("coming")
	w.asked("raise youth actual")
	w.end()
}

// A kiosk in a room for staff shows what is open and calls without a PIN.
func TestAKioskForStaff(t *testing.T) {
	o := panel()
	o.staffOnly = true
	w := openWith(t, o)
	w.same("room")
	w.tap("start")
	w.same("sure")
	w.tap("sure")
	w.same("pin")
	for _, d := range strings.Split(kiosktest.PIN, "") {
		w.tap("pin." + d)
	}
	w.tap("pin.ok")
	w.same("steps")
	w.tap("close")
	w.same("open")
	w.asked("raise staff actual", "pin")
	w.end()
}

// IT tries the screen and the touch of every part of it, and restarts: the program ends by itself, for its supervisor to start it again.
func TestITTriesTheDevice(t *testing.T) {
	w := openWith(t, panel())
	w.same("idle")
	w.signIn(kiosktest.ITPIN)
	w.same("it")
	w.tap("colours")
	w.same("white")
	for range 6 {
		w.tap("colour")
	}
	w.same("it-again")
	w.taps("touch", "cell.1", "cell.5", "cell.23")
	w.same("touch")
	w.tap("back")
	w.taps("selftest", "restart")
	w.same("restart")
	w.tap("sure")
	w.ended()
	w.asked("pin", "selftest", "restart token-it")
}
