package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestShippedExample(t *testing.T) {
	const example = "../../packaging/config/kiosk.toml"
	got, err := configure(example, override{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := configure(defaultless(t), override{})
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("the example says %+v, the defaults are %+v", got, want)
	}
	// What is commented out must be right, too.
	raw, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	all := filepath.Join(t.TempDir(), "all.toml")
	if err := os.WriteFile(all, regexp.MustCompile(`(?m)^#([a-z])`).ReplaceAll(raw, []byte("$1")), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := configure(all, override{}); err != nil || got != want {
		t.Errorf("the commented keys say %+v (%v), the defaults are %+v", got, err, want)
	}
	for _, key := range []string{"socket", "language", "dark", "contrast", "faces", "refuse_drafts", "speech", "speech_device", "speech_volume", "windowed", "size"} {
		if !regexp.MustCompile(`(?m)^#?` + key + ` = `).Match(raw) {
			t.Errorf("the example does not have %s", key)
		}
	}
}

// defaultless is a file that says nothing.
func defaultless(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "empty.toml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBadConfiguration(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`sokcet = "/x"`, "unknown key"},
		{`socket = ""`, "socket is empty"},
		{`size = "big"`, "not like 800x480"},
		{`size = "800x480x2"`, "not like 800x480"},
		{`size = "1x1"`, "not between"},
		{`dark = "yes"`, "cannot use"},
		{`speech = "loud"`, "neither off"},
		{`speech = "headphones"`, "must name the jack"},
		{`speech_volume = 0`, "not between 1 and 200"},
	} {
		file := filepath.Join(t.TempDir(), "kiosk.toml")
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		if code := run([]string{"--config", file}, &out, &errs); code != exitUsage {
			t.Errorf("%s: exit code %d", c.text, code)
		}
		if !strings.Contains(errs.String(), c.want) {
			t.Errorf("%s: says %q, want %q", c.text, errs.String(), c.want)
		}
	}
}

func TestCommandLineHasTheLastWord(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.toml")
	if err := os.WriteFile(file, []byte("language = \"en\"\nsize = \"640x480\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := configure(file, override{socket: "/tmp/s", language: "es", size: "1024x600", windowed: true, dark: true})
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Socket, want.Language, want.Dark, want.Windowed = "/tmp/s", "es", true, true
	want.Size, want.width, want.height = "1024x600", 1024, 600
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--version"}, exitDone, "syz-kiosk dev"},
		{[]string{"--help"}, exitDone, "usage: syz-kiosk"},
		{[]string{"--nonsense"}, exitUsage, "nonsense"},
		{[]string{"word"}, exitUsage, "no arguments"},
		{[]string{"--config", "/nonexistent/kiosk.toml"}, exitUsage, "cannot read configuration"},
	} {
		var out, errs bytes.Buffer
		if code := run(c.args, &out, &errs); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.args, code, c.code)
		}
		if all := out.String() + errs.String(); !strings.Contains(all, c.says) {
			t.Errorf("%v: says %q, want %q", c.args, all, c.says)
		}
	}
}
