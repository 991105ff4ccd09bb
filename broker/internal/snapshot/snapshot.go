// Package snapshot is a file that holds what a program made of a ledger, so that its next start need not read all of it. The file is never
// the truth: it is whole or it is nothing, it names what it was made of, and whoever doubts it reads the ledger.
//
// A snapshot is written beside the old one, flushed and then put in its place; a crash leaves the old one or the new one.
package snapshot

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

const magic = "safe youth zone snapshot 1\n"

// ErrDamaged means that a file is no whole snapshot.
var ErrDamaged = errors.New("snapshot is damaged")

// Stamp says what a snapshot was made of. Only who finds all of it as it was may use the snapshot.
type Stamp struct {
	Program string // hash of the program that made it: another one may understand the ledger otherwise
	Ledger  string // which ledger
	Seq     uint64 // the last entry in it
	Anchor  uint64 // an entry that the ledger keeps for ever
	Hash    string // of that entry
}

// Parts are what each model keeps, by name, in pieces.
type Parts map[string][][]byte

// Size is how many bytes the parts have.
func (p Parts) Size() int64 {
	var n int64
	for _, pieces := range p {
		for _, b := range pieces {
			n += int64(len(b))
		}
	}
	return n
}

type header struct {
	Stamp Stamp
	Names []string
	Sizes []int64
}

// Write puts a snapshot in the place of the one before. When it returns without an error, it is on the disk.
func Write(path string, s Stamp, p Parts) error {
	err := write(path+".new", s, p)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		Tidy(path)
		return fmt.Errorf("cannot write snapshot: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("cannot write snapshot: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Tidy removes the piece that a crash may have left of a snapshot that was being written.
func Tidy(path string) { _ = os.Remove(path + ".new") }

func write(path string, s Stamp, p Parts) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &summed{w: bufio.NewWriterSize(f, 1<<20), sum: sha256.New()}
	h := header{Stamp: s, Names: slices.Sorted(maps.Keys(p))}
	for _, name := range h.Names {
		h.Sizes = append(h.Sizes, Parts{name: p[name]}.Size())
	}
	if _, err := io.WriteString(w, magic); err != nil {
		return err
	}
	if err := gob.NewEncoder(w).Encode(h); err != nil {
		return err
	}
	for _, name := range h.Names {
		for _, b := range p[name] {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
	}
	if _, err := w.w.Write(w.sum.Sum(nil)); err != nil {
		return err
	}
	return errors.Join(w.w.Flush(), f.Sync())
}

type summed struct {
	w   *bufio.Writer
	sum hash.Hash
}

func (s *summed) Write(b []byte) (int, error) {
	s.sum.Write(b)
	return s.w.Write(b)
}

// Read reads a snapshot. Its errors are [ErrDamaged] or the file system's.
func Read(path string) (Stamp, map[string][]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Stamp{}, nil, fmt.Errorf("cannot read snapshot: %w", err)
	}
	at := len(b) - sha256.Size
	if at < len(magic) || string(b[:len(magic)]) != magic {
		return Stamp{}, nil, ErrDamaged
	}
	if sum := sha256.Sum256(b[:at]); !bytes.Equal(sum[:], b[at:]) {
		return Stamp{}, nil, ErrDamaged
	}
	in := bytes.NewReader(b[len(magic):at])
	var h header
	if err := gob.NewDecoder(in).Decode(&h); err != nil || len(h.Names) != len(h.Sizes) {
		return Stamp{}, nil, ErrDamaged
	}
	rest, parts := b[at-in.Len():at], map[string][]byte{}
	for i, name := range h.Names {
		n := h.Sizes[i]
		if n < 0 || n > int64(len(rest)) {
			return Stamp{}, nil, ErrDamaged
		}
		parts[name], rest = rest[:n:n], rest[n:]
	}
	return h.Stamp, parts, nil
}
