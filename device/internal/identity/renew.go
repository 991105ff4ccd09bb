package identity

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// addressFile keeps where the device was enrolled: there its certificate is renewed too.
const addressFile = "county"

// ErrAddress means that nobody knows where to renew the certificate.
var ErrAddress = errors.New("address of the county is not known")

// RenewAt is when two thirds of the certificate's life are over.
func (id *Identity) RenewAt() time.Time {
	life := id.leaf.NotAfter.Sub(id.leaf.NotBefore)
	return id.leaf.NotBefore.Add(life / 3 * 2)
}

// Renew asks the county for a new certificate of the same key, shows it the present one, and stores the answer. address is used if none was
// kept at the enrolment. What is stored is the old identity or the new one, whatever happens meanwhile.
func (id *Identity) Renew(ctx context.Context, dir, address string, now func() time.Time) (*Identity, error) {
	if b, err := os.ReadFile(filepath.Join(dir, addressFile)); err == nil {
		address = strings.TrimSpace(string(b))
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, ErrAddress
	}
	csr, err := request(id.key)
	if err != nil {
		return nil, err
	}
	a, err := post(ctx, address, "/v1/renew", id.TLS(host, now), wire.RenewRequest{V: wire.Version, CSR: csr})
	if err != nil {
		return nil, err
	}
	next, err := read(a, id.key)
	switch {
	case err != nil:
		return nil, err
	case next.Device != id.Device || !bytes.Equal(next.authority.Raw, id.authority.Raw):
		return nil, errors.New("cannot use certificate: it is of another device or authority")
	}
	return next, save(dir, a)
}
