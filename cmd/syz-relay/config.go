package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"safeyouthzone/cmd/syz-relay/internal/relay"
)

// config is the configuration file.
type config struct {
	Listen      string `toml:"listen"`      // where broker and provider reach it
	Certificate string `toml:"certificate"` // PEM files; without them a proxy in front must speak TLS
	Key         string `toml:"key"`
	PublicURL   string `toml:"public_url"`   // how the provider reaches it
	DeskURL     string `toml:"desk_url"`     // whose answer links it may use
	SecretsFile string `toml:"secrets_file"` // of the broker's webhooks, one in a line

	Provider struct {
		API       string `toml:"api"`
		Account   string `toml:"account"`
		TokenFile string `toml:"token_file"`
		From      string `toml:"from"` // number in E.164
	} `toml:"provider"`
}

func load(path string) (config, error) {
	var c config
	c.Listen, c.Provider.API = "127.0.0.1:8480", "https://api.twilio.com"
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("cannot read configuration: %w", err)
	}
	if err := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields().Decode(&c); err != nil {
		return c, fmt.Errorf("cannot read configuration %s: %w", path, err)
	}
	_, err = c.options(slog.New(slog.DiscardHandler))
	return c, err
}

func (c config) options(log *slog.Logger) (relay.Options, error) {
	secrets, err1 := os.ReadFile(c.SecretsFile)
	token, err2 := os.ReadFile(c.Provider.TokenFile)
	if err := errors.Join(err1, err2); err != nil {
		return relay.Options{}, fmt.Errorf("cannot read secret: %w", err)
	}
	client := &http.Client{Timeout: callWithin, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	o := relay.Options{
		PublicURL: c.PublicURL, DeskURL: c.DeskURL, Client: client, Logger: log,
		Provider: relay.Provider{
			API: c.Provider.API, AccountSID: c.Provider.Account, Token: strings.TrimSpace(string(token)), From: c.Provider.From, Client: client,
		},
	}
	for line := range strings.Lines(string(secrets)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			o.Secrets = append(o.Secrets, line)
		}
	}
	_, err := relay.New(o)
	return o, err
}
