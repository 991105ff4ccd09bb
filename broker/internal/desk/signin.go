package desk

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/account"
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
		Detail: "Each link works once, for a short time. Ask for a new one.",
	}
	notAllowed = refusal{
		Status: http.StatusForbidden, Code: "not_allowed", Title: "Your role does not let you do this.",
		Detail: "Nothing was shown or changed. If you need it for your work, ask an administrator of the desk.",
	}
	isLocked = refusal{
		Status: http.StatusLocked, Code: "locked", Title: "This desk is locked.",
		Detail: "Nothing was shown or changed. Unlock it first.",
	}
	notFresh = refusal{
		Status: http.StatusForbidden, Code: "prove_anew", Title: "Prove once more that it is you.",
		Detail: "This needs a sign-in within the last five minutes. Nothing was changed.",
	}
	notKept = refusal{
		Status: http.StatusServiceUnavailable, Code: "not_kept", Title: "It could not be written into the audit, so it was not done.",
		Detail: "Try again. If it fails again, tell those who run the desk.",
	}
	notShown = refusal{
		Status: http.StatusServiceUnavailable, Code: "not_shown", Title: "It can not be shown now: the audit does not answer.",
		Detail: "Try again in a moment. If it fails again, tell those who run the desk.",
	}
	notNow = refusal{
		Status: http.StatusServiceUnavailable, Code: "sign_in_not_stored", Title: "The sign-in could not be stored.",
		Detail: "Try again. If it fails again, phone the other agencies, and tell those who run the desk.",
	}
	tooOften = refusal{
		Status: http.StatusTooManyRequests, Code: "too_often", Title: "That was tried too often.",
		Detail: "Wait half a minute, then try again.",
	}
)

type signInView struct {
	Link     string // in development
	Agencies []Agency
	Roles    []Role
	Problem  string
	Passkeys bool
	County   bool
	Dev      bool
	Next     string
	Again    string // who must prove anew that it is them: the seat
	Locked   bool
	frame
}

func (d *Desk) signInRoutes() []Route {
	return []Route{
		{Pattern: "GET /sign-in", Permission: Anyone, Handler: public(d.signInPage)},
		{Pattern: "POST /sign-in", Permission: Anyone, Handler: public(d.signIn)},
		{Pattern: "POST /sign-out", Permission: Anyone, Handler: public(d.signOut)},
		{Pattern: "GET /sign-in/again", Permission: SignedIn, Handler: d.againPage, WhenLocked: true},
		{Pattern: "POST /sign-in/again", Permission: SignedIn, Handler: d.againInDevelopment, WhenLocked: true},

		{Pattern: "GET /sign-in/county", Permission: Anyone, Handler: public(d.countyBegin)},
		{Pattern: "GET /sign-in/county/back", Permission: Anyone, Handler: public(d.countyFinish)},
		{Pattern: "POST /passkey/begin", Permission: Anyone, Handler: public(d.passkeyBegin)},
		{Pattern: "POST /passkey/finish", Permission: Anyone, Handler: public(d.passkeyFinish)},
		{Pattern: "GET /welcome", Permission: Anyone, Handler: public(d.welcomePage)},

		{Pattern: "POST /lock", Permission: SignedIn, Handler: d.lock, WhenLocked: true},
		{Pattern: "POST /session/active", Permission: SignedIn, Handler: d.active, WhenLocked: true},
	}
}

// canSignIn reports whether there is any way in.
func (d *Desk) canSignIn() bool { return d.opt.Dev || d.passkeys != nil || d.opt.County != nil }

func (d *Desk) signInView() signInView {
	return signInView{Passkeys: d.passkeys != nil, County: d.opt.County != nil, Dev: d.opt.Dev, Agencies: d.opt.Agencies, Roles: Roles()}
}

// SignInLink makes the address of a page on which one person can sign in, once, within ten minutes. It returns "" unless the desk
// is in development mode. The link is a secret: print it, never log it.
func (d *Desk) SignInLink() string {
	if !d.opt.Dev {
		return ""
	}
	return d.address("/sign-in?link=" + d.devLinks.add(account.NewSecret()))
}

// address makes a path one that browsers can open.
func (d *Desk) address(path string) string { return strings.TrimSuffix(d.opt.PublicURL, "/") + path }

// signInPage only shows what one can do: a program that looks at links before a person does must not use them up.
func (d *Desk) signInPage(w http.ResponseWriter, r *http.Request) {
	v, link := d.signInView(), r.URL.Query().Get("link")
	v.Next = d.insideOf(r, r.URL.Query().Get("next"))
	switch {
	case !d.canSignIn():
		d.refuse(w, r, notSetUp)
	case link == "" || !d.opt.Dev:
		if !v.Passkeys && !v.County {
			d.refuse(w, r, notSignedIn)
			return
		}
		d.render(w, http.StatusOK, "signin", v)
	case !d.devLinks.good(link):
		d.wrong(w, r, "link", linkUsed)
	default:
		v.Link = link
		d.render(w, http.StatusOK, "signin", v)
	}
}

