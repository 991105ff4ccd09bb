package board_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"safeyouthzone/device/internal/board"
)

// lamp makes what the kernel shows of a lamp, with a trigger.
func lamp(t *testing.T, trigger string) (root string, read func(file string) string) {
	t.Helper()
	root = t.TempDir()
	dir := filepath.Join(root, "syz-green")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"trigger", "pattern", "repeat"} {
		if err := os.WriteFile(filepath.Join(dir, f), []byte(trigger), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root, func(file string) string {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
}

func TestALampOfTheKernelGoesDarkByItself(t *testing.T) {
	root, read := lamp(t, "none [pattern] timer")
	l, err := board.OpenLED(root, "syz-green")
	if err != nil {
		t.Fatal(err)
	}
	if read("trigger") != "none [pattern] timer" {
		t.Error("the trigger was set anew: its files would be root's again")
	}
	if err := l.Out(true); err != nil || read("repeat") != "1" || !strings.HasPrefix(read("pattern"), "255 3000 255 0 0 ") {
		t.Errorf("lit: %q, repeated %q, %v", read("pattern"), read("repeat"), err)
	}
	if err := l.Close(); err != nil || strings.Contains(read("pattern"), "255") {
		t.Errorf("dark: %q, %v", read("pattern"), err)
	}
	root, read = lamp(t, "[none] pattern")
	if _, err := board.OpenLED(root, "syz-green"); err != nil || read("trigger") != "pattern" {
		t.Errorf("trigger %q, %v", read("trigger"), err)
	}
	if _, err := board.OpenLED(root, "syz-red"); !errors.Is(err, board.ErrGone) {
		t.Errorf("a lamp that is not there: %v", err)
	}
}
