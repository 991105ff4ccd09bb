package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/internal/desk/account"
)

const maxTokenDays = 366

func (d *Desk) tokenRoutes() []Route {
	return []Route{
		{Pattern: "GET /tokens", Permission: TokenManage, Handler: d.tokensPage, Nav: "API tokens", Icon: "key"},
		{Pattern: "POST /tokens", Permission: TokenManage, Handler: d.makeToken, StepUp: true},
		{Pattern: "POST /tokens/{token}/revoke", Permission: TokenManage, Handler: d.revokeToken},
	}
}

type tokenRow struct {
	account.Token
	Of    Agency
	State string // good, ended, revoked
}

type tokensView struct {
	Tokens   []tokenRow
	Agencies []Agency
	Roles    []Role
	Days     int
	Secret   string // shown once
	Made     account.Token
	Fresh    bool
	Zones    zonePick
}

func (d *Desk) tokensView(seat Seat, was *refusal) tokensView {
	v := tokensView{Zones: d.zonePick(nil, was), Agencies: d.opt.Agencies, Roles: tokenRoles(), Days: 90, Fresh: seat.Fresh}
	for _, t := range d.accounts.Tokens() {
		row := tokenRow{t, d.agency(t.Agency), "good"}
		switch {
		case !t.Revoked.IsZero():
			row.State = "revoked"
		case !d.opt.Clock().Before(t.Ends):
			row.State = "ended"
		}
		v.Tokens = append(v.Tokens, row)
	}
	slices.SortFunc(v.Tokens, func(a, b tokenRow) int { return b.Created.Compare(a.Created) })
	return v
}

// tokenRoles are what a program can be: not an administrator, who lets people in.
func tokenRoles() []Role {
	return slices.DeleteFunc(Roles(), func(r Role) bool { return r == Administrator })
}

func (d *Desk) tokensPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "tokens", "API tokens", d.tokensView(seat, nil))
}

// makeToken shows the secret of a new token, this once.
func (d *Desk) makeToken(w http.ResponseWriter, r *http.Request, seat Seat) {
	want, p := d.formRoles(r)
	name := strings.TrimSpace(r.PostFormValue("name"))
	days, err := strconv.Atoi(r.PostFormValue("days"))
	switch {
	case p != nil:
	case name == "" || !goodName(name):
		p = wrongAt("name", "Say in 1 to 60 letters what it is for.")
	case slices.Contains(want.Roles, Administrator):
		p = wrongAt("role", "A program can not be an administrator.")
	case err != nil || days < 1 || days > maxTokenDays:
		p = wrongAt("days", "From 1 to 366 days.")
	}
	if p != nil {
		was := refilled(r, p)
		d.sheetWith(w, seat, p.Status, "tokens", "API tokens", d.tokensView(seat, was), was)
		return
	}
	if err := d.opt.Audit.Keep(r.Context(), d.target(seat, "token_made", want.Agency, strings.Join(roleNames(want.Roles), " "))); err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	t, secret, err := d.accounts.NewToken(r.Context(), account.Token{
		Name: name, Agency: want.Agency, Roles: roleNames(want.Roles), Zones: want.Zones, By: seat.User,
		Ends: d.opt.Clock().Add(time.Duration(days) * 24 * time.Hour).UTC(),
	})
	if err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	v := d.tokensView(seat, nil)
	v.Secret, v.Made = secret, t
	d.sheet(w, seat, "tokens", "API tokens", v)
}

// revokeToken needs no fresh sign-in: what may be stolen must be ended at once.
func (d *Desk) revokeToken(w http.ResponseWriter, r *http.Request, seat Seat) {
	t, err := d.accounts.RevokeToken(r.Context(), r.PathValue("token"))
	if err != nil {
		d.notFound(w, r)
		return
	}
	d.noteTarget(seat, "token_revoked", t.ID, "")
	http.Redirect(w, r, "/tokens", http.StatusSeeOther)
}
