// Package pin is how a staff PIN is kept: salted and hashed, in the broker's configuration and in a device's settings. A PIN itself
// is never stored and never travels.
package pin

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"safeyouthzone/broker/contract/wire"
)

// Errors of this package.
var (
	// ErrPIN means that a PIN is too short or has something else than digits.
	ErrPIN = errors.New("a PIN has 4 to 12 digits")
	// ErrForm means that a text is not what [Hash] makes.
	ErrForm = errors.New("not of the form that 'syzctl pin' prints")
)

const (
	shortest, longest = 4, 12
	saltSize          = 16
	prefix            = "pbkdf2"
)

// Hash makes the form in which a PIN stands in the configuration: "pbkdf2:SALT:HASH", both base64url.
func Hash(typed string) (string, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails
	return hash(typed, salt)
}

// HashWith is [Hash] with the salt of another PIN of the same zone. A device tries a typed PIN with each salt of its zone, and one try takes a
// small board a tenth of a second: with one salt for all staff, and for their duress PINs, the answer does not wait for their number.
func HashWith(other, typed string) (string, error) {
	salt, _, err := Parse(other)
	if err != nil {
		return "", err
	}
	return hash(typed, salt)
}

func hash(typed string, salt []byte) (string, error) {
	if len(typed) < shortest || len(typed) > longest || strings.Trim(typed, "0123456789") != "" {
		return "", ErrPIN
	}
	h, err := derive(typed, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	return prefix + ":" + enc.EncodeToString(salt) + ":" + enc.EncodeToString(h), nil
}

// Parse reads what [Hash] made.
func Parse(text string) (salt, hash []byte, err error) {
	kind, rest, _ := strings.Cut(text, ":")
	a, b, _ := strings.Cut(rest, ":")
	salt, errA := base64.RawURLEncoding.DecodeString(a)
	hash, errB := base64.RawURLEncoding.DecodeString(b)
	if kind != prefix || errA != nil || errB != nil || len(salt) == 0 || len(hash) != sha256.Size {
		return nil, nil, ErrForm
	}
	return salt, hash, nil
}

// Match reports whether typed is the PIN of p.
func Match(p wire.PIN, typed string) bool {
	h, err := derive(typed, p.Salt)
	return err == nil && subtle.ConstantTimeCompare(h, p.Hash) == 1
}

func derive(typed string, salt []byte) ([]byte, error) {
	h, err := pbkdf2.Key(sha256.New, typed, salt, wire.PINRounds, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("cannot hash PIN: %w", err)
	}
	return h, nil
}
