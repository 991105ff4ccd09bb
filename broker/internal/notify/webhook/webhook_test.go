package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
	"safeyouthzone/broker/internal/notify/webhook"
)

const (
	older = "whsec_b2xkZXIgc2VjcmV0IG9mIDI0IGJ5dGVzISE="
	newer = "whsec_bmV3ZXIgc2VjcmV0IG9mIDI0IGJ5dGVzISE="
)

var press = notify.Notice{
	ID: "0190-notice", Kind: notify.Activation, Mode: activation.Actual, Case: "case-canary", Code: "7F-21", Zone: "compton",
	ZoneName: "Compton Library", Rung: 7777, Severity: notify.Urgent, At: time.Unix(1_700_000_000, 0), Link: "https://desk.example.org/a/token",
}

func loopback() *http.Client {
	return outgoing.Client(outgoing.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil)
}

func open(t *testing.T, url string, secrets ...string) *webhook.Channel {
	t.Helper()
	c, err := webhook.New(webhook.Options{Name: "sms", URL: url, Secrets: secrets, Client: loopback(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// check verifies a signature by hand, from the text of the specification.
func check(secret string, h http.Header, body []byte) bool {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "%s.%s.%s", h.Get("webhook-id"), h.Get("webhook-timestamp"), body)
	want := "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
	for s := range strings.SplitSeq(h.Get("webhook-signature"), " ") {
		if s == want {
			return true
		}
	}
	return false
}

func TestTheSpecificationsOwnExample(t *testing.T) {
	h := http.Header{"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"}, "Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}}
	if !check("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", h, []byte(`{"test": 2432232314}`)) {
		t.Error("the test's own check does not agree with the specification")
	}
}

func TestARequestIsSignedWithEverySecret(t *testing.T) {
	var header http.Header
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		body, _ = io.ReadAll(r.Body)
		_, _ = w.Write([]byte(`{"reference":"SM0123"}`))
	}))
	defer s.Close()
	res, err := open(t, s.URL, newer, older).Send(t.Context(), press, notify.Address{Person: "p-canary", Agency: "a-canary", To: "+13105550100"})
	if err != nil || res != (notify.Result{State: notify.Sent, Reference: "SM0123"}) {
		t.Fatalf("%+v %v", res, err)
	}
	for _, secret := range []string{newer, older} {
		lib, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := lib.Verify(body, header); err != nil || !check(secret, header, body) {
			t.Errorf("%s does not verify: %v", secret, err)
		}
	}
	if check(newer, header, append(body, ' ')) {
		t.Error("a changed body verifies")
	}
	if header.Get("webhook-id") != press.ID {
		t.Errorf("the id is %q, not the notice's", header.Get("webhook-id"))
	}
	if sec, _ := strconv.ParseInt(header.Get("webhook-timestamp"), 10, 64); time.Since(time.Unix(sec, 0)).Abs() > time.Minute {
		t.Error("the time is not now")
	}
	if bytes.Contains(body, []byte("canary")) || bytes.Contains(body, []byte("7777")) {
		t.Errorf("more than code and zone: %s", body)
	}
	var p webhook.Payload
	if err := json.Unmarshal(body, &p); err != nil || p.Type != notify.Activation || p.Data.To != "+13105550100" || p.Data.Subject != "Safe Youth Zone activation 7F-21" || p.Data.Link != press.Link || !p.Data.Urgent {
		t.Errorf("%+v %v", p, err)
	}
}

func TestAnswersOfTheOtherSide(t *testing.T) {
	code := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(`{"reference":"no id, but words about somebody"}`))
	}))
	defer s.Close()
	c := open(t, s.URL, newer)
	for status, want := range map[int]error{410: notify.ErrGone, 400: notify.ErrRefused, 302: notify.ErrRefused} {
		code = status
		if _, err := c.Send(t.Context(), press, notify.Address{To: "+1310canary"}); !errors.Is(err, want) || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), s.URL) {
			t.Errorf("%d: %v", status, err)
		}
	}
	code = 503
	_, err := c.Send(t.Context(), press, notify.Address{})
	if d, ok := notify.RetryAfter(err); !ok || d != 7*time.Second {
		t.Errorf("503: %v", err)
	}
	code = 200
	if r, err := c.Send(t.Context(), press, notify.Address{}); err != nil || r.Reference != "" {
		t.Errorf("200: %+v %v", r, err)
	}
}

func TestWhatCannotWorkIsRefused(t *testing.T) {
	good := webhook.Options{Name: "sms", URL: "https://sms.example.org/", Secrets: []string{newer}, Client: loopback(), Now: time.Now}
	for what, spoil := range map[string]func(*webhook.Options){
		"no secret":       func(o *webhook.Options) { o.Secrets = nil },
		"a short secret":  func(o *webhook.Options) { o.Secrets = []string{"whsec_c2hvcnQ="} },
		"a plain secret":  func(o *webhook.Options) { o.Secrets = []string{"swordfish"} },
		"a strange place": func(o *webhook.Options) { o.URL = "file:///etc/passwd" },
		"a strange name":  func(o *webhook.Options) { o.Name = "S M S" },
	} {
		o := good
		spoil(&o)
		if _, err := webhook.New(o); !errors.Is(err, webhook.ErrOptions) || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSecretsOfAFile(t *testing.T) {
	got := webhook.ParseSecrets("# since May\n" + newer + "\n\n  " + older + " \n")
	if len(got) != 2 || got[0] != newer || got[1] != older {
		t.Errorf("%q", got)
	}
}
