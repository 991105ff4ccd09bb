package desk

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

const (
	maxBody          = 4 << 10
	maxChoice        = 64 << 10    // as many zones as an account can have
	maxDocument      = 128 << 10   // a protocol in a form, encoded
	maxPasskey       = 16 << 10    // what an authenticator says of itself
	useWithin        = time.Second // that a token is used matters less than the answer that waits for it
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
func (d *Desk) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctl, now := http.NewResponseController(w), time.Now()
		_ = ctl.SetReadDeadline(now.Add(readWithin)) // a test's recorder has no connection
		_ = ctl.SetWriteDeadline(now.Add(answerPageWithin))
		most := int64(maxBody)
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/v1/documents/") || strings.HasPrefix(r.URL.Path, "/documents/"):
			most = maxDocument
		case strings.HasPrefix(r.URL.Path, "/policies") || strings.HasPrefix(r.URL.Path, "/rosters") || strings.HasPrefix(r.URL.Path, "/api/v1/rosters") || strings.HasPrefix(r.URL.Path, "/api/v1/policies"):
			most = maxDocument
		case r.URL.Path == "/tokens" || r.URL.Path == "/users" || strings.HasPrefix(r.URL.Path, "/users/"):
			most = maxChoice
		case r.URL.Path == "/passkey/finish":
			most = maxPasskey
		}
		tell := func() {
			seat, _ := d.seatOf(r)
			d.strange(r, oversized, seat)
		}
		if r.ContentLength > most {
			tell()
			d.refuse(w, r, *tooLarge(&http.MaxBytesError{Limit: most}))
			return
		}
		r.Body = &bounded{http.MaxBytesReader(w, r.Body, most), tell}
		next.ServeHTTP(w, r)
	})
}

// standing keeps a fault in one answer from going by in silence: it is told to those who run the desk, and to the person whom it kept from
// something, in words. What was at fault is not in the log, since it could be a youth's; where it was is.
func (d *Desk) standing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // how a handler hangs up
			}
			d.log.ErrorContext(r.Context(), "fault in the desk", slog.String("method", r.Method), slog.String("kind", fmt.Sprintf("%T", p)), slog.String("stack", string(debug.Stack())))
			d.answerPage(w, 0, nil)
		}()
		next.ServeHTTP(w, r)
	})
}

// foreign answers a write that another site made the browser send.
func (d *Desk) foreign(w http.ResponseWriter, r *http.Request) {
	seat, _ := d.seatOf(r) // the person at whose browser it was
	d.strange(r, otherSite, seat)
	d.refuse(w, r, refusal{
		Status: http.StatusForbidden, Code: otherSite, Title: "This request came from another site.",
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
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return d.machine(r, bearer)
	}
	v, ok := d.cookieOf(r)
	if !ok {
		return Seat{}, false
	}
	return d.seatOfSession(v)
}

// renewed reports whether a browser has got a newer secret for the session of a request.
func (d *Desk) renewed(r *http.Request) bool {
	c, err := r.Cookie(d.cookieName())
	return err == nil && d.accounts.Renewed(c.Value)
}

// devRoles are what somebody is who does not choose, in development mode.
func devRoles() []Role { return []Role{Dispatcher, Supervisor} }

// machine is the seat of a program: it holds a token, and may act under /api/ alone.
func (d *Desk) machine(r *http.Request, bearer string) (Seat, bool) {
	if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
		return Seat{}, false
	}
	if d.opt.Dev && d.opt.APIToken != "" && subtle.ConstantTimeCompare([]byte(account.Hash(d.opt.APIToken)), []byte(account.Hash(bearer))) == 1 {
		return d.devMachine(r)
	}
	t, ok := d.accounts.Token(bearer)
	if !ok {
		return Seat{}, false
	}
	_, known := d.agencies[t.Agency]
	d.noteUse(r, t)
	return Seat{User: t.Agency + "-" + t.ID, Agency: t.Agency, Roles: toRoles(t.Roles), Zones: t.Zones, Program: true}, known
}

// noteUse writes down that a token is used, so that administrators see which ones are not. A program is served even if nobody can.
func (d *Desk) noteUse(r *http.Request, t account.Token) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), useWithin) // who hangs up has used it all the same
	defer cancel()
	if err := d.accounts.TokenUsed(ctx, t); err != nil {
		d.log.Warn("use of a token not stored", slog.String("token", t.ID), slog.Any("error", err))
	}
}

// devMachine is a program in development mode. It may be at any agency's desk and in any role.
func (d *Desk) devMachine(r *http.Request) (Seat, bool) {
	agency, roles, ok := d.opt.Agencies[0].ID, devRoles(), true
	if h := r.Header.Get("X-Syz-Agency"); h != "" {
		agency = h
	}
	if h := r.Header.Get("X-Syz-Role"); h != "" {
		roles, ok = parseRoles(h)
	}
	_, known := d.agencies[agency]
	return Seat{User: agency + "-api", Agency: agency, Roles: roles, Program: true, Fresh: true}, ok && known
}

// caseOf is the only way to show one case. A case outside the limits of a seat is answered as one that does not exist. Who reads is
// in the audit before this returns.
func (d *Desk) caseOf(seat Seat, id string) (Case, []Entry, error) {
	k, entries, err := d.within(seat, id, CaseRead)
	if err == nil {
		d.read(seat, "read", k.State.Case)
		d.views.opened(seat, id)
	}
	return k, entries, err
}

// within gets a case that a seat acts on.
func (d *Desk) within(seat Seat, id string, p Permission) (Case, []Entry, error) {
	k, entries, err := d.opt.Book.Get(id)
	if err != nil {
		return k, nil, fmt.Errorf("cannot get case: %w", err)
	}
	if !d.sees(seat, k.State) {
		d.log.Warn("case refused", slog.String("user", seat.User), slog.String("case", id))
		d.noteRefused(seat, string(p), id, "scope")
		return Case{}, nil, ErrUnknownCase
	}
	return k, entries, nil
}
