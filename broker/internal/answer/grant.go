package answer

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Errors of [Keys.Open].
var (
	// ErrLink means that this is no link of ours, or one that was changed, or one of a key that is gone.
	ErrLink = errors.New("link is not valid")
	// ErrExpired means that the link was ours and its time is over.
	ErrExpired = errors.New("link has expired")
)

// May is what a link lets its person say.
type May uint8

// What can be said, as a set.
const (
	MayAcknowledge May = 1 << iota
	MayCome
	MayDecline

	All = MayAcknowledge | MayCome | MayDecline
)

// Grant is what a link stands for.
type Grant struct {
	Person string
	Case   string
	May    May
	Until  time.Time
}

const (
	version   = 1
	keySize   = 32
	nonceSize = 12
	headSize  = 1 + 2 // version and period
	period    = 30 * 24 * time.Hour
	maxLink   = 512 // characters
)

// Keys seals and opens links. The key of a month comes from the broker's own, and that of the month before still opens.
type Keys struct{ master []byte }

// NewKeys returns the keys that come from a master key of at least 32 bytes.
func NewKeys(master []byte) (Keys, error) {
	if len(master) < keySize {
		return Keys{}, errors.New("cannot use answer key: too short")
	}
	return Keys{master: master}, nil
}

func (k Keys) aead(p uint16) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, k.master, nil, fmt.Sprintf("syz/answer/%d/%d", version, p), keySize)
	if err != nil {
		return nil, fmt.Errorf("cannot derive answer key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("cannot derive answer key: %w", err)
	}
	return cipher.NewGCM(block)
}

// periodOf numbers the months of keys.
func periodOf(t time.Time) uint16 { return uint16(t.Unix() / int64(period/time.Second)) } //nolint:gosec // wraps around in the year 7354

// Seal makes the secret part of a link.
func (k Keys) Seal(g Grant, now time.Time) (string, error) {
	if !activation.ValidID(g.Person) || !activation.ValidID(g.Case) || g.May == 0 || g.May > All {
		return "", errors.New("cannot make link: grant is not valid")
	}
	p := periodOf(now)
	a, err := k.aead(p)
	if err != nil {
		return "", err
	}
	b := []byte{version}
	b = binary.BigEndian.AppendUint16(b, p)
	nonce := make([]byte, nonceSize)
	_, _ = rand.Read(nonce) // never fails, by its contract
	out := append(append([]byte(nil), b...), nonce...)
	return base64.RawURLEncoding.EncodeToString(a.Seal(out, nonce, g.bytes(), b)), nil
}

// Open reads a link. Its errors are [ErrLink] and [ErrExpired].
func (k Keys) Open(link string, now time.Time) (Grant, error) {
	if len(link) > maxLink {
		return Grant{}, ErrLink
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(link)
	if err != nil || len(b) < headSize+nonceSize || b[0] != version {
		return Grant{}, ErrLink
	}
	p := binary.BigEndian.Uint16(b[1:headSize])
	if cur := periodOf(now); p != cur && p != cur-1 {
		return Grant{}, ErrLink
	}
	a, err := k.aead(p)
	if err != nil {
		return Grant{}, err
	}
	plain, err := a.Open(nil, b[headSize:headSize+nonceSize], b[headSize+nonceSize:], b[:headSize])
	if err != nil {
		return Grant{}, ErrLink
	}
	g, ok := parse(plain)
	if !ok {
		return Grant{}, ErrLink
	}
	if !now.Before(g.Until) {
		return g, ErrExpired
	}
	return g, nil
}

// bytes is a grant as it is sealed. An id that is a UUID takes 16 bytes, so that links stay short enough for a text message.
func (g Grant) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(g.Until.Unix())) //nolint:gosec // good until 2106
	b = append(b, byte(g.May))
	for _, id := range []string{g.Case, g.Person} {
		if raw, ok := packUUID(id); ok {
			b = append(append(b, 0), raw...)
			continue
		}
		b = append(append(b, byte(len(id))), id...)
	}
	return b
}

func parse(b []byte) (g Grant, ok bool) {
	if len(b) < 5 {
		return g, false
	}
	g.Until, g.May = time.Unix(int64(binary.BigEndian.Uint32(b)), 0).UTC(), May(b[4])
	b = b[5:]
	for _, id := range []*string{&g.Case, &g.Person} {
		if len(b) == 0 {
			return g, false
		}
		n := int(b[0])
		b = b[1:]
		packed := n == 0
		if packed {
			n = 16
		}
		if len(b) < n {
			return g, false
		}
		*id = string(b[:n])
		if packed {
			*id = unpackUUID(b[:n])
		}
		b = b[n:]
	}
	return g, len(b) == 0 && activation.ValidID(g.Case) && activation.ValidID(g.Person) && g.May != 0 && g.May <= All
}

func packUUID(id string) ([]byte, bool) {
	if len(id) != 36 {
		return nil, false
	}
	raw, err := hex.DecodeString(id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:])
	return raw, err == nil && unpackUUID(raw) == id
}

func unpackUUID(b []byte) string {
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
