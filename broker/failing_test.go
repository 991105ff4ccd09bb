package broker_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// sick is a server in one of the ways in which servers are sick, until it is made well.
type sick struct {
	mu   sync.Mutex
	how  string // "dead": it hangs up; "hangs": it never answers; "gone": 410; "": well
	got  []string
	free chan struct{}
}

func (s *sick) set(how string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how = how
}

func (s *sick) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

func (s *sick) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	how := s.how
	s.mu.Unlock()
	switch {
	case how == "gone":
		w.WriteHeader(http.StatusGone)
		return
	case how == "dead":
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	case how == "hangs" && r.Method == http.MethodPost:
		select {
		case <-s.free:
		case <-r.Context().Done():
		}
		return
	case r.Method == http.MethodPost:
		s.mu.Lock()
		s.got = append(s.got, string(body))
		s.mu.Unlock()
	}
	_, _ = w.Write([]byte(`{"id":"abc"}`))
}

func newSick(t *testing.T, how string) *sick {
	t.Helper()
	s := &sick{how: how, free: make(chan struct{})}
	t.Cleanup(func() { close(s.free) })
	return s
}

func plainServer(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// TestWaysThatFailAreFollowedByTheNextAndNothingIsLost: the browser has withdrawn, the ntfy server hangs up, one of the
// county's systems hangs up and one never answers. The person is told by their third way while nobody waits for a clock; the dead subscription is dropped for good; what fails is trouble
// at the desk, in the case's timeline and at the person; and when servers are well again they get what they have missed.
func TestWaysThatFailAreFollowedByTheNextAndNothingIsLost(t *testing.T) {
	push, bells, eoc, hook := newSick(t, "gone"), newSick(t, "dead"), newSick(t, "dead"), newSick(t, "")
	slow, quit := newSick(t, "hangs"), newSick(t, "gone")
	own := newAuthority(t, "own")
	service := own.server("127.0.0.1", push.ServeHTTP)
	secret := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(secret, []byte("whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw=="), 0o600); err != nil {
		t.Fatal(err)
	}
	inside := []string{"127.0.0.0/8"}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{
			{Name: "browser", Kind: "webpush", Contact: "it@example.org", CA: own.file, Allow: inside},
			{Name: "bell", Kind: "ntfy", URL: plainServer(t, bells), Allow: inside},
			{Name: "hook", Kind: "webhook", URL: plainServer(t, hook), SecretFile: secret, Allow: inside},
			{Name: "quit", Kind: "webhook", URL: plainServer(t, quit), SecretFile: secret, Allow: inside},
			{Name: "eoc", Kind: "cap", URL: plainServer(t, eoc), From: "desk@county.test", Addresses: []string{"eoc"}, Allow: inside, Follow: true},
			{Name: "slow", Kind: "cap", URL: plainServer(t, slow), From: "desk@county.test", Addresses: []string{"eoc"}, Allow: inside, Follow: true},
		}
	})
	if err := b.Push().Subscribe(t.Context(), "u-ana", subscription(t, service.URL+"/push/1")); err != nil {
		t.Fatal(err)
	}
	late := func(channel, to string) policy.Contact {
		return policy.Contact{Channel: channel, To: to, AfterS: 300} // by the clock they come when nobody can wait any more
	}
	ana := policy.PersonDoc{ID: "p-ana", Name: "Ana Ruiz", Agency: "sheriff", Account: "u-ana", Contacts: []policy.Contact{{Channel: "browser"}, late("bell", "ana-1"), late("hook", "+1")}}
	cyd := policy.PersonDoc{ID: "p-cyd", Name: "Cyd Moor", Agency: "sheriff", Contacts: []policy.Contact{{Channel: "quit", To: "+2"}}}
	bo := policy.PersonDoc{ID: "p-bo", Name: "Bo Lind", Agency: "sheriff", Account: "u-bo", Contacts: []policy.Contact{{Channel: "browser"}}}
	for _, p := range []policy.PersonDoc{ana, bo, cyd} {
		if err := b.Directory().PutPerson(t.Context(), p, "u-1"); err != nil {
			t.Fatal(err)
		}
	}
	p := policy.Policy{Rungs: []policy.Rung{
		{Targets: []policy.Target{{Kind: policy.Person, ID: "p-ana"}, {Kind: policy.Person, ID: "p-bo"}, {Kind: policy.Person, ID: "p-cyd"}}},
		{AfterS: 290, Supervisor: true, Targets: []policy.Target{{Kind: policy.Desk}}},
	}}
	if err := b.Directory().PutPolicy(t.Context(), p, "u-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	supervisor := roleBrowser(t, b, desk.Supervisor)
	page := func(path string) string {
		_, text := askAs(t, supervisor, b, http.MethodGet, path, "text/html")
		return text
	}
	if s := page("/policies"); !strings.Contains(s, "Bo Lind can not be reached by any of their ways") || strings.Contains(s, "Ana Ruiz can not") || strings.Contains(s, "Cyd Moor can not") {
		t.Error("a ladder that counts on somebody without a browser does not say so before a call")
	}

	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	code := activation.ShortCode(id)
	eventually(t, "the third way", func() bool { return len(hook.all()) > 0 })
	if s := hook.all()[0]; !strings.Contains(s, code) {
		t.Errorf("told %s", s)
	}
	state := func(channel, person string) activation.Told {
		for _, n := range b.Told(id) {
			if n.Channel == channel && n.Target == person {
				return n
			}
		}
		return activation.Told{}
	}
	eventually(t, "what became of every notice", func() bool {
		gone, none, away, sent := state("browser", "p-ana"), state("browser", "p-bo"), state("bell", "p-ana"), state("hook", "p-ana")
		return gone.Reason == activation.AddressGone && gone.RetryS == 0 && none.Reason == activation.AddressGone && away.Reason == activation.Unreachable &&
			away.RetryS > 0 && sent.State == activation.NoticeSent
	})
	if left := b.Push().Endpoints("u-ana"); len(left) != 0 {
		t.Errorf("a subscription that is gone is kept: %v", left)
	}
	if s := page("/rosters"); strings.Count(s, "Can not be reached") != 2 || !strings.Contains(s, "quit: the address is no longer in use") || strings.Contains(s, "+2") {
		t.Error("the people's page does not say whose telephone number is dead")
	}
	if s := page("/policies"); !strings.Contains(s, "Cyd Moor can not be reached by any of their ways") || strings.Contains(s, "Ana Ruiz can not") {
		t.Error("a ladder that counts on a dead number does not say so")
	}
	eventually(t, "the dead servers are trouble at the desk", func() bool {
		s := ""
		for _, x := range b.Unreached(desk.Seat{Agency: "sheriff", Roles: []desk.Role{desk.Dispatcher}}) {
			s += x.Title + x.Detail
		}
		return strings.Contains(s, "“bell”") && strings.Contains(s, "“eoc”") && !strings.Contains(s, "“browser”") && !strings.Contains(s, "“hook”") &&
			strings.Contains(s, "does not hear of calls: answer them here")
	})
	w := desklook.Open(t, 2*time.Minute)
	signIn(t, w, b, desk.Supervisor)
	for _, path := range []string{"/rosters", "/policies", "/desk/" + id} {
		open(t, w, "http://"+b.Addrs.Desk+path)
		lookAt(t, w, "failing"+strings.ReplaceAll(path, id, "case"))
	}
	cyd.Version, cyd.Contacts = 1, []policy.Contact{{Channel: "quit", To: "+3"}} // somebody corrects it
	if err := b.Directory().PutPerson(t.Context(), cyd, "u-1"); err != nil {
		t.Fatal(err)
	}
	if s := page("/policies"); strings.Contains(s, "Cyd Moor can not") {
		t.Error("a number that nobody has tried yet is said to be dead")
	}
	b.Restart()
	d.connect()
	if left := b.Push().Endpoints("u-ana"); len(left) != 0 {
		t.Errorf("after a restart it is back: %v", left)
	}
	supervisor = roleBrowser(t, b, desk.Supervisor)
	if s := page("/rosters"); strings.Count(s, "browser: not turned on in any browser") != 2 {
		t.Error("the people's page does not say whose browsers are gone")
	}
	for _, words := range []string{"not reached by browser, the address is no longer in use", "not reached by bell, it did not get through", "sent by hook"} {
		if s := page("/desk/" + id); !strings.Contains(s, words) {
			t.Errorf("the timeline does not say %q", words)
		}
	}
	if s := act(t, b, "sheriff", id, "acknowledge", nil); s != http.StatusOK {
		t.Fatalf("acknowledge: status %d", s)
	}
	if n := len(hook.all()); n != 1 {
		t.Errorf("told %d times by the way that works", n)
	}

	// They are well again.
	eoc.set("")
	bells.set("")
	eventually(t, "the county's system has the whole story, in order", func() bool {
		var types []string
		for _, text := range eoc.all() {
			var a struct {
				MsgType string `xml:"msgType"`
			}
			if xml.Unmarshal([]byte(text), &a) != nil || !strings.Contains(text, code) {
				t.Fatalf("unreadable: %s", text)
			}
			types = append(types, a.MsgType)
		}
		return slices.Equal(types, []string{"Alert", "Update"})
	})
	second := newDevice(t, b, "lancaster")
	second.connect()
	other := second.raise()
	eventually(t, "the next call comes by the second way, which works again", func() bool {
		return slices.ContainsFunc(bells.all(), func(s string) bool { return strings.Contains(s, activation.ShortCode(other)) })
	})
}

// subscription is a browser's, for a push service.
func subscription(t *testing.T, endpoint string) desk.Subscription {
	t.Helper()
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := desk.Subscription{Endpoint: endpoint}
	s.Keys.P256DH = base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes())
	s.Keys.Auth = base64.RawURLEncoding.EncodeToString(make([]byte, 16))
	return s
}
