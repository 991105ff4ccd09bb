package desk_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
	"github.com/go-webauthn/webauthn/webauthn"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/account"
)

// from sends a request as it arrives from a peer, with what the peer says of those before it.
func (m *members) from(peer string, forwarded []string, method, path, body string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	m.t.Helper()
	r := httptest.NewRequestWithContext(m.t.Context(), method, path, strings.NewReader(body))
	r.RemoteAddr = peer
	r.Header["X-Forwarded-For"] = forwarded
	r.Header.Set("Accept", "application/problem+json")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	m.desk.ServeHTTP(w, r)
	return w
}

// guess tries a link that never was, and reports whether it was told to wait.
func (m *members) guess(peer string, forwarded ...string) bool {
	m.t.Helper()
	switch w := m.from(peer, forwarded, http.MethodGet, "/welcome?link="+account.NewSecret(), ""); w.Code {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return false
	default:
		m.t.Fatalf("a guess was answered %d", w.Code)
		return false
	}
}

// TestWhoGuessesBehindAProxy: the one who guesses is told to wait, whatever they write into the header, and nobody else behind the same
// proxy is.
func TestWhoGuessesBehindAProxy(t *testing.T) {
	const guesses = 40
	trusted := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/24"), netip.MustParsePrefix("fd00::/64")}
	for name, c := range map[string]struct {
		peer     string
		attacker func(n int) []string // what the header says at the nth guess
		other    []string             // and for somebody else
		same     bool                 // the other can not be told from the attacker
	}{
		"one proxy":             {"10.1.0.7:4000", func(int) []string { return []string{"203.0.113.5"} }, []string{"203.0.113.6"}, false},
		"a proxy over IPv6":     {"[fd00::7]:4000", func(int) []string { return []string{"203.0.113.5"} }, []string{"203.0.113.6"}, false},
		"two proxies, one line": {"10.1.0.7:4000", func(int) []string { return []string{"203.0.113.5, 10.1.0.9"} }, []string{"203.0.113.6, 10.1.0.9"}, false},
		"two proxies, two lines, a port": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("203.0.113.5:%d", n+1), "10.1.0.9"} }, []string{"203.0.113.6:99", "10.1.0.9"}, false,
		},
		"a made-up client on the left": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("198.51.100.%d, 203.0.113.5", n)} }, []string{"203.0.113.6"}, false,
		},
		"a made-up line above": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("198.51.100.%d", n), "203.0.113.5"} }, []string{"203.0.113.6"}, false,
		},
		"made-up proxies on the left": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("198.51.100.%d, 10.1.0.%d, 203.0.113.5", n, n)} }, []string{"203.0.113.6"}, false,
		},
		"an IPv6 client with a network of its own": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("2001:db8:1:1::%x", n)} }, []string{"2001:db8:1:2::1"}, false,
		},
		"a stranger who only says so": {
			"203.0.113.5:4000", func(n int) []string { return []string{fmt.Sprintf("198.51.100.%d", n)} }, []string{"198.51.100.200"}, true,
		},
		"no address in the header": {
			"10.1.0.7:4000", func(n int) []string { return []string{fmt.Sprintf("198.51.100.%d, unknown", n)} }, []string{"198.51.100.200, <script>"}, true,
		},
		"no header": {"10.1.0.7:4000", func(int) []string { return nil }, nil, true},
	} {
		m := newMembers(t, func(o *desk.Options) { o.TrustedProxies = trusted })
		waits := 0
		for n := range guesses {
			if m.guess(c.peer, c.attacker(n)...) {
				waits++
			}
		}
		if waits < guesses/3 {
			t.Errorf("%s: of %d guesses %d were told to wait", name, guesses, waits)
		}
		if got := m.guess(c.peer, c.other...); got != c.same {
			t.Errorf("%s: somebody else was told to wait: %t", name, got)
		}
		_, cookie := m.in("sheriff", "dispatcher")
		if w := m.from(c.peer, c.attacker(0), http.MethodGet, "/desk", "", cookie); w.Code != http.StatusOK {
			t.Errorf("%s: a dispatcher at the attacker's address was answered %d", name, w.Code)
		}
	}
}

// softKey is a security key made of software.
type softKey struct {
	id, handle []byte
	secret     *ecdsa.PrivateKey
	count      uint32
}

