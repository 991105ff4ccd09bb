package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	maxBody    = 64 << 10
	remembered = 4096 // notices, calls and telephones that are kept in mind
	perPhone   = 5    // links that are kept for one telephone
)

// Options are what a relay needs.
type Options struct {
	PublicURL string   // how the provider reaches this relay: https://relay.example.org
	DeskURL   string   // whose links it may use: https://desk.example.org
	Secrets   []string // of the broker's webhooks, whsec_...
	Provider  Provider
	Client    *http.Client // for the desk
	Logger    *slog.Logger
}

// open is a notice that somebody may still answer.
type open struct{ code, words, link string }

// Relay is the handler of all that comes in. It is safe for concurrent use.
type Relay struct {
	o     Options
	keys  []*standardwebhooks.Webhook
	mux   *http.ServeMux
	mu    sync.Mutex
	seen  memory[string] // notice -> what the provider called it
	calls memory[*open]  // call -> what it is about
	phone memory[[]*open]
}

// New makes a relay.
func New(o Options) (*Relay, error) {
	for _, u := range []string{o.PublicURL, o.DeskURL} {
		if p, err := url.Parse(u); err != nil || p.Scheme != "https" && p.Hostname() != "127.0.0.1" || p.Host == "" {
			return nil, errors.New("public_url and desk_url must be https addresses")
		}
	}
	if len(o.Secrets) == 0 || o.Provider.AccountSID == "" || o.Provider.Token == "" || !phoneForm.MatchString(o.Provider.From) {
		return nil, errors.New("secrets, account, token and a number to send from are wanted")
	}
	o.PublicURL, o.DeskURL = strings.TrimSuffix(o.PublicURL, "/"), strings.TrimSuffix(o.DeskURL, "/")
	r := &Relay{o: o, mux: http.NewServeMux()}
	for _, s := range o.Secrets {
		k, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			return nil, errors.New("a webhook secret is not usable")
		}
		r.keys = append(r.keys, k)
	}
	r.mux.HandleFunc("POST /sms", r.fromBroker(r.text))
	r.mux.HandleFunc("POST /voice", r.fromBroker(r.call))
	r.mux.HandleFunc("POST /reply", r.fromProvider(r.reply))
	r.mux.HandleFunc("POST /call/{id}", r.fromProvider(r.speak))
	r.mux.HandleFunc("POST /call/{id}/key", r.fromProvider(r.key))
	return r, nil
}

// ServeHTTP takes a request of the broker or of the provider.
func (r *Relay) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	q.Body = http.MaxBytesReader(w, q.Body, maxBody)
	r.mux.ServeHTTP(w, q)
}

// notice is what the relay reads of the broker's payload.
type notice struct {
	Data struct {
		Code    string `json:"code"`
		Subject string `json:"subject"`
		Body    string `json:"body"`
		Link    string `json:"link"`
		To      string `json:"to"`
	} `json:"data"`
}

var phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// fromBroker takes requests with a good signature, and each notice once.
func (r *Relay) fromBroker(do func(context.Context, notice) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil || !r.signed(body, q.Header) {
			http.Error(w, "not signed by the broker", http.StatusUnauthorized)
			return
		}
		var n notice
		if err := json.Unmarshal(body, &n); err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		if !phoneForm.MatchString(n.Data.To) {
			http.Error(w, "no telephone number", http.StatusGone)
			return
		}
		key := q.URL.Path + " " + q.Header.Get(standardwebhooks.HeaderWebhookID)
		r.mu.Lock()
		ref, twice := r.seen.get(key)
		r.mu.Unlock()
		if !twice {
			if ref, err = do(q.Context(), n); err != nil {
				r.refuse(w, err)
				return
			}
			r.mu.Lock()
			r.seen.put(key, ref)
			r.mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"reference": ref}) // the asker has gone
	}
}

func (r *Relay) signed(body []byte, h http.Header) bool {
	for _, k := range r.keys {
		if k.Verify(body, h) == nil {
			return true
		}
	}
	return false
}

// refuse tells the broker what to do next, in the statuses of its webhook channel.
func (r *Relay) refuse(w http.ResponseWriter, err error) {
	var f *fault
	if !errors.As(err, &f) {
		f = &fault{status: http.StatusBadGateway}
	}
	r.o.Logger.Warn("provider did not take a notice", slog.Int("status", f.status), slog.Int("code", f.code))
	if f.after > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(f.after/time.Second)))
	}
	http.Error(w, "the provider did not take it", f.status)
}

// remember keeps what a telephone can answer, the newest first.
func (r *Relay) remember(phone string, o *open) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, _ := r.phone.get(phone)
	out := []*open{o}
	for _, x := range all {
		if x.code != o.code && len(out) < perPhone {
			out = append(out, x)
		}
	}
	r.phone.put(phone, out)
}

// text sends a text message.
func (r *Relay) text(ctx context.Context, n notice) (string, error) {
	body := n.Data.Subject + ". " + n.Data.Body
	if n.Data.Link != "" {
		body += " Reply 1: I take it. Reply 2 and minutes: I am coming. Reply 9: I cannot. Or open " + n.Data.Link
		r.remember(n.Data.To, &open{code: n.Data.Code, link: n.Data.Link})
	}
	return r.o.Provider.message(ctx, n.Data.To, body)
}

// call makes a telephone ring.
func (r *Relay) call(ctx context.Context, n notice) (string, error) {
	id := newID()
	r.mu.Lock()
	r.calls.put(id, &open{code: n.Data.Code, words: n.Data.Subject + ". " + n.Data.Body, link: n.Data.Link})
	r.mu.Unlock()
	return r.o.Provider.call(ctx, n.Data.To, r.o.PublicURL+"/call/"+id)
}

// memory is a small map that forgets its oldest entries.
type memory[V any] struct {
	all   map[string]V
	order []string
}

func (m *memory[V]) get(key string) (V, bool) {
	v, ok := m.all[key]
	return v, ok
}

func (m *memory[V]) put(key string, v V) {
	if m.all == nil {
		m.all = map[string]V{}
	}
	if _, ok := m.all[key]; !ok {
		m.order = append(m.order, key)
	}
	m.all[key] = v
	if len(m.order) > remembered {
		delete(m.all, m.order[0])
		m.order = m.order[1:]
	}
}
