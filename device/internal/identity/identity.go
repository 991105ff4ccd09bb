package identity

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/statefile"
)

// ErrNone means that the device is not enrolled yet.
var ErrNone = errors.New("device is not enrolled")

const identityFile = "identity.json"

// Identity is an enrolled device.
type Identity struct {
	Device      string
	Zone        string
	MQTT        []string // host:port of the broker's nodes
	Seal        seal.Public
	SettingsKey ed25519.PublicKey

	key       *ecdsa.PrivateKey
	leaf      *x509.Certificate
	authority *x509.Certificate
}

// Load reads the identity of a directory, or [ErrNone].
func Load(dir string) (*Identity, error) {
	b, err := os.ReadFile(filepath.Join(dir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read identity: %w", err)
	}
	var a wire.EnrolAnswer
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("cannot read identity: %w", err)
	}
	key, err := loadKey(dir)
	if err != nil {
		return nil, err
	}
	return read(a, key)
}

func save(dir string, a wire.EnrolAnswer) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("cannot encode identity: %w", err)
	}
	return statefile.Write(filepath.Join(dir, identityFile), b)
}

// read checks that an answer fits together and to the key.
func read(a wire.EnrolAnswer, key *ecdsa.PrivateKey) (*Identity, error) {
	id := &Identity{Device: a.Device, Zone: a.Zone, MQTT: a.MQTT, SettingsKey: a.SettingsKey, key: key}
	var err error
	if id.leaf, err = x509.ParseCertificate(a.Certificate); err != nil {
		return nil, fmt.Errorf("cannot read certificate: %w", err)
	}
	if id.authority, err = x509.ParseCertificate(a.Authority); err != nil {
		return nil, fmt.Errorf("cannot read authority: %w", err)
	}
	if id.Seal, err = seal.ParsePublic(a.SealKey); err != nil {
		return nil, err
	}
	switch pub, ok := id.leaf.PublicKey.(*ecdsa.PublicKey); {
	case !ok || !key.PublicKey.Equal(pub):
		return nil, errors.New("cannot use certificate: it is for another key")
	case id.leaf.Subject.CommonName != a.Device:
		return nil, errors.New("cannot use certificate: it is for another device")
	case len(a.SettingsKey) != ed25519.PublicKeySize:
		return nil, errors.New("cannot use settings key: wrong size")
	}
	if err := id.leaf.CheckSignatureFrom(id.authority); err != nil {
		return nil, fmt.Errorf("cannot use certificate: %w", err)
	}
	return id, nil
}

// CertDays is how many days the certificate is still valid; negative when it has ended.
func (id *Identity) CertDays(now time.Time) int {
	return int(id.leaf.NotAfter.Sub(now).Hours() / 24)
}

// TLS is the configuration of a connection to a broker node of this name.
func (id *Identity) TLS(host string, now func() time.Time) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(id.authority)
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		ServerName:         host,
		Certificates:       []tls.Certificate{{Certificate: [][]byte{id.leaf.Raw}, PrivateKey: id.key, Leaf: id.leaf}},
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection checks the chain and the name, at a time that fits the certificate
		VerifyConnection: func(s tls.ConnectionState) error {
			return verify(s.PeerCertificates, roots, host, now())
		},
		ClientSessionCache: tls.NewLRUClientSessionCache(1),
	}
}

// verify checks a server's chain and name. The time is moved into the validity of the server's certificate.
func verify(chain []*x509.Certificate, roots *x509.CertPool, host string, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("cannot verify broker: it showed no certificate")
	}
	leaf := chain[0]
	switch {
	case now.Before(leaf.NotBefore):
		now = leaf.NotBefore
	case now.After(leaf.NotAfter):
		now = leaf.NotAfter
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, DNSName: host, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}); err != nil {
		return fmt.Errorf("cannot verify broker: %w", err)
	}
	return nil
}
