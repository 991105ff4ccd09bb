package main_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"safeyouthzone/broker"
)

// phones are where people are reached: a real server for webhooks and a real one for mail, both on this machine.
type phones struct {
	hook *httptest.Server
	mail net.Listener

	mu   sync.Mutex
	got  map[string][]string // by channel, what came in whole
	dumb bool                // the webhook's server takes a request and says nothing
	held int                 // requests that it has taken so
}

func newPhones() (*phones, error) {
	p := &phones{got: map[string][]string{}}
	p.hook = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.Header.Get("Webhook-Signature") == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if p.holds() {
			<-r.Context().Done()
			return
		}
		p.take("sms", `"id":"`+r.Header.Get("Webhook-Id")+`" `+string(b))
	}))
	var err error
	if p.mail, err = (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := p.mail.Accept()
			if err != nil {
				return
			}
			go p.smtp(c)
		}
	}()
	return p, nil
}

func (p *phones) close() {
	p.hook.Close()
	_ = p.mail.Close()
}

func (p *phones) holds() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dumb {
		p.held++
	}
	return p.dumb
}

// phone hold|held|free has the webhook's server say nothing, waits until something came to it, and has it take what comes.
func (s *story) phone(ctx context.Context, args []string) error {
	p := s.phones
	if args[0] == "held" {
		return until(ctx, func() error {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.held == 0 {
				return errors.New("nothing came")
			}
			return nil
		})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dumb = args[0] == "hold"
	return nil
}

func (p *phones) take(channel, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got[channel] = append(p.got[channel], text)
}

// smtp speaks as much of SMTP as a message needs.
func (p *phones) smtp(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := textproto.NewReader(bufio.NewReader(c))
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 here")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " .")[0]); verb {
		case "DATA":
			say("354 go on")
			b, err := in.ReadDotBytes()
			if err != nil {
				return
			}
			p.take("mail", string(b))
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// reachable starts the phones; county then has them as channels.
func (s *story) reachable(context.Context, []string) error {
	var err error
	if s.phones, err = newPhones(); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dir, "sms.secret"), []byte("whsec_"+strings.Repeat("QUFB", 11)+"\n"), 0o600)
}

func (s *story) channels() []broker.Channel {
	if s.phones == nil {
		return nil
	}
	return []broker.Channel{
		{Name: "sms", Kind: "webhook", URL: s.phones.hook.URL, SecretFile: filepath.Join(s.dir, "sms.secret"), Allow: []string{"127.0.0.0/8"}},
		{Name: "mail", Kind: "mail", Server: s.phones.mail.Addr().String(), Security: "none", From: "desk@example.org"},
	}
}

// quiet writes down people of an agency that are reached by mail and then by webhook, and a ladder for everybody.
func (s *story) quiet(ctx context.Context, _ []string) error {
	post := func(path string, doc map[string]any) error {
		var out map[string]any
		return s.c.Desk.In("supervisor").Raw(ctx, http.MethodPost, path, doc, &out)
	}
	way := func(channel, to string) []map[string]any {
		return []map[string]any{{"channel": channel, "to": to, "after_s": 0}}
	}
	target := func(id string) []map[string]any { return []map[string]any{{"kind": "person", "id": id}} }
	return errors.Join(
		post("people", map[string]any{"id": "p-ana", "name": "Ana", "agency": "advocate", "contacts": way("mail", "ana@example.org")}),
		post("people", map[string]any{"id": "p-bo", "name": "Bo", "agency": "advocate", "contacts": way("sms", "+15550100")}),
		post("policies", map[string]any{"zone": "", "version": 0, "repeat": 0, "rungs": []map[string]any{
			{"after_s": 0, "targets": target("p-ana")}, {"after_s": 3, "targets": target("p-bo")}, {"after_s": 120, "supervisor": true, "targets": target("p-bo")},
		}}),
	)
}

var answerLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/a/[^\s"<>\\]+`)

// link is the answer link of the newest notice that came by a channel.
func (p *phones) link(channel string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.got[channel]) - 1; i >= 0; i-- {
		text := strings.ReplaceAll(strings.ReplaceAll(p.got[channel][i], "=\n", ""), "=3D", "=")
		if m := answerLink.FindString(text); m != "" {
			return m, nil
		}
	}
	return "", fmt.Errorf("nothing with a link came by %s: %q", channel, p.got[channel])
}

// told CHANNEL DEVICE waits until a notice came by a channel, and looks that it names the code and zone of the device's call alone.
func (s *story) told(ctx context.Context, args []string) error {
	d, err := s.get(args[1])
	if err != nil {
		return err
	}
	if err := until(ctx, func() error { _, err := s.phones.link(args[0]); return err }); err != nil {
		return err
	}
	s.phones.mu.Lock()
	defer s.phones.mu.Unlock()
	text := strings.Join(s.phones.got[args[0]], "\n")
	for _, never := range []string{d.id, "quiet_place", "youth", "button", d.Dir} {
		if strings.Contains(answerLink.ReplaceAllString(text, ""), never) {
			return fmt.Errorf("a notice says %q: %s", never, text)
		}
	}
	if !strings.Contains(text, "Compton Library") {
		return fmt.Errorf("a notice does not name the zone: %s", text)
	}
	return nil
}

// heard CHANNEL N TEXT waits until as many notices with a text came by a channel, looks that they are as many as that some time later, and that
// they say nothing else.
func (s *story) heard(ctx context.Context, args []string) error {
	want, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	text := strings.Join(args[2:], " ")
	count := func() (n int) {
		s.phones.mu.Lock()
		defer s.phones.mu.Unlock()
		ids := map[string]bool{}
		for _, got := range s.phones.got[args[0]] {
			if strings.Contains(got, text) {
				ids[noticeID.FindString(got)] = true // a second one with the same id is the same
			}
			for _, never := range []string{"hurt", "left", "water", "pressed", "need"} {
				if strings.Contains(got, never) {
					n = -1
				}
			}
		}
		return n + len(ids)
	}
	if err := until(ctx, func() error {
		if n := count(); n < want {
			return fmt.Errorf("%d with %q came by %s: %q", n, text, args[0], s.phones.got[args[0]])
		}
		return nil
	}); err != nil {
		return err
	}
	if n := count(); n != want {
		return fmt.Errorf("%d with %q came by %s: %q", n, text, args[0], s.phones.got[args[0]])
	}
	return nil
}

var noticeID = regexp.MustCompile(`"id":"[^"]*"|(?mi)^Message-Id: \S+`)

var formAction = regexp.MustCompile(`action="(/a/[^"]+)"`)

// answer CHANNEL WORD opens the link of the newest notice, which answers nothing, and then sends its form.
func (s *story) answer(ctx context.Context, args []string) error {
	link, err := s.phones.link(args[0])
	if err != nil {
		return err
	}
	page, err := fetch(ctx, http.MethodGet, link, nil)
	if err != nil {
		return err
	}
	m := formAction.FindStringSubmatch(page)
	if m == nil {
		return fmt.Errorf("the page has no form: %s", page)
	}
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	_, err = fetch(ctx, http.MethodPost, u.Scheme+"://"+u.Host+m[1], url.Values{"answer": {args[1]}, "minutes": {"10"}})
	return err
}

func fetch(ctx context.Context, method, at string, form url.Values) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %s", method, res.StatusCode, b)
	}
	return string(b), err
}
