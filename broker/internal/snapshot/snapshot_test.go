package snapshot_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"safeyouthzone/broker/internal/snapshot"
)

var stamp = snapshot.Stamp{Program: "p", Ledger: "l", Seq: 9, Anchor: 8, Hash: "h"}

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	parts := snapshot.Parts{"a": {[]byte("one"), []byte("two")}, "b": nil, "c": {[]byte("three")}}
	for range 2 { // the second takes the place of the first
		if err := snapshot.Write(path, stamp, parts); err != nil {
			t.Fatal(err)
		}
	}
	s, got, err := snapshot.Read(path)
	if err != nil || s != stamp || string(got["a"]) != "onetwo" || len(got["b"]) != 0 || string(got["c"]) != "three" {
		t.Errorf("read %+v, %q, %v", s, got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
}

// Whatever befalls a file, it is not taken for a snapshot.
func TestADamagedFileIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if _, _, err := snapshot.Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := snapshot.Write(path, stamp, snapshot.Parts{"a": {[]byte("some words")}}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := snapshot.Read(path); !errors.Is(err, snapshot.ErrDamaged) {
			t.Errorf("%s was taken: %v", what, err)
		}
	}
	for i := range whole {
		damaged("a part of it", whole[:i])
		flipped := append([]byte(nil), whole...)
		flipped[i] ^= 1 << (i % 8)
		damaged("one with another bit", flipped)
	}
	damaged("one with more behind it", append(append([]byte(nil), whole...), 0))
}

// A crash in the middle of writing leaves the one before, and a piece that nobody reads.
func TestACrashLeavesTheOneBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if err := snapshot.Write(path, stamp, snapshot.Parts{"a": {[]byte("before")}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte("half of"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, got, err := snapshot.Read(path); err != nil || string(got["a"]) != "before" {
		t.Errorf("%q, %v", got, err)
	}
	if err := snapshot.Write(path, stamp, snapshot.Parts{"a": {[]byte("after")}}); err != nil {
		t.Fatal(err)
	}
	if _, got, err := snapshot.Read(path); err != nil || string(got["a"]) != "after" {
		t.Errorf("%q, %v", got, err)
	}
}

// A disk that becomes full in the middle of writing leaves the one before, and nothing that takes room.
func TestAFullDiskLeavesTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a small disk cannot be mounted here (root is wanted): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "s")
	if err := snapshot.Write(path, stamp, snapshot.Parts{"a": {[]byte("before")}}); err != nil {
		t.Fatal(err)
	}
	if err := snapshot.Write(path, stamp, snapshot.Parts{"a": {make([]byte, 4<<20)}}); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("4 MiB on a disk of 256 KiB: %v", err)
	}
	if _, got, err := snapshot.Read(path); err != nil || string(got["a"]) != "before" {
		t.Errorf("%q, %v", got, err)
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("it left %v, %v", all, err)
	}
}
