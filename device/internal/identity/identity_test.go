package identity_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/device/internal/identity"
	"safeyouthzone/device/internal/identity/identitytest"
)

// county serves an authority on a socket.
func county(t *testing.T, a *identitytest.Authority) string {
	t.Helper()
	s := httptest.NewUnstartedServer(a)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{a.Server(time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "127.0.0.1")}, ClientAuth: tls.RequestClientCert}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "https://")
}

func TestADeviceEnrolsAndRemembers(t *testing.T) {
	a := identitytest.New(t, time.Now())
	dir := t.TempDir()
	if _, err := identity.Load(dir); !errors.Is(err, identity.ErrNone) {
		t.Fatalf("before: %v", err)
	}
	card := identity.Card{Address: county(t, a), Code: a.Code, Fingerprint: a.Fingerprint()}
	id, err := identity.Enrol(t.Context(), dir, card, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	got, err := identity.Load(dir)
	if err != nil || got.Device != "d-1" || got.Zone != "z-1" || got.Seal.ID() != a.Seal.Public().ID() || id.Device != got.Device {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, f := range []string{"key.pem", "identity.json"} {
		if info, err := os.Stat(filepath.Join(dir, f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

func TestALostAnswerIsAskedForAgainWithTheSameKey(t *testing.T) {
	a := identitytest.New(t, time.Now())
	a.Lose = true
	dir := t.TempDir()
	card := identity.Card{Address: county(t, a), Code: "abcd-efgh-jkmn-pqrs", Fingerprint: a.Fingerprint()}
	if _, err := identity.Enrol(t.Context(), dir, card, time.Now); err == nil {
		t.Fatal("no error though the answer was lost")
	}
	before, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Enrol(t.Context(), dir, card, time.Now); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "key.pem"))
	if string(before) != string(after) || a.Issued() != 2 {
		t.Error("the second try used another key")
	}
}

func TestWhomADeviceDoesNotEnrolWith(t *testing.T) {
	a, other := identitytest.New(t, time.Now()), identitytest.New(t, time.Now())
	dir := t.TempDir()
	impostor := identity.Card{Address: county(t, other), Code: a.Code, Fingerprint: a.Fingerprint()}
	if _, err := identity.Enrol(t.Context(), dir, impostor, time.Now); !errors.Is(err, identity.ErrAuthority) {
		t.Errorf("an impostor: %v", err)
	}
	if other.Issued() != 0 {
		t.Error("the impostor was told the code")
	}
	var r *identity.Refusal
	wrong := identity.Card{Address: county(t, a), Code: "AAAAAAAAAAAAAAAA", Fingerprint: a.Fingerprint()}
	if _, err := identity.Enrol(t.Context(), dir, wrong, time.Now); !errors.As(err, &r) || r.Status != 403 || r.Code != "code_not_valid" {
		t.Errorf("a wrong code: %v", err)
	}
	if _, err := identity.Load(dir); !errors.Is(err, identity.ErrNone) {
		t.Errorf("something was stored: %v", err)
	}
}

func TestAWrongClockDoesNotStopTheUplink(t *testing.T) {
	now := time.Now()
	a, other := identitytest.New(t, now), identitytest.New(t, now)
	dir := t.TempDir()
	a.Install(dir)
	id, err := identity.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	good := a.Server(now.Add(-time.Hour), now.Add(time.Hour), "broker.test")
	for _, tc := range []struct {
		name   string
		server tls.Certificate
		clock  time.Time
		ok     bool
	}{
		{"right clock", good, now, true},
		{"a year behind", good, now.AddDate(-1, 0, 0), true},
		{"forty years behind", good, time.Unix(0, 0), true},
		{"a year ahead", good, now.AddDate(1, 0, 0), true},
		{"another name", a.Server(now, now.Add(time.Hour), "other.test"), now, false},
		{"another authority", other.Server(now, now.Add(time.Hour), "broker.test"), now, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			near, far := net.Pipe()
			s := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{tc.server}, ClientAuth: tls.RequireAnyClientCert})
			done := make(chan error, 1)
			go func() { done <- s.Handshake() }()
			c := tls.Client(near, id.TLS("broker.test", func() time.Time { return tc.clock }))
			err := c.Handshake()
			_ = near.Close()
			<-done
			if (err == nil) != tc.ok {
				t.Errorf("handshake: %v", err)
			}
			if err == nil && s.ConnectionState().PeerCertificates[0].Subject.CommonName != "d-1" {
				t.Error("the device did not show its certificate")
			}
		})
	}
}

func TestAnIdentityThatDoesNotFitIsNotUsed(t *testing.T) {
	a := identitytest.New(t, time.Now())
	dir, other := t.TempDir(), t.TempDir()
	a.Install(dir)
	a.Install(other)
	b, err := os.ReadFile(filepath.Join(other, "identity.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "identity.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Load(dir); err == nil {
		t.Error("a certificate of another key was taken")
	}
}

func TestACertificateIsRenewedForTheSameKey(t *testing.T) {
	now := time.Now()
	a := identitytest.New(t, now)
	a.Begin, a.End = now.AddDate(0, 0, -20), now.AddDate(0, 0, 10)
	dir := t.TempDir()
	id, err := identity.Enrol(t.Context(), dir, identity.Card{Address: county(t, a), Code: a.Code, Fingerprint: a.Fingerprint()}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if at := id.RenewAt(); at.After(now.Add(time.Minute)) || at.Before(now.Add(-time.Minute)) {
		t.Errorf("two thirds of its life are over at %v, and it is %v", at, now)
	}
	next, err := id.Renew(t.Context(), dir, "", time.Now)
	if err != nil || next.CertDays(now) < 370 || next.Device != id.Device {
		t.Fatalf("%v", err)
	}
	kept, err := identity.Load(dir)
	if err != nil || kept.CertDays(now) != next.CertDays(now) {
		t.Errorf("after a restart: %v", err)
	}
}

func TestARenewalThatFailsKeepsTheOldIdentity(t *testing.T) {
	a, other := identitytest.New(t, time.Now()), identitytest.New(t, time.Now())
	dir := t.TempDir()
	a.Install(dir)
	id, err := identity.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := id.Renew(t.Context(), dir, "", time.Now); !errors.Is(err, identity.ErrAddress) {
		t.Errorf("nobody knows the address: %v", err)
	}
	if _, err := id.Renew(t.Context(), dir, county(t, other), time.Now); err == nil || other.Issued() != 0 {
		t.Errorf("an impostor: %v", err)
	}
	if kept, err := identity.Load(dir); err != nil || kept.CertDays(time.Now()) != id.CertDays(time.Now()) {
		t.Errorf("the old one is gone: %v", err)
	}
}
