package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const keepBooted = 24 * time.Hour // without being used

// ready finds a machine that waits for orders: that of an earlier run if nothing has changed of what it was made of, else one that boots now.
// It is kept beside the kernel.
func (l *lab) ready(ctx context.Context) (booted bool, err error) {
	key, err := l.key(ctx)
	if err != nil {
		return false, err
	}
	l.tidy()
	keep := filepath.Join(l.kernel, "booted-"+key)
	l.booted = keep
	if _, err := os.Stat(l.state()); err == nil {
		now := time.Now()
		return false, os.Chtimes(keep, now, now)
	}
	if l.booted, err = os.MkdirTemp(l.kernel, "booting-"); err != nil {
		return false, err
	}
	if err := l.boot(ctx); err != nil {
		_ = os.RemoveAll(l.booted)
		return false, err
	}
	if os.Rename(l.booted, keep) != nil { // another run was quicker, with the same
		_ = os.RemoveAll(l.booted)
	}
	l.booted = keep
	return true, nil
}

// key names what a booted machine is made of.
func (l *lab) key(ctx context.Context) (string, error) {
	files, err := os.ReadFile(l.initrd)
	if err != nil {
		return "", err
	}
	version, err := exec.CommandContext(ctx, emulator, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("cannot run %s: %w", emulator, err)
	}
	same := &lab{kernel: l.kernel} // without the names that each run has of its own
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\n%q\n", version, same.hardware(true, null()))
	_, _ = sum.Write(files) // it cannot fail
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// tidy removes machines that nobody has used for long.
func (l *lab) tidy() {
	all, _ := os.ReadDir(l.kernel) // what is not seen stays
	for _, e := range all {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), "boot") && time.Since(info.ModTime()) > keepBooted {
			_ = os.RemoveAll(filepath.Join(l.kernel, e.Name()))
		}
	}
}
