package broker

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const maxSecretFile = 64 << 10

// readSecret reads a secret: from a file with a whole path, or from a credential that systemd passed. No name is no secret.
func readSecret(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	path := name
	if !filepath.IsAbs(path) {
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" || name != filepath.Base(name) {
			return "", fmt.Errorf("secret %q is neither a whole path nor a credential of this service", name)
		}
		path = filepath.Join(dir, name)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot read secret: %w", err)
	}
	if len(b) > maxSecretFile {
		return "", fmt.Errorf("secret %q is too large", name)
	}
	return strings.TrimSpace(string(b)), nil
}

// trust makes a TLS configuration that knows the authorities of one file and no others, or the system's.
func trust(ca, serverName string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: serverName}
	if ca == "" {
		return c, nil
	}
	b, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("ca: cannot read authority: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("ca: %s holds no certificate in PEM form", ca)
	}
	return c, nil
}
