package webpush_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/internal/notify/webpush"
)

// The push service and the browser of these tests are written from RFC 8030, 8188, 8291 and 8292, without the library that the product
// uses.

// browser holds what a subscription's secrets are.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b := browser{key: k, auth: make([]byte, 16)}
	_, _ = rand.Read(b.auth)
	return b
}

func (b browser) subscription(endpoint string) webpush.Subscription {
	s := webpush.Subscription{Endpoint: endpoint}
	s.Keys.P256DH = base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes())
	s.Keys.Auth = base64.RawURLEncoding.EncodeToString(b.auth)
	return s
}

// decrypt opens one aes128gcm record.
func (b browser) decrypt(body []byte) ([]byte, error) {
	if len(body) < 21 {
		return nil, io.ErrUnexpectedEOF
	}
	salt, size, n := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	if len(body) < 21+n || int(size) < len(body)-21-n {
		return nil, fmt.Errorf("one record of %d bytes does not hold %d", size, len(body)-21-n)
	}
	sender, err := ecdh.P256().NewPublicKey(body[21 : 21+n])
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender.Bytes())
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	cek, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, nonce, body[21+n:], nil)
	if err != nil {
		return nil, err
	}
	plain = bytes.TrimRight(plain, "\x00")
	if len(plain) == 0 || plain[len(plain)-1] != 2 {
		return nil, fmt.Errorf("no end of the last record")
	}
	return plain[:len(plain)-1], nil
}

// The example of RFC 8291, appendix A.
func TestTheTestsBrowserKnowsTheVector(t *testing.T) {
	raw := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	k, err := ecdh.P256().NewPrivateKey(raw("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	b := browser{key: k, auth: raw("BTBZMqHH6r4Tts7J_aSIgg")}
	got, err := b.decrypt(raw("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"))
	if err != nil || string(got) != "When I grow up, I want to be a watermelon" {
		t.Errorf("%q %v", got, err)
	}
}

// service is a push service: one resource for each browser.
type service struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	home   map[string]browser
	answer map[string]int // status instead of 201
	got    map[string][]webpush.Message
	raw    string
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, home: map[string]browser{}, answer: map[string]int{}, got: map[string][]webpush.Message{}}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *service) conf() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}
}

// subscribe makes a resource and gives its subscription.
func (s *service) subscribe(name string) webpush.Subscription {
	b := newBrowser(s.t)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.home["/push/"+name] = b
	return b.subscription(s.URL + "/push/" + name)
}

// ServeHTTP takes a message as RFC 8030, section 5, wants it.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, known := s.home[r.URL.Path]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if code := s.answer[r.URL.Path]; code != 0 {
		w.Header().Set("Retry-After", "11")
		w.WriteHeader(code)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.raw += fmt.Sprint(r.Header, r.URL)
	ttl, err := strconv.Atoi(r.Header.Get("TTL"))
	switch {
	case r.Method != http.MethodPost || err != nil || ttl < 0 || len(body) > 4096:
		s.refuse(w, http.StatusBadRequest, "method, TTL or size")
	case r.Header.Get("Content-Encoding") != "aes128gcm" || len(r.Header.Get("Topic")) > 32 || r.Header.Get("Urgency") == "":
		s.refuse(w, http.StatusBadRequest, "headers")
	default:
		if err := s.vapid(r.Header.Get("Authorization")); err != nil {
			s.refuse(w, http.StatusForbidden, err.Error())
			return
		}
		plain, err := b.decrypt(body)
		var m webpush.Message
		if err == nil {
			err = json.Unmarshal(plain, &m)
		}
		if err != nil {
			s.refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		s.got[r.URL.Path] = append(s.got[r.URL.Path], m)
		w.Header().Set("Location", s.URL+"/message/1")
		w.WriteHeader(http.StatusCreated)
	}
}

func (s *service) refuse(w http.ResponseWriter, code int, why string) {
	s.t.Errorf("the push service refuses: %s", why)
	w.WriteHeader(code)
}

// vapid checks who sends, as RFC 8292 tells: ES256 over this origin, not for longer than a day, with a contact.
func (s *service) vapid(h string) error {
	var token, key string
	for part := range strings.SplitSeq(strings.TrimPrefix(h, "vapid "), ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			token = v
		case "k":
			key = v
		}
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return err
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return err
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("no token in %q", h)
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(sig) != 64 {
		return fmt.Errorf("signature")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return err
	}
	if !ecdsa.Verify(pub, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		return fmt.Errorf("signature does not verify")
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var c struct {
		Aud, Sub string
		Exp      int64
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return err
	}
	left := time.Until(time.Unix(c.Exp, 0))
	if c.Aud != s.URL || left <= 0 || left > 24*time.Hour || c.Sub != "mailto:it@county.test" {
		return fmt.Errorf("claims %s", claims)
	}
	return nil
}