// askToSignIn answers somebody who opened a page and is not signed in.
func (d *Desk) askToSignIn(w http.ResponseWriter, r *http.Request) {
	v := d.signInView()
	if !wantsPage(r) || !v.Passkeys && !v.County {
		d.refuse(w, r, notSignedIn)
		return
	}
	if r.Method == http.MethodGet {
		v.Next = inside(r.URL.RequestURI())
	}
	d.render(w, http.StatusUnauthorized, "signin", v)
}

// signIn is the sign-in of development: a link, an agency and a role.
func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) {
	if !d.canSignIn() {
		d.refuse(w, r, notSetUp)
		return
	}
	if !d.opt.Dev {
		d.notFound(w, r)
		return
	}
	link, agency, roles, ok := r.PostFormValue("link"), r.PostFormValue("agency"), devRoles(), true
	if chosen := r.PostFormValue("role"); chosen != "" {
		roles, ok = parseRoles(chosen)
	}
	if _, known := d.agencies[agency]; !known || !ok {
		v := d.signInView()
		v.Link, v.Problem = link, "Choose the agency that you answer for, and a role."
		d.render(w, http.StatusUnprocessableEntity, "signin", v)
		return
	}
	if !d.devLinks.use(link) {
		d.wrong(w, r, "link", linkUsed)
		return
	}
	v := account.Session{User: agency + "-" + newSeatName(), Agency: agency, Roles: roleNames(roles), How: byLink}
	if err := d.enter(w, r, v); err != nil {
		d.log.Error("session not stored", slog.Any("error", err))
		d.refuse(w, r, notNow)
		return
	}
	http.Redirect(w, r, d.firstPage(Seat{Roles: roles}), http.StatusSeeOther)
}

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) {
	if v, ok := d.cookieOf(r); ok {
		if err := d.accounts.EndSession(r.Context(), v.Key); err != nil {
			d.log.Error("session not ended", slog.String("user", v.User), slog.Any("error", err))
		}
		seat, _ := d.seatOfSession(v)
		d.opt.Audit.Note(by(seat, "signed_out"), 0)
	}
	d.dropCookie(w, d.cookieName())
	if wantsPage(r) {
		http.Redirect(w, r, "/desk", http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// wrong answers a sign-in that failed, and keeps that it did. Who tries again and again is told to wait.
func (d *Desk) wrong(w http.ResponseWriter, r *http.Request, reason string, p refusal) {
	d.wrongFor(w, r, "", reason, p)
}

// wrongFor is wrong, for an account that is known although nobody has proved to be its person.
func (d *Desk) wrongFor(w http.ResponseWriter, r *http.Request, account, reason string, p refusal) {
	from := siteOf(r)
	if d.guesses.wrong(from, account, d.opt.Clock()) {
		p, reason = tooOften, "too_often"
	}
	d.log.Warn("sign-in refused", slog.String("reason", reason), slog.String("from", from.String()), slog.String("user", account))
	d.opt.Audit.Note(chain.Audit{User: "stranger", Action: "sign_in", Target: account, Reason: reason, Denied: true}, oneRefusal)
	d.refuse(w, r, p)
}

// failed answers what went wrong with the desk itself.
func (d *Desk) failed(w http.ResponseWriter, r *http.Request, err error) {
	d.log.Error("sign-in failed", slog.Any("error", err))
	d.refuse(w, r, notNow)
}

// againPage asks somebody to prove anew who they are, to unlock the desk or to do something grave.
func (d *Desk) againPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	v := d.signInView()
	v.Again, v.Locked, v.Next = seatName(seat.User, seat.Agency), seat.Locked, d.insideOf(r, r.URL.Query().Get("next"))
	if seat.Locked {
		d.showLocked(w, seat, v.Next)
		return
	}
	d.render(w, http.StatusOK, "again", v)
}

// againInDevelopment believes whoever says that it is them: a link was their only proof anyway.
func (d *Desk) againInDevelopment(w http.ResponseWriter, r *http.Request, seat Seat) {
	if !d.opt.Dev || seat.session.How != byLink {
		d.wrong(w, r, "no_proof", notSignedIn)
		return
	}
	if err := d.renew(w, r, seat, byLink); err != nil {
		d.failed(w, r, err)
		return
	}
	http.Redirect(w, r, d.insideOf(r, r.PostFormValue("next")), http.StatusSeeOther)
}

// errOther means that somebody else came back than the one who was asked.
var errOther = errors.New("another person")

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
