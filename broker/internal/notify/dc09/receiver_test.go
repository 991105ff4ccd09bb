package dc09_test

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The receiver of these tests is written from the standard's frame and from vectors of other implementations, and shares nothing
// with the code that it judges: a table for the check sum, a scanner instead of patterns, its own decryption.

type heard struct {
	token, receiver, line, account, data, text string
	seq                                        int
	at                                         time.Time
	encrypted                                  bool
}

// arc computes CRC-16/ARC by a table of nibbles.
func arc(s string) uint16 {
	table := [16]uint16{
		0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401, 0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
	}
	var c uint16
	for _, b := range []byte(s) {
		c = table[(c^uint16(b))&15] ^ c>>4
		c = table[(c^uint16(b>>4))&15] ^ c>>4
	}
	return c
}

// hear reads a frame the way a receiver does. It panics on what no receiver would take; the server turns that into a fault.
func hear(frame string, key []byte) heard {
	must := func(ok bool, what string) {
		if !ok {
			panic(what)
		}
	}
	must(strings.HasPrefix(frame, "\n") && strings.HasSuffix(frame, "\r") && len(frame) > 12, "line feed and carriage return")
	sum, err := strconv.ParseUint(frame[1:5], 16, 16)
	must(err == nil, "check sum")
	size, err := strconv.ParseUint(frame[5:9], 16, 16)
	must(err == nil && frame[5] == '0', "length")
	body := frame[9 : len(frame)-1]
	must(int(size) == len(body), "length")
	must(uint16(sum) == arc(body), "check sum")

	var h heard
	must(body[0] == '"', "token")
	end := strings.IndexByte(body[1:], '"') + 1
	h.token, h.encrypted = strings.TrimPrefix(body[1:end], "*"), body[1] == '*'
	body = body[end+1:]
	h.seq, err = strconv.Atoi(body[:4])
	must(err == nil, "sequence")
	body = body[4:]
	hexDigits := func() string {
		n := strings.IndexFunc(body, func(r rune) bool { return !strings.ContainsRune("0123456789ABCDEF", r) })
		must(n >= 1, "digits")
		d := body[:n]
		body = body[n:]
		return d
	}
	if body[0] == 'R' {
		body = body[1:]
		h.receiver = hexDigits()
	}
	must(body[0] == 'L', "line")
	body = body[1:]
	h.line = hexDigits()
	must(body[0] == '#', "account")
	body = body[1:]
	h.account = hexDigits()
	must(body[0] == '[', "bracket")
	body = body[1:]
	if h.encrypted {
		must(body == strings.ToUpper(body), "upper case")
		raw, err := hex.DecodeString(body)
		must(err == nil && len(raw)%16 == 0 && len(raw) > 0, "blocks")
		block, err := aes.NewCipher(key)
		must(err == nil, "key")
		cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(raw, raw)
		at := strings.IndexByte(string(raw), '|')
		must(at >= 0 && at < 16, "padding")
		body = string(raw[at+1:])
	}
	end = strings.IndexByte(body, ']')
	must(end >= 0, "bracket")
	tail := body[end+1:]
	for strings.HasPrefix(tail, "[") { // extended data
		_, tail, _ = strings.Cut(tail, "]")
	}
	clock, day, ok := strings.Cut(strings.TrimPrefix(tail, "_"), ",")
	must(ok && tail[0] == '_', "time")
	h.at, err = time.Parse("01-02-2006 15:04:05", day+" "+clock)
	must(err == nil, "time")
	if body = body[:end]; body != "" {
		parts := strings.SplitN(body, "|", 3)
		must(parts[0] == "#"+h.account, "account within")
		h.data = parts[1]
		if len(parts) == 3 {
			must(parts[2][0] == 'A', "text block")
			h.text = parts[2][1:]
		}
	}
	return h
}

// centre is a receiving centre that a test starts and pokes.
type centre struct {
	t    *testing.T
	at   string
	key  []byte
	mu   sync.Mutex
	all  []heard
	bad  []string
	say  func(h heard) string // the body of the reply; ACK if nil
	hold bool                 // never answer
}

func newCentre(t *testing.T, key []byte, conf *tls.Config) *centre {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if conf != nil {
		l = tls.NewListener(l, conf)
	}
	c := &centre{t: t, at: l.Addr().String(), key: key}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { c.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	return c
}

func (c *centre) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	frame, err := bufio.NewReader(conn).ReadString('\r')
	if err != nil {
		return
	}
	if reply := c.take(frame); reply != "" {
		_, _ = fmt.Fprintf(conn, "\n%04X%04X%s\r", arc(reply), len(reply), reply)
		return
	}
	_, _ = conn.Read(make([]byte, 1)) // silence, until the other side gives up
}

func (c *centre) take(frame string) (reply string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			c.bad = append(c.bad, fmt.Sprintf("%v: %q", p, frame))
			reply = `"NAK"0000R0L0A0[]` + time.Now().UTC().Format("_15:04:05,01-02-2006")
		}
	}()
	h := hear(frame, c.key)
	c.all = append(c.all, h)
	switch {
	case c.hold:
		return ""
	case c.say != nil:
		return c.say(h)
	default:
		return ack(h)
	}
}

func ack(h heard) string { return fmt.Sprintf(`"ACK"%04dR0L%s#%s[]`, h.seq, h.line, h.account) }

// messages gives what came so far, and fails the test if anything was not a proper frame.
func (c *centre) messages() []heard {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.bad {
		c.t.Errorf("not a frame, %s", b)
	}
	return append([]heard(nil), c.all...)
}
