package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/activation"
)

// The answers, as forms and programs send them.
const (
	acknowledge = "acknowledge"
	coming      = "coming"
	cannot      = "cannot"

	maxMinutes = 240
)

// asked is a request with a good link: who was asked for what.
type asked struct {
	grant  Grant
	person Person
	state  activation.State
	key    string // of the link, in the table of uses; a hash, so that nobody who reads the table has the link
}

// open finds out what a request is about. Strangers are slowed down.
func (a *Answers) open(r *http.Request) (asked, *problem) {
	link := r.PathValue("link")
	g, err := a.o.Keys.Open(link, a.o.Now())
	if errors.Is(err, ErrExpired) {
		return asked{}, &expired
	}
	if err != nil { // a good link is never slowed down: whoever guesses may sit behind the same address
		from := remote(r)
		if a.brake.slowed(from) {
			return asked{}, &tooOften
		}
		a.brake.strange(from)
		return asked{}, &badLink
	}
	p, ok := a.o.Dispatch.Person(g.Person)
	if !ok {
		return asked{}, &notYours
	}
	s, err := a.o.Book.State(g.Case)
	if err != nil {
		return asked{}, &ended
	}
	h := sha256.Sum256([]byte(link))
	return asked{grant: g, person: p, state: s, key: hex.EncodeToString(h[:16])}, nil
}

// wish is what somebody wants to say.
type wish struct {
	answer  string
	minutes int
}

// wishOf reads a form. ok is false for what the link does not allow, and for what makes no sense.
func wishOf(r *http.Request, may May) (w wish, ok bool) {
	w.answer = r.PostFormValue("answer")
	switch w.answer {
	case acknowledge:
		return w, may&MayAcknowledge != 0
	case cannot:
		return w, may&MayDecline != 0
	case coming:
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("minutes")))
		w.minutes = n
		return w, err == nil && n >= 1 && n <= maxMinutes && may&MayCome != 0
	}
	return w, false
}

// event is the id of the event that an answer makes: the same whenever the same link says the same.
func (w wish) event(key string) string {
	h := sha256.Sum256([]byte("syz/answer/event\x00" + key + "\x00" + w.answer + "\x00" + strconv.Itoa(w.minutes)))
	b := h[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // a UUID of version 8: made by a rule of one's own
	return unpackUUID(b)
}

// remote is the address that a request comes from; the desk has taken it from the proxies that it trusts.
func remote(r *http.Request) string {
	if i := strings.LastIndexByte(r.RemoteAddr, ':'); i >= 0 {
		return r.RemoteAddr[:i]
	}
	return r.RemoteAddr
}
