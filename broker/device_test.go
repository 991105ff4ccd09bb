package broker_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/google/uuid"

	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/seal"
	"safeyouthzone/broker/contract/wire"
)

const patience = 10 * time.Second

// device is a device made from PROTOCOL.md alone: it shares no code with the real agent.
type device struct {
	t      *testing.T
	b      *brokertest.Broker
	key    crypto.Signer
	answer wire.EnrolAnswer
	seal   seal.Public
	mqtt   paho.Client
	states chan wire.State
	epoch  uint64
	seq    uint64
}

func socket(b *brokertest.Broker) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", b.Addrs.Admin)
	}}}
}

// admin makes one call on the administration socket.
func admin(t *testing.T, b *brokertest.Broker, method, path string, in, out any) int {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://broker"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return do(t, socket(b), r, out)
}

func do(t *testing.T, c *http.Client, r *http.Request, out any) int {
	t.Helper()
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode/100 == 2 && out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	}
	return res.StatusCode
}

func newCode(t *testing.T, b *brokertest.Broker, zone string) string {
	t.Helper()
	var card struct{ Code string }
	if s := admin(t, b, http.MethodPost, "/v1/codes", map[string]any{"zone": zone, "hours": 1}, &card); s != http.StatusOK {
		t.Fatalf("no card: status %d", s)
	}
	return card.Code
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// enrol posts a code and a request for a key.
func enrol(t *testing.T, b *brokertest.Broker, code string, key crypto.Signer) (wire.EnrolAnswer, int) {
	t.Helper()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(wire.EnrolRequest{V: wire.Version, Code: code, CSR: csr})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+b.Addrs.Enrol+"/v1/enrol", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}} // pinning is the agent's test
	var a wire.EnrolAnswer
	status := do(t, c, r, &a)
	return a, status
}

func newDevice(t *testing.T, b *brokertest.Broker, zone string) *device {
	t.Helper()
	d := &device{t: t, b: b, key: newKey(t), states: make(chan wire.State, 1024)}
	var status int
	if d.answer, status = enrol(t, b, newCode(t, b, zone), d.key); status != http.StatusOK {
		t.Fatalf("enrolment failed: status %d", status)
	}
	var err error
	if d.seal, err = seal.ParsePublic(d.answer.SealKey); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *device) options(clientID string) *paho.ClientOptions {
	d.t.Helper()
	root, err := x509.ParseCertificate(d.answer.Authority)
	if err != nil {
		d.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return paho.NewClientOptions().AddBroker("ssl://" + d.b.Addrs.MQTT).SetClientID(clientID).SetProtocolVersion(4).
		SetAutoReconnect(false).SetConnectTimeout(patience).SetTLSConfig(&tls.Config{
		RootCAs: pool, MinVersion: tls.VersionTLS13,
		Certificates: []tls.Certificate{{Certificate: [][]byte{d.answer.Certificate}, PrivateKey: d.key}},
	})
}

func wait(t *testing.T, k paho.Token) error {
	t.Helper()
	if !k.WaitTimeout(patience) {
		t.Fatal("MQTT did not answer")
	}
	return k.Error()
}

// connect connects, listens, announces itself and asks where things stand.
func (d *device) connect() {
	d.t.Helper()
	d.epoch++
	will, err := json.Marshal(wire.Link{V: wire.Version, Epoch: d.epoch})
	if err != nil {
		d.t.Fatal(err)
	}
	d.mqtt = paho.NewClient(d.options(d.answer.Device).SetBinaryWill(wire.Topic(d.answer.Device, wire.UpLink), will, 0, false))
	if err := wait(d.t, d.mqtt.Connect()); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { d.mqtt.Disconnect(0) })
	if err := wait(d.t, d.mqtt.Subscribe(wire.Topic(d.answer.Device, wire.DnState), 0, d.state)); err != nil {
		d.t.Fatal(err)
	}
	d.publish(wire.UpLink, wire.Link{V: wire.Version, Epoch: d.epoch, Online: true})
	d.sync()
}

func (d *device) state(_ paho.Client, m paho.Message) {
	s, err := wire.DecodeState(m.Payload())
	if err != nil {
		d.t.Error(err)
		return
	}
	d.states <- s
}

func (d *device) sync() {
	d.publish(wire.UpSync, wire.Sync{V: wire.Version, Epoch: d.epoch, Log: "log-1", Settings: 0})
}

func (d *device) publish(k wire.Kind, v any) {
	d.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := wait(d.t, d.mqtt.Publish(wire.Topic(d.answer.Device, k), 1, false, b)); err != nil {
		d.t.Fatal(err)
	}
}

// event makes the next event of this device's log.
func (d *device) event(typ activation.Type, caseID string, edit func(*activation.Event)) wire.Envelope {
	d.t.Helper()
	d.seq++
	e := activation.Event{
		ID: uuid.Must(uuid.NewV7()).String(), Case: caseID, Type: typ, Mode: activation.Actual,
		Actor:  activation.Actor{Kind: activation.ByDevice, ID: d.answer.Device},
		Source: activation.Source{Boot: "boot-1"},
	}
	if typ == activation.Raised || typ == activation.PressedAgain {
		e.Zone, e.Device, e.Trigger = d.answer.Zone, d.answer.Device, activation.ByButton
	}
	if edit != nil {
		edit(&e)
	}
	env, err := wire.SealEvent(d.seal, d.answer.Device, "log-1", d.seq, e)
	if err != nil {
		d.t.Fatal(err)
	}
	return env
}

// raise calls for help and returns the case.
func (d *device) raise() string {
	d.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	d.publish(wire.UpEvent, d.event(activation.Raised, id, nil))
	return id
}

// until waits for a state of which ok is true.
func (d *device) until(what string, ok func(wire.State) bool) wire.State {
	d.t.Helper()
	timeout := time.After(patience)
	var last wire.State
	for {
		select {
		case last = <-d.states:
			if ok(last) {
				return last
			}
		case <-timeout:
			d.t.Fatalf("never saw %s; the last state was %+v", what, last)
		}
	}
}

func (d *device) receipt(seq uint64) wire.State {
	d.t.Helper()
	return d.until(fmt.Sprintf("receipt %d", seq), func(s wire.State) bool { return s.Receipt.Seq >= seq })
}

func stage(id string, want activation.Stage) func(wire.State) bool {
	return func(s wire.State) bool {
		for _, a := range s.Activations {
			if a.ID == id && a.Stage == want {
				return true
			}
		}
		return false
	}
}
