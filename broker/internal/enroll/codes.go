package enroll

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Errors of [Authority.Enrol].
var (
	// ErrCode means that a code is unknown, has run out, or was used by another device.
	ErrCode = errors.New("the code is not valid")
	// ErrRequest means that the certificate request is not one of an ECDSA P-256 key.
	ErrRequest = errors.New("the certificate request is not acceptable")
)

const codeBytes = 10 // 80 bits, 16 characters

// NewCode makes a one-time code for a device of a zone: four groups of four, easy to read out.
func (a *Authority) NewCode(ctx context.Context, zone string, life time.Duration) (string, error) {
	b := make([]byte, codeBytes)
	_, _ = rand.Read(b) // never fails
	s := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).EncodeToString(b)
	r := a.o.Registry
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := put(ctx, r.table, r.codes, codePrefix, codeKey(s), Code{Zone: zone, Until: a.o.Now().Add(life)}); err != nil {
		return "", fmt.Errorf("cannot store code: %w", err)
	}
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:], nil
}

func codeKey(code string) string {
	h := sha256.Sum256([]byte(wire.NormalCode(code)))
	return hex.EncodeToString(h[:])
}

// Enrol makes a device from a code and a certificate request, and returns it with its certificate. The same key may ask again
// with the same code: its first answer may have been lost.
func (a *Authority) Enrol(ctx context.Context, code string, der []byte) (Device, []byte, error) {
	csr, err := checkRequest(der)
	if err != nil {
		return Device{}, nil, err
	}
	key := fingerprint(csr.RawSubjectPublicKeyInfo)
	r := a.o.Registry
	r.mu.Lock()
	defer r.mu.Unlock()
	id := codeKey(code)
	c, ok := r.codes[id]
	if !ok || (c.value.Device == "" && a.o.Now().After(c.value.Until)) || (c.value.Device != "" && !bytes.Equal(c.value.Key, key)) {
		return Device{}, nil, ErrCode
	}
	if c.value.Device == "" {
		c.value.Device, c.value.Key = newDeviceID(), key
		if err := put(ctx, r.table, r.codes, codePrefix, id, c.value); err != nil {
			return Device{}, nil, fmt.Errorf("cannot use code: %w", err)
		}
	}
	d := Device{ID: c.value.Device, Zone: c.value.Zone, Key: key, Enrolled: a.o.Now()}
	if known, ok := r.devices[d.ID]; ok {
		if known.value.Disabled {
			return Device{}, nil, ErrDisabled
		}
		d.Enrolled = known.value.Enrolled
	}
	crt, end, err := a.issue(d.ID, csr)
	if err != nil {
		return Device{}, nil, err
	}
	d.NotAfter = end
	if err := put(ctx, r.table, r.devices, devicePrefix, d.ID, d); err != nil {
		return Device{}, nil, fmt.Errorf("cannot register device: %w", err)
	}
	r.place("", d)
	return d, crt, nil
}

func checkRequest(der []byte) (*x509.CertificateRequest, error) {
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || csr.CheckSignature() != nil {
		return nil, ErrRequest
	}
	if k, ok := csr.PublicKey.(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() {
		return nil, ErrRequest
	}
	return csr, nil
}
