package desk

import (
	"context"
	"errors"
	"slices"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/desk/account"
)

// auditRecord is a record that must be kept before something is done.
type auditRecord = chain.Audit

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
	if u.Recovery == nil || u.Recovery.By == seat.User || u.ID == seat.User {
		return u, errSecond
	}
	if err := d.opt.Audit.Keep(ctx, d.target(seat, "recovery_approved", u.ID, "")); err != nil {
		return u, err
	}
	return d.accounts.ChangeUser(ctx, u.ID, func(u *account.User) error {
		if u.Recovery == nil {
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
