package desk

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"safeyouthzone/broker/internal/desk/account"
)

const (
	inviteLife   = 72 * time.Hour
	recoveryLife = time.Hour
	maxName      = 60
)

var (
	errLast = errors.New("the last administrator")
	errSelf = errors.New("the own account")

	lastAdministrator = refusal{
		Status: http.StatusConflict, Code: "last_administrator", Title: "This is the last administrator who can sign in.",
		Detail: "Nothing was changed. Make another one first.",
	}
	ownAccount = refusal{
		Status: http.StatusConflict, Code: "own_account", Title: "Nobody changes their own roles.",
		Detail: "Nothing was changed. Ask another administrator.",
	}
	countyAccount = refusal{
		Status: http.StatusConflict, Code: "county_account", Title: "The county's sign-in says what this person may do.",
		Detail: "Nothing was changed. Change their groups there; you can shut them out here.",
	}
	secondPerson = refusal{
		Status: http.StatusConflict, Code: "second_person", Title: "A second administrator must approve this.",
		Detail: "Whoever asked can not approve, and nobody approves for themselves.",
	}
	unknownUser = refusal{Status: http.StatusNotFound, Code: "unknown_user", Title: "There is no such account.", Detail: "Go back to the list."}
	badUser     = refusal{
		Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "An account stays with its agency.",
		Detail: "Nothing was changed. Whoever moves to another agency gets a new account there.",
	}
)

func (d *Desk) userRoutes() []Route {
	return []Route{
		{Pattern: "GET /users", Permission: UserManage, Handler: d.usersPage, Nav: "People", Icon: "people"},
		{Pattern: "POST /users", Permission: UserManage, Handler: d.invite, StepUp: true},
		{Pattern: "GET /users/{user}", Permission: UserManage, Handler: d.userPage},
		{Pattern: "POST /users/{user}/roles", Permission: UserManage, Handler: d.changeRoles, StepUp: true},
		{Pattern: "POST /users/{user}/disable", Permission: UserManage, Handler: d.disableUser(true), StepUp: true},
		{Pattern: "POST /users/{user}/enable", Permission: UserManage, Handler: d.disableUser(false), StepUp: true},
		{Pattern: "POST /users/{user}/sign-out", Permission: UserManage, Handler: d.signOutUser, StepUp: true},
		{Pattern: "POST /users/{user}/invite", Permission: UserManage, Handler: d.inviteAgain, StepUp: true},
		{Pattern: "POST /users/{user}/recover", Permission: UserManage, Handler: d.askRecovery, StepUp: true},
		{Pattern: "POST /users/{user}/withdraw", Permission: UserManage, Handler: d.withdrawRecovery},
		{Pattern: "POST /users/{user}/approve", Permission: UserManage, Handler: d.approveRecovery, StepUp: true},
	}
}

type userRow struct {
	account.User
	Seat     string
	Of       Agency
	County   bool
	Waiting  bool // has no passkey yet
	Sessions int
	LastUsed time.Time
	Until    time.Time // for how long a recovery waits for a second person
}

type usersView struct {
	Users    []userRow
	Agencies []Agency
	Roles    []Role
	Link     string // shown once
	For      string
	Until    time.Time
	Fresh    bool
	User     *userRow
	Self     bool
	Asked    bool         // the seat itself asked for the recovery, so that another one must approve
	Wish     *wishedRoles // waits for its second step
	Zones    zonePick
}

type wishedRoles struct {
	Agency string
	Roles  []Role
	Zones  []string
}

func (d *Desk) userRow(u account.User) userRow {
	row := userRow{
		User: u, Seat: seatName(u.ID, u.Agency), Of: d.agency(u.Agency), County: u.Issuer != "", Waiting: u.Issuer == "" && len(u.Passkeys) == 0,
		Sessions: len(d.accounts.Sessions(u.ID)),
	}
	for _, p := range u.Passkeys {
		for _, t := range []time.Time{p.Added, p.Used} { // who makes one proves with it who they are
			if t.After(row.LastUsed) {
				row.LastUsed = t
			}
		}
	}
	if row.Recovery = d.recoveryOf(u); row.Recovery != nil {
		row.Until = row.Recovery.At.Add(recoveryWaits)
	}
	return row
}

