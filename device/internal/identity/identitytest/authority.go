// Package identitytest is a county's authority for tests: it enrols devices over TLS and makes server certificates.
package identitytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/identity"
)

// Authority is a county. Its one code is Code.
type Authority struct {
	t        testing.TB
	key      *ecdsa.PrivateKey
	Cert     *x509.Certificate
	Seal     seal.Private
	Settings ed25519.PrivateKey
	MQTT     []string
	Code     string
	Lose     bool // the next answer is lost on its way
	Begin    time.Time
	End      time.Time // of the certificates of devices
	mu       sync.Mutex
	issued   int
}

// New makes a county whose certificates are valid for a month around an instant.
func New(t testing.TB, now time.Time) *Authority {
	t.Helper()
	a := &Authority{t: t, Code: "ABCDEFGHJKMNPQRS", MQTT: []string{"127.0.0.1:8883"}}
	a.key = newKey(t)
	tmpl := &x509.Certificate{
		SerialNumber: serial(t), Subject: pkix.Name{CommonName: "County"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.Cert = a.sign(tmpl, tmpl, a.key.Public())
	a.Begin, a.End = a.Cert.NotBefore, a.Cert.NotAfter
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	a.Settings = priv
	a.Seal, err = seal.Generate()
	check(t, err)
	return a
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("cannot make a county: %v", err)
	}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return k
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	check(t, err)
	return n
}

func (a *Authority) sign(tmpl, parent *x509.Certificate, pub crypto.PublicKey) *x509.Certificate {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, a.key)
	check(a.t, err)
	c, err := x509.ParseCertificate(der)
	check(a.t, err)
	return c
}

// Fingerprint is what stands on the county's cards.
func (a *Authority) Fingerprint() string { return identity.Fingerprint(a.Cert) }

// Server makes a server's certificate for hosts, valid from and to an instant.
func (a *Authority) Server(from, to time.Time, hosts ...string) tls.Certificate {
	key := newKey(a.t)
	tmpl := &x509.Certificate{
		SerialNumber: serial(a.t), Subject: pkix.Name{CommonName: "broker"}, NotBefore: from, NotAfter: to,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			tmpl.IPAddresses = append(tmpl.IPAddresses, ip)
		} else {
			tmpl.DNSNames = append(tmpl.DNSNames, h)
		}
	}
	c := a.sign(tmpl, a.Cert, key.Public())
	return tls.Certificate{Certificate: [][]byte{c.Raw, a.Cert.Raw}, PrivateKey: key}
}

// Answer is what a device of a key is told.
func (a *Authority) Answer(pub crypto.PublicKey) wire.EnrolAnswer {
	tmpl := &x509.Certificate{
		SerialNumber: serial(a.t), Subject: pkix.Name{CommonName: "d-1"}, NotBefore: a.Begin, NotAfter: a.End,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	return wire.EnrolAnswer{
		V: wire.Version, Device: "d-1", Zone: "z-1", Certificate: a.sign(tmpl, a.Cert, pub).Raw, Authority: a.Cert.Raw, MQTT: a.MQTT,
		SealKey: a.Seal.Public().Bytes(), SettingsKey: a.Settings.Public().(ed25519.PublicKey),
	}
}

// Install makes a directory that of an enrolled device.
func (a *Authority) Install(dir string) {
	a.t.Helper()
	key := newKey(a.t)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	check(a.t, err)
	check(a.t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	b, err := json.Marshal(a.Answer(key.Public()))
	check(a.t, err)
	check(a.t, os.WriteFile(filepath.Join(dir, "identity.json"), b, 0o600))
}

// Issued counts the certificates that were asked for with the right code.
func (a *Authority) Issued() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.issued
}

// ServeHTTP answers POST /v1/enrol and POST /v1/renew.
func (a *Authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/v1/renew" {
		a.renew(w, r, b)
		return
	}
	q, err := wire.DecodeEnrolRequest(b)
	if err != nil || q.Code != a.Code {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"title":"This code is not valid.","status":403,"code":"code_not_valid"}`)
		return
	}
	csr, err := x509.ParseCertificateRequest(q.CSR)
	if err != nil || csr.CheckSignature() != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.issued++
	lose := a.Lose
	a.Lose = false
	a.mu.Unlock()
	if lose {
		panic(http.ErrAbortHandler)
	}
	_ = json.NewEncoder(w).Encode(a.Answer(csr.PublicKey))
}

// renew gives a device that shows a certificate of this county one that lasts a year longer.
func (a *Authority) renew(w http.ResponseWriter, r *http.Request, b []byte) {
	q, err := wire.DecodeRenewRequest(b)
	if err != nil || len(r.TLS.PeerCertificates) == 0 || r.TLS.PeerCertificates[0].CheckSignatureFrom(a.Cert) != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	csr, err := x509.ParseCertificateRequest(q.CSR)
	if err != nil || csr.CheckSignature() != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.issued++
	a.End = a.End.AddDate(1, 0, 0)
	a.mu.Unlock()
	_ = json.NewEncoder(w).Encode(a.Answer(csr.PublicKey))
}
