package desk

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/time/rate"

	"safeyouthzone/broker/contract/chain"
)

// What no page of the desk asks for, and no honest program: it is refused by what it is, whoever asks, and told to those who run the desk.
const (
	otherSite    = "other_site"   // another site made a browser write
	framed       = "framed"       // another site shows a page of the desk inside its own
	badAddress   = "bad_address"  // an address that climbs out of the desk
	elsewhere    = "elsewhere"    // a sign-in that should end at another site
	oversized    = "oversized"    // more than any form sends
	oldSecret    = "old_secret"   // a secret of a session that its browser has a newer one for
	noSession    = "no_session"   // a session that is none, or none any more
	slowReader   = "slow_reader"  // a stream that nobody reads
	manyStreams  = "many_streams" // more streams than the desk has
	strangeEvery = 5              // lines a second in the log, after ...
	strangeBurst = 100            // ... so many at once: a flood must not fill a disk
)

// strange notes such a request, and in the audit at whose browser or with whose token it was.
func (d *Desk) strange(r *http.Request, what string, seat Seat) {
	if !d.strangers.AllowN(d.opt.Clock(), 1) {
		return
	}
	d.log.WarnContext(r.Context(), "strange request", slog.String("what", what), slog.String("from", siteOf(r).String()), slog.String("user", seat.User), slog.String("method", r.Method))
	if seat.User != "" {
		d.noteRefused(seat, "request", "", what)
	}
}

func newStrangers() *rate.Limiter { return rate.NewLimiter(strangeEvery, strangeBurst) }

// honest lets through what a browser of this desk or a program could have sent.
func (d *Desk) honest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case slices.Contains([]string{"iframe", "frame", "embed", "object", "fencedframe"}, r.Header.Get("Sec-Fetch-Dest")):
			seat, _ := d.seatOf(r)
			d.strange(r, framed, seat)
			d.refuse(w, r, refusal{
				Status: http.StatusForbidden, Code: framed, Title: "The desk is never inside another page.", Detail: "Open it by itself.",
			})
		case climbs(r.URL.Path):
			d.strange(r, badAddress, Seat{})
			d.notFound(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// climbs reports whether an address tries to leave what is served below it.
func climbs(path string) bool {
	return strings.ContainsAny(path, "\\\x00\r\n") || slices.Contains(strings.Split(path, "/"), "..")
}

// insideOf is inside, and notes who should have been sent elsewhere.
func (d *Desk) insideOf(r *http.Request, next string) string {
	to := inside(next)
	if to != next && next != "" && !strings.HasPrefix(next, "/sign-in") {
		d.strange(r, elsewhere, Seat{})
	}
	return to
}

// bounded is a body that tells once that it was longer than it may be.
type bounded struct {
	io.ReadCloser
	tell func()
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var big *http.MaxBytesError
	if errors.As(err, &big) && b.tell != nil {
		b.tell()
		b.tell = nil
	}
	return n, err
}

// noteStrayCookie notes a session that opens nothing. The old secret of a session can be a copy that somebody took before its person
// proved anew who they are.
func (d *Desk) noteStrayCookie(r *http.Request) {
	c, err := r.Cookie(d.cookieName())
	if err != nil || c.Value == "" {
		return
	}
	if !d.renewed(r) {
		d.strange(r, noSession, Seat{})
		return
	}
	v, _ := d.accounts.Session(c.Value)
	d.strange(r, oldSecret, Seat{})
	d.opt.Audit.Note(chain.Audit{User: "stranger", Action: "request", Target: v.User, Reason: oldSecret, Denied: true}, oneRefusal)
}
