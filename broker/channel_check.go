package broker

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/webpush"
)

// CheckChannels makes every channel as a start does, with its authority and its secret, and connects to nothing. A secret that systemd passes
// is there in the service alone: elsewhere something that looks like it takes its place. Its error is [ErrConfig].
func (c Config) CheckChannels() error {
	names := map[string]bool{}
	browsers := 0
	for _, ch := range c.Channels {
		if !activation.ValidID(ch.Name) || ch.Name == ladder.DeskChannel || names[ch.Name] {
			return fmt.Errorf("%w: channel %q: the name is not usable, or there twice", ErrConfig, ch.Name)
		}
		names[ch.Name] = true
		if ch.Kind == "webpush" {
			browsers++
		}
		if err := ch.check(); err != nil {
			return fmt.Errorf("%w: channel %q: %w", ErrConfig, ch.Name, err)
		}
	}
	if browsers > 1 {
		return fmt.Errorf("%w: one channel for browsers is enough", ErrConfig)
	}
	return nil
}

func (c Channel) check() error {
	secret := c.likeSecret()
	if filepath.IsAbs(c.SecretFile) || os.Getenv("CREDENTIALS_DIRECTORY") != "" || c.SecretFile == "" {
		var err error
		if secret, err = readSecret(c.SecretFile); err != nil {
			return err
		}
	}
	log := slog.New(slog.DiscardHandler)
	_, err := c.build(secret, capHistory{}, log, func(client *http.Client) (notify.Channel, error) {
		key, err := ecdh.P256().GenerateKey(rand.Reader)
		if err != nil {
			return nil, fmt.Errorf("cannot make a key: %w", err)
		}
		return webpush.New(webpush.Options{Key: key.Bytes(), Contact: c.Contact, Store: webpush.NewStore(nil), Client: client, Logger: log})
	})
	return err
}

// likeSecret has the form that a secret of this kind must have.
func (c Channel) likeSecret() string {
	const long = 32
	switch c.Kind {
	case "webhook":
		return "whsec_" + strings.Repeat("QUFB", long/3)
	case "dc09":
		return hex.EncodeToString(make([]byte, long))
	default:
		return "a secret"
	}
}
