package desk

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

const (
	linkLife  = 10 * time.Minute
	freshFor  = 5 * time.Minute // for how long after a sign-in somebody can do what needs a fresh one
	storeSoon = 5 * time.Second
)

// How somebody signed in.
const (
	byLink    = "link" // in development
	byPasskey = "passkey"
	byCounty  = "county"
)

// seatOfSession is who sits at a browser. Everything is looked up anew each time: a role that was taken away, an account that was
// disabled or a session that was ended counts from the next heartbeat on.
func (d *Desk) seatOfSession(v account.Session) (Seat, bool) {
	seat := Seat{User: v.User, Agency: v.Agency, Roles: toRoles(v.Roles), session: v}
	if v.How == byLink {
		if !d.opt.Dev {
			return Seat{}, false
		}
	} else {
		u, ok := d.accounts.User(v.User)
		if !ok || u.Disabled {
			return Seat{}, false
		}
		seat.Agency, seat.Roles, seat.Zones = u.Agency, toRoles(u.Roles), u.Zones
	}
	if _, known := d.agencies[seat.Agency]; !known {
		return Seat{}, false
	}
	now := d.opt.Clock()
	seat.Locked = v.Locked || d.opt.IdleLock > 0 && now.Sub(v.Active) >= d.opt.IdleLock
	seat.Fresh = now.Sub(v.Fresh) < freshFor && !seat.Locked
	_, seat.Glass = d.accounts.Glass(v.User)
	return seat, true
}

// cookieOf is the session that a browser brings, if it is good.
func (d *Desk) cookieOf(r *http.Request) (v account.Session, ok bool) {
	c, err := r.Cookie(d.cookieName())
	if err != nil {
		return v, false
	}
	return d.accounts.Session(c.Value)
}

// touch notes that a person does something, which puts off the lock. What pages fetch by themselves is nobody's doing.
func (d *Desk) touch(r *http.Request, seat Seat) {
	if seat.session.Key == "" || seat.Locked || r.Method == http.MethodGet && !wantsPage(r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeSoon)
	defer cancel()
	if err := d.accounts.Touch(ctx, seat.session); err != nil {
		d.log.Warn("activity not stored", slog.String("user", seat.User), slog.Any("error", err))
	}
}

// enter opens a session at a browser. What the browser held before is ended and never used again.
func (d *Desk) enter(w http.ResponseWriter, r *http.Request, v account.Session) error {
	ctx, cancel := context.WithTimeout(r.Context(), storeSoon)
	defer cancel()
	secret, err := d.accounts.NewSession(ctx, v)
	if err != nil {
		return err
	}
	if old, ok := d.cookieOf(r); ok {
		if err := d.accounts.EndSession(ctx, old.Key); err != nil {
			d.log.Warn("session not ended", slog.String("user", old.User), slog.Any("error", err))
		}
	}
	d.giveCookie(w, secret)
	seat, _ := d.seatOfSession(v)
	d.log.Info("signed in", slog.String("user", v.User), slog.String("how", v.How))
	a := by(seat, "signed_in")
	a.Reason = v.How
	d.opt.Audit.Note(a, 0)
	return nil
}

// renew gives the session at a browser a new secret after its person has proved anew who they are, and unlocks it.
func (d *Desk) renew(w http.ResponseWriter, r *http.Request, seat Seat, how string) error {
	ctx, cancel := context.WithTimeout(r.Context(), storeSoon)
	defer cancel()
	secret, err := d.accounts.Renew(ctx, seat.session, how)
	if err != nil {
		return err
	}
	d.giveCookie(w, secret)
	a := by(seat, "proved_anew")
	if seat.Locked {
		a.Action = "unlocked"
	}
	a.Reason = how
	d.opt.Audit.Note(a, 0)
	return nil
}

func (d *Desk) giveCookie(w http.ResponseWriter, secret string) {
	c := d.cookie(d.cookieName(), secret)
	c.MaxAge = int(account.SessionLife / time.Second)
	http.SetCookie(w, c)
}

func (d *Desk) dropCookie(w http.ResponseWriter, name string) {
	c := d.cookie(name, "")
	c.MaxAge = -1
	http.SetCookie(w, c)
}

func (d *Desk) cookieName() string { return d.hostPrefix() + "syz-desk" }

// hostPrefix makes browsers refuse the cookie from any other host, and over plain HTTP.
func (d *Desk) hostPrefix() string {
	if d.opt.Insecure {
		return ""
	}
	return "__Host-"
}

// cookie is lax, not strict, so that a link in a message opens the desk of somebody who is signed in; writes are guarded by origin.
func (d *Desk) cookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: !d.opt.Insecure, SameSite: http.SameSiteLaxMode}
}

func toRoles(names []string) []Role {
	out := make([]Role, len(names))
	for i, n := range names {
		out[i] = Role(n)
	}
	return out
}

func roleNames(roles []Role) []string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return out
}
