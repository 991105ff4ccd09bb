package relay_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // as the provider signs
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"safeyouthzone/cmd/syz-relay/internal/relay"
)

const (
	secret  = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rLCAzMiBieXRlcw=="
	sid     = "AC0123456789abcdef0123456789abcdef"
	token   = "12345"
	phone   = "+13105550100"
	ourself = "https://relay.example.org"
)

// provider speaks the provider's API by its documentation: accounts, basic authentication, form fields, numbers in E.164, errors with
// codes. It signs what it sends, by its own arithmetic.
type provider struct {
	*httptest.Server
	mu   sync.Mutex
	sent []url.Values
	fail int // code of an error
}

// ServeHTTP creates messages and calls.
func (p *provider) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	refuse := func(status, code int) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "message": "no", "status": status})
	}
	user, pass, ok := q.BasicAuth()
	what := strings.TrimPrefix(q.URL.Path, "/2010-04-01/Accounts/"+sid+"/")
	number := regexp.MustCompile(`^\+[1-9]\d{1,14}$`)
	switch {
	case !ok || user != sid || pass != token:
		refuse(401, 20003)
	case q.Method != http.MethodPost || what != "Messages.json" && what != "Calls.json":
		refuse(404, 20404)
	case p.fail == 20429:
		refuse(429, p.fail)
	case p.fail >= 500 && p.fail < 600:
		refuse(p.fail, 0)
	case p.fail != 0:
		refuse(400, p.fail)
	case !number.MatchString(q.FormValue("To")), !number.MatchString(q.FormValue("From")):
		refuse(400, 21211)
	case what == "Messages.json" && (q.FormValue("Body") == "" || len(q.FormValue("Body")) > 1600), what == "Calls.json" && q.FormValue("Url") == "":
		refuse(400, 21617)
	default:
		p.sent = append(p.sent, q.PostForm)
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"sid": "SM0123456789abcdef0123456789abcdef", "status": "queued"})
	}
}

