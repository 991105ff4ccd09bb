package dc09_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/dc09"
)

var (
	key   = []byte("0123456789abcdef0123456789abcdef")
	press = notify.Notice{
		ID: "n-canary", Kind: notify.Activation, Mode: activation.Actual, Case: "case-canary", Code: "7F-21", Zone: "compton",
		ZoneName: "Compton Library", Link: "https://canary.example.org", Rung: 1,
	}
)

func options(at ...string) dc09.Options {
	return dc09.Options{
		Receivers: at, Key: key, Account: "1234", Receiver: "F3", Line: "77", Points: map[string]dc09.Point{"compton": {Area: 2, Number: 17}},
		Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}
}

func open(t *testing.T, o dc09.Options) *dc09.Channel {
	t.Helper()
	c, err := dc09.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, c *dc09.Channel, n notify.Notice) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	_, err := c.Send(ctx, n, notify.Address{})
	return err
}

// Vectors of other implementations. The first two have no time, which we always send: they hold the receiver of these tests to them.
func TestTheTestsReceiverKnowsTheVectors(t *testing.T) {
	for _, v := range []string{
		`F4D20029"SIA-DCS"0001RF3L77#1234[#1234|NRR|Atest]`, `96ED0016"SIA-DCS"0001L0#1234[]`, `E4410025"NAK"0000R0L0A0[]_16:20:01,09-24-2025`,
	} {
		body := v[8:]
		if got := fmt.Sprintf("%04X%04X", arc(body), len(body)); got != v[:8] {
			t.Errorf("%s: %s", v, got)
		}
	}
	k, _ := hex.DecodeString("ABCDABCDABCDABCDABCDABCDABCDABCD")
	h := hear("\nE88800A7\"*SIA-DCS\"0000RC0FFDL1234#080027E62A64[A054F111518361720BAB126501C6D994CD9151D2C84881C0FEA933A0790F49A9236EBD45F2AED32FAA252EB1AA18FC3CDEDE2452F33185E5931D31308D9B9882\r", k)
	if h.account != "080027E62A64" || !strings.HasPrefix(h.data, "NHB0003") || h.at.Format(time.DateTime) != "2015-06-22 15:12:40" {
		t.Errorf("the encrypted vector reads %+v", h)
	}
}

func TestFrameAgreesWithAVector(t *testing.T) {
	b, err := dc09.Frame(dc09.Message{
		Token: "SIA-DCS", Seq: 1, Receiver: "F3", Line: "77", Account: "1234", Data: "NRR|Atest", At: time.Date(2025, 9, 24, 16, 20, 1, 0, time.UTC),
	}, nil)
	body := `"SIA-DCS"0001RF3L77#1234[#1234|NRR|Atest]_16:20:01,09-24-2025`
	if want := fmt.Sprintf("\n%04X%04X%s\r", arc(body), len(body), body); err != nil || string(b) != want {
		t.Errorf("%q, want %q (%v)", b, want, err)
	}
}

