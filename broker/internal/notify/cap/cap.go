// Package cap posts the story of an activation as Common Alerting Protocol 1.2 messages to a system of the county. What a message says
// is contract/cap's; this package only carries it.
//
// The chain of references comes from the case's own events, so that a broker that was restarted goes on where it was. A notice about
// the system itself is no alert, and is refused.
package cap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"safeyouthzone/broker/contract/activation"
	alert "safeyouthzone/broker/contract/cap"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

// ErrOptions means that a receiver like this can not work.
var ErrOptions = errors.New("alert receiver is not set up")

// History gives the events of a case in the order of the ledger; none if there is no such case.
type History interface {
	Events(caseID string) []activation.Event
}

// Options say who receives.
type Options struct {
	URL       string
	Token     string // bearer; empty if none is wanted
	Sender    string // of all messages: desk@county.example.org
	Addresses []string
	History   History
	Client    *http.Client
}

// Channel is one receiver. It is safe for concurrent use.
type Channel struct{ o Options }

// New makes a channel. Its error is [ErrOptions].
func New(o Options) (*Channel, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("%w: url", ErrOptions)
	}
	if o.History == nil || o.Client == nil {
		return nil, fmt.Errorf("%w: history or client", ErrOptions)
	}
	// A trial shows a bad sender now and not at the first call.
	trial := alert.Alert{Sender: o.Sender, Addresses: o.Addresses, Case: "trial", Steps: []alert.Step{{What: alert.Raised}}}
	if _, err := alert.Encode(trial); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	return &Channel{o}, nil
}

// Name is the channel's name.
func (c *Channel) Name() string { return "cap" }

// Probe asks whether the server is there.
func (c *Channel) Probe(ctx context.Context, failed bool) error {
	return outgoing.Reach(ctx, c.o.Client, c.o.URL, failed)
}

// upTo leaves out what happened after a notice: each is told by a notice of its own, in order.
func upTo(steps []alert.Step, at time.Time) []alert.Step {
	n := len(steps)
	for n > 1 && !at.IsZero() && steps[n-1].At.After(at) {
		n--
	}
	return steps[:n]
}

// Send posts the message of the step that a notice is about: the newest that had happened by then.
func (c *Channel) Send(ctx context.Context, n notify.Notice, _ notify.Address) (notify.Result, error) {
	if n.Case == "" {
		return notify.Result{}, fmt.Errorf("only activations make alerts: %w", notify.ErrRefused)
	}
	a := alert.Alert{
		Sender: c.o.Sender, Addresses: c.o.Addresses, Case: n.Case, Mode: n.Mode, Code: n.Code, ZoneName: n.ZoneName,
		Steps: upTo(alert.Steps(c.o.History.Events(n.Case)), n.At),
	}
	b, err := alert.Encode(a)
	if err != nil {
		return notify.Result{}, fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(b))
	if err != nil {
		return notify.Result{}, fmt.Errorf("%w: url", notify.ErrRefused)
	}
	r.Header.Set("Content-Type", alert.ContentType)
	if c.o.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	if _, _, err := outgoing.Do(c.o.Client, r); err != nil {
		return notify.Result{}, err
	}
	return notify.Result{State: notify.Sent, Reference: a.Identifier(len(a.Steps) - 1)}, nil
}
