package kiosk_test

import (
	"bytes"
	"errors"
	"image/png"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// open opens a kiosk on a scripted agent inside a bubble of fake time.
func open(t *testing.T, agent *kiosktest.Agent, opt kiosktest.Options) *kiosktest.Kiosk {
	t.Helper()
	k, err := kiosktest.Open(agent, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	synctest.Wait()
	return k
}

func tap(t *testing.T, k *kiosktest.Kiosk, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := k.Tap(id); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
	}
}

func want(t *testing.T, k *kiosktest.Kiosk, screen string) {
	t.Helper()
	if got := k.Screen(); got != screen {
		t.Fatalf("page is %s, want %s; it says %q", got, screen, k.Texts())
	}
}

func says(t *testing.T, k *kiosktest.Kiosk, words ...string) {
	t.Helper()
	all := strings.Join(k.Texts(), "\n")
	for _, w := range words {
		if !strings.Contains(all, w) {
			t.Errorf("the page does not say %q; it says %q", w, k.Texts())
		}
	}
}

func signIn(t *testing.T, k *kiosktest.Kiosk) {
	t.Helper()
	tap(t, k, "staff", "pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
}

func TestJourneyOfAYouth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		says(t, k, "Compton Library", "Need help?")
		tap(t, k, "help", "yes")
		says(t, k, "Sending your request")
		agent.Newest(func(a *agentapi.Activation) { a.Stage, a.Code = activation.Received, "7F-21" })
		synctest.Wait()
		says(t, k, "Your request was sent", "The county has it")
		tap(t, k, "need.afraid_of_someone_here")
		minutes := int64(12 * 60_000)
		agent.Newest(func(a *agentapi.Activation) {
			a.Stage, a.Who = activation.StageComing, []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &minutes}}
			a.Message = activation.WithYou
		})
		synctest.Wait()
		says(t, k, "Someone is coming", "An advocate · about 12 minutes", "We are with you.")
		tap(t, k, "close")
		want(t, k, "idle")
		tap(t, k, "help")
		want(t, k, "status")
		if got, want := agent.Calls(), []string{"raise youth actual", "need a-1 afraid_of_someone_here"}; !slices.Equal(got, want) {
			t.Errorf("the agent was asked for %v, want %v", got, want)
		}
		agent.Newest(func(a *agentapi.Activation) { a.Stage = activation.StageHandedOver })
		synctest.Wait()
		says(t, k, "Your helper is with you now")
		tap(t, k, "done", "help")
		want(t, k, "ask")
	})
}

func TestJourneyOfStaff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		tap(t, k, "staff", "pin.1", "pin.1", "pin.1", "pin.1", "pin.ok")
		says(t, k, "That PIN is not right.")
		tap(t, k, "pin.2", "pin.4", "pin.6", "pin.8", "pin.ok")
		want(t, k, "zone")
		tap(t, k, "start")
		want(t, k, "steps")
		agent.Newest(func(a *agentapi.Activation) { a.Stage, a.Code = activation.Received, "7F-21" })
		synctest.Wait()
		says(t, k, "7F-21")
		tap(t, k, "next", "flag.hurt", "next", "phoned", "said.information", "next")
		says(t, k, "The report is recorded")
		tap(t, k, "next", "cancel", "sure")
		agent.Newest(func(a *agentapi.Activation) { a.StandDown = activation.StandDownRefused })
		synctest.Wait()
		says(t, k, "The desk said no.")
		tap(t, k, "next", "next")
		agent.Newest(func(a *agentapi.Activation) { a.Stage = activation.Here })
		synctest.Wait()
		tap(t, k, "verify", "code.4", "code.8", "code.2", "code.1", "code.ok")
		agent.Newest(func(a *agentapi.Activation) { a.Check.Verified, a.Check.Role = true, "advocate" })
		synctest.Wait()
		says(t, k, "An advocate was checked")
		tap(t, k, "handover", "sure")
		agent.Newest(func(a *agentapi.Activation) { a.Stage = activation.StageHandedOver })
		synctest.Wait()
		says(t, k, "Handed over")
		want := []string{
			"pin", "pin", "raise token-1 staff actual", "intake token-1 a-1 [hurt]", "report token-1 a-1 hotline information",
			"cancel token-1 a-1", "verify token-1 a-1 4821", "handover token-1 a-1",
		}
		if got := agent.Calls(); !slices.Equal(got, want) {
			t.Errorf("the agent was asked for\n%q, want\n%q", got, want)
		}
	})
}

func TestAgentThatDiesAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		agent.Off(true)
		time.Sleep(8 * time.Second)
		synctest.Wait()
		want(t, k, "broken")
		says(t, k, "This help point is not working", "Please tell a staff member.", "911", "800-540-4000")
		agent.Off(false)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		want(t, k, "idle")
	})
}

