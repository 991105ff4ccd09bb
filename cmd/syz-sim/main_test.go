package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sim runs syz-sim as a person would, and returns what it printed.
func sim(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), filepath.Join(simBin(t), "syz-sim"), args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// simBin is a directory with the programs and the simulator itself.
func simBin(t *testing.T) string {
	t.Helper()
	bin := build(t)
	if _, err := os.Stat(filepath.Join(bin, "syz-sim")); err == nil {
		return bin
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin+"/", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cannot build the simulator: %v\n%s", err, out)
	}
	return bin
}

// last reads the last line as one JSON object.
func last(t *testing.T, out, errs string, into any) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), into); err != nil {
		t.Fatalf("the last line is not one JSON object: %v\n%s\n%s", err, out, errs)
	}
}

func TestDemoOnceDrivesAWholeCall(t *testing.T) {
	dir := t.TempDir()
	code, out, errs := sim(t, "demo", "--once", "--headless", "--dir", dir)
	var r struct {
		OK       bool `json:"ok"`
		Verified bool `json:"ledger_verified"`
		Steps    []struct {
			Name string             `json:"name"`
			MS   map[string]float64 `json:"ms"`
		} `json:"steps"`
	}
	last(t, out, errs, &r)
	if code != 0 || !r.OK || !r.Verified {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	for _, s := range r.Steps {
		if len(s.MS) < 2 {
			t.Errorf("%s was seen by %v only", s.Name, s.MS)
		}
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "*", "pictures", "*.png"))
	if err != nil || len(pictures) < 8 {
		t.Errorf("%d pictures, %v", len(pictures), err)
	}
}

// TestNoPressIsLost is the promise itself: ten thousand presses, the broker killed five times.
func TestNoPressIsLost(t *testing.T) {
	presses, kills := 10_000, 5
	if testing.Short() {
		presses, kills = 200, 1
	}
	code, out, errs := sim(t, "load", "--devices", "100", "--presses", strconv.Itoa(presses), "--rate", "300", "--kill9", strconv.Itoa(kills), "--json")
	var r struct {
		Sent, Received, Lost, Duplicates, Receipts int
		Verified                                   bool
	}
	last(t, out, errs, &r)
	if code != 0 || r.Sent != presses || r.Received != presses || r.Lost != 0 || r.Duplicates != 0 || r.Receipts != presses || !r.Verified {
		t.Errorf("exit %d: %+v\n%s", code, r, errs)
	}
	t.Logf("%s", out)
}

func TestBenchPressMeasuresTheWholeWay(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("there is no Chromium on this machine")
	}
	code, out, errs := sim(t, "bench", "press", "--n", "3", "--json")
	var r struct {
		Raw json.RawMessage `json:"after_settle"`
	}
	last(t, out, errs, &r)
	if code != 0 || strings.Count(string(r.Raw), `"n":3`) != 3 {
		t.Errorf("exit %d: %s\n%s", code, out, errs)
	}
}

func TestWrongUsageIsToldInWords(t *testing.T) {
	for _, args := range [][]string{{}, {"dance"}, {"bench"}, {"bench", "nothing"}, {"load", "--devices", "0"}, {"demo", "extra"}} {
		if code, _, errs := sim(t, args...); code != 2 || !strings.Contains(errs, "usage: syz-sim") {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
	if code, out, _ := sim(t, "--version"); code != 0 || !strings.HasPrefix(out, "syz-sim ") {
		t.Errorf("--version: %d, %s", code, out)
	}
}
