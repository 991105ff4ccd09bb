package broker_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// TestADeadChannelIsTroubleAtTheDesk: a relay that refuses, a mail server that is not there, a receiving centre that is lost. Those whose
// ladders count on them hear of it before and while a call comes, in words that say what to do, and it is over by itself.
func TestADeadChannelIsTroubleAtTheDesk(t *testing.T) {
	var well atomic.Bool
	sms := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !well.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(sms.Close)
	dir := t.TempDir()
	secret, key := filepath.Join(dir, "s"), filepath.Join(dir, "k")
	for file, text := range map[string]string{secret: "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw==", key: strings.Repeat("0a", 16)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{
			{Name: "sms", Kind: "webhook", URL: sms.URL, SecretFile: secret, Allow: []string{"127.0.0.0/8"}},
			{Name: "post", Kind: "mail", Server: "127.0.0.1:9", Security: "none", From: "desk@example.org"},
			{Name: "centre", Kind: "dc09", Receivers: []string{"127.0.0.1:9"}, Plain: true, SecretFile: key, Account: "1234", EveryS: 1, Follow: true},
			{Name: "spare", Kind: "ntfy", URL: sms.URL, Allow: []string{"127.0.0.0/8"}},
		}
	})
	one := policy.PersonDoc{ID: "p-1", Name: "Canary One", Agency: "sheriff", Contacts: []policy.Contact{{Channel: "sms", To: "+1555canary"}}}
	two := policy.PersonDoc{ID: "p-2", Name: "Canary Two", Agency: "sheriff", Contacts: []policy.Contact{{Channel: "post", To: "canary@example.org"}, {Channel: "sms", To: "+1555"}}}
	for _, p := range []policy.PersonDoc{one, two} {
		if err := b.Directory().PutPerson(t.Context(), p, "u-1"); err != nil {
			t.Fatal(err)
		}
	}
	p := policy.Policy{Zone: "compton", Rungs: []policy.Rung{
		{Targets: []policy.Target{{Kind: policy.Person, ID: "p-1"}, {Kind: policy.Person, ID: "p-2"}}}, {AfterS: 180, Targets: []policy.Target{{Kind: policy.Desk}}, Supervisor: true},
	}}
	if err := b.Directory().PutPolicy(t.Context(), p, "u-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	d := newDevice(t, b, "compton")
	d.connect()
	d.raise()
	says := func(s desk.Seat) string {
		var all []string
		for _, x := range b.Unreached(s) {
			all = append(all, x.Title+" "+x.Detail)
		}
		return strings.Join(all, "\n")
	}
	compton := desk.Seat{Agency: "sheriff", Roles: []desk.Role{desk.Dispatcher}, Zones: []string{"compton"}}
	lancaster := desk.Seat{Agency: "sheriff", Roles: []desk.Role{desk.Dispatcher}, Zones: []string{"lancaster"}}
	it := desk.Seat{Agency: "desk", Roles: []desk.Role{desk.IT}}
	eventually(t, "the dispatcher of the zone hears of it", func() bool {
		s := says(compton)
		return strings.Contains(s, "Channels do not work: “centre”, “post”, “sms”.") && strings.Contains(s, " 1 of the people on the ladders can be reached in no other way: phone them when a call comes.")
	})
	eventually(t, "the lost centre", func() bool {
		return strings.Contains(says(lancaster), "The channel “centre” does not work. Whoever watches there does not hear of calls: answer them here.")
	})
	eventually(t, "the dead mail server", func() bool { return strings.Contains(says(it), "“post”") })
	if s := says(lancaster); strings.Contains(s, "sms") {
		t.Errorf("a zone whose ladder does not count on it hears of it: %s", s)
	}
	if s := says(it); strings.Contains(s, "spare") || strings.Contains(s, "Canary") {
		t.Errorf("IT hears %s", s)
	}

	w := desklook.Open(t, 3*time.Minute)
	signIn(t, w, b, desk.IT)
	open(t, w, "http://"+b.Addrs.Desk+"/channels")
	lookAt(t, w, "channels")
	h := hand{t, w, b}
	h.until("main", "the other side answered 502")
	h.until("main", "2 people on ladders, 1 without another way")

	well.Store(true)
	h.typ("to", "+15550100") // the first form is that of the first channel in trouble with an address: post
	h.do("a check by sms", chromedp.Evaluate[chromedp.Void](`(() => { const f = document.querySelector('form[action="/channels/sms/check"]'); f.elements.to.value = '+15550100'; f.requestSubmit(f.querySelector('button')) })()`))
	eventually(t, "it is over by itself", func() bool { return !strings.Contains(says(compton), "“sms”") })
	h.until(`section[aria-label="sms"]`, "Works")
}
