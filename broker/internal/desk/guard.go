package desk

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

const (
	maxBody          = 4 << 10
	readWithin       = 15 * time.Second
	answerPageWithin = 30 * time.Second
)

// policy lets a page use what this server serves and nothing else; scripts can put text into a page, markup only by the one policy
// that desk.js declares.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types desk"

func (d *Desk) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Embedder-Policy", "require-corp")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if !d.opt.Insecure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// limit bounds what a request may send and how long it may take, whatever the server around it allows. Streams set their own times.
func limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctl, now := http.NewResponseController(w), time.Now()
		_ = ctl.SetReadDeadline(now.Add(readWithin)) // a test's recorder has no connection
		_ = ctl.SetWriteDeadline(now.Add(answerPageWithin))
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// foreign answers a write that another site made the browser send.
func (d *Desk) foreign(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, refusal{
		Status: http.StatusForbidden, Code: "other_site", Title: "This request came from another site.",
		Detail: "Nothing was changed. Open the desk itself and try again.",
	})
}

func (d *Desk) notFound(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, refusal{
		Status: http.StatusNotFound, Code: "not_found", Title: "There is nothing at this address.",
		Detail: "Go back to the desk.",
	})
}

// seatOf says who sends a request. Every route and every heartbeat of a stream asks it anew.
func (d *Desk) seatOf(r *http.Request) (Seat, bool) {
	if !d.opt.Dev {
		return Seat{}, false
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return d.machine(r, bearer)
	}
	c, err := r.Cookie(d.cookieName())
	if err != nil {
		return Seat{}, false
	}
	return d.sessions.seat(c.Value)
}

// machine is the seat of a program, in development mode. It may be at any agency's desk.
func (d *Desk) machine(r *http.Request, bearer string) (Seat, bool) {
	want, got := hashed(d.opt.APIToken), hashed(bearer)
	if d.opt.APIToken == "" || subtle.ConstantTimeCompare(want[:], got[:]) != 1 || !strings.HasPrefix(r.URL.Path, "/api/") {
		return Seat{}, false
	}
	agency := d.opt.Agencies[0].ID
	if h := r.Header.Get("X-Syz-Agency"); h != "" {
		agency = h
	}
	_, ok := d.agencies[agency]
	return Seat{User: agency + "-api", Agency: agency}, ok
}

// may is the one place where roles will decide what a seat can do; for now a seat that is signed in can do all of it.
func (d *Desk) may(_ Seat, _ verb) bool { return true }

// seated lets only those in who are signed in.
func (d *Desk) seated(next func(http.ResponseWriter, *http.Request, Seat)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.opt.Dev {
			d.refuse(w, r, notSetUp)
			return
		}
		seat, ok := d.seatOf(r)
		if !ok {
			d.refuse(w, r, notSignedIn)
			return
		}
		next(w, r, seat)
	})
}
