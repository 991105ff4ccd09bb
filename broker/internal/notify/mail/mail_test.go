package mail_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/mail"
)

var (
	press = notify.Notice{
		ID: "n-canary", Kind: notify.Activation, Mode: activation.Actual, Case: "case-canary", Code: "7F-21", Zone: "zone-canary",
		ZoneName: "Biblioteca Ñandú", Rung: 7777, Severity: notify.Urgent, At: time.Unix(1_700_000_000, 0),
		Link: "https://desk.example.org/a/" + strings.Repeat("abcdefghij", 9),
	}
	to = notify.Address{Person: "p-canary", Agency: "a-canary", To: "duty@sheriff.test"}
)

// server is a real SMTP server in this process.
type server struct {
	at   string
	pool *x509.CertPool

	mu    sync.Mutex
	got   []string // messages as they came
	users []string
	rcpt  error
	data  error
	hang  chan struct{}
}

func newServer(t *testing.T, implicit, offerTLS bool) *server {
	t.Helper()
	crt, pool := certificate(t)
	s := &server{pool: pool}
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s: s, c: c}, nil }))
	srv.Domain = "mail.test"
	if offerTLS {
		srv.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{crt}}
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.at = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, srv.TLSConfig)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); _ = l.Close(); <-done }) // Serve may not have begun
	return s
}

type session struct {
	s *server
	c *smtp.Conn
}

func (x *session) AuthMechanisms() []string {
	if _, ok := x.c.TLSConnectionState(); ok {
		return []string{"PLAIN"}
	}
	return nil
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "broker" || password != "secret" {
			return smtp.ErrAuthFailed
		}
		x.s.mu.Lock()
		defer x.s.mu.Unlock()
		x.s.users = append(x.s.users, user)
		return nil
	}), nil
}

func (x *session) Mail(string, *smtp.MailOptions) error { return nil }

func (x *session) Rcpt(string, *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	return x.s.rcpt
}

func (x *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.hang != nil {
		<-x.s.hang
	}
	if x.s.data != nil {
		return x.s.data
	}
	x.s.got = append(x.s.got, string(b))
	return nil
}

func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}, pool
}

func options(s *server, how mail.Security) mail.Options {
	o := mail.Options{Server: s.at, Security: how, TLS: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.pool}, From: "Safe Youth Zone <desk@county.test>"}
	if how != mail.Local {
		o.User, o.Password = "broker", "secret"
	}
	return o
}

func send(t *testing.T, o mail.Options, n notify.Notice) error {
	t.Helper()
	c, err := mail.New(o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), n, to)
	return err
}

// read parses a message the way a mailbox does.
func read(t *testing.T, raw string) (h netmail.Header, subject, body string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || m.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
		t.Fatal(err, m.Header)
	}
	return m.Header, subject, string(b)
}

func TestAMessageArrives(t *testing.T) {
	for how, s := range map[mail.Security]*server{
		mail.STARTTLS: newServer(t, false, true), mail.Implicit: newServer(t, true, true), mail.Local: newServer(t, false, false),
	} {
		if err := send(t, options(s, how), press); err != nil {
			t.Fatalf("%s: %v", how, err)
		}
		if len(s.got) != 1 || (how != mail.Local) != (len(s.users) == 1) {
			t.Fatalf("%s: %d messages, users %v", how, len(s.got), s.users)
		}
		h, subject, body := read(t, s.got[0])
		if subject != "Safe Youth Zone activation 7F-21" || !strings.HasPrefix(body, "Biblioteca Ñandú. Please answer now.") || !strings.Contains(body, press.Link) {
			t.Errorf("%s: %q %q", how, subject, body)
		}
		if h.Get("To") != "<duty@sheriff.test>" || h.Get("Auto-Submitted") != "auto-generated" || h.Get("Importance") != "high" {
			t.Errorf("%s: %v", how, h)
		}
		if strings.Contains(s.got[0], "canary") || strings.Contains(s.got[0], "7777") {
			t.Errorf("%s: more than code and zone:\n%s", how, s.got[0])
		}
	}
}

