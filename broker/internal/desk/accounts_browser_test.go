package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/desklook"
)

// holderTab is somebody with a browser and a security key of their own.
type holderTab struct {
	*tab
	address string
	user    string
	key     webauthn.AuthenticatorID
}

// holder makes an account and lets its person make their first passkey at a browser of their own.
func (m *members) holder(t *testing.T, address, agency string, roles ...string) holderTab {
	t.Helper()
	u, err := m.store.AddUser(t.Context(), account.User{Agency: agency, Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	h := holderTab{newTab(t), address, u.ID, ""}
	h.key = h.authenticator()
	secret, err := m.store.NewLink(t.Context(), account.Link{Kind: "invite", User: u.ID, Ends: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	h.comeBy(address + "/welcome?link=" + secret)
	return h
}

// comeBy makes a passkey by a one-time link.
func (h holderTab) comeBy(link string) {
	h.t.Helper()
	h.do(chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	h.click("#passkey")
	h.until("the account", `location.pathname === '/account' && document.querySelector('.keysown li')`)
	h.live()
}

func (h holderTab) live() {
	h.t.Helper()
	h.until("live", `document.querySelector('#conn')?.classList.contains('live')`)
}

func (h holderTab) open(path string) {
	h.t.Helper()
	h.do(chromedp.Navigate(h.address+path), chromedp.WaitVisible(chromedp.CSS("main")))
	h.live()
}

// otherKey takes the security key away and plugs in a new one.
func (h *holderTab) otherKey() {
	h.t.Helper()
	if _, err := chromedp.Call(h.Context, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: h.key}); err != nil {
		h.t.Fatal(err)
	}
	h.key = h.authenticator()
}

func (h holderTab) signOut() {
	h.t.Helper()
	h.do(chromedp.Evaluate[chromedp.Void](`fetch('/sign-out', {method: 'POST'}).then(() => undefined)`, chromedp.EvalAwaitPromise))
}

// seen takes pictures of a page, wide and on a phone, and looks for faults in each.
func (b *tab) seen(name string) {
	b.t.Helper()
	if err := b.Arm(); err != nil {
		b.t.Fatal(err)
	}
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"", "light", 1440, 900}, {"-dark", "dark", 1440, 900}, {"-phone", "light", 390, 844}, {"-phone-dark", "dark", 390, 844}} {
		b.scheme(look.scheme)
		b.do(chromedp.EmulateViewport(look.width, look.height))
		b.shot(name + look.name)
		find := b.Faults
		if look.name == "-dark" || look.name == "-phone" { // the other two have every rule in both layouts
			find = b.FaultsOfLook
		}
		faults, err := find()
		if err != nil {
			b.t.Fatalf("%s: %v", name, err)
		}
		for _, f := range faults {
			b.t.Errorf("%s%s: %s", name, look.name, f)
		}
	}
	b.scheme("light")
	b.do(chromedp.EmulateViewport(1440, 900))
}

func TestBrowserMakesASecondPasskey(t *testing.T) {
	m, address := served(t)
	b := m.holder(t, address, "sheriff", "dispatcher")
	b.click("#passkey")
	b.until("that this key has one already", `/already has a passkey for you/.test(document.querySelector('#passkeysay').innerText)`)
	b.seen("account-same-key")

	first := b.key
	b.otherKey()
	b.do(chromedp.SendKeys(chromedp.CSS("#passkeyname"), "Key in the drawer"))
	b.click("#passkey")
	b.until("two passkeys", `document.querySelectorAll('form[action^="/account/passkeys/"]').length === 2 && /Key in the drawer/.test(document.querySelector('main').innerText) && !/Make a second one/.test(document.querySelector('main').innerText)`)
	b.live()
	b.seen("account-two-keys")
	b.signOut()
	b.do(chromedp.Navigate(address+"/account"), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	b.click("#passkey")
	b.until("signed in with the second", `location.pathname === '/account' && /Key in the drawer/.test(document.body?.innerText) && /last used/.test(document.body.innerText)`)
	b.live()
	b.click(`[aria-label="Remove Passkey 1"]`)
	b.until("one passkey, which can not be removed", `location.pathname === '/account' && /Make a second one/.test(document.querySelector('main')?.innerText) && !document.querySelector('form[action^="/account/passkeys/"]')`)
	u, _ := m.store.User(b.user)
	if len(u.Passkeys) != 1 || u.Passkeys[0].Name != "Key in the drawer" {
		t.Errorf("after removing the first: %d passkeys", len(u.Passkeys))
	}
	b.otherKey()
	b.click("#passkey")
	b.until("a third, with a number of its own", `/Passkey 2/.test(document.querySelector('main')?.innerText)`)
	if first == b.key {
		t.Error("the test never changed its key")
	}
	b.quietBut("401") // a sign-in page for whoever asks for another
}

func TestBrowserRecoveryTakesTwo(t *testing.T) {
	m, address := served(t)
	lost := m.holder(t, address, "dcfs", "dispatcher")
	asks := m.holder(t, address, "sheriff", "administrator")
	approves := m.holder(t, address, "sheriff", "administrator")
	page := "/users/" + lost.user

	asks.open(page)
	asks.click("#recover")
	asks.until("that it waits for another", `/^You asked/m.test(document.querySelector('main').innerText) && !document.querySelector('#approve') && document.querySelector('#withdraw')`)
	asks.live()
	asks.seen("recovery-asked")
	asks.click("#withdraw")
	asks.until("that nothing waits", `document.querySelector('#recover')`)
	asks.click("#recover")
	asks.until("that it waits again", `document.querySelector('#withdraw')`)

	approves.until("the banner, without a reload", `/has lost all passkeys/.test(document.querySelector('#banners').innerText)`)
	approves.seen("recovery-banner")
	approves.click("#banners .btn")
	approves.until("the account", `location.pathname === '`+page+`' && document.querySelector('#approve')`)
	approves.live()
	approves.seen("recovery-approve")
	approves.click("#approve")
	approves.until("the link that is shown once", `/welcome\?link=/.test(document.querySelector('#once')?.value) && location.pathname === '`+page+`'`)
	approves.live()
	approves.seen("recovery-link")
	link := approves.text(`document.querySelector('#once').value`)
	approves.do(chromedp.Reload())
	approves.until("that a reload makes no second link", `document.querySelector('#rolesh') && !document.querySelector('#once')`)

	again := holderTab{newTab(t), address, lost.user, ""} // a new machine
	again.key = again.authenticator()
	again.do(chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	again.seen("recovery-welcome")
	again.comeBy(link)
	lost.until("that the old browser is signed out", `/You are signed out/.test(document.querySelector('#banner').innerText)`)
	lost.do(chromedp.Navigate(address+"/account"), chromedp.WaitVisible(chromedp.CSS("#passkey")))
	lost.click("#passkey")
	lost.until("that the lost passkey opens nothing", `/not known here/.test(document.querySelector('#passkeysay').innerText)`)
	if u, _ := m.store.User(lost.user); len(u.Passkeys) != 1 || u.Recovery != nil {
		t.Errorf("%d passkeys, recovery %v", len(u.Passkeys), u.Recovery)
	}
	for _, a := range []string{"recovery_asked", "recovery_withdrawn", "recovery_approved", "recovery", "passkey_added"} {
		if !m.county.Audit.Has(chain.Audit{Action: a, Target: lost.user}) {
			t.Errorf("%s is not in the audit", a)
		}
	}
	asks.quiet()
	approves.quiet()
	again.quiet()
}

func TestBrowserSignsOutEverywhereElse(t *testing.T) {
	m, address := served(t)
	here := m.holder(t, address, "sheriff", "dispatcher")
	u, _ := m.store.User(here.user)
	other := &tab{desklook.Open(t, 90*time.Second), t}
	cookie := m.again(u)
	other.do(chromedp.Navigate(address + "/sign-in"))
	other.do(chromedp.Evaluate[chromedp.Void](`document.cookie = 'syz-desk=` + cookie.Value + `; path=/'; undefined`))
	other.do(chromedp.Navigate(address + "/desk"))
	other.until("live", `document.querySelector('#conn')?.classList.contains('live')`)

	here.open("/account")
	here.until("both browsers", `/This browser[^]*Another browser/.test(document.querySelector('main').innerText)`)
	here.seen("account-two-browsers")
	here.click("#elsewhere")
	here.until("this one alone", `/Nowhere else/.test(document.querySelector('main')?.innerText) && !document.querySelector('#elsewhere')`)
	other.until("signed out, in words", `/You are signed out/.test(document.querySelector('#banner').innerText)`)

	// An administrator ends what is left.
	admin := m.holder(t, address, "sheriff", "administrator")
	admin.open("/users/" + here.user)
	admin.click("#signoutuser")
	admin.until("that nobody is signed in", `document.querySelector('#rolesh') && !document.querySelector('#signoutuser')`)
	here.until("signed out, in words", `/You are signed out/.test(document.querySelector('#banner').innerText)`)
	admin.quiet()
}

func TestBrowserAChangeOfRoleTakesTheCaseAway(t *testing.T) {
	m, address := served(t)
	id := m.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	m.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.NeedAsked, Need: activation.Hurt})
	who, admin := m.holder(t, address, "sheriff", "dispatcher"), m.holder(t, address, "sheriff", "administrator")
	who.open("/desk/" + id)
	who.until("the case", `/Is hurt/.test(document.querySelector('#case')?.innerText)`)

	admin.open("/users/" + who.user)
	admin.click(`input[value="some"]`)
	admin.click("#roles")
	admin.until("that no zone is chosen, with what was", `/at least one zone/.test(document.querySelector('.wrong')?.innerText) && document.querySelector('input[value="some"]').checked`)
	admin.live()
	admin.seen("roles-refused")
	admin.click(`input[value="all"]`)
	admin.click(`input[value="dispatcher"]`)
	admin.click(`input[value="it"]`)
	admin.click("#roles")
	admin.until("what it was and what it will be", `/dispatcher[^]*IT/.test(document.querySelector('.table')?.innerText)`)
	admin.live()
	admin.seen("roles-confirm")
	if text := who.text(`document.querySelector('#case').innerText`); !strings.Contains(text, "Is hurt") {
		t.Error("the first step took the case away")
	}
	admin.click("#confirmroles")
	who.until("that the case is gone from the open page", `/does not let you/.test(document.body?.innerText) && !/Is hurt/.test(document.documentElement.outerHTML)`)
	admin.until("the new role", `/can sign in/i.test(document.body?.innerText) && document.querySelector('input[value="it"]')?.checked && !document.querySelector('input[value="dispatcher"]').checked`)
	admin.quietBut("422") // the refusal
}

func TestBrowserTokens(t *testing.T) {
	m, address := served(t)
	b := m.holder(t, address, "sheriff", "administrator")
	b.open("/tokens")
	b.seen("tokens-none")
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=name]"), "Dispatch computer"))
	b.click(`input[value="some"]`)
	b.click(`input[value="lbmain"]`)
	b.click("#maketoken")
	b.until("that a role is missing, with what was typed", `/at least one role/.test(document.querySelector('.wrong')?.innerText) && document.querySelector('input[name=name]').value === 'Dispatch computer' && document.querySelector('input[value="lbmain"]').checked`)
	b.live()
	b.seen("tokens-refused")
	b.click(`input[value="dispatcher"]`)
	b.click("#maketoken")
	b.until("the token", `document.querySelector('#once')?.value.startsWith('syz_') && !document.querySelector('#copyonce').hidden`)
	b.live()
	b.seen("tokens-made")
	secret := b.text(`document.querySelector('#once').value`)
	b.do(chromedp.Reload())
	b.until("that it is shown once, and that a reload makes no second", `document.querySelectorAll('.sure').length === 1 && !document.querySelector('#once')`)
	b.live()
	m.want("the API with the token", m.bearer("/api/v1/activations", secret), 200)
	b.click(".sure summary")
	b.seen("tokens-sure")
	m.want("the API with the token, as nobody was sure", m.bearer("/api/v1/activations", secret), 200)
	b.click(".sure .btn")
	b.until("revoked", `/Revoked/.test(document.querySelector('.table')?.innerText) && !document.querySelector('.sure')`)
	m.want("the API with the revoked token", m.bearer("/api/v1/activations", secret), 401)
	if !m.county.Audit.Has(chain.Audit{Action: "token_revoked"}) {
		t.Error("it is not in the audit")
	}
	b.quietBut("422")
}
