package desk

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

var (
	notSetUp = refusal{
		Status: http.StatusServiceUnavailable, Code: "sign_in_not_set_up", Title: "Sign-in is not set up.",
		Detail: "This desk can not be opened yet. Ask those who run it to set up the county's sign-in.",
	}
	notSignedIn = refusal{
		Status: http.StatusUnauthorized, Code: "not_signed_in", Title: "You are not signed in.",
		Detail: "Open the sign-in link that the broker printed when it started. Each link works once, for ten minutes.",
	}
	linkUsed = refusal{
		Status: http.StatusForbidden, Code: "link_used", Title: "This sign-in link no longer works.",
		Detail: "Each link works once, for ten minutes. Ask for a new one.",
	}
)

var notAllowed = refusal{
	Status: http.StatusForbidden, Code: "not_allowed", Title: "Your role does not let you do this.",
	Detail: "Nothing was shown or changed. If you need it for your work, ask an administrator of the desk.",
}

type signInView struct {
	Link     string
	Agencies []Agency
	Roles    []Role
	Problem  string
}

func (d *Desk) signInRoutes() []Route {
	return []Route{
		{Pattern: "GET /sign-in", Permission: Anyone, Handler: public(d.signInPage)},
		{Pattern: "POST /sign-in", Permission: Anyone, Handler: public(d.signIn)},
		{Pattern: "POST /sign-out", Permission: Anyone, Handler: public(d.signOut)},
	}
}

// SignInLink makes the address of a page on which one person can sign in, once, within ten minutes. It returns "" unless the desk
// is in development mode. The link is a secret: print it, never log it.
func (d *Desk) SignInLink() string {
	if !d.opt.Dev {
		return ""
	}
	return strings.TrimSuffix(d.opt.PublicURL, "/") + "/sign-in?link=" + d.sessions.link()
}

// signInPage only shows the form: a program that looks at links before a person does must not use them up.
func (d *Desk) signInPage(w http.ResponseWriter, r *http.Request) {
	link := r.URL.Query().Get("link")
	switch {
	case !d.opt.Dev:
		d.refuse(w, r, notSetUp)
	case link == "":
		d.refuse(w, r, notSignedIn)
	case !d.sessions.good(link):
		d.refuse(w, r, linkUsed)
	default:
		d.render(w, http.StatusOK, "signin", signInView{Link: link, Agencies: d.opt.Agencies, Roles: Roles()})
	}
}

func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) {
	if !d.opt.Dev {
		d.refuse(w, r, notSetUp)
		return
	}
	link, agency, roles, ok := r.PostFormValue("link"), r.PostFormValue("agency"), devRoles(), true
	if chosen := r.PostFormValue("role"); chosen != "" {
		roles, ok = parseRoles(chosen)
	}
	if _, known := d.agencies[agency]; !known || !ok {
		d.render(w, http.StatusUnprocessableEntity, "signin",
			signInView{Link: link, Agencies: d.opt.Agencies, Roles: Roles(), Problem: "Choose the agency that you answer for, and a role."})
		return
	}
	seat := Seat{User: agency + "-" + newSeatName(), Agency: agency, Roles: roles}
	secret, ok := d.sessions.open(link, seat)
	if !ok {
		d.refuse(w, r, linkUsed)
		return
	}
	d.log.Info("signed in", slog.String("user", seat.User), slog.String("agency", seat.Agency))
	c := d.cookie(secret)
	c.MaxAge = int(sessionLife / time.Second)
	http.SetCookie(w, c)
	http.Redirect(w, r, d.firstPage(seat), http.StatusSeeOther)
}

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(d.cookieName()); err == nil {
		d.sessions.close(c.Value)
	}
	c := d.cookie("")
	c.MaxAge = -1
	http.SetCookie(w, c)
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
}

// newSeatName returns four letters and digits by which people can tell two seats of one agency apart.
func newSeatName() string {
	const letters = "23456789abcdefghjkmnpqrstuvwxyz" // none that looks like another
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails, by its contract
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

func (d *Desk) cookieName() string {
	if d.opt.Insecure {
		return "syz-desk"
	}
	return "__Host-syz-desk"
}

// cookie is lax, not strict, so that a link in a message opens the desk of somebody who is signed in; writes are guarded by origin.
func (d *Desk) cookie(value string) *http.Cookie {
	return &http.Cookie{Name: d.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: !d.opt.Insecure, SameSite: http.SameSiteLaxMode}
}
