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
	StepUp     bool // only within five minutes of a fresh sign-in

	Nav, Icon string // a page in the navigation: its words, and a symbol of icons.svg; see chrome.go
}

// public makes a route's handler of one that needs to know nobody.
func public(h http.HandlerFunc) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, _ Seat) { h(w, r) }
}

// Routes are all routes of the desk, for tests and descriptions.
func (d *Desk) Routes() []Route { return slices.Clone(d.all) }

func (d *Desk) deskRoutes() []Route {
	session := func(w http.ResponseWriter, _ *http.Request, _ Seat) { w.WriteHeader(http.StatusNoContent) }
	all := []Route{
		{Pattern: "GET /static/", Permission: Anyone, Handler: public(d.assets.ServeHTTP)},
		{Pattern: "GET /{$}", Permission: Anyone, Handler: public(d.home)},
		{Pattern: "GET /session", Permission: SignedIn, Handler: session, WhenLocked: true},

		{Pattern: "GET /desk", Permission: CaseList, Handler: d.deskPage, Nav: "Activations", Icon: "bell"},
		{Pattern: "GET /desk/{id}", Permission: CaseRead, Handler: d.deskPage},
		{Pattern: "GET /desk/{id}/detail", Permission: CaseRead, Handler: d.detailPart},
		{Pattern: "POST /desk/{id}/looking", Permission: CaseRead, Handler: d.looking},
		{Pattern: "POST /desk/watching", Permission: CaseList, Handler: d.watch},
		{Pattern: "POST /desk/away", Permission: CaseList, Handler: d.away},
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

// fill makes the mux from the list of routes, and refuses a list that is not whole.
func (d *Desk) fill(mux *http.ServeMux, all []Route) (err error) {
	defer func() {
		if p := recover(); p != nil { // how a mux says that two patterns clash
			err = fmt.Errorf("cannot make desk: %v", p)
		}
	}()
	for _, r := range all {
		method, _, ok := strings.Cut(r.Pattern, " ")
		if !ok || method != strings.ToUpper(method) || r.Handler == nil || !slices.Contains(Permissions(), r.Permission) {
			return fmt.Errorf("cannot make desk: route %q has no method, handler or known permission %q", r.Pattern, r.Permission)
		}
		mux.Handle(r.Pattern, d.guarded(r))
	}
	d.all = all
	return nil
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
			if ok {
				d.log.WarnContext(r.Context(), "refused", slog.String("user", seat.User), slog.String("permission", string(route.Permission)), slog.String("code", p.Code))
				d.noteRefused(seat, string(route.Permission), "", p.Code)
			}
			d.refuse(w, r, *p)
			return
		}
		route.Handler(w, r, seat)
	})
}

// barred says why a seat can not use a route; nil if it can.
func (d *Desk) barred(route Route, seat Seat, known bool) *refusal {
	switch {
	case !d.opt.Dev:
		return &notSetUp
	case !known:
		return &notSignedIn
	case !seat.May(route.Permission):
		return &notAllowed
	}
	return nil
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
