package retention

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Errors of a [Vault].
var (
	// ErrNoKey means that there is no key for a case: it was destroyed, or never made here. The box can not be opened by anybody.
	ErrNoKey = errors.New("the key of the case is gone")
	// ErrBox means that a box was not made with this key for this case.
	ErrBox = errors.New("the box does not belong to this case")
	// ErrNone means that the vault itself can not be read.
	ErrNone = errors.New("the keys of personal fields can not be read")
)

// A slot is state, id (SHA-256 of the case id), nonce, wrapped key with its tag, padding, CRC.
const (
	slotSize  = 128
	idSize    = 32
	nonceSize = 12
	keySize   = 32
	tagSize   = 16
	crcSize   = 4
	idAt      = 1
	nonceAt   = idAt + idSize
	keyAt     = nonceAt + nonceSize
	crcAt     = slotSize - crcSize
	inUse     = 1
	version   = 1
)

// Vault is the table of keys. It is safe for concurrent use.
type Vault struct {
	site cipher.AEAD

	mu    sync.Mutex
	file  *os.File
	slots map[[idSize]byte]int64 // offset
	free  []int64
	end   int64
}

// Open opens the vault at path, or makes one. site is the key that wraps all others.
func Open(path string, site []byte) (*Vault, error) {
	aead, err := newAEAD(site)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make vault: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open vault: %w", err)
	}
	v := &Vault{site: aead, file: f, slots: map[[idSize]byte]int64{}}
	if err := v.read(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil { // the name of the file must outlive a power cut too
		_ = d.Sync()
		_ = d.Close()
	}
	return v, nil
}

// None is a vault that can not be read: it opens nothing and seals nothing.
func None() *Vault { return &Vault{} }

// Close closes the file.
func (v *Vault) Close() error {
	if v.file == nil {
		return nil
	}
	return v.file.Close()
}

// read finds the slots. A slot that was being written when the power failed is free: no box was made with its key yet, since a box is
// sealed only after the flush.
func (v *Vault) read() error {
	buf := make([]byte, slotSize)
	for {
		_, err := io.ReadFull(io.NewSectionReader(v.file, v.end, slotSize), buf)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("cannot read vault: %w", err)
		}
		if buf[0] == inUse && binary.BigEndian.Uint32(buf[crcAt:]) == crc32.ChecksumIEEE(buf[:crcAt]) {
			v.slots[[idSize]byte(buf[idAt:nonceAt])] = v.end
		} else {
			v.free = append(v.free, v.end)
		}
		v.end += slotSize
	}
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != keySize {
		return nil, errors.New("cannot use key: wrong size")
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cannot use key: %w", err)
	}
	return cipher.NewGCM(b)
}

// Seal puts plain into a box that only this case's key opens. It makes the key if the case has none; the key is on the disk before the
// box exists.
func (v *Vault) Seal(caseID string, plain []byte) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key, err := v.key(caseID)
	if errors.Is(err, ErrNoKey) {
		key, err = v.make(caseID)
	}
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	box := make([]byte, 1+nonceSize, 1+nonceSize+len(plain)+tagSize)
	box[0] = version
	_, _ = rand.Read(box[1:]) // never fails
	return aead.Seal(box, box[1:], plain, []byte(caseID)), nil
}

// Unseal opens a box. Its errors are [ErrNoKey] and [ErrBox].
func (v *Vault) Unseal(caseID string, box []byte) ([]byte, error) {
	v.mu.Lock()
	key, err := v.key(caseID)
	v.mu.Unlock()
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	if len(box) < 1+nonceSize || box[0] != version {
		return nil, ErrBox
	}
	plain, err := aead.Open(nil, box[1:1+nonceSize], box[1+nonceSize:], []byte(caseID))
	if err != nil {
		return nil, ErrBox
	}
	return plain, nil
}

// Shred destroys the key of a case. When it returns without an error, no box of the case can ever be opened again. To shred what has no
// key is no error.
func (v *Vault) Shred(caseID string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := sha256.Sum256([]byte(caseID))
	at, ok := v.slots[id]
	if v.file == nil {
		return ErrNone
	}
	if !ok {
		return nil
	}
	noise := make([]byte, slotSize)
	_, _ = rand.Read(noise) // never fails
	noise[0] = 0
	for _, over := range [][]byte{noise, make([]byte, slotSize)} {
		if err := v.write(at, over); err != nil {
			return fmt.Errorf("cannot destroy key: %w", err)
		}
	}
	delete(v.slots, id)
	v.free = append(v.free, at)
	return nil
}

// Has reports whether a case has a key.
func (v *Vault) Has(caseID string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.slots[sha256.Sum256([]byte(caseID))]
	return ok
}

func (v *Vault) key(caseID string) ([]byte, error) {
	id := sha256.Sum256([]byte(caseID))
	at, ok := v.slots[id]
	if !ok {
		return nil, ErrNoKey
	}
	buf := make([]byte, slotSize)
	if _, err := v.file.ReadAt(buf, at); err != nil {
		return nil, fmt.Errorf("cannot read vault: %w", err)
	}
	key, err := v.site.Open(nil, buf[nonceAt:keyAt], buf[keyAt:keyAt+keySize+tagSize], id[:])
	if err != nil {
		return nil, fmt.Errorf("cannot unwrap key: %w", ErrNoKey)
	}
	return key, nil
}

func (v *Vault) make(caseID string) ([]byte, error) {
	if v.file == nil {
		return nil, ErrNone
	}
	id := sha256.Sum256([]byte(caseID))
	key, slot := make([]byte, keySize), make([]byte, slotSize)
	_, _ = rand.Read(key) // never fails
	slot[0] = inUse
	copy(slot[idAt:], id[:])
	_, _ = rand.Read(slot[nonceAt:keyAt])
	copy(slot[keyAt:], v.site.Seal(nil, slot[nonceAt:keyAt], key, id[:]))
	binary.BigEndian.PutUint32(slot[crcAt:], crc32.ChecksumIEEE(slot[:crcAt]))
	at := v.end
	if n := len(v.free); n > 0 {
		at, v.free = v.free[n-1], v.free[:n-1]
	} else {
		v.end += slotSize
	}
	if err := v.write(at, slot); err != nil {
		return nil, fmt.Errorf("cannot store key: %w", err)
	}
	v.slots[id] = at
	return key, nil
}

func (v *Vault) write(at int64, slot []byte) error {
	if _, err := v.file.WriteAt(slot, at); err != nil {
		return err
	}
	return v.file.Sync()
}
