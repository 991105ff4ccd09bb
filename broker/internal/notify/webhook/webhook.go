// Package webhook tells another program by a signed HTTP request, by the Standard Webhooks specification: webhook-id is the notice's
// own id and the same at every try, webhook-timestamp the time of the try, webhook-signature one HMAC-SHA256 for each secret that is
// current, so that secrets can be rotated without a gap.
//
// Programs behind a webhook reach what no channel here speaks: text messages, voice calls, a county's own paging. They answer 2xx when
// they have taken the notice over, 410 when the address is dead, and other 4xx when they will never take it.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

// ErrOptions means that a webhook like this can not work, or must not.
var ErrOptions = errors.New("webhook is not set up")

const (
	minSecret = 24 // bytes, as the specification recommends
	maxSecret = 64
)

// Options say where a webhook leads.
type Options struct {
	Name    string   // of the channel: sms, voice
	URL     string   // https, or http to an address that the operator allowed
	Secrets []string // whsec_..., the newest first; each signs
	Client  *http.Client
	Now     func() time.Time
}

// Channel is one webhook. It is safe for concurrent use.
type Channel struct {
	o       Options
	signers []*standardwebhooks.Webhook
}

// New makes a channel. Its error is [ErrOptions], and never shows a secret.
func New(o Options) (*Channel, error) {
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, fmt.Errorf("%w: %s: url", ErrOptions, o.Name)
	case !activation.ValidID(o.Name):
		return nil, fmt.Errorf("%w: name", ErrOptions)
	case o.Client == nil || o.Now == nil:
		return nil, fmt.Errorf("%w: %s: client or clock", ErrOptions, o.Name)
	case len(o.Secrets) == 0:
		return nil, fmt.Errorf("%w: %s: no secret", ErrOptions, o.Name)
	}
	c := &Channel{o: o}
	for i, s := range o.Secrets {
		w, err := signer(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: secret %d must be whsec_ and the base64 of %d to %d bytes", ErrOptions, o.Name, i+1, minSecret, maxSecret)
		}
		c.signers = append(c.signers, w)
	}
	return c, nil
}

func signer(secret string) (*standardwebhooks.Webhook, error) {
	text, ok := strings.CutPrefix(secret, "whsec_")
	b, err := decode(text)
	if !ok || err != nil || len(b) < minSecret || len(b) > maxSecret {
		return nil, ErrOptions
	}
	return standardwebhooks.NewWebhookRaw(b)
}

// Probe asks whether the server is there.
func (c *Channel) Probe(ctx context.Context, failed bool) error {
	return outgoing.Reach(ctx, c.o.Client, c.o.URL, failed)
}

// Payload is the body of the request.
type Payload struct {
	Type      notify.Kind `json:"type"`
	Timestamp time.Time   `json:"timestamp"` // when it happened
	Data      Data        `json:"data"`
}

// Data is what is told.
type Data struct {
	Mode    activation.Mode `json:"mode"`
	Code    string          `json:"code,omitempty"`
	Zone    string          `json:"zone,omitempty"`
	Name    string          `json:"zone_name,omitempty"`
	Urgent  bool            `json:"urgent"`
	Subject string          `json:"subject"`
	Body    string          `json:"body"`
	Link    string          `json:"link,omitempty"` // the answer page of the one person
	To      string          `json:"to,omitempty"`   // where the one person is reached
}

// Name is the channel's name.
func (c *Channel) Name() string { return c.o.Name }

// Send makes the request.
func (c *Channel) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	t := notify.Words(n)
	b, err := json.Marshal(Payload{Type: n.Kind, Timestamp: n.At.UTC(), Data: Data{
		Mode: n.Mode, Code: n.Code, Zone: n.Zone, Name: n.ZoneName, Urgent: n.Severity >= notify.Urgent, Subject: t.Subject, Body: t.Body,
		Link: n.Link, To: a.To,
	}})
	if err != nil {
		return notify.Result{}, fmt.Errorf("cannot write notice: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.URL, bytes.NewReader(b))
	if err != nil {
		return notify.Result{}, fmt.Errorf("%w: url", notify.ErrRefused)
	}
	if err := c.sign(r.Header, n.ID, b); err != nil {
		return notify.Result{}, err
	}
	answer, _, err := outgoing.Do(c.o.Client, r)
	if err != nil {
		return notify.Result{}, err
	}
	return notify.Result{State: notify.Sent, Reference: reference(answer)}, nil
}

func (c *Channel) sign(h http.Header, id string, body []byte) error {
	now := c.o.Now()
	all := make([]string, 0, len(c.signers))
	for _, s := range c.signers {
		sig, err := s.Sign(id, now, body)
		if err != nil {
			return fmt.Errorf("cannot sign notice: %w", err)
		}
		all = append(all, sig)
	}
	h.Set("Content-Type", "application/json")
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(all, " "))
	return nil
}

var harmless = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// reference is what the other side calls the notice, if it says so in a form that can be kept.
func reference(answer []byte) string {
	var v struct {
		Reference string `json:"reference"`
	}
	if json.Unmarshal(answer, &v) != nil || !harmless.MatchString(v.Reference) {
		return ""
	}
	return v.Reference
}
