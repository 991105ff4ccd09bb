package idp_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"safeyouthzone/broker/internal/desk/idp"
	"safeyouthzone/broker/internal/desk/idp/idptest"
)

const back = "http://127.0.0.1:1/back"

func provider(op *idptest.Provider) *idp.Provider {
	return idp.New(idp.Options{
		Issuer: op.URL, ClientID: op.ClientID, ClientSecret: op.Secret, RedirectURL: back, AMR: []string{"mfa", "hwk"}, ACR: []string{"aal2"},
		GroupsClaim: "groups", Now: time.Now, Groups: []idp.Group{
			{Value: "syz-sheriff", Agency: "sheriff", Roles: []string{"dispatcher"}},
			{Value: "syz-sheriff-lead", Agency: "sheriff", Roles: []string{"supervisor", "dispatcher"}},
			{Value: "syz-compton", Agency: "sheriff", Roles: []string{"responder"}, Zones: []string{"compton"}},
			{Value: "syz-dcfs", Agency: "dcfs", Roles: []string{"mdt"}},
		},
	})
}

// follow goes to the provider as a browser would, and returns what it sends back.
func follow(t *testing.T, address string) url.Values {
	t.Helper()
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("the provider answered %s: %v", res.Status, err)
	}
	return to.Query()
}

func signIn(t *testing.T, p *idp.Provider, fresh bool) (idp.Person, error) {
	t.Helper()
	address, way, err := p.Begin(t.Context(), fresh)
	if err != nil {
		return idp.Person{}, err
	}
	q := follow(t, address)
	return p.Finish(t.Context(), way, q.Get("state"), q.Get("code"))
}

func TestAPersonSignsIn(t *testing.T) {
	op := idptest.New(t)
	for name, c := range map[string]struct {
		groups any
		want   idp.Person
	}{
		"one group as a text": {"syz-dcfs", idp.Person{Agency: "dcfs", Roles: []string{"mdt"}}},
		"groups add up":       {[]string{"syz-sheriff-lead", "all-staff", "syz-sheriff"}, idp.Person{Agency: "sheriff", Roles: []string{"dispatcher", "supervisor"}}},
		"zones":               {[]string{"syz-compton"}, idp.Person{Agency: "sheriff", Roles: []string{"responder"}, Zones: []string{"compton"}}},
		"everywhere is more":  {[]string{"syz-compton", "syz-sheriff"}, idp.Person{Agency: "sheriff", Roles: []string{"dispatcher", "responder"}}},
	} {
		op.Claims["groups"] = c.groups
		got, err := signIn(t, provider(op), false)
		if err != nil || got.Subject != "u-1" || got.Issuer != op.URL || got.Agency != c.want.Agency || !slices.Equal(got.Roles, c.want.Roles) || !slices.Equal(got.Zones, c.want.Zones) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	op.Claims["amr"], op.Claims["acr"] = nil, "aal2"
	if _, err := signIn(t, provider(op), true); err != nil {
		t.Errorf("a person with an accepted acr: %v", err)
	}
}

func TestLiesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		lie   func(*idptest.Provider)
		fresh bool
		want  error
	}{
		"wrong nonce":       {func(p *idptest.Provider) { p.Nonce = "other" }, false, idp.ErrForged},
		"wrong audience":    {func(p *idptest.Provider) { p.Audience = "payroll" }, false, idp.ErrForged},
		"wrong issuer":      {func(p *idptest.Provider) { p.Issuer = "https://elsewhere.example" }, false, idp.ErrForged},
		"expired":           {func(p *idptest.Provider) { p.Expired = true }, false, idp.ErrForged},
		"stranger's key":    {func(p *idptest.Provider) { p.Stranger = true }, false, idp.ErrForged},
		"one factor":        {func(p *idptest.Provider) { p.Claims["amr"] = []string{"pwd"} }, false, idp.ErrFactors},
		"no word of it":     {func(p *idptest.Provider) { delete(p.Claims, "amr") }, false, idp.ErrFactors},
		"weak acr":          {func(p *idptest.Provider) { p.Claims["amr"], p.Claims["acr"] = nil, "aal1" }, false, idp.ErrFactors},
		"stale":             {func(p *idptest.Provider) { p.Age = time.Hour }, true, idp.ErrStale},
		"no group":          {func(p *idptest.Provider) { p.Claims["groups"] = []string{"all-staff"} }, false, idp.ErrNobody},
		"groups of another": {func(p *idptest.Provider) { p.Claims["groups"] = 7 }, false, idp.ErrNobody},
		"two agencies":      {func(p *idptest.Provider) { p.Claims["groups"] = []string{"syz-sheriff", "syz-dcfs"} }, false, idp.ErrNobody},
		"down":              {func(p *idptest.Provider) { p.Down = true }, false, idp.ErrDown},
		"wrong secret":      {func(p *idptest.Provider) { p.Secret = "changed" }, false, idp.ErrForged},
	} {
		op := idptest.New(t)
		p := provider(op)
		c.lie(op)
		if got, err := signIn(t, p, c.fresh); !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAnswersBelongToOneBrowserAndAreGoodOnce(t *testing.T) {
	op := idptest.New(t)
	p := provider(op)
	address, way, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, other, _ := p.Begin(t.Context(), false)
	q := follow(t, address)
	if _, err := p.Finish(t.Context(), other, q.Get("state"), q.Get("code")); !errors.Is(err, idp.ErrForged) {
		t.Errorf("another browser finished: %v", err)
	}
	stolen := other
	stolen.State = way.State
	if _, err := p.Finish(t.Context(), stolen, q.Get("state"), q.Get("code")); !errors.Is(err, idp.ErrForged) {
		t.Errorf("a code without its verifier was taken: %v", err)
	}
	q = follow(t, address)
	if _, err := p.Finish(t.Context(), way, q.Get("state"), q.Get("code")); err != nil {
		t.Errorf("the right one was refused: %v", err)
	}
	if _, err := p.Finish(t.Context(), way, q.Get("state"), q.Get("code")); !errors.Is(err, idp.ErrForged) {
		t.Errorf("a code was taken twice: %v", err)
	}
	if _, err := p.Finish(t.Context(), way, "", ""); !errors.Is(err, idp.ErrForged) {
		t.Errorf("nothing at all was taken: %v", err)
	}
}

func TestAProviderThatComesBackIsUsed(t *testing.T) {
	op := idptest.New(t)
	p := provider(op)
	op.Down = true
	if _, err := signIn(t, p, false); !errors.Is(err, idp.ErrDown) {
		t.Fatal(err)
	}
	op.Down = false
	if _, err := signIn(t, p, false); err != nil {
		t.Errorf("after it came back: %v", err)
	}
}
