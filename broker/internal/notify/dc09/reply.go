package dc09

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrReply means that what came back is no reply of a DC-09 receiver, or not one that we can read.
var ErrReply = errors.New("reply of the receiving centre is unreadable")

// maxReply bounds what is read of a reply; real ones have less than 100 bytes.
const maxReply = 512

// Verdict is what a receiver says of a message.
type Verdict string

// The verdicts.
const (
	ACK Verdict = "ACK" // it has it
	NAK Verdict = "NAK" // it can not take it like this; its own time comes along
	DUH Verdict = "DUH" // it does not understand it, and never will
)

// Reply is a reply.
type Reply struct {
	Verdict Verdict
	Seq     int
	Account string    // empty if the receiver did not name one
	Time    time.Time // the receiver's clock; zero if it did not say
}

// frameHead is the check sum, the length and the body. The account of a NAK is written A0 where it is unknown.
var (
	frameHead = regexp.MustCompile(`^\n([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})([^\r\n]*)\r$`)
	replyHead = regexp.MustCompile(`^"(\*?)(ACK|NAK|DUH)"(\d{4})(?:R[0-9A-Fa-f]{1,6})?(?:L[0-9A-Fa-f]{1,6})?(?:#([0-9A-Za-z]{1,16})|A[0-9A-Fa-f]{1,16})?\[`)
)

// ParseReply reads a reply, from line feed to carriage return. Its error is [ErrReply].
func ParseReply(b, key []byte) (Reply, error) {
	f := frameHead.FindStringSubmatch(string(b))
	if f == nil || len(b) > maxReply {
		return Reply{}, ErrReply
	}
	body := f[3]
	sum, _ := strconv.ParseUint(f[1], 16, 16) // four hexadecimal digits
	size, _ := strconv.ParseUint(f[2], 16, 16)
	if uint16(sum) != crc([]byte(body)) || int(size) != len(body) {
		return Reply{}, fmt.Errorf("%w: check sum or length", ErrReply)
	}
	h := replyHead.FindStringSubmatch(body)
	if h == nil {
		return Reply{}, ErrReply
	}
	rest := body[len(h[0]):]
	if h[1] == "*" {
		var err error
		if rest, err = open(key, rest); err != nil {
			return Reply{}, fmt.Errorf("%w: encrypted for another key", ErrReply)
		}
	}
	seq, _ := strconv.Atoi(h[3]) // four digits
	r := Reply{Verdict: Verdict(h[2]), Seq: seq, Account: h[4]}
	_, stamp, ok := strings.Cut(rest, "]")
	if !ok {
		return Reply{}, ErrReply
	}
	if stamp != "" {
		// Go takes a comma after seconds for the beginning of a fraction.
		t, err := time.Parse(strings.Replace(stampForm, ",", " ", 1), strings.Replace(stamp, ",", " ", 1))
		if err != nil {
			return Reply{}, fmt.Errorf("%w: time", ErrReply)
		}
		r.Time = t
	}
	return r, nil
}