func TestRepliesOfVectors(t *testing.T) {
	r, err := dc09.ParseReply([]byte("\nE4410025\"NAK\"0000R0L0A0[]_16:20:01,09-24-2025\r"), nil)
	if err != nil || r.Verdict != dc09.NAK || !r.Time.Equal(time.Date(2025, 9, 24, 16, 20, 1, 0, time.UTC)) {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []string{"", "\n\r", "\nE4420025\"NAK\"0000R0L0A0[]_16:20:01,09-24-2025\r", "\nE4410026\"NAK\"0000R0L0A0[]_16:20:01,09-24-2025\r"} {
		if _, err := dc09.ParseReply([]byte(bad), nil); !errors.Is(err, dc09.ErrReply) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAnActivationArrives(t *testing.T) {
	for _, k := range [][]byte{key[:16], key[:24], key} {
		c := newCentre(t, k, nil)
		o := options(c.at)
		o.Key = k
		if err := send(t, open(t, o), press); err != nil {
			t.Fatal(err)
		}
		got := c.messages()
		if len(got) != 1 {
			t.Fatalf("%d messages", len(got))
		}
		h := got[0]
		if !h.encrypted || h.token != "SIA-DCS" || h.receiver != "F3" || h.line != "77" || h.account != "1234" || h.data != "Nri2/QA017" ||
			h.text != "7F-21 Compton Library" || time.Since(h.at).Abs() > 5*time.Second {
			t.Errorf("AES-%d: %+v", len(k)*8, h)
		}
	}
}

func TestContactID(t *testing.T) {
	c := newCentre(t, key, nil)
	o := options(c.at)
	o.Format = dc09.ContactID
	ch := open(t, o)
	over := press
	over.ID, over.Kind = "n-2", notify.Ended
	for _, n := range []notify.Notice{press, over} {
		if err := send(t, ch, n); err != nil {
			t.Fatal(err)
		}
	}
	got := c.messages()
	if len(got) != 2 || got[0].token != "ADM-CID" || got[0].data != "1101 02 017" || got[0].text != "" || got[1].data != "3101 02 017" {
		t.Errorf("%+v", got)
	}
}

func TestAnExerciseIsNeverAnAlarm(t *testing.T) {
	c := newCentre(t, key, nil)
	ch := open(t, options(c.at))
	for _, k := range []notify.Kind{notify.Activation, notify.Again, notify.Unanswered, notify.NobodyReachable, notify.Ended} {
		for _, m := range []activation.Mode{activation.Drill, activation.Test} {
			n := press
			n.ID, n.Kind, n.Mode = string(k)+string(m), k, m
			if err := send(t, ch, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, h := range c.messages() {
		if h.data != "Nri2/RX017" && h.data != "Nri2/RP017" || !strings.HasPrefix(h.text, "DRILL ") && !strings.HasPrefix(h.text, "TEST ") {
			t.Errorf("%+v", h)
		}
	}
}

func TestNAKSetsTheClockRight(t *testing.T) {
	c := newCentre(t, key, nil)
	ahead := 2 * time.Hour
	c.say = func(h heard) string {
		now := time.Now().Add(ahead)
		if d := h.at.Sub(now); d < -40*time.Second || d > 20*time.Second {
			return `"NAK"0000R0L0A0[]` + now.UTC().Format("_15:04:05,01-02-2006")
		}
		return ack(h)
	}
	ch := open(t, options(c.at))
	if err := send(t, ch, press); err != nil {
		t.Fatal(err)
	}
	next := press
	next.ID = "n-2"
	if err := send(t, ch, next); err != nil {
		t.Fatal(err)
	}
	got := c.messages()
	if len(got) != 3 || got[0].seq != got[1].seq || got[2].seq != got[1].seq%9999+1 {
		t.Errorf("wrong clock, right clock, and right from then on: %+v", got)
	}
}

func TestARepeatKeepsItsNumber(t *testing.T) {
	c := newCentre(t, key, nil)
	ch := open(t, options(c.at))
	c.say = func(heard) string { return "broken" }
	if err := send(t, ch, press); !errors.Is(err, dc09.ErrReply) {
		t.Errorf("an unreadable reply: %v", err)
	}
	c.mu.Lock()
	c.say = nil
	c.mu.Unlock()
	other := press
	other.ID = "n-2"
	for _, n := range []notify.Notice{other, press} {
		if err := send(t, ch, n); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.messages(); len(got) != 3 || got[0].seq != got[2].seq || got[0].seq == got[1].seq {
		t.Errorf("%+v", got)
	}
}

func TestVerdicts(t *testing.T) {
	c := newCentre(t, key, nil)
	ch := open(t, options(c.at))
	for what, say := range map[string]func(heard) string{
		"another number":  func(h heard) string { h.seq = h.seq%9999 + 1; return ack(h) },
		"another account": func(h heard) string { h.account = "9999"; return ack(h) },
		"NAK without time": func(h heard) string {
			return fmt.Sprintf(`"NAK"%04dR0L0#1234[]`, h.seq)
		},
		"NAK again and again": func(heard) string { return `"NAK"0000R0L0A0[]` + time.Now().UTC().Format("_15:04:05,01-02-2006") },
	} {
		c.mu.Lock()
		c.say = say
		c.mu.Unlock()
		if err := send(t, ch, press); err == nil || errors.Is(err, notify.ErrRefused) {
			t.Errorf("%s: %v", what, err)
		}
	}
	c.say = func(h heard) string { return fmt.Sprintf(`"DUH"%04dR0L0#1234[]`, h.seq) }
	if err := send(t, ch, press); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("DUH: %v", err)
	}
	n := press
	n.Kind = notify.Answered
	if err := send(t, ch, n); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("a kind without an event: %v", err)
	}
}

func TestTheSecondReceiverTakesOver(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := l.Addr().String()
	_ = l.Close()
	c := newCentre(t, key, nil)
	if err := send(t, open(t, options(dead, c.at)), press); err != nil || len(c.messages()) != 1 {
		t.Errorf("%v, %d messages", err, len(c.messages()))
	}
}

func TestSilenceEndsWithTheTimeLimit(t *testing.T) {
	c := newCentre(t, key, nil)
	c.hold = true
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := open(t, options(c.at)).Send(ctx, press, notify.Address{}); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}

func TestSupervision(t *testing.T) {
	c := newCentre(t, key, nil)
	o := options(c.at)
	o.Every = 20 * time.Millisecond
	ch := open(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	reports, done := make(chan error), make(chan struct{})
	go func() {
		defer close(done)
		ch.Supervise(ctx, func(err error) {
			select {
			case reports <- err:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	c.mu.Lock()
	c.say = func(heard) string { return "gone mad" }
	c.mu.Unlock()
	next := func(want bool) bool { // those that were under way at the change come before
		for range 3 {
			if err := <-reports; (err == nil) == want {
				return true
			}
		}
		return false
	}
	if !next(false) {
		t.Error("a centre that answers nonsense is reported as well")
	}
	c.mu.Lock()
	c.say = nil
	c.mu.Unlock()
	if !next(true) {
		t.Error("a centre that is back is not reported")
	}
	cancel()
	<-done
	for _, h := range c.messages() {
		if h.token != "NULL" || h.seq != 0 || h.data != "" || !h.encrypted {
			t.Errorf("%+v", h)
		}
	}
}

func TestTunnel(t *testing.T) {
	crt, pool := certificate(t)
	c := newCentre(t, nil, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{crt}})
	o := options(c.at)
	o.Key, o.TLS = nil, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, ServerName: "centre.test"}
	if err := send(t, open(t, o), press); err != nil {
		t.Fatal(err)
	}
	if got := c.messages(); len(got) != 1 || got[0].encrypted {
		t.Errorf("%+v", got)
	}
	o.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: "centre.test"}
	if err := send(t, open(t, o), press); err == nil {
		t.Error("a stranger's certificate was taken")
	}
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"centre.test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
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

func TestWhatMustNotWorkIsRefused(t *testing.T) {
	for what, spoil := range map[string]func(*dc09.Options){
		"no receiver":        func(o *dc09.Options) { o.Receivers = nil },
		"in the clear":       func(o *dc09.Options) { o.Key = nil },
		"a short key":        func(o *dc09.Options) { o.Key = []byte("short") },
		"a bad account":      func(o *dc09.Options) { o.Account = "12]3" },
		"a bad line":         func(o *dc09.Options) { o.Line = "#" },
		"a bad format":       func(o *dc09.Options) { o.Format = "morse" },
		"a bad code":         func(o *dc09.Options) { o.Call = dc09.Code{SIA: "qa", Restore: "QR", CID: 101} },
		"a bad zone's point": func(o *dc09.Options) { o.Points = map[string]dc09.Point{"z": {Number: 1000}} },
	} {
		o := options("127.0.0.1:1")
		spoil(&o)
		if _, err := dc09.New(o); !errors.Is(err, dc09.ErrOptions) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNothingButCodeAndZone(t *testing.T) {
	var log bytes.Buffer
	c := newCentre(t, key, nil)
	o := options(c.at)
	o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ch := open(t, o)
	for i, k := range notify.Kinds() {
		n := press
		n.ID, n.Kind = fmt.Sprint("canary-", i), k
		n.ZoneName = "Compton|[]\"^\r\n Library é" + strings.Repeat("x", 100)
		_ = send(t, ch, n)
	}
	if s := fmt.Sprintf("%+v %s", c.messages(), log.String()); strings.Contains(s, "canary") {
		t.Error("more than code and zone:", s)
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add([]byte("\nE4410025\"NAK\"0000R0L0A0[]_16:20:01,09-24-2025\r"))
	for _, body := range []string{`"ACK"0001R0L0#1234[]`, `"*ACK"0001L0#1234[A054F111518361720BAB126501C6D994`, `"DUH"0001L0#1234[`} {
		f.Add(fmt.Appendf(nil, "\n%04X%04X%s\r", arc(body), len(body), body))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := dc09.ParseReply(b, key)
		if err != nil && !errors.Is(err, dc09.ErrReply) {
			t.Errorf("%q: %v", b, err)
		}
		if err == nil && (r.Verdict == "" || r.Seq < 0 || r.Seq > 9999) {
			t.Errorf("%q reads %+v", b, r)
		}
	})
}

func FuzzFrameIsHeard(f *testing.F) {
	f.Add("Compton Library", "7F-21", true)
	f.Fuzz(func(t *testing.T, name, code string, sealed bool) {
		k := key
		if !sealed {
			k = nil
		}
		b, err := dc09.Frame(dc09.Message{Token: "SIA-DCS", Seq: 7, Line: "0", Account: "ABC", Data: dc09.EventData(name, code), At: time.Now()}, k)
		if err != nil {
			t.Fatal(err)
		}
		if h := hear(string(b), k); h.seq != 7 || !strings.HasPrefix(h.data, "Nri0/QA000") {
			t.Errorf("%q reads %+v", b, h)
		}
	})
}
