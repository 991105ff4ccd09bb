package main_test

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/county"
)

// counterparts are the other ends of every channel: what they hear, whole, by the name of the channel.
type counterparts struct {
	t *testing.T
	sync.Mutex
	got map[string][]string
}

func (c *counterparts) take(channel, text string) {
	c.Lock()
	defer c.Unlock()
	c.got[channel] = append(c.got[channel], text)
}

// count is how many things came by a channel, with a text in them.
func (c *counterparts) count(channel, text string) int {
	c.Lock()
	defer c.Unlock()
	n := 0
	for _, g := range c.got[channel] {
		if strings.Contains(g, text) {
			n++
		}
	}
	return n
}

// request is a whole request in one text: line, headers, body, and a form once more without its encoding.
func request(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s\n", r.Method, r.URL)
	_ = r.Header.Write(&out)
	out.WriteString(string(body))
	if plain, err := url.QueryUnescape(string(body)); err == nil {
		out.WriteString("\n" + plain)
	}
	if user, _, ok := r.BasicAuth(); ok {
		out.WriteString("\n" + user)
	}
	return out.String()
}

// server is a server that answers every request in one way.
func (c *counterparts) server(channel string, answer func(w http.ResponseWriter)) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead {
			c.take(channel, request(r))
		}
		answer(w)
	}))
	c.t.Cleanup(s.Close)
	return s
}

// mailServer speaks as much of SMTP as a message needs.
func (c *counterparts) mailServer(channel string) string {
	l := c.listen(nil)
	go c.accept(l, func(conn net.Conn) {
		in := textproto.NewReader(bufio.NewReader(conn))
		say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
		say("220 here")
		whole := ""
		for {
			line, err := in.ReadLine()
			if err != nil {
				return
			}
			whole += line + "\n"
			switch strings.ToUpper(strings.Fields(line + " .")[0]) {
			case "DATA":
				say("354 go on")
				b, err := in.ReadDotBytes()
				if err != nil {
					return
				}
				plain, _ := io.ReadAll(quotedprintable.NewReader(strings.NewReader(string(b))))
				c.take(channel, whole+string(b)+"\n"+string(plain))
				say("250 taken")
			case "QUIT":
				say("221 bye")
				return
			default:
				say("250 fine")
			}
		}
	})
	return l.Addr().String()
}

func (c *counterparts) listen(conf *tls.Config) net.Listener {
	l, err := (&net.ListenConfig{}).Listen(c.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	if conf != nil {
		l = tls.NewListener(l, conf)
	}
	c.t.Cleanup(func() { _ = l.Close() })
	return l
}

func (c *counterparts) accept(l net.Listener, serve func(net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			serve(conn)
		}()
	}
}

// sum is CRC-16/ARC, bit by bit.
func sum(s string) uint16 {
	var c uint16
	for _, b := range []byte(s) {
		c ^= uint16(b)
		for range 8 {
			if c&1 == 1 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
	}
	return c
}

// centre is a receiver of SIA DC-09 in a tunnel of TLS. It takes frames whose check sum and length are right, and no others.
func (c *counterparts) centre(channel string, crt tls.Certificate) string {
	l := c.listen(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{crt}})
	go c.accept(l, func(conn net.Conn) {
		frame, err := bufio.NewReader(conn).ReadString('\r')
		if err != nil || len(frame) < 11 {
			return
		}
		body := frame[9 : len(frame)-1]
		if want := fmt.Sprintf("\n%04X%04X", sum(body), len(body)); frame[:9] != want {
			c.t.Errorf("not a frame: %q", frame)
			return
		}
		_, rest, _ := strings.Cut(body[1:], `"`)
		seq, place, _ := strings.Cut(rest, "L")
		line, account, _ := strings.Cut(place, "#")
		account, _, _ = strings.Cut(account, "[")
		if !strings.Contains(body, `"NULL"`) {
			c.take(channel, frame)
		}
		reply := fmt.Sprintf(`"ACK"%sR0L%s#%s[]`, seq[:4], line, account)
		_, _ = fmt.Fprintf(conn, "\n%04X%04X%s\r", sum(reply), len(reply), reply)
	})
	return l.Addr().String()
}

