package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// NewSecret returns 256 random bits as text, for whoever will hold it.
func NewSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}

// Hash is what is kept of a secret. The secrets have 256 random bits, so that a fast hash is enough.
func Hash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// newName returns four letters and digits by which people can tell two seats of one agency apart.
func newName() string {
	const letters = "23456789abcdefghjkmnpqrstuvwxyz" // none that looks like another
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails, by its contract
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
