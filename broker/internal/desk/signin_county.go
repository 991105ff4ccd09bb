package desk

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"safeyouthzone/broker/internal/desk/account"
	"safeyouthzone/broker/internal/desk/idp"
)

// County is the county's own sign-in.
type County interface {
	Begin(ctx context.Context, fresh bool) (address string, w idp.Way, err error)
	Finish(ctx context.Context, w idp.Way, state, code string) (idp.Person, error)
}

const countyCookie = "syz-county"

var (
	countyDown = refusal{
		Status: http.StatusBadGateway, Code: "county_down", Title: "The county's sign-in does not answer.",
		Detail: "Try again in a moment, or use a passkey. If nobody can sign in, be ready for calls by phone.",
	}
	countyForged = refusal{
		Status: http.StatusForbidden, Code: "county_forged", Title: "This sign-in did not begin here, or it is too old.",
		Detail: "Begin again from the sign-in page.",
	}
	countyFactors = refusal{
		Status: http.StatusForbidden, Code: "county_factors", Title: "The county's sign-in did not say that you used a second factor.",
		Detail: "Sign in there with your key, card or app. If you did, tell those who run the desk.",
	}
	countyStale = refusal{
		Status: http.StatusForbidden, Code: "county_stale", Title: "You did not sign in anew.",
		Detail: "The county's sign-in let you through without asking. Sign out there, and try again.",
	}
	countyNobody = refusal{
		Status: http.StatusForbidden, Code: "county_nobody", Title: "You have no place at this desk yet.",
		Detail: "The county's sign-in knows you, but you are in no group of the desk. Ask your supervisor.",
	}
	countyOther = refusal{
		Status: http.StatusForbidden, Code: "other_person", Title: "That was somebody else.",
		Detail: "Only the person who is signed in can do this. Sign out first, if you want to take over this desk.",
	}
)

// countyBegin sends the browser to the county's sign-in.
func (d *Desk) countyBegin(w http.ResponseWriter, r *http.Request) {
	if d.opt.County == nil {
		d.notFound(w, r)
		return
	}
	next := way{For: forSignIn, Next: d.insideOf(r, r.URL.Query().Get("next"))}
	if seat, ok := d.seatOf(r); ok && r.URL.Query().Has("again") {
		next.For, next.Session = forAgain, seat.session.Key
	}
	address, begun, err := d.opt.County.Begin(r.Context(), next.For == forAgain)
	if err != nil {
		d.log.Error("county's sign-in does not answer", slog.Any("error", err))
		d.refuse(w, r, countyDown)
		return
	}
	next.County = begun
	if err := d.begin(w, countyCookie, next); err != nil {
		d.failed(w, r, err)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// countyFinish takes whom the county's sign-in sends back. The address names a code and a state; both are good once, and at the browser
// that began.
func (d *Desk) countyFinish(w http.ResponseWriter, r *http.Request) {
	if d.opt.County == nil {
		d.notFound(w, r)
		return
	}
	begun, ok := d.resume(w, r, countyCookie)
	if !ok {
		d.wrong(w, r, "county_forged", countyForged)
		return
	}
	q := r.URL.Query()
	person, err := d.opt.County.Finish(r.Context(), begun.County, q.Get("state"), q.Get("code"))
	if err == nil {
		err = d.countyEnter(w, r, begun, person)
	}
	if err != nil {
		d.countyRefuse(w, r, err)
		return
	}
	http.Redirect(w, r, inside(begun.Next), http.StatusSeeOther)
}

func (d *Desk) countyRefuse(w http.ResponseWriter, r *http.Request, err error) {
	for _, k := range []struct {
		is error
		refusal
	}{
		{idp.ErrForged, countyForged},
		{idp.ErrFactors, countyFactors},
		{idp.ErrStale, countyStale},
		{idp.ErrNobody, countyNobody},
		{errOther, countyOther},
		{errDisabled, notAllowed},
	} {
		if errors.Is(err, k.is) {
			d.log.Warn("county's sign-in refused", slog.Any("error", err))
			d.wrong(w, r, k.Code, k.refusal)
			return
		}
	}
	if errors.Is(err, idp.ErrDown) {
		d.log.Error("county's sign-in does not answer", slog.Any("error", err))
		d.refuse(w, r, countyDown)
		return
	}
	d.failed(w, r, err)
}

var errDisabled = errors.New("the account is disabled")

func (d *Desk) countyEnter(w http.ResponseWriter, r *http.Request, begun way, person idp.Person) error {
	if _, known := d.agencies[person.Agency]; !known {
		return idp.ErrNobody
	}
	u, err := d.countyUser(r.Context(), person)
	switch {
	case err != nil:
		return err
	case u.Disabled:
		return errDisabled
	case begun.For != forAgain:
		return d.enter(w, r, account.Session{User: u.ID, How: byCounty})
	}
	seat, ok := d.seatOf(r)
	if !ok || seat.session.Key != begun.Session || seat.User != u.ID {
		return errOther
	}
	return d.renew(w, r, seat, byCounty)
}

// countyUser is the account of a person: made at their first sign-in, and brought up to date with what the county says at each.
func (d *Desk) countyUser(ctx context.Context, p idp.Person) (account.User, error) {
	ctx, cancel := context.WithTimeout(ctx, storeSoon)
	defer cancel()
	d.countyTurn.Lock()
	defer d.countyTurn.Unlock()
	u, ok := d.accounts.BySubject(p.Issuer, p.Subject)
	if ok && u.Agency != p.Agency { // another agency is another seat: an id says for whom somebody answered
		if _, err := d.accounts.ChangeUser(ctx, u.ID, func(u *account.User) error {
			u.Subject, u.Disabled = "", true
			return nil
		}); err != nil {
			return u, err
		}
		ok = false
	}
	if !ok {
		u, err := d.accounts.AddUser(ctx, account.User{Agency: p.Agency, Roles: p.Roles, Zones: p.Zones, Issuer: p.Issuer, Subject: p.Subject, By: byCounty})
		if err == nil {
			d.noteTarget(Seat{User: u.ID, Agency: u.Agency}, "user_added", u.ID, byCounty)
		}
		return u, err
	}
	if slices.Equal(u.Roles, p.Roles) && slices.Equal(u.Zones, p.Zones) {
		return u, nil
	}
	d.noteTarget(Seat{User: u.ID, Agency: u.Agency}, "roles_changed", u.ID, byCounty)
	return d.accounts.ChangeUser(ctx, u.ID, func(u *account.User) error {
		u.Roles, u.Zones = p.Roles, p.Zones
		return nil
	})
}
