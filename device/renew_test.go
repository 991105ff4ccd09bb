package device_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"safeyouthzone/device"
	"safeyouthzone/device/internal/identity/identitytest"
)

func TestTheAgentRenewsItsCertificateInTime(t *testing.T) {
	now := time.Now()
	county := identitytest.New(t, now)
	county.Begin, county.End = now.AddDate(0, 0, -19), now.AddDate(0, 0, 11)
	s := httptest.NewUnstartedServer(county)
	s.TLS = &tls.Config{
		ClientAuth:   tls.RequestClientCert,
		Certificates: []tls.Certificate{county.Server(now.Add(-time.Hour), now.Add(time.Hour), "127.0.0.1")},
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	dir := t.TempDir()
	county.Install(dir)
	clock := now
	a, err := device.New(device.Options{
		StateDir: dir, Board: "none", County: device.Card{Address: strings.TrimPrefix(s.URL, "https://")},
		Clock: device.Clock{Now: func() time.Time { return clock }},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	if a.RenewDue(t.Context()); county.Issued() != 0 {
		t.Error("a certificate with more than a third of its life left was renewed")
	}
	clock = now.AddDate(0, 0, 2)
	if wait := a.RenewDue(t.Context()); county.Issued() != 1 || wait > time.Hour {
		t.Errorf("%d certificates, next look in %v", county.Issued(), wait)
	}
	if days := a.State().Health.CertDays; days < 365 {
		t.Errorf("the agent goes on with a certificate of %d days", days)
	}
	s.Close()
	clock = now.AddDate(1, 0, 0)
	if wait := a.RenewDue(t.Context()); wait != 6*time.Hour || a.State().Health.CertDays < 5 {
		t.Errorf("nobody there: next look in %v, %d days", wait, a.State().Health.CertDays)
	}
}
