package broker

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/dispatch"
	"safeyouthzone/broker/internal/dispatch/ladder"
	"safeyouthzone/broker/internal/notify"
	"safeyouthzone/broker/internal/notify/cap"
	"safeyouthzone/broker/internal/notify/dc09"
	"safeyouthzone/broker/internal/notify/health"
	"safeyouthzone/broker/internal/notify/mail"
	"safeyouthzone/broker/internal/notify/ntfy"
	"safeyouthzone/broker/internal/notify/outgoing"
	"safeyouthzone/broker/internal/notify/webhook"
)

// Channel is one way to reach people, in the configuration. Which keys it needs depends on its kind.
type Channel struct {
	Name   string `toml:"name"` // in contacts, policies and the ledger; it must never change
	Kind   string `toml:"kind"` // mail, webpush, webhook, ntfy, dc09 or cap
	URL    string `toml:"url"`
	Server string `toml:"server"` // mail: host:port
	// Security of the connection to a mail server: starttls, tls or none (to this machine only).
	Security string `toml:"security"`
	User     string `toml:"user"`
	From     string `toml:"from"` // mail, cap: the sender
	// SecretFile is a whole path, or the name of a systemd credential. mail: password; webhook: signing secrets; ntfy, cap: token;
	// dc09: key in hex.
	SecretFile string   `toml:"secret_file"`
	CA         string   `toml:"ca"`          // PEM file of the authority that vouches for the other side; empty for the system's
	ServerName string   `toml:"server_name"` // dc09: in the certificate, if it is not the receiver's
	Contact    string   `toml:"contact"`     // webpush: of the operator, for the push services
	Addresses  []string `toml:"addresses"`   // cap: for whom the messages are
	Allow      []string `toml:"allow"`       // networks inside the county that may be called: 10.1.0.0/16

	// Follow has a machine (dc09, cap) told the whole story of every activation, without a policy. Then it should be no one's contact.
	Follow bool `toml:"follow"`

	Receivers []string `toml:"receivers"` // dc09: host:port, tried in this order
	Account   string   `toml:"account"`
	Receiver  string   `toml:"receiver"`
	Line      string   `toml:"line"`
	Format    string   `toml:"format"`      // sia or contact_id
	Event     string   `toml:"event"`       // dc09: SIA code of a call, and of its end
	Restore   string   `toml:"restore"`     //
	ContactID int      `toml:"contact_id"`  // dc09: Contact ID code of a call
	EveryS    int      `toml:"supervise_s"` // dc09: seconds between "we are here"
	Plain     bool     `toml:"plain"`       // dc09 without TLS, with the standard's own encryption
	Points    []Point  `toml:"point"`       // dc09: where zones are in the centre's books
}

// Point is where one zone is in the books of an alarm receiving centre.
type Point struct {
	Zone    string `toml:"zone"`
	Account string `toml:"account"`
	Area    int    `toml:"area"`
	Number  int    `toml:"number"`
}

// channels makes the channels of the configuration, and the one of the desks.
func (b *Broker) newChannels(ctx context.Context) (map[string]dispatch.Channel, error) {
	out := map[string]dispatch.Channel{ladder.DeskChannel: deskChannel{b}}
	b.push.channels, b.push.centres = map[string]notify.Channel{}, map[string]*dc09.Channel{}
	b.push.health = health.New(time.Now, b.log)
	for _, c := range b.o.Config.Channels {
		if !activation.ValidID(c.Name) || out[c.Name] != nil {
			return nil, fmt.Errorf("%w: channel %q: the name is not usable, or there twice", ErrConfig, c.Name)
		}
		ch, err := b.newChannel(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("%w: channel %q: %w", ErrConfig, c.Name, err)
		}
		ch = b.push.health.Watch(c.Name, c.Kind, ch)
		if c.Kind == "webpush" {
			ch = browsersOf{b, ch}
		}
		out[c.Name], b.push.channels[c.Name] = outside{b: b, name: c.Name, ch: ch}, ch
		if !c.Follow {
			continue
		}
		if err := b.newFollower(ctx, c.Name, ch); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b *Broker) newChannel(ctx context.Context, c Channel) (notify.Channel, error) {
	secret, err := readSecret(c.SecretFile)
	if err != nil {
		return nil, err
	}
	ch, err := c.build(secret, capHistory{b}, b.log, func(client *http.Client) (notify.Channel, error) { return b.newWebPush(ctx, c, client) })
	if centre, ok := ch.(*dc09.Channel); ok && err == nil {
		b.push.centres[c.Name] = centre
	}
	return ch, err
}

// build makes a channel and connects to nothing.
func (c Channel) build(secret string, h cap.History, log *slog.Logger, browsers func(*http.Client) (notify.Channel, error)) (notify.Channel, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	switch c.Kind {
	case "mail":
		conf, err := trust(c.CA, "")
		if err != nil {
			return nil, err
		}
		return mail.New(mail.Options{Server: c.Server, Security: mail.Security(c.Security), TLS: conf, User: c.User, Password: secret, From: c.From})
	case "webpush":
		return browsers(client)
	case "webhook":
		return webhook.New(webhook.Options{Name: c.Name, URL: c.URL, Secrets: webhook.ParseSecrets(secret), Client: client, Now: time.Now})
	case "ntfy":
		return ntfy.New(ntfy.Options{URL: c.URL, Token: secret, Client: client})
	case "cap":
		return cap.New(cap.Options{URL: c.URL, Token: secret, Sender: c.From, Addresses: c.Addresses, History: h, Client: client})
	case "dc09":
		return c.dc09(secret, log)
	default:
		return nil, fmt.Errorf("there is no kind %q", c.Kind)
	}
}

func (c Channel) client() (*http.Client, error) {
	var p outgoing.Policy
	for _, text := range c.Allow {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("allow: %q is not a network", text)
		}
		p.Allow = append(p.Allow, n)
	}
	if c.CA != "" && strings.HasPrefix(c.URL, "http:") {
		return nil, errors.New("ca: the url begins with http:, so that no certificate would be looked at")
	}
	conf, err := trust(c.CA, "")
	if err != nil {
		return nil, err
	}
	return outgoing.Client(p, conf), nil
}

