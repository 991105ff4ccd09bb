package statefile_test

import (
	"os"
	"path/filepath"
	"testing"

	"safeyouthzone/device/internal/statefile"
)

func TestWriteReplacesAndKeepsItToItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, want := range []string{"one", "two"} {
		if err := statefile.Write(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("read %q, %v", got, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(path + ".new"); err == nil {
		t.Error("a temporary file stayed behind")
	}
	if err := statefile.Write(filepath.Join(path, "under a file"), nil); err == nil {
		t.Error("no error for an impossible path")
	}
}
