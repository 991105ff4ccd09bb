package enroll

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	deviceLife = 30 * 24 * time.Hour
	serverLife = 90 * 24 * time.Hour
	rootLife   = 20 * 365 * 24 * time.Hour
	grace      = 365 * 24 * time.Hour // how long after its end a device's certificate may still call for help
	backdate   = 24 * time.Hour       // for device clocks that are behind
)

// Options are what an authority needs.
type Options struct {
	Key      crypto.Signer // of the authority
	Root     []byte        // its certificate, DER
	Hosts    []string      // names and addresses under which devices reach the broker
	Registry *Registry
	Now      func() time.Time
}

// Authority issues and checks certificates.
type Authority struct {
	o    Options
	root *x509.Certificate

	mu     sync.Mutex
	server *tls.Certificate
}

// Mint makes the authority's own certificate.
func Mint(key crypto.Signer, now time.Time) ([]byte, error) {
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Safe Youth Zone fleet"},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(rootLife), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("cannot make authority certificate: %w", err)
	}
	return der, nil
}

// New returns an authority.
func New(o Options) (*Authority, error) {
	root, err := x509.ParseCertificate(o.Root)
	if err != nil {
		return nil, fmt.Errorf("cannot read authority certificate: %w", err)
	}
	return &Authority{o: o, root: root}, nil
}

// Fingerprint is what an enrolment card carries: the SHA-256 of the authority's public key, base64url without padding.
func (a *Authority) Fingerprint() string {
	s := sha256.Sum256(a.root.RawSubjectPublicKeyInfo)
	return base64.RawURLEncoding.EncodeToString(s[:])
}

// ServerCertificate is the broker's own certificate; it is made anew when a third of its life is left.
func (a *Authority) ServerCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.o.Now()
	if a.server != nil && now.Before(a.server.Leaf.NotAfter.Add(-serverLife/3)) {
		return a.server, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("cannot make server key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Safe Youth Zone broker"}, NotBefore: now.Add(-backdate),
		NotAfter: now.Add(serverLife), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range a.o.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := a.sign(t, key.Public())
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("cannot read server certificate: %w", err)
	}
	a.server = &tls.Certificate{Certificate: [][]byte{der, a.root.Raw}, PrivateKey: key, Leaf: leaf}
	return a.server, nil
}

func (a *Authority) sign(t *x509.Certificate, pub crypto.PublicKey) ([]byte, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, a.root, pub, a.o.Key)
	if err != nil {
		return nil, fmt.Errorf("cannot sign certificate: %w", err)
	}
	return der, nil
}

// issue makes a device's certificate for the key of a certificate request.
func (a *Authority) issue(id string, csr *x509.CertificateRequest) ([]byte, time.Time, error) {
	now := a.o.Now()
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: id}, NotBefore: now.Add(-backdate), NotAfter: now.Add(deviceLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	der, err := a.sign(t, csr.PublicKey)
	return der, t.NotAfter, err
}

// Errors of [Authority.Admit].
var (
	ErrForeign  = errors.New("the certificate is not of this authority")
	ErrUnknown  = errors.New("the device is not registered")
	ErrDisabled = errors.New("the device is disabled")
)

// Admit returns the device whose certificate chain (leaf first, DER) this is, or why it is refused.
func (a *Authority) Admit(chain [][]byte) (string, error) {
	if len(chain) == 0 {
		return "", ErrForeign
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return "", ErrForeign
	}
	at := a.o.Now()
	if at.After(leaf.NotAfter) && at.Before(leaf.NotAfter.Add(grace)) {
		at = leaf.NotAfter
	}
	roots := x509.NewCertPool()
	roots.AddCert(a.root)
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return "", ErrForeign
	}
	d, ok := a.o.Registry.Device(leaf.Subject.CommonName)
	switch {
	case !ok || !slices.Equal(d.Key, fingerprint(leaf.RawSubjectPublicKeyInfo)):
		return "", ErrUnknown
	case d.Disabled:
		return "", ErrDisabled
	}
	return d.ID, nil
}

func fingerprint(spki []byte) []byte {
	s := sha256.Sum256(spki)
	return s[:]
}

func serial() *big.Int {
	const bits = 127
	b := make([]byte, (bits+7)/8)
	_, _ = rand.Read(b) // never fails
	return new(big.Int).SetBit(new(big.Int).SetBytes(b), bits, 0)
}
