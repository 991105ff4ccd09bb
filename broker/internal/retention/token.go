package retention

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Tokens makes tokens of client numbers with a key that lives only at the county.
type Tokens struct{ key []byte }

// NewTokens derives its key from the site key, so that neither can stand for the other.
func NewTokens(site []byte) Tokens {
	m := hmac.New(sha256.New, site)
	m.Write([]byte("person token key"))
	return Tokens{m.Sum(nil)}
}

// Token is the pseudonym of a client number, or "" for none. Case, spaces and hyphens do not count.
func (t Tokens) Token(number string) string {
	n := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(number))
	if n == "" || len(n) > maxClientIDLength {
		return ""
	}
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte(tokenContext + n))
	return hex.EncodeToString(m.Sum(nil))[:tokenSize]
}
