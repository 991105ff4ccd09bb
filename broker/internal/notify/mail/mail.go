// Package mail tells people by electronic mail, through the county's own server: STARTTLS or TLS from the first byte, never a password
// in the clear. Mail is slow and may be filtered; a ladder should not rest on it alone.
//
// A message is plain text. Its Message-ID comes from the notice's own id, so that a mailbox shows a repeat once, and the notices about
// one activation form one thread without naming it.
package mail

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"safeyouthzone/broker/internal/notify"
)

// ErrOptions means that a server like this can not work, or must not.
var ErrOptions = errors.New("mail is not set up")

// Security is how the connection is protected.
type Security string

// The ways.
const (
	STARTTLS Security = "starttls" // wanted, not only tried
	Implicit Security = "tls"      // from the first byte
	Local    Security = "none"     // only to a server on this machine
)

const atMost = 30 * time.Second // for one message, if the caller sets no limit

// Options say which server sends for us.
type Options struct {
	Server   string // host:port
	Security Security
	TLS      *tls.Config // nil for the system's authorities
	User     string      // empty for a server that wants none
	Password string
	From     string // address
}

// Channel is one mail server. It is safe for concurrent use.
type Channel struct {
	o      Options
	host   string
	port   int
	domain string
}

// New makes a channel. Its error is [ErrOptions].
func New(o Options) (*Channel, error) {
	host, p, err := net.SplitHostPort(o.Server)
	port, bad := strconv.Atoi(p)
	if err != nil || bad != nil || host == "" {
		return nil, fmt.Errorf("%w: server must be host:port", ErrOptions)
	}
	from, err := netmail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("%w: from must be an address", ErrOptions)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	switch o.Security {
	case STARTTLS, Implicit:
	case Local:
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, fmt.Errorf("%w: without TLS only a server on this machine is allowed", ErrOptions)
		}
	default:
		return nil, fmt.Errorf("%w: security must be starttls, tls or none", ErrOptions)
	}
	conf := o.TLS
	if conf == nil {
		conf = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	conf = conf.Clone()
	if conf.ServerName == "" {
		conf.ServerName = host
	}
	o.TLS = conf
	return &Channel{o: o, host: host, port: port, domain: domain}, nil
}

// Name is the channel's name.
func (c *Channel) Name() string { return "mail" }

// Send hands a message to the server. That it was taken does not mean that it was read, or even kept.
func (c *Channel) Send(ctx context.Context, n notify.Notice, a notify.Address) (notify.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	m, id, err := c.message(n, a.To)
	if err != nil {
		return notify.Result{}, err
	}
	client, err := c.client(ctx)
	if err != nil {
		return notify.Result{}, err
	}
	err = client.DialAndSendWithContext(ctx, m)
	if err != nil && !m.IsDelivered() { // a server that stumbles after it took the message has it nevertheless
		return notify.Result{}, reason(ctx, err)
	}
	return notify.Result{State: notify.Sent, Reference: id}, nil
}

// Probe signs in at the server and sends nothing.
func (c *Channel) Probe(ctx context.Context, _ bool) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	client, err := c.client(ctx)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return reason(ctx, err)
	}
	_ = client.Close() // it let us in
	return nil
}

func (c *Channel) message(n notify.Notice, to string) (*gomail.Msg, string, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(c.o.From); err != nil {
		return nil, "", fmt.Errorf("sender is no address: %w", notify.ErrRefused)
	}
	if err := m.To(to); err != nil {
		return nil, "", fmt.Errorf("recipient is no address: %w", notify.ErrGone)
	}
	t := notify.Words(n)
	m.Subject(t.Subject)
	body := t.Body + "\r\n"
	if n.Link != "" {
		words := "The desk: " + n.Link + "\r\n"
		if n.Kind.Answerable() {
			words = "Answer here: " + n.Link + "\r\nOpening the page answers nothing yet. The link is for you alone: do not pass it on.\r\n"
		}
		body += "\r\n" + words
	}
	m.SetBodyString(gomail.TypeTextPlain, body)
	m.SetDate()
	id := token("message", n.ID)
	m.SetMessageIDWithValue(id + "@" + c.domain)
	if n.Case != "" {
		m.SetGenHeader(gomail.HeaderReferences, "<"+token("thread", n.Case)+"@"+c.domain+">")
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if n.Severity >= notify.Urgent {
		m.SetImportance(gomail.ImportanceHigh)
	}
	return m, id, nil
}

// token hides an id in something of the same identity.
func token(what, id string) string {
	h := sha256.Sum256([]byte("syz/mail/" + what + "\x00" + id))
	return hex.EncodeToString(h[:12])
}

func (c *Channel) client(ctx context.Context) (*gomail.Client, error) {
	deadline, _ := ctx.Deadline() // it ends the connection; the library's own limit comes later, and says less
	opts := []gomail.Option{
		gomail.WithPort(c.port), gomail.WithTimeout(max(time.Until(deadline), 0) + time.Second), gomail.WithHELO(c.domain),
		gomail.WithDialContextFunc(c.dial(ctx)), gomail.WithTLSConfig(c.o.TLS),
	}
	switch c.o.Security {
	case STARTTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Implicit, Local:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS)) // no STARTTLS: dial has made TLS where it is wanted
	}
	if c.o.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthPlain), gomail.WithUsername(c.o.User), gomail.WithPassword(c.o.Password))
	}
	client, err := gomail.NewClient(c.host, opts...)
	if err != nil {
		return nil, errors.New("cannot make mail client")
	}
	return client, nil
}

// dial makes a connection that ends with the context, whatever the library's own time limits are.
func (c *Channel) dial(whole context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		var d net.Dialer
		raw, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		bound := &bounded{Conn: raw}
		bound.stop = context.AfterFunc(whole, func() { _ = raw.Close() })
		if c.o.Security != Implicit {
			return bound, nil
		}
		sealed := tls.Client(bound, c.o.TLS)
		if err := sealed.HandshakeContext(ctx); err != nil {
			_ = sealed.Close()
			return nil, err
		}
		return sealed, nil
	}
}

type bounded struct {
	net.Conn
	stop func() bool
}

// Close ends the connection and the watch over it.
func (b *bounded) Close() error {
	b.stop()
	return b.Conn.Close()
}

// reason says what dispatch must know of an error, without what the server said: servers repeat addresses.
func reason(ctx context.Context, err error) error {
	if e := ctx.Err(); e != nil {
		return fmt.Errorf("the mail server is too slow: %w", e)
	}
	var s *gomail.SendError
	if !errors.As(err, &s) {
		return errors.New("cannot reach the mail server, or it does not let us in")
	}
	code := s.ErrorCode()
	if code == 0 {
		return errors.New("the connection to the mail server was lost")
	}
	text := fmt.Errorf("the mail server answered %d", code)
	switch {
	case s.Reason == gomail.ErrSMTPRcptTo && (code == 550 || code == 551 || code == 553):
		return fmt.Errorf("%w: %w", notify.ErrGone, text)
	case code >= 500:
		return fmt.Errorf("%w: %w", notify.ErrRefused, text)
	default:
		return text
	}
}