func (d *Desk) usersView(seat Seat) usersView {
	v := usersView{Agencies: d.opt.Agencies, Roles: Roles(), Fresh: seat.Fresh}
	for _, u := range d.accounts.Users() {
		v.Users = append(v.Users, d.userRow(u))
	}
	slices.SortFunc(v.Users, func(a, b userRow) int {
		return cmp.Or(cmp.Compare(a.Of.Name, b.Of.Name), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return v
}

func (d *Desk) usersPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	v := d.usersView(seat)
	v.Zones = d.zonePick(nil, nil)
	d.sheet(w, seat, "users", "People", v)
}

// showUser is the page of one account; link is a secret that is shown this once.
func (d *Desk) showUser(w http.ResponseWriter, seat Seat, u account.User, code int, link string, until time.Time, notice *refusal) {
	v, row := d.usersView(seat), d.userRow(u)
	v.User, v.Self, v.Link, v.Until = &row, u.ID == seat.User, link, until
	v.Asked = row.Recovery != nil && row.Recovery.By == seat.User
	v.Zones = d.zonePick(u.Zones, notice)
	d.sheetWith(w, seat, code, "user", cmp.Or(u.Name, "Seat "+row.Seat), v, notice)
}

func (d *Desk) userPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	if !ok {
		d.refuse(w, r, unknownUser)
		return
	}
	d.showUser(w, seat, u, http.StatusOK, "", time.Time{}, nil)
}

// formRoles reads agency, roles and zones of a form.
func (d *Desk) formRoles(r *http.Request) (wishedRoles, *refusal) {
	if err := r.ParseForm(); err != nil {
		return wishedRoles{}, tooLarge(err)
	}
	agency := r.PostForm.Get("agency")
	roles, valid := parseRoles(strings.Join(r.PostForm["role"], ","))
	zones, p := d.formZones(r)
	want := wishedRoles{agency, roles, zones}
	if _, known := d.agencies[agency]; !known {
		return want, wrongAt("agency", "Choose an agency.")
	}
	if !valid {
		return want, wrongAt("role", "Choose at least one role.")
	}
	return want, p
}

func goodName(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}

// invite makes an account, and a link by which its person makes their first passkey.
func (d *Desk) invite(w http.ResponseWriter, r *http.Request, seat Seat) {
	want, p := d.formRoles(r)
	name := strings.TrimSpace(r.PostFormValue("name"))
	if p == nil && !goodName(name) {
		p = wrongAt("name", "A name has at most 60 letters.")
	}
	if p != nil {
		was, v := refilled(r, p), d.usersView(seat)
		v.Zones = d.zonePick(nil, was)
		d.sheetWith(w, seat, p.Status, "users", "People", v, was)
		return
	}
	u, err := d.accounts.AddUser(r.Context(), account.User{Name: name, Agency: want.Agency, Roles: roleNames(want.Roles), Zones: want.Zones, By: seat.User, Disabled: true})
	if err == nil { // nobody can use it before the audit has it
		err = d.opt.Audit.Keep(r.Context(), d.target(seat, "user_added", u.ID, strings.Join(u.Roles, " ")))
	}
	if err == nil {
		u, err = d.accounts.ChangeUser(r.Context(), u.ID, func(u *account.User) error {
			u.Disabled = false
			return nil
		})
	}
	if err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	d.showLink(w, r, seat, u, "invite", inviteLife)
}

func (d *Desk) showLink(w http.ResponseWriter, r *http.Request, seat Seat, u account.User, kind string, life time.Duration) {
	until := d.opt.Clock().Add(life)
	secret, err := d.accounts.NewLink(r.Context(), account.Link{Kind: kind, User: u.ID, Ends: until, By: seat.User})
	if err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	d.noteTarget(seat, kind, u.ID, "")
	d.showUser(w, seat, u, http.StatusOK, d.address("/welcome?link="+secret), until, nil)
}

func (d *Desk) inviteAgain(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	switch {
	case !ok || u.Disabled:
		d.refuse(w, r, unknownUser)
	case len(u.Passkeys) > 0 || u.Issuer != "":
		d.showUser(w, seat, u, http.StatusConflict, "", time.Time{}, &secondPerson)
	default:
		d.showLink(w, r, seat, u, "invite", inviteLife)
	}
}

// changeRoles takes two steps: what is wished, shown beside what is, and then the same with confirm.
func (d *Desk) changeRoles(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	want, p := d.formRoles(r)
	switch {
	case !ok:
		d.refuse(w, r, unknownUser)
		return
	case p != nil:
		d.showUser(w, seat, u, p.Status, "", time.Time{}, refilled(r, p))
		return
	case want.Agency != u.Agency: // another agency is another account: an id says for whom somebody answered
		d.showUser(w, seat, u, http.StatusUnprocessableEntity, "", time.Time{}, &badUser)
		return
	case r.PostFormValue("confirm") != "yes":
		v, row := d.usersView(seat), d.userRow(u)
		v.User, v.Wish = &row, &want
		d.sheet(w, seat, "userconfirm", "Change roles", v)
		return
	}
	d.changeUser(w, r, seat, u, d.target(seat, "roles_changed", u.ID, strings.Join(roleNames(want.Roles), " ")), func(u *account.User) error {
		if u.Issuer != "" {
			return errCounty
		}
		if u.ID == seat.User {
			return errSelf
		}
		u.Roles, u.Zones = roleNames(want.Roles), want.Zones
		return d.notLast(*u)
	})
}

var errCounty = errors.New("the county's account")

// notLast refuses a change after which nobody could let anybody in.
func (d *Desk) notLast(changed account.User) error {
	if d.opt.County != nil || !changed.Disabled && slices.Contains(changed.Roles, string(Administrator)) {
		return nil
	}
	for _, u := range d.accounts.Users() {
		if u.ID != changed.ID && !u.Disabled && slices.Contains(u.Roles, string(Administrator)) && (len(u.Passkeys) > 0 || u.Issuer != "") {
			return nil
		}
	}
	return errLast
}

// changeUser does what must be in the audit first.
func (d *Desk) changeUser(w http.ResponseWriter, r *http.Request, seat Seat, u account.User, a auditRecord, fn func(*account.User) error) {
	probe := u
	err := fn(&probe)
	if err == nil {
		err = d.opt.Audit.Keep(r.Context(), a)
	}
	if err == nil {
		_, err = d.accounts.ChangeUser(r.Context(), u.ID, fn)
	}
	for _, k := range []struct {
		is error
		refusal
	}{{errLast, lastAdministrator}, {errSelf, ownAccount}, {errCounty, countyAccount}, {errSecond, secondPerson}} {
		if errors.Is(err, k.is) {
			d.showUser(w, seat, u, k.Status, "", time.Time{}, &k.refusal)
			return
		}
	}
	if err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	d.log.Info("account changed", slog.String("user", u.ID), slog.String("by", seat.User), slog.String("action", a.Action))
	http.Redirect(w, r, "/users/"+u.ID, http.StatusSeeOther)
}

func (d *Desk) notDone(w http.ResponseWriter, r *http.Request, seat Seat, err error) {
	d.log.Error("account not changed", slog.String("by", seat.User), slog.Any("error", err))
	d.refuse(w, r, notKept)
}

func (d *Desk) disableUser(disabled bool) func(http.ResponseWriter, *http.Request, Seat) {
	action := "user_enabled"
	if disabled {
		action = "user_disabled"
	}
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		u, ok := d.accounts.User(r.PathValue("user"))
		if !ok {
			d.refuse(w, r, unknownUser)
			return
		}
		d.changeUser(w, r, seat, u, d.target(seat, action, u.ID, ""), func(u *account.User) error {
			if u.ID == seat.User {
				return errSelf
			}
			u.Disabled = disabled
			return d.notLast(*u)
		})
	}
}

func (d *Desk) signOutUser(w http.ResponseWriter, r *http.Request, seat Seat) {
	u, ok := d.accounts.User(r.PathValue("user"))
	if !ok {
		d.refuse(w, r, unknownUser)
		return
	}
	if err := d.accounts.EndSessions(r.Context(), u.ID); err != nil {
		d.notDone(w, r, seat, err)
		return
	}
	d.noteTarget(seat, "user_signed_out", u.ID, "")
	http.Redirect(w, r, "/users/"+u.ID, http.StatusSeeOther)
}