// sign is the provider's signature, from its documentation: address, then all fields by name, HMAC-SHA1, base64.
func sign(address string, form url.Values) string {
	var names []string
	for k := range form {
		names = append(names, k)
	}
	sort.Strings(names)
	s := address
	for _, k := range names {
		s += k + form.Get(k)
	}
	m := hmac.New(sha1.New, []byte(token))
	m.Write([]byte(s))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func TestTheTestsProviderKnowsTheVector(t *testing.T) {
	form := url.Values{"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}}
	if got := sign("https://mycompany.com/myapp.php?foo=1&bar=2", form); got != "RSOYDt4T1cUTdK1PDd93/VVr8B8=" {
		t.Errorf("signature %s", got)
	}
}

// desk takes answers as the desk's answer pages do.
type desk struct {
	*httptest.Server
	mu  sync.Mutex
	got []string
	no  bool
}

// ServeHTTP takes an answer.
func (d *desk) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if q.Method != http.MethodPost || q.Header.Get("Accept") != "application/json" {
		http.Error(w, "only answers", http.StatusBadRequest)
		return
	}
	if d.no {
		w.WriteHeader(http.StatusGone)
		_, _ = w.Write([]byte(`{"problem":{"code":"ended","title":"This call has ended.","detail":"You need do nothing more."}}`))
		return
	}
	d.got = append(d.got, q.URL.Path+" "+q.FormValue("answer")+" "+q.FormValue("minutes"))
	_, _ = fmt.Fprintf(w, `{"done":"Stored.","next":"/a/next%d","problem":null}`, len(d.got))
}

type rig struct {
	t        *testing.T
	provider *provider
	desk     *desk
	relay    *relay.Relay
	log      bytes.Buffer
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, provider: &provider{}, desk: &desk{}}
	r.provider.Server, r.desk.Server = httptest.NewServer(r.provider), httptest.NewServer(r.desk)
	t.Cleanup(r.provider.Close)
	t.Cleanup(r.desk.Close)
	var err error
	r.relay, err = relay.New(relay.Options{
		PublicURL: ourself, DeskURL: r.desk.URL, Secrets: []string{secret}, Client: http.DefaultClient, Logger: slog.New(slog.NewTextHandler(&r.log, nil)),
		Provider: relay.Provider{API: r.provider.URL, AccountSID: sid, Token: token, From: "+13105550199", Client: http.DefaultClient},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) ask(path string, h http.Header, body string) *httptest.ResponseRecorder {
	q := httptest.NewRequestWithContext(context.Background(), http.MethodPost, ourself+path, strings.NewReader(body))
	q.RequestURI = path
	q.URL.Scheme, q.URL.Host = "", ""
	for k, v := range h {
		q.Header[k] = v
	}
	w := httptest.NewRecorder()
	r.relay.ServeHTTP(w, q)
	return w
}

// broker sends a notice as the broker's webhook channel does.
func (r *rig) broker(path, id, code, to string) *httptest.ResponseRecorder {
	r.t.Helper()
	body := fmt.Sprintf(`{"type":"activation","timestamp":"2026-03-08T09:00:00Z","data":{"mode":"actual","code":%q,"zone_name":"Compton Library","subject":"Safe Youth Zone activation %s","body":"Compton Library. Please answer now.","link":%q,"to":%q}}`, code, code, r.desk.URL+"/a/"+id, to)
	k, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		r.t.Fatal(err)
	}
	now := time.Now()
	sig, err := k.Sign(id, now, []byte(body))
	if err != nil {
		r.t.Fatal(err)
	}
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", fmt.Sprint(now.Unix()))
	h.Set("webhook-signature", sig)
	return r.ask(path, h, body)
}

// back is a request of the provider.
func (r *rig) back(path string, form url.Values) string {
	r.t.Helper()
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	h.Set("X-Twilio-Signature", sign(ourself+path, form))
	w := r.ask(path, h, form.Encode())
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s answered %d: %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (r *rig) reply(text string) string {
	return r.back("/reply", url.Values{"From": {phone}, "To": {"+13105550199"}, "Body": {text}, "MessageSid": {"SM1"}})
}

func TestATextMessageAndItsReplies(t *testing.T) {
	r := newRig(t)
	if w := r.broker("/sms", "n1", "7F-21", phone); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "SM0123") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	m := r.provider.sent[0]
	if body := m.Get("Body"); m.Get("To") != phone || !strings.HasPrefix(body, "Safe Youth Zone activation 7F-21. Compton Library. Please answer now. Reply 1") || !strings.HasSuffix(body, "/a/n1") {
		t.Errorf("%v", m)
	}
	for _, x := range []struct{ text, want, says string }{
		{"what?", "", "was not understood"},
		{" 1 ", "/a/n1 acknowledge ", "Stored."},
		{"2 15", "/a/next1 coming 15", "Stored."},
		{"9", "/a/next2 cannot ", "Stored."},
	} {
		before := len(r.desk.got)
		if got := r.reply(x.text); !strings.Contains(got, "<Response><Message>") || !strings.Contains(got, x.says) {
			t.Errorf("%q is answered %s", x.text, got)
		}
		if x.want == "" && len(r.desk.got) != before || x.want != "" && (len(r.desk.got) != before+1 || r.desk.got[before] != x.want) {
			t.Errorf("%q reached the desk as %v", x.text, r.desk.got[before:])
		}
	}
	r.desk.no = true
	if got := r.reply("1"); !strings.Contains(got, "This call has ended.") {
		t.Errorf("an ended call is answered %s", got)
	}
}

func TestTwoActivationsOnOneTelephone(t *testing.T) {
	r := newRig(t)
	r.broker("/sms", "n1", "7F-21", phone)
	r.broker("/sms", "n2", "00-AB", phone)
	if got := r.reply("1"); !strings.Contains(got, "more than one") || len(r.desk.got) != 0 {
		t.Errorf("%s %v", got, r.desk.got)
	}
	r.reply("1 7f-21")
	r.reply("2 20 00-ab")
	if want := []string{"/a/n1 acknowledge ", "/a/n2 coming 20"}; fmt.Sprint(r.desk.got) != fmt.Sprint(want) {
		t.Errorf("%v", r.desk.got)
	}
}

func TestACallAndItsKeys(t *testing.T) {
	for digit, want := range map[string]string{"1": "/a/n1 acknowledge ", "2": "/a/n1 coming 10", "3": "/a/n1 coming 20", "4": "/a/n1 coming 30", "9": "/a/n1 cannot "} {
		r := newRig(t)
		if w := r.broker("/voice", "n1", "7F-21", phone); w.Code != http.StatusOK {
			t.Fatal(w.Code)
		}
		path := strings.TrimPrefix(r.provider.sent[0].Get("Url"), ourself)
		words := r.back(path, url.Values{"CallSid": {"CA1"}, "From": {"+13105550199"}, "To": {phone}})
		if !strings.Contains(words, `<Gather numDigits="1"`) || !strings.Contains(words, "Safe Youth Zone activation 7 F , 2 1. Compton Library.") || !strings.Contains(words, "Press 9 if you cannot.") {
			t.Errorf("the call says %s", words)
		}
		if got := r.back(path+"/key", url.Values{"Digits": {"7"}}); !strings.Contains(got, "<Redirect") || len(r.desk.got) != 0 {
			t.Errorf("another key: %s", got)
		}
		if got := r.back(path+"/key", url.Values{"Digits": {digit}, "CallSid": {"CA1"}}); !strings.Contains(got, "<Say>Stored.</Say>") || r.desk.got[0] != want {
			t.Errorf("%s: %s %v", digit, got, r.desk.got)
		}
	}
	r := newRig(t)
	if got := r.back("/call/unknown", url.Values{}); !strings.Contains(got, "Open the desk.") {
		t.Errorf("after a restart the call says %s", got)
	}
}

func TestARepeatIsTakenOnce(t *testing.T) {
	r := newRig(t)
	for range 3 {
		if w := r.broker("/sms", "n1", "7F-21", phone); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "SM0123") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	r.broker("/voice", "n1", "7F-21", phone)
	if len(r.provider.sent) != 2 {
		t.Errorf("%d messages and calls", len(r.provider.sent))
	}
}

func TestWhatTheProviderRefuses(t *testing.T) {
	r := newRig(t)
	for code, want := range map[int]int{21610: 410, 21211: 410, 30034: 400, 20429: 503, 500: 502} {
		r.provider.fail = code
		w := r.broker("/sms", fmt.Sprint("n", code), "7F-21", phone)
		if w.Code != want || want == 503 && w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), phone) {
			t.Errorf("%d: %d %s", code, w.Code, w.Body)
		}
	}
	r.provider.fail = 0
	if w := r.broker("/sms", "n500", "7F-21", phone); w.Code != http.StatusOK {
		t.Errorf("a second try: %d", w.Code)
	}
	if w := r.broker("/sms", "nx", "7F-21", "310 555"); w.Code != http.StatusGone {
		t.Errorf("no number: %d", w.Code)
	}
	if s := r.log.String(); strings.Contains(s, "555") || strings.Contains(s, "Compton") || strings.Contains(s, "/a/") {
		t.Errorf("the log says %s", s)
	}
}

