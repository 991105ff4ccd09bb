package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func call(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestTheTerminalIsAnswered(t *testing.T) {
	if code, _, errs := call("--help"); code != exitDone || !strings.Contains(errs, "usage: syz-broker") {
		t.Errorf("--help: %d, %s", code, errs)
	}
	if code, out, _ := call("--version"); code != exitDone || out != "syz-broker dev\n" {
		t.Errorf("--version: %d, %q", code, out)
	}
	if code, out, errs := call("--check", "--config", "../../packaging/config/broker.toml"); code != exitDone || !strings.Contains(out, "good") {
		t.Errorf("--check: %d, %s%s", code, out, errs)
	}
	shipped, err := os.ReadFile("../../packaging/config/broker.toml")
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(t.TempDir(), "broker.toml")
	bell := "\n[[channel]]\nname = \"bell\"\nkind = \"ntfy\"\nurl = \"https://ntfy.example.org\"\nca = \"/nowhere/ca.pem\"\n"
	if err := os.WriteFile(conf, append(shipped, bell...), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call("--check", "--config", conf); code != exitUsage || !strings.Contains(errs, `channel "bell": ca: cannot read authority`) {
		t.Errorf("--check of a channel that can not work: %d, %s", code, errs)
	}
	for _, args := range [][]string{{"--wrong"}, {"extra"}, {"--config", filepath.Join(t.TempDir(), "none.toml")}} {
		if code, _, errs := call(args...); code != exitUsage || errs == "" && args[0] != "extra" {
			t.Errorf("%v: %d, %s", args, code, errs)
		}
	}
}

func TestABrokerThatCannotStartSaysWhy(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile("../../packaging/config/broker.toml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "taken")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "broker.toml")
	if err := os.WriteFile(conf, []byte("data_dir = \""+file+"\"\n"+string(b)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := call("--config", conf); code != exitFailed || !strings.Contains(errs, "cannot make data directory") {
		t.Errorf("%d, %s", code, errs)
	}
}

// systemd ends a start after its limit unless it is asked for more time: a broker with a long ledger would be killed and started for ever.
func TestSystemdIsAskedToWaitForALongStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	t.Setenv("NOTIFY_SOCKET", path)
	starting("5 of 10 records are read", 2*time.Minute)
	b := make([]byte, 1<<10)
	if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := c.Read(b)
	if got := string(b[:n]); err != nil || got != "STATUS=Starting: 5 of 10 records are read\nEXTEND_TIMEOUT_USEC=120000000" {
		t.Errorf("systemd is told %q, %v", got, err)
	}
}
