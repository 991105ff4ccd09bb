package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/account"
)

// auditRecord is a record that must be kept before something is done.
type auditRecord = chain.Audit

// recoveryWaits is for how long a recovery that was asked for can be approved: whoever approves must still know why it was asked.
const recoveryWaits = 24 * time.Hour

var errSecond = errors.New("a second person is needed")

// recoveryOf is the recovery that waits for a second person; nil for none.
func (d *Desk) recoveryOf(u account.User) *account.Recovery {
	if u.Recovery == nil || !d.opt.Clock().Before(u.Recovery.At.Add(recoveryWaits)) {
		return nil
	}
	return u.Recovery
}

// askRecovery begins the way back in for somebody who has lost all passkeys.
func (d *Desk) askRecovery(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	if !ok || u.Issuer != "" {
		d.refuse(w, r, unknownUser)
		return
	}
	d.changeUser(w, r, seat, u, d.target(seat, "recovery_asked", u.ID, ""), func(u *account.User) error {
		if u.ID == seat.User {
			return errSelf
		}
		if d.recoveryOf(*u) == nil { // asking twice must not make a second asker of the first
			u.Recovery = &account.Recovery{By: seat.User, At: d.opt.Clock().UTC()}
		}
		return nil
	})
}

// withdrawRecovery takes back what was asked for. Any administrator can: nobody gets in by it.
func (d *Desk) withdrawRecovery(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	if !ok {
		d.refuse(w, r, unknownUser)
		return
	}
	d.changeUser(w, r, seat, u, d.target(seat, "recovery_withdrawn", u.ID, ""), func(u *account.User) error {
		u.Recovery = nil
		return nil
	})
}

// approveRecovery is the second person's word. They get the link, and hand it to the person themselves.
func (d *Desk) approveRecovery(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	if !ok {
		d.refuse(w, r, unknownUser)
		return
	}
	u, err := d.approve(r.Context(), seat, u)
	switch {
	case errors.Is(err, errSecond):
		d.noteRefused(seat, "recovery", "", "second_person")
		d.showUser(w, seat, u, http.StatusConflict, "", time.Time{}, &secondPerson)
	case err != nil:
		d.notDone(w, r, seat, err)
	default:
		d.showLink(w, r, seat, u, "recovery", recoveryLife)
	}
}

// recoveryBanners tell the administrators who can approve that somebody can not sign in and waits for them.
func (d *Desk) recoveryBanners(seat Seat) []Banner {
	if seat.Locked || !seat.May(UserManage) {
		return nil
	}
	var out []Banner
	for _, u := range d.accounts.Users() {
		if v := d.recoveryOf(u); v != nil && v.By != seat.User && u.ID != seat.User && !u.Disabled {
			out = append(out, Banner{
				Icon: "key", Title: d.userWords(u.ID) + " has lost all passkeys.", Href: "/users/" + u.ID, Do: "Look",
				Detail: "Another administrator asked for a new way in, and it needs your word until " + d.dated(v.At.Add(recoveryWaits)) + ".",
			})
		}
	}
	return out
}

// terminal is who acts on the broker's own machine, with syzctl.
const terminal = "terminal"

// Errors of what syzctl asks for.
var (
	// ErrHaveAdministrator means that somebody can already administer the desk.
	ErrHaveAdministrator = errors.New("the desk has an administrator who can sign in")
	// ErrNoPasskeys means that this desk does not take passkeys.
	ErrNoPasskeys = errors.New("passkeys are not set up")
	// ErrNoRecovery means that nobody has asked for a recovery of this account, or that it is not there.
	ErrNoRecovery = errors.New("no recovery was asked for")
)

// approve is the second person's word for a recovery.
func (d *Desk) approve(ctx context.Context, seat Seat, u account.User) (account.User, error) {
	if asked := d.recoveryOf(u); asked == nil || asked.By == seat.User || u.ID == seat.User {
		return u, errSecond
	}
	if err := d.opt.Audit.Keep(ctx, d.target(seat, "recovery_approved", u.ID, "")); err != nil {
		return u, err
	}
	return d.accounts.ChangeUser(ctx, u.ID, func(u *account.User) error {
		if d.recoveryOf(*u) == nil {
			return errSecond
		}
		u.Recovery = nil
		return nil
	})
}

// FirstAdministrator makes an account for the first administrator, or finds the one that was made and never used, and returns a
// one-time link for it. The link is a secret: print it, never log it.
func (d *Desk) FirstAdministrator(ctx context.Context) (link string, err error) {
	if d.passkeys == nil {
		return "", ErrNoPasskeys
	}
	var waiting account.User
	for _, u := range d.accounts.Users() {
		if u.Disabled || !slices.Contains(u.Roles, string(Administrator)) {
			continue
		}
		if len(u.Passkeys) > 0 || u.Issuer != "" {
			return "", ErrHaveAdministrator
		}
		if u.By == terminal {
			waiting = u
		}
	}
	seat := Seat{User: terminal}
	if waiting.ID == "" {
		u := account.User{Name: "First administrator", Agency: d.opt.Agencies[0].ID, Roles: []string{string(Administrator)}, By: terminal}
		if waiting, err = d.accounts.AddUser(ctx, u); err != nil {
			return "", err
		}
	}
	return d.terminalLink(ctx, seat, waiting, "invite", "first_administrator")
}

// HasAdministrator reports whether anybody can administer the desk.
func (d *Desk) HasAdministrator() bool {
	return d.opt.County != nil || slices.ContainsFunc(d.accounts.Users(), func(u account.User) bool {
		return !u.Disabled && slices.Contains(u.Roles, string(Administrator)) && len(u.Passkeys) > 0
	})
}

// ApproveRecovery is the second person's word from the broker's own machine, for a county that has but one administrator.
func (d *Desk) ApproveRecovery(ctx context.Context, user string) (link string, err error) {
	u, ok := d.accounts.User(user)
	if !ok {
		return "", ErrNoRecovery
	}
	seat := Seat{User: terminal}
	if u, err = d.approve(ctx, seat, u); errors.Is(err, errSecond) {
		return "", ErrNoRecovery
	} else if err != nil {
		return "", err
	}
	return d.terminalLink(ctx, seat, u, "recovery", "recovery")
}

// AskRecovery begins a recovery from the broker's own machine; an administrator at the desk then approves it.
func (d *Desk) AskRecovery(ctx context.Context, user string) error {
	seat := Seat{User: terminal}
	if u, ok := d.accounts.User(user); !ok || u.Issuer != "" {
		return ErrNoRecovery
	}
	if err := d.opt.Audit.Keep(ctx, d.target(seat, "recovery_asked", user, "")); err != nil {
		return err
	}
	_, err := d.accounts.ChangeUser(ctx, user, func(u *account.User) error {
		u.Recovery = &account.Recovery{By: terminal, At: d.opt.Clock().UTC()}
		return nil
	})
	return err
}

func (d *Desk) terminalLink(ctx context.Context, seat Seat, u account.User, kind, action string) (string, error) {
	if err := d.opt.Audit.Keep(ctx, d.target(seat, action, u.ID, "")); err != nil {
		return "", err
	}
	secret, err := d.accounts.NewLink(ctx, account.Link{Kind: kind, User: u.ID, Ends: d.opt.Clock().Add(recoveryLife), By: terminal})
	if err != nil {
		return "", err
	}
	return d.address("/welcome?link=" + secret), nil
}