func TestCallThatTheAgentDoesNotTakeIsTroubleAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		agent.Fail("raise", errors.New("no answer"))
		tap(t, k, "help", "yes")
		says(t, k, "Your request is not sent yet", "Please tell a staff member", "800-540-4000")
		tap(t, k, "close")
		says(t, k, "Staff, please call 800-540-4000")
		tap(t, k, "staff")
		says(t, k, "Call now, please", "This help point could not send the request")
		agent.Fail("raise", nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if open := agent.State().Activations; len(open) != 1 {
			t.Errorf("%d calls after the agent recovered, want 1", len(open))
		}
		want(t, k, "idle")
	})
}

func TestLeftAloneReturnsToNeutral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		tap(t, k, "help", "yes")
		time.Sleep(46 * time.Second)
		synctest.Wait()
		want(t, k, "idle")
	})
}

func TestDrillIsMarkedEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		signIn(t, k)
		tap(t, k, "tests", "drill")
		says(t, k, "DRILL · NOT A REAL CALL")
		agent.Newest(func(a *agentapi.Activation) { a.Stage = activation.Received })
		synctest.Wait()
		tap(t, k, "next", "next", "later", "mirror")
		want(t, k, "status")
		says(t, k, "DRILL · NOT A REAL CALL")
		tap(t, k, "close")
		says(t, k, "DRILL TODAY · REAL HELP STILL WORKS")
	})
}

func TestPictureAndPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := open(t, kiosktest.NewAgent(), kiosktest.Options{Size: kiosktest.Size{Width: 1280, Height: 800}, Dark: true})
		var b bytes.Buffer
		if err := k.PNG(&b); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got := img.Bounds().Size(); got.X != 1280 || got.Y != 800 {
			t.Errorf("the picture is %v", got)
		}
		x, y, err := k.Where("help")
		if err != nil || x < 900 || x > 1200 || y < 100 || y > 500 {
			t.Errorf("the door is at %d,%d: %v", x, y, err)
		}
		if err := k.Tap("need.hurt"); !errors.Is(err, kiosktest.ErrNoButton) {
			t.Errorf("a button of another page: %v", err)
		}
	})
}

func TestUnknownLanguage(t *testing.T) {
	if _, err := kiosktest.Open(kiosktest.NewAgent(), kiosktest.Options{Lang: "xx"}); err == nil {
		t.Error("opened in a language without words")
	}
}

func TestAnotherLanguageIsOneTouchAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := open(t, kiosktest.NewAgent(), kiosktest.Options{})
		tap(t, k, "lang.es", "help")
		says(t, k, "¿Quieres que pidamos ayuda?", "Los adultos aquí deben avisar")
		tap(t, k, "yes")
		says(t, k, "Enviando tu pedido", "Puedes quedarte o irte. Tú decides.")
		tap(t, k, "lang.en")
		says(t, k, "Sending your request")
		tap(t, k, "lang.es", "close")
		says(t, k, "Need help?") // the neutral page does not tell what was chosen
	})
}

// Youth, staff and button ask for the same help: it is one call, whoever was first.
func TestYouthAndStaffMakeOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{})
		tap(t, k, "help", "yes", "close")
		signIn(t, k)
		tap(t, k, "start")
		want(t, k, "steps")
		if open := agent.State().Activations; len(open) != 1 {
			t.Errorf("%d calls, want 1", len(open))
		}
		agent.Newest(func(a *agentapi.Activation) { a.Stage, a.Code = activation.Received, "7F-21" })
		synctest.Wait()
		says(t, k, "7F-21")
	})
}

// The desk must know how the youth is, and a kiosk for staff shows it when nobody has looked.
func TestWelfareIsAskedAndTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{StaffOnly: true})
		tap(t, k, "start", "sure", "pin.2", "pin.4", "pin.6", "pin.8", "pin.ok", "next", "next", "later")
		agent.Newest(func(a *agentapi.Activation) { a.Stage, a.AgeMS = activation.Received, 301_000 })
		synctest.Wait()
		want(t, k, "welfare")
		tap(t, k, "well")
		want(t, k, "steps")
		says(t, k, "You looked: all right.")
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		want(t, k, "room")
		agent.Newest(func(a *agentapi.Activation) { a.Welfare.AgeMS = 301_000 })
		synctest.Wait()
		says(t, k, "Look how the youth is")
		if got := agent.Calls(); got[len(got)-1] != "welfare token-1 a-1 ok" {
			t.Errorf("the agent was asked for %v", got)
		}
	})
}

// IT asks for a restart: first the agent, then the window.
func TestRestartIsTheAgentsAndThenTheWindows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		restarts := 0
		k := open(t, agent, kiosktest.Options{Restart: func() { restarts++ }})
		tap(t, k, "staff", "pin.1", "pin.3", "pin.5", "pin.7", "pin.ok")
		want(t, k, "it")
		agent.Fail("restart", errors.New("no answer"))
		tap(t, k, "restart", "sure")
		says(t, k, "That did not work. Try again.")
		if restarts != 0 {
			t.Error("the window restarted without its agent")
		}
		agent.Fail("restart", nil)
		tap(t, k, "restart", "sure")
		if restarts != 1 {
			t.Errorf("the window restarted %d times", restarts)
		}
	})
}
