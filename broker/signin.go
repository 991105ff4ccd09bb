package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/internal/admin"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/idp"
	"safeyouthzone/broker/internal/ledger"
)

// SignIn says how people get in at the desk.
type SignIn struct {
	Passkeys bool   `toml:"passkeys"`
	IdleLock string `toml:"idle_lock"` // a desk that nobody touches for this long locks itself, and goes on ringing
	County   County `toml:"county"`
}

// County is the county's OpenID Connect provider. Without an issuer there is none.
type County struct {
	Issuer     string   `toml:"issuer"`
	ClientID   string   `toml:"client_id"`
	SecretFile string   `toml:"client_secret_file"`
	Scopes     []string `toml:"scopes"`
	AMR        []string `toml:"amr"` // one of these, or ...
	ACR        []string `toml:"acr"` // ... one of these says that more than one factor was used
	Claim      string   `toml:"groups_claim"`
	Groups     []Group  `toml:"group"`
}

// Group says what the members of one of the provider's groups are at the desk.
type Group struct {
	Value  string   `toml:"value"`
	Agency string   `toml:"agency"`
	Roles  []string `toml:"roles"`
	Zones  []string `toml:"zones"` // empty for all
}

const (
	minIdle    = 2 * time.Minute
	pruneEvery = time.Hour
)

func defaultSignIn() SignIn {
	return SignIn{Passkeys: true, IdleLock: "15m", County: County{Scopes: []string{"profile"}, AMR: []string{"mfa"}, Claim: "groups"}}
}

func (s SignIn) idle() (time.Duration, error) {
	d, err := time.ParseDuration(s.IdleLock)
	if err != nil || d < minIdle {
		return 0, fmt.Errorf("%w: desk.sign_in.idle_lock must be a duration of at least %s, such as 15m", ErrConfig, minIdle)
	}
	return d, nil
}

func (c Config) checkSignIn() error {
	if _, err := c.Desk.SignIn.idle(); err != nil {
		return err
	}
	p := c.Desk.SignIn.County
	if p.Issuer == "" {
		return nil
	}
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && !loopback(u.Hostname()):
		return fmt.Errorf("%w: desk.sign_in.county.issuer must be an https address", ErrConfig)
	case p.ClientID == "" || p.SecretFile == "" || p.Claim == "" || len(p.Groups) == 0:
		return fmt.Errorf("%w: desk.sign_in.county needs client_id, client_secret_file, groups_claim and at least one group", ErrConfig)
	case len(p.AMR)+len(p.ACR) == 0:
		return fmt.Errorf("%w: desk.sign_in.county needs amr or acr: the desk lets nobody in who used one factor alone", ErrConfig)
	case c.Desk.PublicURL == "":
		return fmt.Errorf("%w: desk.sign_in.county needs desk.public_url, to which the provider sends people back", ErrConfig)
	}
	for _, g := range p.Groups {
		known := slices.ContainsFunc(c.Agencies, func(a Agency) bool { return a.ID == g.Agency })
		strange := slices.ContainsFunc(g.Roles, func(r string) bool { return !slices.Contains(desk.Roles(), desk.Role(r)) })
		if g.Value == "" || !known || strange || len(g.Roles) == 0 {
			return fmt.Errorf("%w: desk.sign_in.county.group %q: agency or roles are not known", ErrConfig, g.Value)
		}
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// signIn adds the ways in to what a desk needs.
func (b *Broker) signIn(ctx context.Context, o desk.Options) (desk.Options, error) {
	c := b.o.Config.Desk.SignIn
	table, err := ledger.OpenTable(ctx, b.edge.Conn(), "DESK", 1)
	if err != nil {
		return o, err
	}
	store, stop, err := account.Open(ctx, table, ledger.ErrChanged, time.Now, b.log)
	if err != nil {
		return o, err
	}
	b.onClose(stop)
	b.prune(ctx, store)
	o.Accounts, b.accounts = store, store
	if !o.Dev { // in development a desk that locks itself is in the way; the button locks it
		if o.IdleLock, err = c.idle(); err != nil {
			return o, err
		}
	}
	u, err := url.Parse(o.PublicURL)
	o.Passkeys = c.Passkeys && err == nil && u.Hostname() != "" && net.ParseIP(u.Hostname()) == nil
	if c.Passkeys && !o.Passkeys && !o.Dev {
		b.log.Warn("passkeys need desk.public_url with a host name")
	}
	if c.County.Issuer == "" {
		return o, nil
	}
	secret, err := os.ReadFile(c.County.SecretFile)
	if err != nil {
		return o, fmt.Errorf("cannot read desk.sign_in.county.client_secret_file: %w", err)
	}
	groups := make([]idp.Group, len(c.County.Groups))
	for i, g := range c.County.Groups {
		groups[i] = idp.Group(g)
	}
	o.County = idp.New(idp.Options{
		Issuer: c.County.Issuer, ClientID: c.County.ClientID, ClientSecret: strings.TrimSpace(string(secret)),
		RedirectURL: strings.TrimSuffix(o.PublicURL, "/") + "/sign-in/county/back", Scopes: c.County.Scopes, AMR: c.County.AMR, ACR: c.County.ACR,
		GroupsClaim: c.County.Claim, Groups: groups, Now: time.Now,
	})
	return o, nil
}

// prune forgets sessions, links, tokens and glasses that are long over.
func (b *Broker) prune(ctx context.Context, store *account.Store) {
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(pruneEvery)
		defer t.Stop()
		for { // at once: a broker that is restarted every hour must forget as well
			if err := store.Prune(run); err != nil && run.Err() == nil {
				b.log.Warn("old sessions not deleted", slog.Any("error", err))
			}
			select {
			case <-t.C:
			case <-run.Done():
				return
			}
		}
	}()
	b.onClose(func() {
		cancel()
		<-done
	})
}

// FirstAdministrator makes a one-time link for the first administrator of the desk. It fails if there is one already, or if people
// sign in through the county alone.
func (b *Broker) FirstAdministrator(ctx context.Context) (string, error) {
	return b.people(b.desk.FirstAdministrator(ctx))
}

// NeedsAdministrator reports whether nobody can let anybody in yet.
func (b *Broker) NeedsAdministrator() bool { return !b.o.Dev && !b.desk.HasAdministrator() }

// AskRecovery asks for a new way in for somebody who has lost all passkeys.
func (b *Broker) AskRecovery(ctx context.Context, user string) error {
	_, err := b.people("", b.desk.AskRecovery(ctx, user))
	return err
}

// ApproveRecovery is the second person's word.
func (b *Broker) ApproveRecovery(ctx context.Context, user string) (string, error) {
	return b.people(b.desk.ApproveRecovery(ctx, user))
}

// people gives the desk's errors their place in the administration's answers.
func (b *Broker) people(link string, err error) (string, error) {
	switch {
	case errors.Is(err, desk.ErrHaveAdministrator):
		return "", admin.ErrHaveAdministrator
	case errors.Is(err, desk.ErrNoPasskeys):
		return "", admin.ErrNoPasskeys
	case errors.Is(err, desk.ErrNoRecovery), errors.Is(err, account.ErrUnknown):
		return "", admin.ErrNoRecovery
	}
	return link, err
}
