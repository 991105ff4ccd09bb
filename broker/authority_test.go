package broker_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
)

// authority is a county's own, with the file that a configuration names.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	file string
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a := authority{t: t, file: filepath.Join(t.TempDir(), name+".pem")}
	var der []byte
	a.key, der = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a authority) sign(c, by *x509.Certificate, with *ecdsa.PrivateKey) (*ecdsa.PrivateKey, []byte) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if by == nil {
		by, with = c, key
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	if err != nil {
		a.t.Fatal(err)
	}
	return key, der
}

// server is a server of the county's on the loopback, for which the authority vouches.
func (a authority) server(name string, h http.HandlerFunc) *httptest.Server {
	a.t.Helper()
	c := &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	key, der := a.sign(c, a.cert, a.key)
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS13}
	s.StartTLS()
	a.t.Cleanup(s.Close)
	return s
}

// TestServersOfTheCountysOwnAuthority: each channel over HTTP takes a certificate of the authority that it names, and none else: not of
// another authority, not for another name, and none of a private authority when it names none.
func TestServersOfTheCountysOwnAuthority(t *testing.T) {
	own, strange := newAuthority(t, "own"), newAuthority(t, "strange")
	alerts := make(chan struct{}, 16)
	answer := func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/cap") {
			alerts <- struct{}{}
		}
		_, _ = w.Write([]byte(`{"id":"abc"}`)) // as an ntfy server answers
	}
	s, elsewhere := own.server("127.0.0.1", answer), own.server("ntfy.example.org", answer)
	secret := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(secret, []byte("whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw=="), 0o600); err != nil {
		t.Fatal(err)
	}
	inside := []string{"127.0.0.0/8"}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{
			{Name: "hook", Kind: "webhook", URL: s.URL, SecretFile: secret, CA: own.file, Allow: inside},
			{Name: "bell", Kind: "ntfy", URL: s.URL, CA: own.file, Allow: inside},
			{Name: "alerts", Kind: "cap", URL: s.URL, From: "desk@county.test", Addresses: []string{"eoc"}, Follow: true, CA: own.file, Allow: inside},
			{Name: "hook-system", Kind: "webhook", URL: s.URL, SecretFile: secret, Allow: inside},
			{Name: "bell-system", Kind: "ntfy", URL: s.URL, Allow: inside},
			{Name: "bell-strange", Kind: "ntfy", URL: s.URL, CA: strange.file, Allow: inside},
			{Name: "bell-elsewhere", Kind: "ntfy", URL: elsewhere.URL, CA: own.file, Allow: inside},
		}
	})
	for _, name := range []string{"hook", "bell"} {
		if err := b.CheckChannel(t.Context(), name, "topic-1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"hook-system", "bell-system", "bell-strange", "bell-elsewhere"} {
		err := b.CheckChannel(t.Context(), name, "topic-1")
		if err == nil || !strings.Contains(err.Error(), "the other side's certificate is not good") {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := newDevice(t, b, "compton")
	d.connect()
	d.raise()
	select {
	case <-alerts:
	case <-time.After(20 * time.Second):
		t.Error("no alert came")
	}
}

// TestAChannelThatCanNotWorkIsToldBeforeTheStart: in words that say which channel, which key and what is wrong with it.
func TestAChannelThatCanNotWorkIsToldBeforeTheStart(t *testing.T) {
	dir, own := t.TempDir(), newAuthority(t, "own")
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
	secret := file("secret", "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw==")
	bell := broker.Channel{Name: "bell", Kind: "ntfy", URL: "https://ntfy.example.org"}
	with := func(c broker.Channel, edit func(*broker.Channel)) broker.Channel { edit(&c); return c }
	for want, ch := range map[string]broker.Channel{
		"": with(bell, func(c *broker.Channel) { c.CA = own.file }),
		`channel "bell": ca: cannot read authority: open ` + dir + `/none.pem`:      with(bell, func(c *broker.Channel) { c.CA = filepath.Join(dir, "none.pem") }),
		`channel "bell": ca: ` + key + ` holds no certificate in PEM form`:          with(bell, func(c *broker.Channel) { c.CA = key }),
		`channel "bell": ca: the url begins with http:`:                             with(bell, func(c *broker.Channel) { c.CA, c.URL = own.file, "http://127.0.0.1:1" }),
		`channel "bell": cannot read secret`:                                        with(bell, func(c *broker.Channel) { c.SecretFile = filepath.Join(dir, "none") }),
		`channel "bell": allow: "10.1.2" is not a network`:                          with(bell, func(c *broker.Channel) { c.Allow = []string{"10.1.2"} }),
		`channel "bell": there is no kind "ntf"`:                                    with(bell, func(c *broker.Channel) { c.Kind = "ntf" }),
		`channel "desk": the name is not usable`:                                    with(bell, func(c *broker.Channel) { c.Name = "desk" }),
		`channel "hook": webhook is not set up: hook: no secret`:                    {Name: "hook", Kind: "webhook", URL: "https://example.org"},
		`channel "arc": receiving centre is not set up: account must be 3 to 16 of`: {Name: "arc", Kind: "dc09", Receivers: []string{"a:1"}},
	} {
		c := brokertest.Config(dir)
		c.Channels = []broker.Channel{ch}
		err := c.CheckChannels()
		if want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if !errors.Is(err, broker.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, have %v", want, err)
		}
		if _, started := broker.Start(t.Context(), broker.Options{Config: c, Dev: true, Token: "x", Logger: slog.New(slog.DiscardHandler)}); started == nil || !strings.Contains(started.Error(), want) {
			t.Errorf("a start says %v", started)
		}
	}
	c := brokertest.Config(dir)
	c.Channels = []broker.Channel{
		{Name: "hook", Kind: "webhook", URL: "https://example.org", SecretFile: secret},
		{Name: "push", Kind: "webpush", Contact: "it@example.org"},
		{Name: "credential", Kind: "webhook", URL: "https://example.org", SecretFile: "sms.secrets"}, // systemd passes it to the service alone
		{Name: "arc", Kind: "dc09", Receivers: []string{"a:1"}, Account: "1234", Plain: true, SecretFile: "arc.key"},
	}
	if err := c.CheckChannels(); err != nil {
		t.Error(err)
	}
	c.Channels = append(c.Channels, c.Channels[1])
	if err := c.CheckChannels(); err == nil {
		t.Error("two channels of one name")
	}
}
