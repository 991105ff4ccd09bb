package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/device/agentapi"
)

func call(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "agent.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheTerminalIsAnswered(t *testing.T) {
	if code, _, errs := call(t, "", "--help"); code != exitDone || !strings.Contains(errs, "usage: syz-agent") {
		t.Errorf("--help: %d, %s", code, errs)
	}
	if code, out, _ := call(t, "", "--version"); code != exitDone || out != "syz-agent dev\n" {
		t.Errorf("--version: %d, %q", code, out)
	}
	for _, args := range [][]string{
		{"--wrong"},
		{"extra"},
		{"--config", filepath.Join(t.TempDir(), "none.toml")},
		{"enrol"},
		{"enrol", "extra"},
		{"enrol", "--address", "a:1", "--fingerprint", "f", "--config", filepath.Join(t.TempDir(), "none.toml")},
	} {
		if code, _, errs := call(t, "", args...); code != exitUsage || errs == "" {
			t.Errorf("%v: %d, %s", args, code, errs)
		}
	}
}

func TestTheShippedExampleIsGoodAndSaysTheDefaults(t *testing.T) {
	const example = "../../packaging/config/agent.toml"
	if code, out, errs := call(t, "", "--check", "--config", example); code != exitDone || !strings.Contains(out, "good") {
		t.Fatalf("%d, %s%s", code, out, errs)
	}
	b, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	var on []string // every key, no longer commented out
	for line := range strings.Lines(string(b)) {
		if key, ok := strings.CutPrefix(line, "#"); ok && !strings.HasPrefix(key, " ") && (strings.Contains(key, " = ") || strings.HasPrefix(key, "[")) {
			on = append(on, key)
		}
	}
	c, err := loadConfig(write(t, strings.Join(on, "")))
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	if len(on) != 25 || c.Audible || c.Covert || c.Pins.Button != "" || c.StateDir != want.StateDir || c.Socket != want.Socket || c.Board != want.Board || c.Spread != want.Spread || c.LogLevel != want.LogLevel {
		t.Errorf("%d keys, they say %+v, the defaults are %+v", len(on), c, want)
	}
}

func TestABadConfigurationIsTold(t *testing.T) {
	for text, want := range map[string]string{
		`bord = "sim"`:                                  "bord",
		`board = "rocket"`:                              "rpi5",
		`board = "generic"`:                             "button has no line",
		"audible = true\ncovert = true":                 "covert",
		"board = \"rpi4\"\n[pins]\ntamper = \"GPIO17\"": "GPIO17",
		"board = \"rpi4\"\n[pins]\nknob = \"GPIO1\"":    "knob",
		`hold = "10s"`:                                  "hold",
		`spread = "soon"`:                               "soon",
		`spread = "2m"`:                                 "spread",
		`log_level = "all"`:                             "log_level",
		`state_dir = ""`:                                "state_dir",
	} {
		if code, _, errs := call(t, "", "--check", "--config", write(t, text)); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%s: %d, %s", text, code, errs)
		}
	}
}

func TestEnrolmentThatFailsSaysWhatToDo(t *testing.T) {
	conf := write(t, `state_dir = "`+t.TempDir()+`"`)
	args := []string{"enrol", "--config", conf, "--address", "127.0.0.1:1", "--fingerprint", "f"}
	if code, _, errs := call(t, "\n", args...); code != exitUsage || !strings.Contains(errs, "no code") {
		t.Errorf("no code: %d, %s", code, errs)
	}
	code, _, errs := call(t, "ABCD-EFGH-JKMN-PQRS\n", args...)
	if code != exitFailed || !strings.Contains(errs, "safe to try again") || strings.Contains(errs, "ABCD") {
		t.Errorf("nobody there: %d, %s", code, errs)
	}
}

func TestTheAgentRunsWithoutAnythingElse(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "agent.sock")
	conf := write(t, `state_dir = "`+dir+`/state"`+"\n"+`socket = "`+socket+`"`+"\n"+`board = "sim"`+"\n"+`path_test = "1h"`) // a line of an older version
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	var errs bytes.Buffer
	go func() { done <- run(ctx, []string{"--config", conf}, strings.NewReader(""), os.Stdout, &errs) }()
	c := agentapi.NewClient(socket)
	defer c.Close()
	var s agentapi.State
	var err error
	for range 200 {
		if s, err = c.State(t.Context()); err == nil {
			break
		}
		<-time.After(10 * time.Millisecond)
	}
	if err != nil || s.Health.Enrolled || len(s.Settings.Numbers) == 0 || s.Health.Board != "sim" {
		t.Errorf("%+v, %v", s, err)
	}
	stop()
	if code := <-done; code != exitDone {
		t.Errorf("ended with %d: %s", code, errs.String())
	}
	if !strings.Contains(errs.String(), "path_test means nothing here any more") {
		t.Errorf("nobody is told that a line of the file means nothing: %s", errs.String())
	}
	if _, err := os.Stat(socket); err == nil {
		t.Error("the socket stayed behind")
	}
}
