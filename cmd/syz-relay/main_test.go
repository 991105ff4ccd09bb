package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheShippedConfigurationIsGood(t *testing.T) {
	b, err := os.ReadFile("../../packaging/config/relay.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.ReplaceAll(string(b), "/etc/syz/", dir+"/")
	for name, content := range map[string]string{"relay.secrets": "# May\nwhsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw==\n", "relay.token": "token\n", "relay.toml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"--config", filepath.Join(dir, "relay.toml"), "--check"}, &out, &errs); code != 0 {
		t.Errorf("%d: %s", code, errs.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "relay.toml"), []byte(text+"\nfoo = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"--config", filepath.Join(dir, "relay.toml"), "--check"}, &out, &errs); code != 1 {
		t.Errorf("an unknown key: %d", code)
	}
}

func TestTheCommandLine(t *testing.T) {
	for args, want := range map[string]int{"--version": 0, "--help": 0, "--nonsense": 2, "more": 2, "--config /nowhere": 1} {
		var out, errs bytes.Buffer
		if code := run(strings.Fields(args), &out, &errs); code != want {
			t.Errorf("%s: %d, want %d: %s", args, code, want, errs.String())
		}
	}
}
