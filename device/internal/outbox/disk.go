package outbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Disk is the directory that the outbox lives in. Only the outbox writes there.
type Disk interface {
	// Read returns a whole file, or an error that is fs.ErrNotExist if there is none.
	Read(name string) ([]byte, error)
	// Create makes an empty file, replacing one of that name.
	Create(name string) (File, error)
	// Rename replaces a file by another at once.
	Rename(from, to string) error
	// Sync returns once creations and renames outlive a power cut.
	Sync() error
	// Close gives the directory back to others.
	Close() error
}

// File is one file that is written at its end only.
type File interface {
	io.Writer
	// Sync returns once everything written outlives a power cut. After an error nothing is known about the file.
	Sync() error
	io.Closer
}

const (
	fileMode = 0o600
	dirMode  = 0o700
)

// dir is a Disk on a real file system.
type dir struct {
	path string
	lock *os.File
}

// OpenDir takes a directory for one outbox; it is made if it is missing. A directory that another process has is [ErrLocked].
func OpenDir(path string) (Disk, error) {
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("cannot make outbox directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, "outbox.lock"), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("cannot open outbox lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("cannot lock outbox: %w", err)
	}
	return &dir{path, f}, nil
}

func (d *dir) Read(name string) ([]byte, error) { return os.ReadFile(filepath.Join(d.path, name)) }

func (d *dir) Create(name string) (File, error) {
	return os.OpenFile(filepath.Join(d.path, name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, fileMode)
}

func (d *dir) Rename(from, to string) error {
	return os.Rename(filepath.Join(d.path, from), filepath.Join(d.path, to))
}

func (d *dir) Sync() error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *dir) Close() error { return d.lock.Close() }
