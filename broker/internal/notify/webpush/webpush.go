// Package webpush tells people through their own browsers, by Web Push (RFC 8030, 8291, 8292): the notice is encrypted for the one
// browser that subscribed, and carried by the push service of the browser's maker, who sees when and how much, but not what.
//
// A person can have several browsers; the channel tells all of them, and one that took the notice is enough. A subscription that its
// push service calls dead is dropped. Push is best effort, on iOS more than elsewhere: a ladder should not rest on it alone.
package webpush

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	library "github.com/SherClockHolmes/webpush-go"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/outgoing"
)

// ErrOptions means that a channel like this can not work.
var ErrOptions = errors.New("web push is not set up")

const (
	keepFor   = 3600 // seconds that a push service keeps a notice for a browser that is away
	maxAnswer = 4 << 10
)

// Options are what the channel needs.
type Options struct {
	Key     []byte // scalar of a P-256 key, kept for good: a new one makes all subscriptions useless
	Contact string // address of the operator, for push services that have a question: it@county.example.org, or an https address
	Store   *Store
	Client  *http.Client
	Logger  *slog.Logger
}

// Channel tells browsers. It is safe for concurrent use.
type Channel struct {
	o               Options
	public, private string
}

// New makes the channel. Its error is [ErrOptions].
func New(o Options) (*Channel, error) {
	k, err := ecdh.P256().NewPrivateKey(o.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: key", ErrOptions)
	}
	if o.Store == nil || o.Client == nil || o.Logger == nil {
		return nil, fmt.Errorf("%w: store, client or logger", ErrOptions)
	}
	// Push services refuse a contact that is neither; Apple's with a 403 that says nothing.
	if !strings.HasPrefix(o.Contact, "https://") && !strings.Contains(o.Contact, "@") {
		return nil, fmt.Errorf("%w: contact must be a mail address or an https address", ErrOptions)
	}
	o.Contact = strings.TrimPrefix(o.Contact, "mailto:")
	return &Channel{
		o: o, public: base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes()), private: base64.RawURLEncoding.EncodeToString(o.Key),
	}, nil
}

// PublicKey is what browsers subscribe with.
func (c *Channel) PublicKey() string { return c.public }

// Name is the channel's name.
func (c *Channel) Name() string { return "webpush" }

// Message is what the service worker of the desk gets.
type Message struct {
	Title  string `json:"title"`
	Body   string `json:"body"`
	Tag    string `json:"tag"` // a notification takes the place of an earlier one with the same tag
	Link   string `json:"link,omitempty"`
	Urgent bool   `json:"urgent"`
	Mode   string `json:"mode"`
}

// Send tells every browser of a person. It returns an error if none took the notice, the mildest of all.
func (c *Channel) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	subs := c.o.Store.Of(a.Person)
	if len(subs) == 0 {
		return notify.Result{}, fmt.Errorf("no browser of this person has subscribed: %w", notify.ErrGone)
	}
	t := notify.Words(n)
	tag := hidden(n.ID)
	if n.Case != "" {
		tag = hidden(n.Case)
	}
	b, err := json.Marshal(Message{Title: t.Subject, Body: t.Body, Tag: tag, Link: n.Link, Urgent: n.Severity >= notify.Urgent, Mode: string(n.Mode)})
	if err != nil {
		return notify.Result{}, fmt.Errorf("cannot write notice: %w", err)
	}
	faults := make(chan error, len(subs))
	for _, s := range subs {
		// Each has a copy of its own: the library pads the message behind its end, in place.
		go func() { faults <- c.push(ctx, a.Person, s, slices.Clone(b), n) }()
	}
	var mild, final error
	took := 0
	for range subs {
		switch err := <-faults; {
		case err == nil:
			took++
		case errors.Is(err, notify.ErrGone), errors.Is(err, notify.ErrRefused):
			final = err
		default:
			mild = err
		}
	}
	switch {
	case took > 0:
		return notify.Result{State: notify.Sent}, nil
	case mild != nil:
		return notify.Result{}, mild
	default:
		return notify.Result{}, final
	}
}

// Probe asks whether the push services of those who have subscribed are there.
func (c *Channel) Probe(ctx context.Context, failed bool) error {
	var all error
	for _, origin := range c.o.Store.Services() {
		all = errors.Join(all, outgoing.Reach(ctx, c.o.Client, origin, failed))
	}
	return all
}

func (c *Channel) push(ctx context.Context, person string, s Subscription, body []byte, n notify.Notice) error {
	o := &library.Options{
		HTTPClient: c.o.Client, Subscriber: c.o.Contact, TTL: keepFor, Urgency: library.UrgencyHigh,
		VAPIDPublicKey: c.public, VAPIDPrivateKey: c.private, Topic: hidden(n.ID),
	}
	if n.Mode == activation.Test || n.Severity < notify.Important {
		o.Urgency = library.UrgencyNormal
	}
	r, err := library.SendNotificationWithContext(ctx, body, &library.Subscription{Endpoint: s.Endpoint, Keys: library.Keys{Auth: s.Keys.Auth, P256dh: s.Keys.P256DH}}, o)
	if err != nil {
		return outgoing.Reason(err)
	}
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxAnswer))
	if r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone {
		if err := c.o.Store.Remove(ctx, person, s.Endpoint); err != nil {
			c.o.Logger.Warn("dead subscription not dropped", slog.String("person", person), slog.Any("error", err))
		}
		return fmt.Errorf("the browser has withdrawn: %w", notify.ErrGone)
	}
	return outgoing.Status(r.StatusCode, r.Header)
}

// hidden names something to a push service without saying what it is.
func hidden(id string) string {
	h := sha256.Sum256([]byte("syz/push\x00" + id))
	return base64.RawURLEncoding.EncodeToString(h[:12])
}
