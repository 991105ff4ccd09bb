// Package ntfy pushes to telephones through a server that speaks ntfy's publishing API, best the county's own. Each person has a topic
// that only they may read; who can read a topic learns code and zone, and can answer with the person's link, so topics are secrets.
package ntfy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

// ErrOptions means that a server like this can not work.
var ErrOptions = errors.New("ntfy is not set up")

// Options say where the server is.
type Options struct {
	URL    string // of the server: https://ntfy.example.org
	Token  string // access token, tk_...; empty if the server wants none
	Client *http.Client
}

// Channel is one server. It is safe for concurrent use.
type Channel struct{ o Options }

// New makes a channel. Its error is [ErrOptions].
func New(o Options) (*Channel, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("%w: url", ErrOptions)
	}
	if o.Client == nil {
		return nil, fmt.Errorf("%w: client", ErrOptions)
	}
	return &Channel{o}, nil
}

// Name is the channel's name.
func (c *Channel) Name() string { return "ntfy" }

// message is what the publishing API takes as JSON.
type message struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Message  string   `json:"message"`
	Priority int      `json:"priority"`
	Tags     []string `json:"tags,omitempty"`
	Click    string   `json:"click,omitempty"`
	Actions  []action `json:"actions,omitempty"`
}

type action struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
}

// Priorities of the API: 5 breaks through "do not disturb", 3 is ordinary.
const (
	whisper  = 2
	ordinary = 3
	high     = 4
	loudest  = 5
)

var (
	topicForm = regexp.MustCompile(`^[-_A-Za-z0-9]{1,64}$`)
	idForm    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// Send publishes to the topic that the address names.
func (c *Channel) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	if !topicForm.MatchString(a.To) {
		return notify.Result{}, fmt.Errorf("topic is not usable: %w", notify.ErrRefused)
	}
	t := notify.Words(n)
	m := message{Topic: a.To, Title: t.Subject, Message: t.Body, Priority: priority(n), Tags: tags(n), Click: n.Link}
	if n.Link != "" {
		label := "Open the desk"
		if n.Kind.Answerable() {
			label = "Answer" // opening answers nothing yet: the page asks
		}
		m.Actions = []action{{Action: "view", Label: label, URL: n.Link}}
	}
	b, err := json.Marshal(m)
	if err != nil {
		return notify.Result{}, fmt.Errorf("cannot write notice: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(b))
	if err != nil {
		return notify.Result{}, fmt.Errorf("%w: url", notify.ErrRefused)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.o.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	answer, _, err := outgoing.Do(c.o.Client, r)
	if err != nil {
		return notify.Result{}, err
	}
	var v struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer, &v) != nil || !idForm.MatchString(v.ID) {
		return notify.Result{}, errors.New("what answered is not an ntfy server")
	}
	return notify.Result{State: notify.Sent, Reference: v.ID}, nil
}

// Probe asks whether the server is there.
func (c *Channel) Probe(ctx context.Context, failed bool) error {
	return outgoing.Reach(ctx, c.o.Client, c.o.URL, failed)
}

func priority(n notify.Notice) int {
	switch {
	case n.Mode == activation.Test || n.Kind == notify.Check:
		return whisper
	case n.Severity >= notify.Urgent:
		return loudest
	case n.Severity == notify.Important:
		return high
	default:
		return ordinary
	}
}

func tags(n notify.Notice) []string {
	switch n.Mode {
	case activation.Drill, activation.Test:
		return []string{string(n.Mode)}
	case activation.Actual:
	}
	if n.Severity >= notify.Urgent {
		return []string{"rotating_light"}
	}
	return nil
}
