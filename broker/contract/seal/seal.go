// Package seal closes an event so that only the broker can read it, on the device's disk and on every hop.
//
// It is HPKE (RFC 9180) from the standard library: KEM X25519+ML-KEM-768, KDF HKDF-SHA256, AEAD AES-256-GCM. The topic, the
// protocol version and what identifies the message are bound in as info, so that a sealed event cannot be passed off as another
// device's, another sequence number's or another version's.
package seal

import (
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrOpen means that a sealed event was not made for this key, or not for this place: wrong key, or tampered with.
var ErrOpen = errors.New("cannot open sealed event")

// Overhead is by how many bytes sealing makes an event longer: the encapsulated key and the tag.
const Overhead = 1120 + 16

// Public is the broker's key as devices hold it since enrolment.
type Public struct{ key hpke.PublicKey }

// Private is the broker's key.
type Private struct{ key hpke.PrivateKey }

// Generate makes a new key.
func Generate() (Private, error) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	if err != nil {
		return Private{}, fmt.Errorf("cannot generate seal key: %w", err)
	}
	return Private{k}, nil
}

// ParsePrivate reads what [Private.Bytes] wrote.
func ParsePrivate(b []byte) (Private, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(b)
	if err != nil {
		return Private{}, fmt.Errorf("cannot read seal key: %w", err)
	}
	return Private{k}, nil
}

// ParsePublic reads what [Public.Bytes] wrote.
func ParsePublic(b []byte) (Public, error) {
	k, err := hpke.MLKEM768X25519().NewPublicKey(b)
	if err != nil {
		return Public{}, fmt.Errorf("cannot read public seal key: %w", err)
	}
	return Public{k}, nil
}

// Bytes is the key's secret encoding.
func (k Private) Bytes() ([]byte, error) {
	b, err := k.key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("cannot encode seal key: %w", err)
	}
	return b, nil
}

// Public is the half that devices get.
func (k Private) Public() Public { return Public{k.key.PublicKey()} }

// Bytes is the key's encoding.
func (p Public) Bytes() []byte { return p.key.Bytes() }

// ID names the key on the wire: the first 16 hexadecimal digits of the SHA-256 of its encoding.
func (p Public) ID() string {
	h := sha256.Sum256(p.key.Bytes())
	return hex.EncodeToString(h[:8])
}

// Seal closes plain for the holder of the private key, bound to info.
func (p Public) Seal(info, plain []byte) ([]byte, error) {
	b, err := hpke.Seal(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), info, plain)
	if err != nil {
		return nil, fmt.Errorf("cannot seal event: %w", err)
	}
	return b, nil
}

// Open returns what was sealed, or [ErrOpen].
func (k Private) Open(info, sealed []byte) ([]byte, error) {
	b, err := hpke.Open(k.key, hpke.HKDFSHA256(), hpke.AES256GCM(), info, sealed)
	if err != nil {
		return nil, ErrOpen
	}
	return b, nil
}
