package desk_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"

	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
	"safeyouthzone/broker/internal/desk/desktest"
)

// vapid is a public key of the right form.
const vapid = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

// pusher is a desk.Push that remembers.
type pusher struct {
	mu     sync.Mutex
	subs   map[string][]desk.Subscription
	checks []string
	fail   error
}

func (p *pusher) PublicKey() string { return vapid }

func (p *pusher) Endpoints(person string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, s := range p.subs[person] {
		out = append(out, s.Endpoint)
	}
	return out
}

func (p *pusher) Subscribe(_ context.Context, person string, s desk.Subscription) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return p.fail
	}
	for who := range p.subs {
		p.subs[who] = slices.DeleteFunc(p.subs[who], func(x desk.Subscription) bool { return x.Endpoint == s.Endpoint })
	}
	p.subs[person] = append(p.subs[person], s)
	return nil
}

func (p *pusher) Withdraw(_ context.Context, person, endpoint string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subs[person] = slices.DeleteFunc(p.subs[person], func(x desk.Subscription) bool { return x.Endpoint == endpoint })
	return p.fail
}

func (p *pusher) Check(_ context.Context, person string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks = append(p.checks, person)
	return p.fail
}

func (p *pusher) all() (people []string, subs []desk.Subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for who, s := range p.subs {
		if len(s) > 0 {
			people, subs = append(people, who), append(subs, s...)
		}
	}
	return people, subs
}

func TestSubscriptionsBelongToWhoeverIsSignedIn(t *testing.T) {
	p := &pusher{subs: map[string][]desk.Subscription{}}
	county := desktest.NewCounty(time.Now)
	opt := county.Options()
	opt.Push = p
	d, err := desk.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	post := func(cookie *http.Cookie, path, body string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if cookie != nil {
			r.AddCookie(cookie)
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w.Code
	}
	const sub = `{"endpoint":"https://push.example.org/x","expirationTime":null,"keys":{"p256dh":"BA","auth":"AA"}}`
	for _, path := range []string{"/push/subscribe", "/push/withdraw", "/push/check"} {
		if code := post(nil, path, sub); code != http.StatusUnauthorized {
			t.Errorf("a stranger at %s: %d", path, code)
		}
	}
	one, two := as(t, d, "sheriff", desk.Dispatcher), as(t, d, "dcfs", desk.Supervisor)
	for _, cookie := range []*http.Cookie{one, two} {
		if code := post(cookie, "/push/subscribe", sub); code != http.StatusNoContent {
			t.Fatalf("subscribing: %d", code)
		}
	}
	if people, subs := p.all(); len(people) != 1 || !strings.HasPrefix(people[0], "dcfs-") || subs[0].Keys.Auth != "AA" {
		t.Errorf("%v have %v", people, subs)
	}
	if code := post(two, "/push/check", "{}"); code != http.StatusNoContent || len(p.checks) != 1 || !strings.HasPrefix(p.checks[0], "dcfs-") {
		t.Errorf("a check: %d for %v", code, p.checks)
	}
	if code := post(two, "/push/subscribe", "no json"); code != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: %d", code)
	}
	for fail, want := range map[error]int{desk.ErrSubscription: http.StatusUnprocessableEntity, errors.New("disk"): http.StatusServiceUnavailable} {
		p.fail = fail
		if code := post(two, "/push/subscribe", sub); code != want {
			t.Errorf("%v: %d", fail, code)
		}
	}
	if code := post(two, "/push/check", "{}"); code != http.StatusBadGateway {
		t.Errorf("a check that fails: %d", code)
	}
	bare := quietDesk(t, nil)
	if w := call(t, bare, http.MethodGet, "/push/key", as(t, bare, "sheriff", desk.Dispatcher), ""); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a channel: %d", w.Code)
	}
}

// subscribed stands in for the browser's own push service, which needs the network: everything else of the way is real.
const subscribed = `{
	let sub = null
	const key = Uint8Array.from(atob('` + "BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4=" + `'), c => c.charCodeAt(0)).buffer
	const make = o => {
		if (!o.userVisibleOnly || o.applicationServerKey.length !== 65) throw new TypeError('options')
		const s = { endpoint: 'https://push.example.org/abc', options: { applicationServerKey: key } }
		s.toJSON = () => ({ endpoint: s.endpoint, expirationTime: null, keys: { p256dh: 'BA', auth: 'AA' } })
		s.unsubscribe = async () => { sub = null; return true }
		return s
	}
	PushManager.prototype.subscribe = async o => (sub = make(o))
	PushManager.prototype.getSubscription = async () => sub
}`

