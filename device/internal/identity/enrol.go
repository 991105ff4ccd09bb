package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/device/internal/statefile"
)

// ErrAuthority means that the server does not hold the authority whose fingerprint is on the card: wrong card, wrong address or an impostor.
var ErrAuthority = errors.New("the server does not hold the authority of the card")

// Card is what stands on an enrolment card.
type Card struct {
	Address     string // host:port
	Code        string // one-time
	Fingerprint string // of the authority's key
}

// Refusal is the county's answer to a card that it does not take.
type Refusal struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
}

// Error makes a Refusal an error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("enrolment was refused: %s (%s)", r.Title, r.Code)
}

// Enrol makes the device a device of the county and stores its identity. It may be repeated with the same card.
func Enrol(ctx context.Context, dir string, card Card, now func() time.Time) (*Identity, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make state directory: %w", err)
	}
	key, err := ensureKey(dir)
	if err != nil {
		return nil, err
	}
	csr, err := request(key)
	if err != nil {
		return nil, err
	}
	a, err := ask(ctx, card, csr, now)
	if err != nil {
		return nil, err
	}
	id, err := read(a, key)
	if err != nil {
		return nil, err
	}
	if !pinned(id.authority, card.Fingerprint) {
		return nil, ErrAuthority
	}
	if err := save(dir, a); err != nil {
		return nil, err
	}
	// Without it the device works, and renews its certificate only where the configuration names the address.
	_ = statefile.Write(filepath.Join(dir, addressFile), []byte(card.Address+"\n"))
	return id, nil
}

func ask(ctx context.Context, card Card, csr []byte, now func() time.Time) (wire.EnrolAnswer, error) {
	host, _, err := net.SplitHostPort(card.Address)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("cannot read address: %w", err)
	}
	q := wire.EnrolRequest{V: wire.Version, Code: card.Code, CSR: csr}
	return post(ctx, card.Address, "/v1/enrol", pinnedTLS(card.Fingerprint, host, now), q)
}

// post asks the county for an identity.
func post(ctx context.Context, address, path string, config *tls.Config, q any) (wire.EnrolAnswer, error) {
	var none wire.EnrolAnswer
	body, err := json.Marshal(q)
	if err != nil {
		return none, fmt.Errorf("cannot encode request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+address+path, bytes.NewReader(body))
	if err != nil {
		return none, fmt.Errorf("cannot make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return none, fmt.Errorf("cannot reach %s: %w", address, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxEnvelope+1))
	if err != nil {
		return none, fmt.Errorf("cannot read answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		r := &Refusal{Title: http.StatusText(res.StatusCode)}
		_ = json.Unmarshal(b, r) // the status says enough if there is no problem document
		r.Status = res.StatusCode
		return none, r
	}
	return wire.DecodeEnrolAnswer(b)
}

// pinnedTLS trusts exactly the authority whose key has this fingerprint, before any authority is on the device.
func pinnedTLS(fingerprint, host string, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		ServerName:         host,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection trusts the one authority of the card
		VerifyConnection: func(s tls.ConnectionState) error {
			for i, c := range s.PeerCertificates {
				if i > 0 && pinned(c, fingerprint) {
					roots := x509.NewCertPool()
					roots.AddCert(c)
					return verify(s.PeerCertificates, roots, host, now())
				}
			}
			return ErrAuthority
		},
	}
}

func pinned(c *x509.Certificate, fingerprint string) bool {
	return subtle.ConstantTimeCompare([]byte(Fingerprint(c)), []byte(fingerprint)) == 1
}

// Fingerprint names an authority on a card: base64url, without padding, of the SHA-256 of its public key.
func Fingerprint(c *x509.Certificate) string {
	h := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return base64.RawURLEncoding.EncodeToString(h[:])
}
