package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
)

// Route is one address of the desk and who may use it.
//
// To add one: write a handler that takes the [Seat], and list it with its permission in the routes of your part, as deskRoutes does
// below, or hand it in through [Options.Routes]. There is no other way in: the desk's mux is filled from this list alone, a route
// without a permission of the table in access.go makes New fail, and TestEveryRoleAtEveryRoute asks every route of the list as every
// role. If no permission fits, add one to the table; its test then wants to know which roles have it.
//
// A handler that shows or changes a case must get it through [Desk.caseOf] (or filter a list with [Desk.sees]), which keeps the limits
// of zone and agency and writes the audit.
type Route struct {
	Pattern    string // method and path, as for http.ServeMux
	Permission Permission
	Handler    func(http.ResponseWriter, *http.Request, Seat)
	WhenLocked bool // also for a seat that is locked: it must show no more than that somebody calls, and where
	StepUp     bool // only within five minutes of a fresh sign-in; a program can not do it, unless it exports
	Quiet      bool // a page posts it by itself: it does not put off the lock

	Nav, Icon string // a page in the navigation: its words, and a symbol of icons.svg; see chrome.go
}

// public makes a route's handler of one that needs to know nobody.
func public(h http.HandlerFunc) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, _ Seat) { h(w, r) }
}

// Routes are all routes of the desk, for tests and descriptions.
func (d *Desk) Routes() []Route { return slices.Clone(d.all) }

func (d *Desk) deskRoutes() []Route {
	all := []Route{
		{Pattern: "GET /static/", Permission: Anyone, Handler: public(d.assets.ServeHTTP)},
		{Pattern: "GET /{$}", Permission: Anyone, Handler: public(d.home)},
		{Pattern: "GET /session", Permission: SignedIn, Handler: d.session, WhenLocked: true},

		{Pattern: "GET /desk", Permission: CaseList, Handler: d.deskPage, Nav: "Activations", Icon: "bell"},
		{Pattern: "GET /desk/{id}", Permission: CaseRead, Handler: d.deskPage},
		{Pattern: "GET /desk/{id}/detail", Permission: CaseRead, Handler: d.detailPart},
		{Pattern: "POST /desk/{id}/looking", Permission: CaseRead, Handler: d.looking, Quiet: true},
		{Pattern: "POST /desk/{id}/printed", Permission: CaseRead, Handler: d.printed, Quiet: true},
		{Pattern: "POST /desk/watching", Permission: CaseList, Handler: d.watch, Quiet: true},
		{Pattern: "POST /desk/away", Permission: CaseList, Handler: d.away, Quiet: true},
		{Pattern: "GET /devices", Permission: DeviceRead, Handler: d.devicesPage, Nav: "Devices", Icon: "screen"},
		{Pattern: "GET /devices/table", Permission: DeviceRead, Handler: d.devicesPart},
		{Pattern: "GET /audit", Permission: AuditRead, Handler: d.auditPage, Nav: "Audit", Icon: "list"},
		{Pattern: "GET /events", Permission: SignedIn, Handler: d.pageEvents, WhenLocked: true},
	}
	for _, v := range verbs() {
		all = append(all, Route{Pattern: "POST /desk/{id}/" + string(v), Permission: v.permission(), Handler: d.act(v)})
	}
	return all
}

