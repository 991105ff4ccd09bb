package desk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/idp"
)

const (
	wayLife    = 5 * time.Minute
	maxSpent   = 50_000
	forSignIn  = "sign-in"
	forAgain   = "again" // somebody who is signed in proves anew who they are
	forPasskey = "new"   // a new passkey
)

// way is a sign-in that has begun: what must come back, and from where. It lies in the browser's own cookie, sealed, so that beginning
// a thousand sign-ins costs the desk nothing and can push nobody else's out.
type way struct {
	ID      string               `json:"id"`
	For     string               `json:"for"`
	Ends    time.Time            `json:"ends"`
	Next    string               `json:"next,omitempty"`    // where to go afterwards
	Session string               `json:"session,omitempty"` // whose person must come back
	Link    string               `json:"link,omitempty"`    // that is used up by this
	Name    string               `json:"name,omitempty"`    // of a new passkey
	Passkey webauthn.SessionData `json:"passkey,omitzero"`
	County  idp.Way              `json:"county,omitzero"`
}

// ways seals and opens them. The key lives as long as the process: who is on the way during a restart begins again.
type ways struct {
	now   func() time.Time
	seal  cipher.AEAD
	mu    sync.Mutex
	spent map[string]time.Time // used up, until they would have ended anyway
}

func newWays(now func() time.Time) (*ways, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, by its contract
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	return &ways{now: now, seal: seal, spent: map[string]time.Time{}}, err
}

// begin puts w into a cookie of the browser.
func (d *Desk) begin(rw http.ResponseWriter, name string, w way) error {
	w.ID, w.Ends = account.NewSecret(), d.opt.Clock().Add(wayLife)
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	c := d.cookie(d.hostPrefix()+name, base64.RawURLEncoding.EncodeToString(d.ways.seal.Seal(nil, nil, b, []byte(name))))
	c.MaxAge = int(wayLife / time.Second)
	http.SetCookie(rw, c)
	return nil
}

// resume takes back what begin gave to this browser, once.
func (d *Desk) resume(rw http.ResponseWriter, r *http.Request, name string) (w way, ok bool) {
	c, err := r.Cookie(d.hostPrefix() + name)
	if err != nil {
		return w, false
	}
	d.dropCookie(rw, d.hostPrefix()+name)
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return w, false
	}
	b, err := d.ways.seal.Open(nil, nil, sealed, []byte(name))
	if err != nil || json.Unmarshal(b, &w) != nil {
		return way{}, false
	}
	return w, d.ways.spend(w)
}

// spend uses a way up. A browser could keep the cookie; the desk remembers.
func (s *ways) spend(w way) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if _, used := s.spent[w.ID]; used || !now.Before(w.Ends) {
		return false
	}
	if len(s.spent) >= maxSpent {
		maps.DeleteFunc(s.spent, func(_ string, ends time.Time) bool { return !now.Before(ends) })
	}
	if len(s.spent) >= maxSpent {
		return false // somebody floods: refusing for a moment is better than being replayed
	}
	s.spent[w.ID] = w.Ends
	return true
}

// inside makes sure that an address is one of this desk: nobody is sent elsewhere after a sign-in.
func inside(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(next, "/sign-in") {
		return "/"
	}
	return next
}