func TestRepeatsAndThreads(t *testing.T) {
	s := newServer(t, false, true)
	again := press
	again.ID, again.Kind = "n-2", notify.Again
	for _, n := range []notify.Notice{press, press, again} {
		if err := send(t, options(s, mail.STARTTLS), n); err != nil {
			t.Fatal(err)
		}
	}
	var ids, threads []string
	for _, raw := range s.got {
		h, _, _ := read(t, raw)
		ids, threads = append(ids, h.Get("Message-Id")), append(threads, h.Get("References"))
	}
	if ids[0] != ids[1] || ids[0] == ids[2] || threads[0] != threads[2] || threads[0] == "" {
		t.Errorf("ids %q, threads %q", ids, threads)
	}
}

func TestADrillIsMarked(t *testing.T) {
	s := newServer(t, false, true)
	n := press
	n.Mode = activation.Drill
	if err := send(t, options(s, mail.STARTTLS), n); err != nil {
		t.Fatal(err)
	}
	if _, subject, body := read(t, s.got[0]); !strings.HasPrefix(subject, "DRILL: ") || !strings.Contains(body, "This is a drill") {
		t.Errorf("%q %q", subject, body)
	}
}

func TestWhatTheServerSays(t *testing.T) {
	s := newServer(t, false, true)
	for _, x := range []struct {
		rcpt, data error
		want       error
	}{
		{rcpt: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no duty@sheriff.test here"}, want: notify.ErrGone},
		{rcpt: &smtp.SMTPError{Code: 554, Message: "no duty@sheriff.test here"}, want: notify.ErrRefused},
		{data: &smtp.SMTPError{Code: 552, Message: "too big for duty@sheriff.test"}, want: notify.ErrRefused},
		{rcpt: &smtp.SMTPError{Code: 451, Message: "greylisted duty@sheriff.test"}},
	} {
		s.rcpt, s.data = x.rcpt, x.data
		err := send(t, options(s, mail.STARTTLS), press)
		if err == nil || strings.Contains(err.Error(), "sheriff") {
			t.Errorf("%v %v: %v", x.rcpt, x.data, err)
		}
		for _, sentinel := range []error{notify.ErrGone, notify.ErrRefused} {
			if errors.Is(err, sentinel) != errors.Is(x.want, sentinel) {
				t.Errorf("%v %v: %v, want %v", x.rcpt, x.data, err, x.want)
			}
		}
	}
}

func TestNoPasswordInTheClear(t *testing.T) {
	s := newServer(t, false, false)
	if err := send(t, options(s, mail.STARTTLS), press); err == nil || len(s.users) != 0 || len(s.got) != 0 {
		t.Errorf("a server without TLS was used: %v", err)
	}
	strange := newServer(t, false, true)
	o := options(strange, mail.STARTTLS)
	o.TLS = nil
	if err := send(t, o, press); err == nil || errors.Is(err, notify.ErrRefused) || len(strange.users) != 0 {
		t.Errorf("a stranger's certificate was taken: %v", err)
	}
	o = options(s, mail.Local)
	o.Server = "mail.example.org:25"
	if _, err := mail.New(o); !errors.Is(err, mail.ErrOptions) {
		t.Errorf("mail in the clear over the network: %v", err)
	}
	o = options(strange, mail.STARTTLS)
	o.Password = "wrong"
	if err := send(t, o, press); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestSlownessEndsWithTheTimeLimit(t *testing.T) {
	s := newServer(t, false, true)
	s.hang = make(chan struct{})
	defer close(s.hang)
	c, err := mail.New(options(s, mail.STARTTLS))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.Send(ctx, press, to); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	c, err := mail.New(options(newServer(t, false, true), mail.STARTTLS))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "nobody", "a@b\r\nBcc: c@d"} {
		if _, err := c.Send(t.Context(), press, notify.Address{To: bad}); !errors.Is(err, notify.ErrGone) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
