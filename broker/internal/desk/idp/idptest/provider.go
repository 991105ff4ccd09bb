// Package idptest is an OpenID Connect provider for tests: discovery, keys, authorization code with PKCE, and signed ID tokens, over
// HTTP. It asks nobody for anything: whoever comes is signed in as Claims says. It can be made to lie.
package idptest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const keySize = 2048

// Provider is a running provider. Its fields may be changed while nobody signs in.
type Provider struct {
	URL, ClientID, Secret string
	Claims                map[string]any // of whoever signs in: sub, amr, groups, ...
	Ask                   bool           // show a page with a button, as a real provider does
	Down                  bool

	// Lies.
	Nonce    string        // another nonce than the one that was asked for
	Audience string        // another program
	Issuer   string        // another issuer in the token
	Age      time.Duration // how long ago the person really signed in
	Expired  bool
	Stranger bool // signed with a key that is not the provider's

	t     testing.TB
	key   *rsa.PrivateKey
	mu    sync.Mutex
	codes map[string]url.Values // what was asked for, by code
}

// New starts a provider that knows one program, and ends it with the test.
func New(t testing.TB) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, keySize)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{
		ClientID: "syz-desk", Secret: "known to both", t: t, key: key, codes: map[string]url.Values{},
		Claims: map[string]any{"sub": "u-1", "amr": []string{"pwd", "mfa"}, "groups": []string{"syz-sheriff"}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.Down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.URL = s.URL
	return p
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
	})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "k-1", Algorithm: "RS256", Use: "sig"}}})
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>County sign-in</title><body>
<h1>County sign-in</h1><p><a id="continue" href="{{.}}">Continue</a></p></body></html>`))

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != p.ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := random()
	p.mu.Lock()
	p.codes[code] = q
	p.mu.Unlock()
	back := q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}}.Encode()
	if p.Ask {
		_ = page.Execute(w, back)
		return
	}
	http.Redirect(w, r, back, http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	p.mu.Lock()
	asked, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code")) // a code is good once
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	unescaped, _ := url.QueryUnescape(secret)
	switch {
	case id != p.ClientID || unescaped != p.Secret && secret != p.Secret:
		problem(w, "invalid_client")
	case !ok || asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]):
		problem(w, "invalid_grant")
	default:
		answer(w, map[string]any{"access_token": random(), "token_type": "Bearer", "expires_in": 60, "id_token": p.sign(asked.Get("nonce"))})
	}
}

func (p *Provider) sign(nonce string) string {
	now := time.Now()
	c := maps.Clone(p.Claims)
	c["iss"], c["aud"], c["nonce"], c["iat"], c["exp"], c["auth_time"] = p.URL, p.ClientID, nonce, now.Unix(), now.Add(time.Minute).Unix(), now.Add(-p.Age).Unix()
	if p.Nonce != "" {
		c["nonce"] = p.Nonce
	}
	if p.Audience != "" {
		c["aud"] = p.Audience
	}
	if p.Issuer != "" {
		c["iss"] = p.Issuer
	}
	if p.Expired {
		c["exp"] = now.Add(-time.Hour).Unix()
	}
	key := p.key
	if p.Stranger {
		key, _ = rsa.GenerateKey(rand.Reader, keySize)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k-1"}}, nil)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	payload, _ := json.Marshal(c)
	signed, err := signer.Sign(payload)
	if err != nil {
		p.t.Error(err)
		return ""
	}
	text, _ := signed.CompactSerialize()
	return text
}

func random() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func problem(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"error":%q}`, code)
}
