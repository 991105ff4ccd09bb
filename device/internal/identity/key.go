package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"safeyouthzone/device/internal/statefile"
)

const (
	keyFile = "key.pem"
	keyType = "PRIVATE KEY"
)

func loadKey(dir string) (*ecdsa.PrivateKey, error) {
	b, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("cannot read device key: %w", err)
	}
	p, _ := pem.Decode(b)
	if p == nil || p.Type != keyType {
		return nil, errors.New("cannot read device key: not a PEM private key")
	}
	k, err := x509.ParsePKCS8PrivateKey(p.Bytes)
	if err != nil {
		return nil, fmt.Errorf("cannot read device key: %w", err)
	}
	key, ok := k.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("cannot read device key: not an ECDSA key")
	}
	return key, nil
}

// ensureKey returns the key of the device, and makes it at the first time.
func ensureKey(dir string) (*ecdsa.PrivateKey, error) {
	key, err := loadKey(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, fmt.Errorf("cannot make device key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("cannot encode device key: %w", err)
	}
	b := pem.EncodeToMemory(&pem.Block{Type: keyType, Bytes: der})
	if err := statefile.Write(filepath.Join(dir, keyFile), b); err != nil {
		return nil, err
	}
	return key, nil
}

func request(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "device"}}, key)
	if err != nil {
		return nil, fmt.Errorf("cannot make certificate request: %w", err)
	}
	return der, nil
}