// session tells a page whether its person is still signed in, and whether the desk is locked.
func (d *Desk) session(w http.ResponseWriter, _ *http.Request, seat Seat) {
	if seat.Locked {
		w.WriteHeader(http.StatusLocked)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fill makes the mux from the list of routes, and refuses a list that is not whole.
func (d *Desk) fill(mux *http.ServeMux, all []Route) (err error) {
	defer func() {
		if p := recover(); p != nil { // how a mux says that two patterns clash
			err = fmt.Errorf("cannot make desk: %v", p)
		}
	}()
	for i, r := range all {
		all[i].StepUp = r.StepUp || grave(r)
		r = all[i]
		method, _, ok := strings.Cut(r.Pattern, " ")
		if !ok || method != strings.ToUpper(method) || r.Handler == nil || !slices.Contains(Permissions(), r.Permission) {
			return fmt.Errorf("cannot make desk: route %q has no method, handler or known permission %q", r.Pattern, r.Permission)
		}
		mux.Handle(r.Pattern, d.guarded(r))
	}
	d.all, d.mux = all, mux
	return nil
}

// grave reports whether a route needs a fresh sign-in whoever lists it: what leaves the desk for good, is lost for good, or
// changes what everybody owes from now on.
func grave(r Route) bool {
	return r.Permission == ReportExport || r.Pattern == "POST /documents/{kind}" || r.Pattern == "PUT /api/v1/documents/{kind}" || r.Permission == RetentionAct && !strings.HasPrefix(r.Pattern, http.MethodGet+" ")
}

type routeKey struct{}

// routeOf is the route by which a request came in; streams ask it anew whether they may go on.
func routeOf(r *http.Request) Route {
	route, _ := r.Context().Value(routeKey{}).(Route)
	return route
}

// guarded lets only those in who may. A refusal is told in words, and kept in the audit.
func (d *Desk) guarded(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), routeKey{}, route))
		if route.Permission == Anyone {
			route.Handler(w, r, Seat{})
			return
		}
		seat, ok := d.seatOf(r)
		if p := d.barred(route, seat, ok); p != nil {
			d.turnAway(w, r, route, seat, p)
			return
		}
		if !route.Quiet {
			d.touch(r, seat)
		}
		route.Handler(w, r, seat)
	})
}

// barred says why a seat can not use a route; nil if it can.
func (d *Desk) barred(route Route, seat Seat, known bool) *refusal {
	switch {
	case !d.canSignIn():
		return &notSetUp
	case !known:
		return &notSignedIn
	case seat.Locked && !route.WhenLocked:
		return &isLocked
	case !seat.May(route.Permission):
		return &notAllowed
	case route.StepUp && !seat.Fresh && !(seat.Program && route.Permission == ReportExport):
		return &notFresh
	}
	return nil
}

// turnAway tells somebody why not, in the form that helps them on.
func (d *Desk) turnAway(w http.ResponseWriter, r *http.Request, route Route, seat Seat, p *refusal) {
	switch {
	case p == &notSignedIn && r.Header.Get("Authorization") != "":
		d.wrong(w, r, "token", *p)
		return
	case p == &notSignedIn:
		d.noteStrayCookie(r)
		d.askToSignIn(w, r)
		return
	case p == &notSetUp:
		d.refuse(w, r, *p)
		return
	}
	d.log.WarnContext(r.Context(), "refused", slog.String("user", seat.User), slog.String("permission", string(route.Permission)), slog.String("code", p.Code))
	d.noteRefused(seat, string(route.Permission), "", p.Code)
	switch {
	case p == &isLocked && wantsPage(r):
		next := "/"
		if r.Method == http.MethodGet {
			next = r.URL.RequestURI()
		}
		d.showLocked(w, seat, next)
	case p == &notFresh && wantsPage(r):
		v := d.signInView()
		v.Again, v.Next, v.Problem = seatName(seat.User, seat.Agency), d.pageAbove(r), p.Detail
		v.Dev = d.opt.Dev && seat.session.How == byLink
		d.render(w, p.Status, "again", v)
	default:
		d.refuse(w, r, *p)
	}
}

// pageAbove is the page on which somebody most likely pressed a button.
func (d *Desk) pageAbove(r *http.Request) string {
	path := r.URL.Path
	for path != "" && path != "/" {
		at, err := http.NewRequestWithContext(r.Context(), http.MethodGet, path, http.NoBody)
		if err != nil {
			break
		}
		if _, pattern := d.mux.Handler(at); strings.HasPrefix(pattern, "GET ") {
			return path
		}
		path = path[:strings.LastIndex(path, "/")]
	}
	return "/"
}

// home sends everybody to the first page that is theirs.
func (d *Desk) home(w http.ResponseWriter, r *http.Request) {
	seat, _ := d.seatOf(r)
	http.Redirect(w, r, d.firstPage(seat), http.StatusSeeOther)
}

// firstPage is where a seat begins: the first of the pages that it may open. Whoever may open none is told so at /desk.
func (d *Desk) firstPage(seat Seat) string {
	for _, page := range []string{"/desk", "/reports", "/devices", "/audit", "/users"} {
		for _, r := range d.all {
			if r.Pattern == "GET "+page && seat.May(r.Permission) {
				return page
			}
		}
	}
	return "/desk"
}