func TestBrowserIsNotified(t *testing.T) {
	p := &pusher{subs: map[string][]desk.Subscription{}}
	r, b := newRig(t, func(o *desk.Options) { o.Push = p }), &tab{desklook.OpenAlone(t, 90*time.Second), t} // a private window is never notified
	allow := func(setting browser.PermissionSetting) {
		t.Helper()
		_, err := chromedp.Call(b.Context, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting, Origin: r.url})
		if err != nil {
			t.Fatal(err)
		}
	}
	b.signIn(r, "sheriff")
	allow(browser.PermissionSettingDenied)
	b.do(chromedp.Navigate(r.url + "/notifications"))
	b.until("that it is blocked", `document.querySelector('#push').dataset.state === 'denied' && document.querySelector('#pushon').hidden`)
	b.shot("notifications-denied")

	allow(browser.PermissionSettingGranted)
	registrations := make(chan serviceworker.RegistrationID, 16)
	updates := chromedp.Events(b.Context, serviceworker.WorkerRegistrationUpdated)
	go func() {
		for u, err := range updates {
			if err != nil {
				return
			}
			for _, x := range u.Registrations {
				if !x.IsDeleted {
					registrations <- x.RegistrationID
				}
			}
		}
	}()
	if _, err := chromedp.Call(b.Context, serviceworker.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(b.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: subscribed}); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Navigate(r.url + "/notifications"))
	b.until("that it is off", `document.querySelector('#push').dataset.state === 'off'`)
	b.shot("notifications-off")
	b.click("#pushon")
	b.until("that it is on", `document.querySelector('#push').dataset.state === 'on'`)
	b.shot("notifications-on")
	if people, subs := p.all(); len(people) != 1 || !strings.HasPrefix(people[0], "sheriff-") || subs[0].Endpoint != "https://push.example.org/abc" {
		t.Errorf("the broker has %v of %v", subs, people)
	}
	b.click("#pushcheck")
	b.until("that a check is on its way", `document.querySelector('#push').dataset.state === 'checked'`)
	if len(p.checks) != 1 {
		t.Errorf("checks %v", p.checks)
	}

	id := <-registrations
	push := func(data string) {
		t.Helper()
		_, err := chromedp.Call(b.Context, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: r.url, RegistrationID: id, Data: data})
		if err != nil {
			t.Fatal(err)
		}
	}
	shown := func(what, data, js string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(b.Context, 30*time.Second)
		defer cancel()
		for { // the list comes by a promise; a worker that is only just installed may miss a push, as a telephone that is off does
			push(data)
			all, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => {
				await new Promise(go => setTimeout(go, 300))
				const all = (await (await navigator.serviceWorker.ready).getNotifications()).map(n => ({ title: n.title, body: n.body, stays: n.requireInteraction, link: n.data?.link }))
				return `+js+` ? '' : 'shown: ' + JSON.stringify(all)
			})()`, chromedp.EvalAwaitPromise))
			if err == nil && all == "" {
				return
			}
			if ctx.Err() != nil {
				t.Fatalf("never seen: %s: %s %v", what, all, err)
			}
		}
	}
	shown("the notification", `{"title":"Safe Youth Zone activation 7F-21","body":"Compton Library. Please answer now.","tag":"t1","link":"`+r.url+`/a/x","urgent":true}`,
		`all.length === 1 && all[0].title === 'Safe Youth Zone activation 7F-21' && all[0].body === 'Compton Library. Please answer now.' && all[0].stays && all[0].link.endsWith('/a/x')`)
	shown("the next one in its place", `{"title":"Safe Youth Zone activation 7F-21, pressed again","body":"Compton Library. Please answer now.","tag":"t1"}`,
		`all.length === 1 && all[0].title.endsWith('pressed again')`)
	shown("that something is shown whatever comes", `not what we send`,
		`all.some(n => n.title === 'Safe Youth Zone' && n.body === 'Open the desk.')`)

	b.click("#pushoff")
	b.until("that it is off again", `document.querySelector('#push').dataset.state === 'off'`)
	if people, _ := p.all(); len(people) != 0 {
		t.Errorf("still subscribed: %v", people)
	}
	b.do(chromedp.EmulateViewport(390, 844))
	b.scheme("dark")
	b.shot("notifications-phone")
	b.quiet()
}
