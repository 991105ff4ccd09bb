// Package idp signs people in with the county's own OpenID Connect provider: authorization code with PKCE, and an ID token that must
// say that more than one factor was used. It is used by the desk alone.
//
// The provider is asked for the first time when somebody signs in, so that a broker starts, and calls for help arrive, while the
// provider is down. What a person may do follows from the groups that the provider names and from the county's configuration; a person
// in no known group is nobody here.
package idp

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Errors of a sign-in; each is told to the person in its own words.
var (
	// ErrDown means that the provider can not be reached or answers nonsense.
	ErrDown = errors.New("the provider does not answer")
	// ErrForged means that the answer does not belong to what this browser began, or is not the provider's.
	ErrForged = errors.New("the answer is not to be trusted")
	// ErrFactors means that the person did not use more than one factor.
	ErrFactors = errors.New("only one factor was used")
	// ErrStale means that the person did not sign in anew although they were asked to.
	ErrStale = errors.New("the sign-in is not fresh")
	// ErrNobody means that the provider knows the person, and the county's configuration does not.
	ErrNobody = errors.New("in no group of the desk")
)

const (
	answerWithin = 10 * time.Second
	freshFor     = 5 * time.Minute
	skew         = time.Minute
)

// Group says what the members of a group of the provider are at the desk.
type Group struct {
	Value  string
	Agency string
	Roles  []string
	Zones  []string // empty for all
}

// Options are what a [Provider] needs.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string
	Scopes       []string // beside openid
	AMR          []string // one of these in the claim amr, ...
	ACR          []string // ... or one of these as the claim acr, says that more than one factor was used
	GroupsClaim  string
	Groups       []Group
	Now          func() time.Time
	Client       *http.Client // nil for one with time limits
}

// Provider is the county's.
type Provider struct {
	o Options

	mu    sync.Mutex
	found *oidc.Provider
}

// New returns a provider, without asking it anything.
func New(o Options) *Provider {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: answerWithin}
	}
	return &Provider{o: o}
}

// Way is what the browser must bring back from the provider. It is secret, and good once.
type Way struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Fresh    bool   `json:"fresh"`
}

// Person is who came back.
type Person struct {
	Issuer, Subject string
	Agency          string
	Roles, Zones    []string
}

func (p *Provider) provider(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The provider keeps this context for fetching keys later on.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.o.Client), p.o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDown, err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) config(at *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: at.Endpoint(), RedirectURL: p.o.RedirectURL,
		Scopes: append([]string{oidc.ScopeOpenID}, p.o.Scopes...),
	}
}

// Begin returns the address to which the browser must go. With fresh, the person must prove anew who they are, even if the provider
// still remembers them.
func (p *Provider) Begin(ctx context.Context, fresh bool) (string, Way, error) {
	at, err := p.provider(ctx)
	if err != nil {
		return "", Way{}, err
	}
	w := Way{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), Fresh: fresh}
	opts := []oauth2.AuthCodeOption{oidc.Nonce(w.Nonce), oauth2.S256ChallengeOption(w.Verifier)}
	if fresh {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return p.config(at).AuthCodeURL(w.State, opts...), w, nil
}

// Finish turns what the browser brought back into a person.
func (p *Provider) Finish(ctx context.Context, w Way, state, code string) (Person, error) {
	if subtle.ConstantTimeCompare([]byte(w.State), []byte(state)) != 1 || state == "" || code == "" {
		return Person{}, fmt.Errorf("%w: state", ErrForged)
	}
	at, err := p.provider(ctx)
	if err != nil {
		return Person{}, err
	}
	tokens, err := p.config(at).Exchange(oidc.ClientContext(ctx, p.o.Client), code, oauth2.VerifierOption(w.Verifier))
	if err != nil {
		if re := (*oauth2.RetrieveError)(nil); errors.As(err, &re) && re.Response.StatusCode < http.StatusInternalServerError {
			return Person{}, fmt.Errorf("%w: code: %w", ErrForged, err)
		}
		return Person{}, fmt.Errorf("%w: %w", ErrDown, err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := at.VerifierContext(oidc.ClientContext(ctx, p.o.Client), &oidc.Config{ClientID: p.o.ClientID, Now: p.o.Now}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrForged, err)
	}
	return p.person(id, w)
}

func (p *Provider) person(id *oidc.IDToken, w Way) (Person, error) {
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(w.Nonce)) != 1 {
		return Person{}, fmt.Errorf("%w: nonce", ErrForged)
	}
	var c struct {
		ACR      string   `json:"acr"`
		AMR      []string `json:"amr"`
		AuthTime int64    `json:"auth_time"`
		AZP      string   `json:"azp"`
	}
	var all map[string]any
	if err := errors.Join(id.Claims(&c), id.Claims(&all)); err != nil {
		return Person{}, fmt.Errorf("%w: claims: %w", ErrForged, err)
	}
	switch now := p.o.Now(); {
	case len(id.Audience) > 1 && c.AZP != p.o.ClientID:
		return Person{}, fmt.Errorf("%w: issued to another program", ErrForged)
	case !slices.Contains(p.o.ACR, c.ACR) && !slices.ContainsFunc(c.AMR, func(m string) bool { return slices.Contains(p.o.AMR, m) }):
		return Person{}, ErrFactors
	case w.Fresh && now.Sub(time.Unix(c.AuthTime, 0)) > freshFor+skew:
		return Person{}, ErrStale
	}
	out := Person{Issuer: id.Issuer, Subject: id.Subject}
	return p.grouped(out, values(all[p.o.GroupsClaim]))
}

// values reads a claim that is one text or a list of texts.
func values(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, x := range v {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// grouped adds up what the groups say. Groups of two agencies are a mistake of the provider: nobody answers for two.
func (p *Provider) grouped(out Person, groups []string) (Person, error) {
	everywhere := false
	for _, g := range p.o.Groups {
		if !slices.Contains(groups, g.Value) {
			continue
		}
		if out.Agency != "" && out.Agency != g.Agency {
			return Person{}, fmt.Errorf("%w: groups of two agencies", ErrNobody)
		}
		out.Agency = g.Agency
		out.Roles = append(out.Roles, g.Roles...)
		out.Zones = append(out.Zones, g.Zones...)
		everywhere = everywhere || len(g.Zones) == 0
	}
	if out.Agency == "" || len(out.Roles) == 0 {
		return Person{}, ErrNobody
	}
	slices.Sort(out.Roles)
	slices.Sort(out.Zones)
	out.Roles, out.Zones = slices.Compact(out.Roles), slices.Compact(out.Zones)
	if everywhere {
		out.Zones = nil
	}
	return out, nil
}