// browser is a browser that has subscribed: only it can read what the push service carries.
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func (b browser) subscription(at string) map[string]any {
	enc := base64.RawURLEncoding.EncodeToString
	return map[string]any{"endpoint": at, "keys": map[string]string{"p256dh": enc(b.key.PublicKey().Bytes()), "auth": enc(b.auth)}}
}

// open decrypts a body as RFC 8291 says.
func (b browser) open(body []byte) (string, error) {
	if len(body) < 86 {
		return "", io.ErrUnexpectedEOF
	}
	salt, sender := body[:16], body[21:86]
	point, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return "", err
	}
	shared, err := b.key.ECDH(point)
	if err != nil {
		return "", err
	}
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(sender), 32)
	if err != nil {
		return "", err
	}
	key, err1 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, err2 := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err1 != nil || err2 != nil {
		return "", fmt.Errorf("%w %w", err1, err2)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	plain, err := gcm.Open(nil, nonce, body[86:], nil)
	return strings.TrimRight(string(plain), "\x00\x02"), err
}

// pushService carries what it can not read; the one browser can, and both are kept: what the service sees and what the person sees.
func (c *counterparts) pushService(channel string) (s *httptest.Server, b browser) {
	k, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	b = browser{key: k, auth: []byte("0123456789abcdef")}
	s = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			return
		}
		body, _ := io.ReadAll(r.Body)
		text, err := b.open(body)
		if err != nil {
			c.t.Errorf("the browser can not read its notice: %v", err)
		}
		var out strings.Builder
		fmt.Fprintf(&out, "%s %s\n", r.Method, r.URL)
		_ = r.Header.Write(&out)
		if _, claims, ok := strings.Cut(r.Header.Get("Authorization"), "."); ok { // what the broker says of itself
			claims, _, _ = strings.Cut(claims, ".")
			plain, _ := base64.RawURLEncoding.DecodeString(claims)
			out.Write(plain)
		}
		c.take(channel, out.String()+"\n"+text)
		w.WriteHeader(http.StatusCreated)
	}))
	c.t.Cleanup(s.Close)
	return s, b
}

// authority writes the certificate of a test server for those who are to trust it.
func authority(t *testing.T, s *httptest.Server, path string) {
	t.Helper()
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// subscribe signs in at the desk as a person does, has the browser subscribe, and returns the account.
func subscribe(ctx context.Context, c *county.County, agency string, subscription map[string]any) (account string, err error) {
	link, err := c.SignInLink(ctx)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(link)
	if err != nil {
		return "", err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	call := func(method, path, kind, body string, want int) (string, error) {
		r, err := newRequest(ctx, method, c.URL()+path, kind, body)
		if err != nil {
			return "", err
		}
		res, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode != want {
			err = fmt.Errorf("%s answered %d: %s", path, res.StatusCode, text)
		}
		return string(text), err
	}
	form := url.Values{"link": {u.Query().Get("link")}, "agency": {agency}, "role": {"responder"}}
	if _, err := call("POST", "/sign-in", "application/x-www-form-urlencoded", form.Encode(), 303); err != nil {
		return "", err
	}
	b, err := json.Marshal(subscription)
	if err != nil {
		return "", err
	}
	if _, err := call("POST", "/push/subscribe", "application/json", string(b), 204); err != nil {
		return "", err
	}
	page, err := call("GET", "/notifications", "", "", 200)
	if err != nil {
		return "", err
	}
	m := accountOf.FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, "No call comes here yet.") {
		return "", fmt.Errorf("the page does not say that the account is nobody's: %s", page)
	}
	return m[1], nil
}

var accountOf = regexp.MustCompile(`Your account <b>([^<]+)</b>`)

func newRequest(ctx context.Context, method, at, kind, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", kind)
	}
	return r, err
}