func (c Channel) dc09(secret string, log *slog.Logger) (*dc09.Channel, error) {
	o := dc09.Options{
		Receivers: c.Receivers, Account: c.Account, Receiver: c.Receiver, Line: c.Line, Format: dc09.Format(c.Format),
		Points: map[string]dc09.Point{}, Every: time.Duration(c.EveryS) * time.Second, Now: time.Now, Logger: log,
	}
	if secret != "" {
		key, err := hex.DecodeString(secret)
		if err != nil {
			return nil, errors.New("the key is not in hex")
		}
		o.Key = key
	}
	if !c.Plain {
		conf, err := trust(c.CA, c.ServerName)
		if err != nil {
			return nil, err
		}
		o.TLS = conf
	}
	if c.Event != "" || c.Restore != "" || c.ContactID != 0 {
		o.Call = dc09.Code{SIA: c.Event, Restore: c.Restore, CID: c.ContactID}
	}
	for _, p := range c.Points {
		o.Points[p.Zone] = dc09.Point{Account: p.Account, Area: p.Area, Number: p.Number}
	}
	return dc09.New(o)
}

// capHistory is the casefile as CAP needs it.
type capHistory struct{ b *Broker }

// Events are the events of a case.
func (c capHistory) Events(id string) []activation.Event {
	_, entries, err := c.b.book.Get(id)
	if err != nil {
		return nil
	}
	out := make([]activation.Event, len(entries))
	for i, e := range entries {
		out[i] = e.Event
	}
	return out
}

// outside is a channel of package notify as dispatch calls it.
type outside struct {
	b    *Broker
	name string
	ch   notify.Channel
}

// Send puts a notice into the form of package notify, with the link of its one person.
func (o outside) Send(ctx context.Context, n dispatch.Notice) (activation.NoticeState, error) {
	z, _ := o.b.fleet.Zone(n.Zone)
	out := notify.Notice{
		ID: n.ID, Kind: kindOf(n.Why), Mode: n.Mode, Case: n.Case, Code: activation.ShortCode(n.Case), Zone: n.Zone, ZoneName: z.Name, Rung: n.Rung,
		Severity: severity(n.Mode), At: n.At,
	}
	var err error
	if n.Why == dispatch.News { // there is nothing to answer: what happened is at the desk
		out.Link = o.b.deskURL()
	} else if out.Link, err = o.b.answers.Link(n.Target, n.Case); err != nil {
		o.b.log.Error("answer link not made; told without one", slog.String("case", n.Case), slog.Any("error", err))
	}
	res, err := o.ch.Send(ctx, out, notify.Address{Person: n.Target, Agency: n.Agency, To: n.To})
	o.b.push.dead.note(way{n.Target, o.name}, n.To, err)
	if err == nil {
		if res.State == notify.Delivered {
			return activation.NoticeDelivered, nil
		}
		return activation.NoticeSent, nil
	}
	f := &dispatch.FaultError{Reason: activation.Unreachable, Err: err}
	f.After, _ = notify.RetryAfter(err)
	switch {
	case errors.Is(err, notify.ErrGone):
		f.Reason, f.Final = activation.AddressGone, true
	case errors.Is(err, notify.ErrRefused):
		f.Reason, f.Final = activation.Refused, true
	case errors.Is(err, context.DeadlineExceeded):
		f.Reason = activation.TimedOut
	}
	return "", f
}

// severity is that of the mode alone: what sets one call apart from another is for the order in which people are told, and not for whoever
// carries the notice.
func severity(m activation.Mode) notify.Severity {
	switch m {
	case activation.Drill:
		return notify.Important
	case activation.Test:
		return notify.Routine
	default:
		return notify.Urgent
	}
}

func kindOf(w dispatch.Why) notify.Kind {
	switch w {
	case dispatch.News:
		return notify.Again
	case dispatch.Nobody:
		return notify.NobodyReachable
	case dispatch.Unanswered:
		return notify.Unanswered
	default:
		return notify.Activation
	}
}

// deskChannel is the open desks: a notice is delivered when somebody watches one, in a tab that is visible and in use.
type deskChannel struct{ b *Broker }

// Send reports whether a desk is watched.
func (d deskChannel) Send(_ context.Context, n dispatch.Notice) (activation.NoticeState, error) {
	if d.b.desk == nil || !d.b.desk.Watched(n.Agency) {
		return "", &dispatch.FaultError{Reason: activation.Unwatched}
	}
	return activation.NoticeDelivered, nil
}