func TestStrangersAreNotHeard(t *testing.T) {
	r := newRig(t)
	if w := r.ask("/sms", http.Header{}, `{}`); w.Code != http.StatusUnauthorized {
		t.Errorf("a stranger as broker: %d", w.Code)
	}
	r.broker("/sms", "n1", "7F-21", phone)
	form := url.Values{"From": {phone}, "Body": {"1"}}
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, sig := range []string{"", sign(ourself+"/reply", url.Values{"From": {phone}, "Body": {"9"}}), sign("https://other.example.org/reply", form)} {
		h.Set("X-Twilio-Signature", sig)
		if w := r.ask("/reply", h, form.Encode()); w.Code != http.StatusForbidden || len(r.desk.got) != 0 {
			t.Errorf("a stranger as provider: %d %v", w.Code, r.desk.got)
		}
	}
	r.broker("/sms", "n2", "00-AB", "+13105550111")
	if got := r.reply("1 00-AB"); !strings.Contains(got, "can not be answered") || len(r.desk.got) != 0 {
		t.Errorf("somebody answered for another telephone: %s", got)
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"1", "2 15", "9 7F-21", "7f-21 2,30", "", "STOP"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		answer, minutes := relay.Parse(text)
		if (answer == "coming") != (minutes > 0) || minutes > 240 {
			t.Errorf("%q is %s in %d", text, answer, minutes)
		}
	})
}
