package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"safeyouthzone/broker/brokertest"
)

// ctlRun runs syzctl as a person would.
func ctlRun(t *testing.T, socket, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"--socket", socket}, args...), strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestAnAdministratorsDay(t *testing.T) {
	b := brokertest.Start(t)
	socket := b.Addrs.Admin
	code, out, errs := ctlRun(t, socket, "", "card", "compton")
	if code != exitDone || !strings.Contains(out, "fingerprint") || !strings.Contains(out, "syz-agent enrol") {
		t.Errorf("card: %d, %s%s", code, out, errs)
	}
	if code, out, _ = ctlRun(t, socket, "", "devices"); code != exitDone || !strings.Contains(out, "syzctl card ZONE") {
		t.Errorf("devices of an empty fleet: %d, %s", code, out)
	}
	if code, out, _ = ctlRun(t, socket, "", "verify"); code != exitDone || !strings.Contains(out, "whole: 0 entries") {
		t.Errorf("verify: %d, %s", code, out)
	}
	if code, _, errs = ctlRun(t, socket, "", "card", "atlantis"); code != exitFailed || !strings.Contains(errs, "no such zone") {
		t.Errorf("a card for an unknown zone: %d, %s", code, errs)
	}
	if code, _, errs = ctlRun(t, socket, "", "disable", "d-none"); code != exitFailed || !strings.Contains(errs, "no such zone or device") {
		t.Errorf("disabling an unknown device: %d, %s", code, errs)
	}
	if code, _, errs = ctlRun(t, socket, "", "card", "compton", "--hours", "9999"); code != exitFailed || !strings.Contains(errs, "1 to 720") {
		t.Errorf("a card for ever: %d, %s", code, errs)
	}
	if code, out, _ = ctlRun(t, socket, "", "signin"); code != exitDone || !strings.HasPrefix(out, "http://127.0.0.1:") {
		t.Errorf("signin: %d, %s", code, out)
	}
}

func TestJSONIsForPrograms(t *testing.T) {
	b := brokertest.Start(t)
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"--socket", b.Addrs.Admin, "--json", "verify"}, strings.NewReader(""), &out, &errs)
	var p struct {
		Entries *int `json:"entries"`
	}
	if err := json.Unmarshal(out.Bytes(), &p); code != exitDone || err != nil || p.Entries == nil {
		t.Errorf("%d, %v: %s%s", code, err, out.String(), errs.String())
	}
}

func TestAPINIsReadFromInputOnly(t *testing.T) {
	code, out, _ := ctlRun(t, "none", "4711\n", "pin")
	if code != exitDone || !strings.HasPrefix(out, "pbkdf2:") || strings.Contains(out, "4711") {
		t.Errorf("pin: %d, %s", code, out)
	}
	form := strings.TrimSpace(out)
	code, out, errs := ctlRun(t, "none", "0815\n", "pin", "--with", form)
	if code != exitDone || out[:29] != form[:29] || strings.TrimSpace(out) == form {
		t.Errorf("pin with the salt of %s: %d, %s%s", form, code, out, errs)
	}
	if code, _, errs := ctlRun(t, "none", "0815\n", "pin", "--with", "4711"); code != exitFailed || !strings.Contains(errs, "syzctl pin") {
		t.Errorf("with something else: %d, %s", code, errs)
	}
	if code, _, errs := ctlRun(t, "none", "47a1\n", "pin"); code != exitFailed || !strings.Contains(errs, "4 to 12 digits") || strings.Contains(errs, "47a1") {
		t.Errorf("bad pin: %d, %s", code, errs)
	}
	if code, _, _ := ctlRun(t, "none", "", "pin", "4711"); code != exitUsage {
		t.Errorf("a PIN as argument: %d", code)
	}
}

func TestWithoutABrokerTheErrorSaysWhatToDo(t *testing.T) {
	code, _, errs := ctlRun(t, t.TempDir()+"/none.sock", "", "verify")
	if code != exitFailed || !strings.Contains(errs, "is it running, and are you in its group?") {
		t.Errorf("%d, %s", code, errs)
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"dance"}, {"card"}, {"disable"}, {"disable", "a", "b"}, {"--wrong"}} {
		if code, _, errs := ctlRun(t, "none", "", args...); code != exitUsage || errs == "" {
			t.Errorf("%v: %d, %q", args, code, errs)
		}
	}
}
