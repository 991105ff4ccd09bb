package desk

import (
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

func (d *Desk) accountRoutes() []Route {
	return []Route{
		{Pattern: "GET /account", Permission: SignedIn, Handler: d.accountPage},
		{Pattern: "POST /account/passkeys/{key}/remove", Permission: SignedIn, Handler: d.removePasskey, StepUp: true},
		{Pattern: "POST /account/sign-out", Permission: SignedIn, Handler: d.signOutElsewhere},
	}
}

type ownPasskey struct {
	Key, Name   string
	Added, Used time.Time
}

// ownSession is one browser at which somebody is signed in.
type ownSession struct {
	Here          bool
	Began, Active time.Time
	Locked        bool
}

type accountView struct {
	Keys     []ownPasskey
	Local    bool // has passkeys here; otherwise the county's sign-in is the way in
	Fresh    bool
	Sessions []ownSession
	Zones    []string
	Until    time.Time
	Dev      bool
}

func (d *Desk) accountPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "account", "Your account", d.accountView(seat))
}

func (d *Desk) accountView(seat Seat) accountView {
	u, known := d.accounts.User(seat.User)
	v := accountView{
		Local: known && u.Issuer == "" && d.passkeys != nil, Fresh: seat.Fresh, Zones: seat.Zones, Until: seat.session.Ends,
		Dev: seat.session.How == byLink,
	}
	for _, s := range d.accounts.Sessions(seat.User) {
		idle := d.opt.IdleLock > 0 && d.opt.Clock().Sub(s.Active) >= d.opt.IdleLock
		v.Sessions = append(v.Sessions, ownSession{s.Key == seat.session.Key, s.Began, s.Active, s.Locked || idle})
	}
	slices.SortFunc(v.Sessions, func(a, b ownSession) int {
		if a.Here != b.Here {
			return map[bool]int{true: -1, false: 1}[a.Here]
		}
		return b.Began.Compare(a.Began)
	})
	for _, p := range u.Passkeys {
		v.Keys = append(v.Keys, ownPasskey{hex.EncodeToString(p.Credential.ID), p.Name, p.Added, p.Used})
	}
	return v
}

var errLastKey = errors.New("the last passkey")

// removePasskey never takes the last one: that would be a way to lock oneself out.
func (d *Desk) removePasskey(w http.ResponseWriter, r *http.Request, seat Seat) {
	key, err := hex.DecodeString(r.PathValue("key"))
	if err != nil {
		d.notFound(w, r)
		return
	}
	if err = d.opt.Audit.Keep(r.Context(), d.target(seat, "passkey_removed", seat.User, "")); err == nil {
		_, err = d.accounts.ChangeUser(r.Context(), seat.User, func(u *account.User) error {
			if len(u.Passkeys) < 2 {
				return errLastKey
			}
			u.Passkeys = slices.DeleteFunc(slices.Clone(u.Passkeys), func(p account.Passkey) bool { return slices.Equal(p.Credential.ID, key) })
			return nil
		})
	}
	switch {
	case errors.Is(err, errLastKey):
		d.sheetWith(w, seat, http.StatusConflict, "account", "Your account", d.accountView(seat), &refusal{
			Title: "This is your only passkey.", Detail: "It was kept. Add another one first.",
		})
	case errors.Is(err, account.ErrUnknown):
		d.notFound(w, r)
	case err != nil:
		d.notDone(w, r, seat, err)
	default:
		http.Redirect(w, r, "/account", http.StatusSeeOther)
	}
}

// signOutElsewhere ends the own sessions at all other browsers.
func (d *Desk) signOutElsewhere(w http.ResponseWriter, r *http.Request, seat Seat) {
	for _, v := range d.accounts.Sessions(seat.User) {
		if v.Key == seat.session.Key {
			continue
		}
		if err := d.accounts.EndSession(r.Context(), v.Key); err != nil {
			d.notDone(w, r, seat, err)
			return
		}
	}
	d.opt.Audit.Note(by(seat, "signed_out_elsewhere"), 0)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}