// softKey gives an account a passkey.
func (m *members) softKey(u account.User) *softKey {
	m.t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		m.t.Fatal(err)
	}
	point, err := secret.PublicKey.Bytes() // 4, x, y
	if err != nil {
		m.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(webauthncose.EC2PublicKeyData{
		PublicKeyData: webauthncose.PublicKeyData{KeyType: int64(webauthncose.EllipticKey), Algorithm: int64(webauthncose.AlgES256)},
		Curve:         int64(webauthncose.P256), XCoord: point[1:33], YCoord: point[33:],
	})
	if err != nil {
		m.t.Fatal(err)
	}
	k := &softKey{id: []byte("soft-key-of-" + u.ID), handle: u.Handle, secret: secret}
	if _, err := m.store.ChangeUser(m.t.Context(), u.ID, func(u *account.User) error {
		u.Passkeys = []account.Passkey{{Name: "Soft", Credential: webauthn.Credential{ID: k.id, PublicKey: public, Flags: webauthn.CredentialFlags{UserPresent: true, UserVerified: true}}}}
		return nil
	}); err != nil {
		m.t.Fatal(err)
	}
	return k
}

// answer signs what the desk asked, or with good false something else.
func (k *softKey) answer(t *testing.T, challenge string, good bool) string {
	t.Helper()
	client, err := json.Marshal(map[string]any{"type": "webauthn.get", "challenge": challenge, "origin": "https://desk.example.org", "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	k.count++
	host, said := sha256.Sum256([]byte("desk.example.org")), sha256.Sum256(client)
	data := binary.BigEndian.AppendUint32(append(host[:], 0b101), k.count) // user present, user verified
	if !good {
		said[0]++
	}
	digest := sha256.Sum256(append(data[:len(data):len(data)], said[:]...))
	signed, err := ecdsa.SignASN1(rand.Reader, k.secret, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	enc := base64.RawURLEncoding.EncodeToString
	doc, err := json.Marshal(map[string]any{"id": enc(k.id), "rawId": enc(k.id), "type": "public-key", "response": map[string]string{
		"authenticatorData": enc(data), "clientDataJSON": enc(client), "signature": enc(signed), "userHandle": enc(k.handle),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// signsIn signs in from an address with a passkey, and returns how that was answered.
func (m *members) signsIn(peer string, k *softKey, good bool) int {
	m.t.Helper()
	begun := m.from(peer, nil, http.MethodPost, "/passkey/begin", `{"for":"sign-in"}`)
	var options struct{ Challenge string }
	if err := json.Unmarshal(begun.Body.Bytes(), &options); begun.Code != http.StatusOK || err != nil {
		m.t.Fatalf("beginning was answered %d: %s", begun.Code, begun.Body)
	}
	return m.from(peer, nil, http.MethodPost, "/passkey/finish", k.answer(m.t, options.Challenge, good), begun.Result().Cookies()...).Code
}

// TestAnAccountUnderAttack: many addresses aim at one dispatcher's passkey. They are told to wait although each is new, an auditor sees at
// whom they aim, and the dispatcher signs in in the middle of it; so does everybody else.
func TestAnAccountUnderAttack(t *testing.T) {
	m := newMembers(t)
	aim, _ := m.in("sheriff", "dispatcher")
	colleague, _ := m.in("sheriff", "dispatcher")
	key, other := m.softKey(aim), m.softKey(colleague)
	forged := *key
	var err error
	if forged.secret, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	waits := 0
	for n := range 20 {
		switch code := m.signsIn(fmt.Sprintf("203.0.113.%d:4000", n), &forged, n%2 == 0); code {
		case http.StatusTooManyRequests:
			waits++
		case http.StatusForbidden:
		default:
			t.Fatalf("a forged passkey was answered %d", code)
		}
	}
	if waits < 10 {
		t.Errorf("of 20 forged sign-ins from as many addresses %d were told to wait", waits)
	}
	if !m.county.Audit.Has(chain.Audit{User: "stranger", Action: "sign_in", Target: aim.ID, Reason: "passkey", Denied: true}) {
		t.Error("the audit does not say at whom they aim")
	}
	m.want("the dispatcher, from an address of the attack", m.signsIn("203.0.113.3:4000", key, true), http.StatusOK)
	m.want("a colleague, from an address of the attack", m.signsIn("203.0.113.3:4000", other, true), http.StatusOK)
	m.want("the attack after that", m.signsIn("203.0.113.99:4000", &forged, true), http.StatusTooManyRequests)
}
