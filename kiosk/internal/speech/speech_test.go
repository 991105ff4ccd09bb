package speech_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/speech"
)

// script writes a synthesiser of our own.
func script(t *testing.T, body string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "synthesiser")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+body), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func open(t *testing.T, opt speech.Options) *speech.Reader {
	t.Helper()
	r, err := speech.Open(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// say reads words and waits until it is over.
func say(t *testing.T, r *speech.Reader, lang, words string) {
	t.Helper()
	done := make(chan struct{})
	if err := r.Say(lang, words, func() { close(done) }); err != nil {
		t.Fatal(err)
	}
	<-done
}

// The real synthesiser, into a file: every language that is offered makes a sound that is longer than a click.
func TestEveryVoiceSpeaks(t *testing.T) {
	if _, err := exec.LookPath(speech.Program); err != nil {
		t.Skip("espeak-ng is not installed")
	}
	set, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range set {
		file := filepath.Join(t.TempDir(), "said.wav")
		r := open(t, speech.Options{More: []string{"-w", file}})
		if !r.Speaks(c.Language) {
			if err := r.Say(c.Language, "x", nil); !errors.Is(err, speech.ErrNoVoice) {
				t.Errorf("%s has no voice, but: %v", c.Language, err)
			}
			continue
		}
		say(t, r, c.Language, c.Text("ask.title"))
		info, err := os.Stat(file)
		if err != nil {
			t.Errorf("%s: %v", c.Language, err)
			continue
		}
		const second = 22050 * 2
		if info.Size() < second/2 {
			t.Errorf("%s: only %d bytes of sound", c.Language, info.Size())
		}
	}
}

// Every user of a machine can read the arguments of every program.
func TestWordsAreInNoArgumentAndNoLog(t *testing.T) {
	const words = "Somebody scares me"
	seen := filepath.Join(t.TempDir(), "seen")
	var log bytes.Buffer
	r := open(t, speech.Options{
		Program: script(t, `echo "$@" > `+seen+`.args; cat > `+seen+`.words; exit 3`), Device: "plughw:1", Volume: 80, Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	say(t, r, "en", words)
	args, err := os.ReadFile(seen + ".args")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(args); strings.Contains(got, "scares") || !strings.Contains(got, "-v en-us") || !strings.Contains(got, "-d plughw:1") || !strings.Contains(got, "-a 80") {
		t.Errorf("arguments: %s", got)
	}
	if got, err := os.ReadFile(seen + ".words"); err != nil || string(got) != words {
		t.Errorf("standard input: %q, %v", got, err)
	}
	if got := log.String(); strings.Contains(got, "scares") || !strings.Contains(got, "failed") {
		t.Errorf("log: %s", got)
	}
}

// A synthesiser that hangs, with children of its own, holds nobody: it is killed when the page is closed, and after a while by itself.
func TestSynthesiserThatHangs(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	hang := script(t, `sleep 600 & echo $! > `+pid+`; wait`)
	r := open(t, speech.Options{Program: hang})
	done := make(chan struct{})
	if err := r.Say("en", "x", func() { close(done) }); err != nil {
		t.Fatal(err)
	}
	for {
		if raw, err := os.ReadFile(pid); err == nil && len(bytes.TrimSpace(raw)) > 0 {
			break
		}
		time.Sleep(time.Millisecond) // the child has to start; nothing tells when
	}
	r.Stop()
	<-done
	raw, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	gone := func() bool {
		stat, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(raw)), "stat"))
		return err != nil || strings.Contains(string(stat), ") Z ")
	}
	for deadline := time.Now().Add(10 * time.Second); !gone(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a child of the synthesiser is still there")
		}
	}
	say(t, open(t, speech.Options{Program: hang, Longest: 50 * time.Millisecond}), "en", "x")
}

// A second page silences the first.
func TestOneVoiceAtATime(t *testing.T) {
	r := open(t, speech.Options{Program: script(t, `cat > /dev/null; sleep 600`)})
	first := make(chan struct{})
	if err := r.Say("en", "one", func() { close(first) }); err != nil {
		t.Fatal(err)
	}
	if err := r.Say("en", "two", nil); err != nil {
		t.Fatal(err)
	}
	<-first
}

func TestMissingSynthesiser(t *testing.T) {
	if _, err := speech.Open(speech.Options{Program: "/nowhere/espeak-ng"}); err == nil {
		t.Error("found a synthesiser where there is none")
	}
	var none *speech.Reader
	if none.Speaks("en") {
		t.Error("a reader that does not exist speaks")
	}
	none.Stop()
	none.Close()
}
