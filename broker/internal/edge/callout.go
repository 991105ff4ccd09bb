package edge

import (
	"encoding/pem"
	"errors"
	"log/slog"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"

	"safeyouthzone/broker/contract/wire"
)

const calloutSubject = "$SYS.REQ.USER.AUTH"

var (
	errNoCertificate = errors.New("no client certificate")
	errClientID      = errors.New("the MQTT client id is not the certificate's")
)

// decide answers the engine's question who a new connection is, and what it may do.
func (e *Edge) decide(m *nats.Msg) {
	rc, err := jwt.DecodeAuthorizationRequestClaims(string(m.Data))
	if err != nil {
		e.log.Error("callout request unreadable", slog.Any("error", err))
		return
	}
	answer := jwt.NewAuthorizationResponseClaims(rc.UserNkey)
	answer.Audience = rc.Server.ID
	device, err := e.identify(rc)
	if err == nil {
		answer.Jwt, err = e.rights(device, rc.UserNkey)
	}
	if err != nil {
		e.log.Warn("device refused", slog.String("reason", err.Error()))
		answer.Error = err.Error()
	}
	token, err := answer.Encode(e.issuer)
	if err == nil {
		err = m.Respond([]byte(token))
	}
	if err != nil {
		e.log.Error("callout answer not sent", slog.Any("error", err))
	}
}

func (e *Edge) identify(rc *jwt.AuthorizationRequestClaims) (string, error) {
	if rc.TLS == nil || len(rc.TLS.Certs) == 0 {
		return "", errNoCertificate
	}
	chain := make([][]byte, 0, len(rc.TLS.Certs))
	for _, c := range rc.TLS.Certs {
		if b, _ := pem.Decode([]byte(c)); b != nil {
			chain = append(chain, b.Bytes)
		}
	}
	device, err := e.auth.Admit(chain)
	if err != nil {
		return "", err
	}
	if rc.ClientInformation.MQTT != device {
		return "", errClientID
	}
	return device, nil
}

// rights are a device's whole world: it speaks on its own up/ topics and hears its own dn/ topics.
func (e *Edge) rights(device, key string) (string, error) {
	u := jwt.NewUserClaims(key)
	u.Name, u.Audience = device, account
	for _, k := range []wire.Kind{wire.UpEvent, wire.UpSync, wire.UpHealth, wire.UpLink} {
		u.Permissions.Pub.Allow.Add(subject(device, k))
	}
	for _, k := range []wire.Kind{wire.DnState, wire.DnSettings} {
		u.Permissions.Sub.Allow.Add(subject(device, k))
	}
	u.AllowedConnectionTypes.Add(jwt.ConnectionTypeMqtt)
	return u.Encode(e.issuer)
}
