// Package statefile keeps small files of the agent's state. A file is either the old one or the new one, also after a power cut.
package statefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Mode is the mode of every file of the agent's state.
const Mode = 0o600

// Write replaces a file. When it returns, the new content outlives a power cut. A file written by root belongs to the owner of its
// directory, so that an administrator's command leaves nothing behind that the agent cannot read.
func Write(path string, b []byte) error {
	tmp := path + ".new"
	if err := fill(tmp, b); err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("cannot write %s: %w", filepath.Base(path), err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("cannot replace %s: %w", filepath.Base(path), err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("cannot sync directory of %s: %w", filepath.Base(path), err)
	}
	return nil
}

func fill(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, Mode)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = inherit(f, filepath.Dir(path))
	}
	return errors.Join(err, f.Close())
}

func inherit(f *os.File, dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
