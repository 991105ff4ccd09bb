// Package keys holds the broker's long-lived secrets on the disk: files of mode 0600 in a directory of mode 0700.
//
// A missing key is made; a key that is there but cannot be read is an error, never replaced: a new key would lock every device out.
package keys

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"safeyouthzone/broker/contract/seal"
)

// Dir is a directory of keys.
type Dir string

// Seal loads or makes the key that devices seal events to.
func (d Dir) Seal() (seal.Private, error) {
	b, err := d.load("seal.key", func() ([]byte, error) {
		k, err := seal.Generate()
		if err != nil {
			return nil, err
		}
		return k.Bytes()
	})
	if err != nil {
		return seal.Private{}, err
	}
	return seal.ParsePrivate(b)
}

// Settings loads or makes the key that signs settings.
func (d Dir) Settings() (ed25519.PrivateKey, error) {
	b, err := d.load("settings.key", func() ([]byte, error) {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return k.Seed(), nil
	})
	if err != nil {
		return nil, err
	}
	if len(b) != ed25519.SeedSize {
		return nil, errors.New("cannot read settings key: wrong size")
	}
	return ed25519.NewKeyFromSeed(b), nil
}

// Answer loads or makes the key that the links of answers are sealed with. Whoever deletes its file makes all links useless.
func (d Dir) Answer() ([]byte, error) { return d.secret("answer.key") }

// Push loads or makes the key by which push services know this broker: the scalar of a P-256 key.
func (d Dir) Push() ([]byte, error) {
	return d.load("push.key", func() ([]byte, error) {
		k, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return k.Bytes(), nil
	})
}

func (d Dir) secret(name string) ([]byte, error) {
	const size = 32
	return d.load(name, func() ([]byte, error) {
		b := make([]byte, size)
		_, err := rand.Read(b)
		return b, err
	})
}

// Authority loads or makes the key of the fleet's certificate authority.
func (d Dir) Authority() (*ecdsa.PrivateKey, error) {
	b, err := d.load("authority.key", func() ([]byte, error) {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		return x509.MarshalECPrivateKey(k)
	})
	if err != nil {
		return nil, err
	}
	k, err := x509.ParseECPrivateKey(b)
	if err != nil {
		return nil, fmt.Errorf("cannot read authority key: %w", err)
	}
	return k, nil
}

// Vault loads or makes the site key, which wraps the keys of personal fields.
func (d Dir) Vault() ([]byte, error) {
	const size = 32
	b, err := d.load("vault.key", func() ([]byte, error) {
		k := make([]byte, size)
		_, _ = rand.Read(k) // never fails
		return k, nil
	})
	if err == nil && len(b) != size {
		return nil, errors.New("cannot read vault key: wrong size")
	}
	return b, err
}

// Certificate loads the authority's certificate, or makes it with mint.
func (d Dir) Certificate(mint func() ([]byte, error)) ([]byte, error) {
	return d.load("authority.crt", mint)
}

func (d Dir) load(name string, mint func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(string(d), name)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d.make(path, mint)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("cannot read key %s: not PEM", name)
	}
	return block.Bytes, nil
}

// make writes the whole key aside, flushes it, and only then gives it its name.
func (d Dir) make(path string, mint func() ([]byte, error)) ([]byte, error) {
	b, err := mint()
	if err != nil {
		return nil, fmt.Errorf("cannot make key: %w", err)
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make key directory: %w", err)
	}
	tmp := path + ".new"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write key: %w", err)
	}
	kind := "SAFE YOUTH ZONE KEY"
	if filepath.Ext(path) == ".crt" {
		kind = "CERTIFICATE"
	}
	err = errors.Join(pem.Encode(f, &pem.Block{Type: kind, Bytes: b}), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write key: %w", err)
	}
	return b, nil
}
