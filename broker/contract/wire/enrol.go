package wire

import (
	"fmt"
	"strings"
)

// EnrolRequest is what a new device posts to /v1/enrol, as JSON over TLS 1.3 to a server whose chain ends in the authority of which
// the enrolment card carries the fingerprint. The key never leaves the device.
type EnrolRequest struct {
	V    int    `json:"v"`
	Code string `json:"code"` // one-time, from the card
	CSR  []byte `json:"csr"`  // PKCS #10, DER, an ECDSA P-256 key
}

// RenewRequest is what a device posts to /v1/renew, over TLS 1.3 with its present certificate, when two thirds of that one's life are over.
// The answer is an [EnrolAnswer].
type RenewRequest struct {
	V   int    `json:"v"`
	CSR []byte `json:"csr"` // PKCS #10, DER, of the key that the device is registered with
}

// EnrolAnswer is the identity of a new device.
type EnrolAnswer struct {
	V           int      `json:"v"`
	Device      string   `json:"device"` // also the CN of the certificate and the MQTT client id
	Zone        string   `json:"zone"`
	Certificate []byte   `json:"certificate"`  // DER, valid for 30 days
	Authority   []byte   `json:"authority"`    // DER; all that the device trusts from now on
	MQTT        []string `json:"mqtt"`         // host:port of the broker's nodes
	SealKey     []byte   `json:"seal_key"`     // seal.Public
	SettingsKey []byte   `json:"settings_key"` // Ed25519, signs settings
}

const codeSize = 16

// NormalCode brings a typed code to its one form: upper case, no separators, look-alikes of Crockford's base 32 read as meant.
func NormalCode(s string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
}

// DecodeEnrolRequest reads an [EnrolRequest].
func DecodeEnrolRequest(b []byte) (EnrolRequest, error) {
	var r EnrolRequest
	if err := decode(b, MaxUplink, &r, func() int { return r.V }); err != nil {
		return r, err
	}
	if r.Code = NormalCode(r.Code); len(r.Code) != codeSize || len(r.CSR) == 0 {
		return r, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return r, nil
}

// DecodeRenewRequest reads a [RenewRequest].
func DecodeRenewRequest(b []byte) (RenewRequest, error) {
	var r RenewRequest
	if err := decode(b, MaxUplink, &r, func() int { return r.V }); err != nil {
		return r, err
	}
	if len(r.CSR) == 0 {
		return r, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return r, nil
}

// DecodeEnrolAnswer reads an [EnrolAnswer].
func DecodeEnrolAnswer(b []byte) (EnrolAnswer, error) {
	var a EnrolAnswer
	if err := decode(b, MaxEnvelope, &a, func() int { return a.V }); err != nil {
		return a, err
	}
	if !ids(a.Device, a.Zone) || len(a.MQTT) == 0 || len(a.Certificate) == 0 || len(a.Authority) == 0 {
		return a, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return a, nil
}
