package desk_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/idp"
	"safeyouthzone/broker/internal/desk/idp/idptest"
)

// served is a desk with accounts behind a real address whose host has a name, as passkeys need it.
func served(t *testing.T, change ...func(*desk.Options)) (m *members, address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	address = "http://localhost:" + port
	m = newMembers(t, append([]func(*desk.Options){func(o *desk.Options) { o.PublicURL = address }}, change...)...)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: m.desk, ReadHeaderTimeout: 5 * time.Second}}
	s.Start()
	t.Cleanup(func() {
		m.desk.Close()
		s.Close()
	})
	return m, address
}

// authenticator plugs a security key into a tab whose holder proves who they are.
func (b *tab) authenticator() webauthn.AuthenticatorID {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	out, err := chromedp.Call(b.Context, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	if err != nil {
		b.t.Fatal(err)
	}
	return out.AuthenticatorID
}

func (b *tab) verified(id webauthn.AuthenticatorID, is bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.Context, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: id, IsUserVerified: is}); err != nil {
		b.t.Fatal(err)
	}
}

// both takes a picture in light and in dark.
func (b *tab) both(name string) {
	b.scheme("dark")
	b.shot(name + "-dark")
	b.scheme("light")
	b.shot(name)
}

// quietBut is quiet, but for messages that say something.
func (b *tab) quietBut(words string) {
	b.t.Helper()
	for _, m := range b.Said() {
		if !strings.Contains(m, words) {
			b.t.Errorf("console: %s", m)
		}
	}
}

