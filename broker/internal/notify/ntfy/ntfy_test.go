package ntfy_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/ntfy"
	"safeyouthzone/broker/internal/notify/outgoing"
)

var (
	press = notify.Notice{
		ID: "n-canary", Kind: notify.Activation, Mode: activation.Actual, Case: "case-canary", Code: "7F-21", Zone: "zone-canary",
		ZoneName: "Compton Library", Rung: 7777, Severity: notify.Urgent, At: time.Unix(1_700_000_000, 0), Link: "https://desk.example.org/a/token",
	}
	to = notify.Address{Person: "p-canary", Agency: "a-canary", To: "syz_Yh2kP0"}
)

// server speaks the publishing API by its documentation: JSON to the root, topics of a form, priorities 1 to 5, at most three actions
// of known kinds with labels and addresses, bearer tokens; refusals have a code and a text.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	got  []map[string]any
	raw  string
	full bool // answer 429 as the public server does when a visitor has sent too much
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// ServeHTTP publishes.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, _ := io.ReadAll(r.Body)
	s.raw = string(b)
	refuse := func(status int, text string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": status * 100, "http": status, "error": text})
	}
	var m struct {
		Topic    string           `json:"topic"`
		Priority int              `json:"priority"`
		Actions  []map[string]any `json:"actions"`
	}
	d := json.NewDecoder(strings.NewReader(s.raw))
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/":
		refuse(404, "page not found")
	case r.Header.Get("Authorization") != "Bearer tk_good":
		refuse(401, "unauthorized")
	case s.full:
		w.Header().Set("Retry-After", "9")
		refuse(429, "limit reached: too many requests")
	case d.Decode(&m) != nil || m.Topic == "" || m.Priority < 1 || m.Priority > 5 || len(m.Actions) > 3:
		refuse(400, "invalid request")
	default:
		for _, a := range m.Actions {
			if a["action"] != "view" || a["label"] == "" || a["url"] == "" {
				refuse(400, "invalid request: actions invalid")
				return
			}
		}
		var all map[string]any
		_ = json.Unmarshal(b, &all)
		s.got = append(s.got, all)
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "hwQ2YpKdmg", "time": time.Now().Unix(), "event": "message", "topic": m.Topic})
	}
}

func open(t *testing.T, url, token string) *ntfy.Channel {
	t.Helper()
	c, err := ntfy.New(ntfy.Options{
		URL: url, Token: token, Client: outgoing.Client(outgoing.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnActivationIsPushed(t *testing.T) {
	s := newServer(t)
	r, err := open(t, s.URL, "tk_good").Send(t.Context(), press, to)
	if err != nil || r != (notify.Result{State: notify.Sent, Reference: "hwQ2YpKdmg"}) {
		t.Fatalf("%+v %v", r, err)
	}
	m := s.got[0]
	if m["topic"] != to.To || m["title"] != "Safe Youth Zone activation 7F-21" || m["message"] != "Compton Library. Please answer now." ||
		m["priority"] != 5.0 || m["click"] != press.Link {
		t.Errorf("%v", m)
	}
	if strings.Contains(s.raw, "canary") || strings.Contains(s.raw, "7777") {
		t.Errorf("more than code and zone: %s", s.raw)
	}
}

func TestLoudness(t *testing.T) {
	s := newServer(t)
	c := open(t, s.URL, "tk_good")
	for want, change := range map[float64]func(*notify.Notice){
		5: func(n *notify.Notice) { n.Mode = activation.Drill },
		4: func(n *notify.Notice) { n.Severity = notify.Important },
		3: func(n *notify.Notice) { n.Severity, n.Link = notify.Routine, "" },
		2: func(n *notify.Notice) { n.Mode = activation.Test },
	} {
		n := press
		change(&n)
		if _, err := c.Send(t.Context(), n, to); err != nil {
			t.Fatal(err)
		}
		m := s.got[len(s.got)-1]
		if title, _ := m["title"].(string); m["priority"] != want || (n.Mode == activation.Drill) != strings.HasPrefix(title, "DRILL: ") {
			t.Errorf("want %v: %v", want, m)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := newServer(t)
	if _, err := open(t, s.URL, "tk_bad").Send(t.Context(), press, to); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("wrong token: %v", err)
	}
	for _, topic := range []string{"", "two words", "../x", strings.Repeat("x", 65)} {
		if _, err := open(t, s.URL, "tk_good").Send(t.Context(), press, notify.Address{To: topic}); !errors.Is(err, notify.ErrRefused) {
			t.Errorf("topic %q: %v", topic, err)
		}
	}
	s.full = true
	_, err := open(t, s.URL, "tk_good").Send(t.Context(), press, to)
	if d, ok := notify.RetryAfter(err); !ok || d != 9*time.Second || strings.Contains(err.Error(), to.To) {
		t.Errorf("full: %v", err)
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>It works!</html>")) }))
	defer other.Close()
	if _, err := open(t, other.URL, "").Send(t.Context(), press, to); err == nil {
		t.Error("a web server that says 200 to all counts as sent")
	}
	if _, err := ntfy.New(ntfy.Options{URL: "ntfy.example.org"}); !errors.Is(err, ntfy.ErrOptions) {
		t.Errorf("no scheme: %v", err)
	}
}
