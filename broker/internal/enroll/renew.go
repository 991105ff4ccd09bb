package enroll

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"safeyouthzone/broker/contract/wire"
)

// Renew gives a device a new certificate for the key that it is registered with. It shows its present certificate (leaf first, DER), which may
// have run out as long ago as [Authority.Admit] allows: a device that was in a cupboard all summer comes back by itself.
func (a *Authority) Renew(ctx context.Context, chain [][]byte, der []byte) (Device, []byte, error) {
	id, err := a.Admit(chain)
	if err != nil {
		return Device{}, nil, err
	}
	csr, err := checkRequest(der)
	if err != nil {
		return Device{}, nil, err
	}
	r := a.o.Registry
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.devices[id].value
	if d.Disabled {
		return Device{}, nil, ErrDisabled
	}
	if !bytes.Equal(d.Key, fingerprint(csr.RawSubjectPublicKeyInfo)) {
		return Device{}, nil, ErrRequest
	}
	crt, end, err := a.issue(id, csr)
	if err != nil {
		return Device{}, nil, err
	}
	d.NotAfter = end
	if err := put(ctx, r.table, r.devices, devicePrefix, id, d); err != nil {
		return Device{}, nil, fmt.Errorf("cannot register device: %w", err)
	}
	return d, crt, nil
}

// renew answers POST /v1/renew.
func (h *handler) renew(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxUplink+1))
	if err != nil {
		problem(w, http.StatusBadRequest, "malformed", "The request could not be read.")
		return
	}
	q, err := wire.DecodeRenewRequest(b)
	if err != nil {
		problem(w, http.StatusBadRequest, "malformed", "The request is not one of this protocol.")
		return
	}
	d, crt, err := h.a.Renew(r.Context(), shown(r), q.CSR)
	switch {
	case errors.Is(err, ErrForeign), errors.Is(err, ErrUnknown):
		h.log.Warn("renewal refused", slog.String("reason", err.Error()))
		problem(w, http.StatusForbidden, "not_a_device", "This is no certificate of a registered device. Ask the county for a new card.")
		return
	case err != nil:
		h.refuse(w, "", err)
		return
	}
	h.log.Info("certificate renewed", slog.String("device", d.ID), slog.Time("until", d.NotAfter))
	h.answer(w, d, crt)
}

// shown is the chain that the caller holds the key of.
func shown(r *http.Request) [][]byte {
	if r.TLS == nil {
		return nil
	}
	return raw(r.TLS.PeerCertificates)
}

func raw(chain []*x509.Certificate) [][]byte {
	out := make([][]byte, 0, len(chain))
	for _, c := range chain {
		out = append(out, c.Raw)
	}
	return out
}

func (h *handler) answer(w http.ResponseWriter, d Device, crt []byte) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(wire.EnrolAnswer{
		V: wire.Version, Device: d.ID, Zone: d.Zone, Certificate: crt, Authority: h.a.root.Raw,
		MQTT: h.gift.MQTT, SealKey: h.gift.SealKey, SettingsKey: h.gift.SettingsKey,
	})
}