func TestBrowserWithAPasskey(t *testing.T) {
	m, address := served(t)
	b := newTab(t)
	key := b.authenticator()
	link, err := m.desk.FirstAdministrator(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	b.both("welcome")
	b.click("#passkey")
	b.until("the account with one passkey", `location.pathname === '/account' && document.querySelector('.keysown li') && /Make a second one/.test(document.body?.innerText)`)
	b.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
	b.both("account")
	u := m.store.Users()[0]
	if len(u.Passkeys) != 1 || !u.Passkeys[0].Credential.Flags.UserVerified {
		t.Fatalf("the account has %d passkeys", len(u.Passkeys))
	}

	b.do(chromedp.Navigate(address+"/users"), chromedp.WaitVisible(chromedp.CSS("#invite")))
	b.both("users")
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=name]"), "Watch commander"))
	b.click("#invite")
	b.until("the link that is shown once", `/welcome\?link=/.test(document.querySelector('#once')?.value)`)
	b.both("user")
	invited := b.text(`document.querySelector('#once').value`)

	// The invited person comes, with the same security key.
	b.do(chromedp.Evaluate[chromedp.Void](`fetch('/sign-out', {method: 'POST'}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.do(chromedp.Navigate(invited), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	b.click("#passkey")
	b.until("the second account", `location.pathname === '/account' && /Sheriff/.test(document.body?.innerText) && document.querySelector('.keysown li')`)
	b.do(chromedp.Navigate(invited))
	b.until("that the link was used", `/no longer works/.test(document.body?.innerText)`)
	if n := len(m.store.Users()[1].Passkeys) + len(m.store.Users()[0].Passkeys); n != 2 {
		t.Errorf("there are %d passkeys", n)
	}

	b.do(chromedp.Evaluate[chromedp.Void](`fetch('/sign-out', {method: 'POST'}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.do(chromedp.Navigate(address+"/account"), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	b.both("signin")
	b.do(chromedp.EmulateViewport(390, 844))
	b.shot("signin-phone")
	b.do(chromedp.EmulateViewport(1440, 900))
	b.verified(key, false) // somebody found the key and does not know its PIN
	b.click("#passkey")
	b.until("the refusal", `/No passkey was used/.test(document.querySelector('#passkeysay').innerText)`)
	b.verified(key, true)
	b.click("#passkey")
	b.until("signed in, where one wanted to go", `location.pathname === '/account' && document.querySelector('.keysown li')`)
	if !m.county.Audit.Has(chain.Audit{Action: "signed_in", Reason: "passkey"}) {
		t.Error("the sign-in is not in the audit")
	}
}

func TestBrowserLockedStillRings(t *testing.T) {
	m, address := served(t)
	b := newTab(t)
	b.authenticator()
	u, _ := m.in("sheriff", "dispatcher", "supervisor")
	link := m.welcome(u.ID)
	b.do(chromedp.Navigate(address+link), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	b.click("#passkey")
	b.until("signed in", `location.pathname === '/account'`)
	first := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	m.county.Book.Device(first, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Hurt})
	b.do(chromedp.Navigate(address + "/desk/" + first))
	b.until("live, with the case", `document.querySelector('#conn')?.classList.contains('live') && document.querySelector('#case') && /Is hurt/.test(document.body?.innerText)`)
	b.do(chromedp.KeyEvent("a"))
	b.until("silence", `document.querySelector('#code4') && !document.body.classList.contains('ringing')`)
	b.until("sound on", `document.querySelector('#sound').getAttribute('aria-pressed') === 'true'`)

	b.do(chromedp.Evaluate[chromedp.Void](`window.stays = true; fetch('/lock', {method: 'POST', headers: {Accept: 'application/json'}}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.until("the lock", `document.body.dataset.locked !== undefined && /This desk is locked/.test(document.body?.innerText) && !document.querySelector('#case') && window.stays`)
	if text := b.text(`document.documentElement.outerHTML`); strings.Contains(text, "Is hurt") || strings.Contains(text, "4821") || strings.Contains(text, activation.ShortCode(first)) {
		t.Error("the locked page still holds what it must hide")
	}
	m.county.Book.Raise("fs41", "fs41-01", activation.Actual, 0)
	b.until("that the locked desk rings, with sound, for the zone", `document.body.classList.contains('ringing') && document.querySelector('#sound').getAttribute('aria-pressed') === 'true' && /Fire Station 41/.test(document.querySelector('#open').innerText) && document.title.startsWith('(1)') && window.stays`)
	b.both("locked")
	b.do(chromedp.EmulateViewport(390, 844))
	b.shot("locked-phone")
	b.do(chromedp.EmulateViewport(1440, 900))
	b.click("#passkey")
	b.until("unlocked, at the case", `document.body.dataset.locked === undefined && location.pathname.endsWith('`+first+`') && /Is hurt/.test(document.body?.innerText) && document.querySelector('#conn').classList.contains('live')`)
	b.do(chromedp.Navigate(address+"/glass/told"), chromedp.WaitVisible(chromedp.CSS("#sheet")))
	b.quietBut("Failed to load resource") // a locked page, and what a page asks before it knows, are refused by status
}

func TestBrowserThroughTheCounty(t *testing.T) {
	op := idptest.New(t)
	op.Ask = true
	_, address := served(t, func(o *desk.Options) {
		o.County = idp.New(idp.Options{
			Issuer: op.URL, ClientID: op.ClientID, ClientSecret: op.Secret, RedirectURL: o.PublicURL + "/sign-in/county/back", AMR: []string{"mfa"},
			GroupsClaim: "groups", Now: time.Now, Groups: []idp.Group{{Value: "syz-sheriff", Agency: "sheriff", Roles: []string{"dispatcher"}, Zones: []string{"compton"}}},
		})
	})
	b := newTab(t)
	b.do(chromedp.Navigate(address+"/desk"), chromedp.WaitVisible(chromedp.CSS("#county")))
	b.both("signin-county")
	op.Claims["amr"] = []string{"pwd"}
	b.click("#county")
	b.click("#continue")
	b.until("that one factor is not enough", `/second factor/.test(document.body?.innerText)`)
	op.Claims["amr"] = []string{"pwd", "mfa"}
	b.do(chromedp.Navigate(address+"/desk"), chromedp.WaitVisible(chromedp.CSS("#county")))
	b.click("#county")
	b.click("#continue")
	b.until("live", `location.pathname === '/desk' && document.querySelector('#conn')?.classList.contains('live')`)

	b.do(chromedp.Navigate(address+"/glass"), chromedp.WaitVisible(chromedp.CSS("#break")))
	b.both("glass")
	b.do(chromedp.SetValue(chromedp.CSS("textarea"), "the zone beside ours calls"), chromedp.Click(chromedp.CSS("input[value=nobody_answers]")))
	b.click("#break")
	b.until("the red banner", `/You have broken the glass/.test(document.querySelector('#banners')?.innerText)`)
	b.both("glass-broken")
	b.do(chromedp.EmulateViewport(390, 844))
	b.shot("glass-broken-phone")
	b.do(chromedp.EmulateViewport(1440, 900))

	b.do(chromedp.Evaluate[chromedp.Void](`fetch('/lock', {method: 'POST', headers: {Accept: 'application/json'}}).then(() => undefined)`, chromedp.EvalAwaitPromise))
	b.until("the lock", `/This desk is locked/.test(document.body?.innerText)`)
	b.click("#county")
	b.click("#continue")
	b.until("unlocked", `location.pathname === '/desk' && document.querySelector('#conn')?.classList.contains('live') && document.body.dataset.locked === undefined`)
	b.quietBut("Failed to load resource") // a locked page, and what a page asks before it knows, are refused by status
}
