package broker_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch/policy"
)

// told is one request of the broker's webhook channel.
type told struct {
	Type string
	Data struct{ Mode, Code, Subject, Body, Link, To string }
	raw  string
}

// relay takes the broker's webhooks and checks their signatures.
func relay(t *testing.T, secret string) (at string, all <-chan told) {
	t.Helper()
	out := make(chan told, 64)
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var n told
		if err := key.Verify(body, r.Header); err != nil || json.Unmarshal(body, &n) != nil {
			t.Errorf("not the broker's: %v %s", err, body)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		n.raw = string(body)
		out <- n
	}))
	t.Cleanup(s.Close)
	return s.URL, out
}

func next(t *testing.T, all <-chan told, to string) told {
	t.Helper()
	for {
		select {
		case n := <-all:
			if n.Data.To == to {
				return n
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s is not told", to)
		}
	}
}

// TestSomebodyAnswersFromATextMessage is the whole way: a press, a webhook, a link that says "I cannot", the next person at once and
// not after the almost three minutes of the ladder, a link that says "coming", and the kiosk that shows it.
func TestSomebodyAnswersFromATextMessage(t *testing.T) {
	const secret = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw=="
	at, all := relay(t, secret)
	file := filepath.Join(t.TempDir(), "secrets")
	if err := os.WriteFile(file, []byte("# May\n"+secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{{Name: "sms", Kind: "webhook", URL: at, SecretFile: file, Allow: []string{"127.0.0.0/8"}}}
	})
	for id, to := range map[string]string{"p-ana": "+13105550100", "p-bo": "+13105550101"} {
		p := policy.PersonDoc{ID: id, Name: "Somebody Canary", Agency: "sheriff", Contacts: []policy.Contact{{Channel: "sms", To: to}}}
		if err := b.Directory().PutPerson(t.Context(), p, "test"); err != nil {
			t.Fatal(err)
		}
	}
	ladder := policy.Policy{Rungs: []policy.Rung{
		{Targets: []policy.Target{{Kind: policy.Person, ID: "p-ana"}}},
		{AfterS: 170, Targets: []policy.Target{{Kind: policy.Person, ID: "p-bo"}}},
		{AfterS: 175, Supervisor: true, Targets: []policy.Target{{Kind: policy.Desk}}},
	}}
	if err := b.Directory().PutPolicy(t.Context(), ladder, "test", time.Now()); err != nil {
		t.Fatal(err)
	}

	d := newDevice(t, b, "compton")
	d.connect()
	id := d.raise()
	ana := next(t, all, "+13105550100")
	code := activation.ShortCode(id)
	if ana.Data.Code != code || ana.Data.Subject != "Safe Youth Zone activation "+code || !strings.HasPrefix(ana.Data.Body, "Compton Library. ") {
		t.Errorf("told %+v", ana)
	}
	for _, secret := range []string{id, d.answer.Device, "p-ana", "Canary", "sheriff"} {
		if strings.Contains(ana.raw, secret) {
			t.Errorf("the notice has %q in it: %s", secret, ana.raw)
		}
	}
	page, err := http.Get(ana.Data.Link)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	if page.StatusCode != http.StatusOK || page.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page: %+v", page)
	}
	if got := answer(t, ana.Data.Link, url.Values{"answer": {"cannot"}}); got != "You cannot. The next person is being asked." {
		t.Errorf("answered %q", got)
	}
	bo := next(t, all, "+13105550101")
	if got := answer(t, bo.Data.Link, url.Values{"answer": {"coming"}, "minutes": {"15"}}); got != "You are coming, in about 15 minutes." {
		t.Errorf("answered %q", got)
	}
	d.until("somebody is coming", stage(id, activation.StageComing))
	if got := answer(t, bo.Data.Link, url.Values{"answer": {"cannot"}}); got != "" {
		t.Errorf("a used link answered %q", got)
	}
	if p := verified(t, b); !p.OK() {
		t.Errorf("the ledger is not whole: %+v", p)
	}
}

// answer uses a link as a program does, and gives back what the desk says that was done.
func answer(t *testing.T, link string, form url.Values) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, link, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var v struct{ Done string }
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v.Done
}
