package enroll_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"log/slog"
	"testing"
	"time"

	"safeyouthzone/broker/internal/enroll"
)

// table forgets what it is told.
type table struct{}

func (table) Put(_ context.Context, _ string, rev uint64, _ []byte) (uint64, error) {
	return rev + 1, nil
}

func request(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestADeviceRenewsItsCertificate(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	key := newKey(t)
	root, err := enroll.Mint(key, now)
	if err != nil {
		t.Fatal(err)
	}
	r := enroll.NewRegistry(table{}, slog.New(slog.DiscardHandler))
	a, err := enroll.New(enroll.Options{Key: key, Root: root, Registry: r, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	code, err := a.NewCode(t.Context(), "z-1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	mine := newKey(t)
	d, crt, err := a.Enrol(t.Context(), code, request(t, mine))
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 20)
	again, next, err := a.Renew(t.Context(), [][]byte{crt}, request(t, mine))
	if err != nil || again.ID != d.ID || !again.NotAfter.After(d.NotAfter.AddDate(0, 0, 19)) {
		t.Fatalf("%+v, %v", again, err)
	}
	if id, err := a.Admit([][]byte{next}); err != nil || id != d.ID {
		t.Errorf("the new certificate: %s, %v", id, err)
	}
	now = now.AddDate(0, 6, 0)
	if _, _, err := a.Renew(t.Context(), [][]byte{next}, request(t, mine)); err != nil {
		t.Errorf("after half a year without power: %v", err)
	}
	if _, _, err := a.Renew(t.Context(), [][]byte{next}, request(t, newKey(t))); !errors.Is(err, enroll.ErrRequest) {
		t.Errorf("another key: %v", err)
	}
	if _, _, err := a.Renew(t.Context(), nil, request(t, mine)); !errors.Is(err, enroll.ErrForeign) {
		t.Errorf("without a certificate: %v", err)
	}
	if err := r.Disable(t.Context(), d.ID, true); err != nil {
		t.Fatal(err)
	}
	if _, _, err := a.Renew(t.Context(), [][]byte{next}, request(t, mine)); !errors.Is(err, enroll.ErrDisabled) {
		t.Errorf("disabled: %v", err)
	}
	now = now.AddDate(2, 0, 0)
	if _, _, err := a.Renew(t.Context(), [][]byte{next}, request(t, mine)); !errors.Is(err, enroll.ErrForeign) {
		t.Errorf("after years: %v", err)
	}
}
