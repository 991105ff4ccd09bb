package kiosk_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk"
	"safeyouthzone/kiosk/kiosktest"
)

// until waits for what another process does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A youth who cannot read hears the question. The page goes on while it is read, and Close silences it, even a synthesiser that hangs.
func TestPageIsReadAloud(t *testing.T) {
	dir := t.TempDir()
	program, heard := filepath.Join(dir, "synthesiser"), filepath.Join(dir, "heard")
	must(t, os.WriteFile(program, []byte("#!/bin/sh\ncat > "+heard+".new; echo $$ > "+heard+".pid; mv "+heard+".new "+heard+"; exec sleep 600\n"), 0o755))
	k, err := kiosktest.Open(kiosktest.NewAgent(), kiosktest.Options{Speech: kiosk.Speech{On: true, Program: program}})
	must(t, err)
	t.Cleanup(k.Close)
	until(t, "the site", func() bool { return strings.Contains(strings.Join(k.Texts(), " "), "Compton Library") })
	must(t, k.Tap("help"))
	must(t, k.Tap("listen"))
	says(t, k, "Stop")
	var words string
	until(t, "the synthesiser", func() bool {
		raw, err := os.ReadFile(heard)
		words = string(raw)
		return err == nil
	})
	for _, want := range []string{"Do you want us to get help?", "You are not in trouble.", "Yes, get help", "Not now"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q was not read; read was %q", want, words)
		}
	}
	pid, err := os.ReadFile(heard + ".pid")
	must(t, err)
	must(t, k.Tap("close"))
	if k.Screen() != "idle" {
		t.Errorf("closing leads to %s", k.Screen())
	}
	until(t, "silence", func() bool {
		stat, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(pid)), "stat"))
		return err != nil || strings.Contains(string(stat), ") Z ")
	})
	says(t, k, "Listen")
}

// Who hears badly makes it louder: the page is read again at once, and the next one who comes hears it as the site wants.
func TestTheVolumeIsThatOfWhoStandsThere(t *testing.T) {
	dir := t.TempDir()
	program, heard := filepath.Join(dir, "synthesiser"), filepath.Join(dir, "heard")
	must(t, os.WriteFile(program, []byte("#!/bin/sh\ncat > /dev/null; echo \"$@\" | sed 's/.* -a \\([0-9]*\\) .*/\\1/' >> "+heard+"; exec sleep 600\n"), 0o755))
	k, err := kiosktest.Open(kiosktest.NewAgent(), kiosktest.Options{Speech: kiosk.Speech{On: true, Program: program, Volume: 80}})
	must(t, err)
	t.Cleanup(k.Close)
	volumes := func(want string) {
		t.Helper()
		var got string
		until(t, "volumes "+want, func() bool {
			raw, _ := os.ReadFile(heard)
			got = strings.Join(strings.Fields(string(raw)), " ")
			return got == want
		})
	}
	must(t, k.Tap("help"))
	if slices.Contains(k.Buttons(), "louder") {
		t.Error("a volume is offered before anything is read")
	}
	must(t, k.Tap("listen"))
	volumes("80")
	must(t, k.Tap("louder"))
	volumes("80 100")
	must(t, k.Tap("quieter"))
	volumes("80 100 80")
	for _, id := range []string{"quieter", "quieter", "quieter"} {
		must(t, k.Tap(id))
	}
	if err := k.Tap("quieter"); err == nil {
		t.Error("it can be made quieter than can be heard")
	}
	must(t, k.Tap("close"))
	must(t, k.Tap("help"))
	must(t, os.Remove(heard))
	must(t, k.Tap("listen"))
	volumes("80")
}

// Where nothing can read, no button promises it; staff see the fault, and so does the desk, also after the agent started anew.
func TestMissingVoiceAndFacesAreFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := kiosktest.NewAgent()
		k := open(t, agent, kiosktest.Options{Faces: t.TempDir(), Speech: kiosk.Speech{On: true, Program: "/nowhere/espeak-ng"}})
		tap(t, k, "help")
		if slices.Contains(k.Buttons(), "listen") {
			t.Error("a voice is offered that is not there")
		}
		tap(t, k, "close")
		signIn(t, k)
		want(t, k, "zone")
		says(t, k, "Letters are missing: zh-Hans, zh-Hant, ko, hy, fa, ar, km, ja.")
		tap(t, k, "faults")
		says(t, k, "The reading voice is missing.")
		want := []string{agentapi.ScreenFaces, agentapi.ScreenVoice}
		if got := agent.ScreenFaults(); !slices.Equal(got, want) {
			t.Errorf("the agent knows of %v", got)
		}
		agent.Off(true)
		time.Sleep(5 * time.Second)
		agent.Off(false)
		must(t, agent.Screen(t.Context(), nil)) // it has forgotten
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := agent.ScreenFaults(); !slices.Equal(got, want) {
			t.Errorf("an agent that started anew knows of %v", got)
		}
	})
}

// Without espeak-ng wanted, there is no button and no fault; and a language without a voice has none either.
func TestListenIsOnlyWhereItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := open(t, kiosktest.NewAgent(), kiosktest.Options{})
		tap(t, k, "help")
		if slices.Contains(k.Buttons(), "listen") {
			t.Error("a voice is offered although the site wants none")
		}
	})
}
