package desk

import (
	"net/http"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

// coursePageRoutes are the pages of the 72 hours.
func (d *Desk) coursePageRoutes() []Route {
	all := []Route{
		{Pattern: "GET /cases", Permission: CaseRead, Handler: d.casesPage, Nav: "Cases", Icon: "steps"},
		{Pattern: "POST /cases", Permission: CaseField, Handler: d.fieldForm},
		{Pattern: "GET /cases/{id}", Permission: CaseRead, Handler: d.coursePage},
		{Pattern: "GET /cases/{id}/duties.ics", Permission: CaseRead, Handler: d.calendar},
	}
	for _, c := range coursePermissions {
		all = append(all, Route{Pattern: "POST /cases/{id}/" + verbOf(c.Type), Permission: c.Permission, Handler: d.courseForm(c.Type)})
	}
	return append(append(all, d.reportPageRoutes()...), d.documentPageRoutes()...)
}

// subsheet is a page below another one: page is where it stands in the navigation.
func (d *Desk) subsheet(w http.ResponseWriter, seat Seat, code int, page, name, title string, data any, notice *refusal) {
	f := d.frame(seat, page)
	f.Notice = notice
	d.render(w, code, name, sheet{frame: f, Title: title, Data: data})
}

// caseRow is a case in the list.
type caseRow struct {
	Hit
	Where  string
	Status status
}

type casesView struct {
	Query    Query
	FromDay  string
	ToDay    string
	Rows     []caseRow
	All      int
	Stations []protocol.Station
	How      []protocol.Code
	Now      string // for the form
}

func (d *Desk) casesView(r *http.Request, seat Seat) casesView {
	q := d.query(r)
	hits, n := d.found(seat, q)
	p := d.opt.Course.Protocol
	v := casesView{
		Query: q, FromDay: r.URL.Query().Get("from"), ToDay: r.URL.Query().Get("to"), All: n, Stations: p.Stations().Stations,
		How: p.Lists().Offered(protocol.IdentifiedBy), Now: d.inputTime(d.opt.Clock()),
	}
	for _, h := range hits {
		v.Rows = append(v.Rows, d.caseRow(h))
	}
	return v
}

func (d *Desk) caseRow(h Hit) caseRow {
	return caseRow{Hit: h, Where: d.zone(h.Zone).Name, Status: statusOf(h.Stage)}
}

func (d *Desk) casesPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	d.sheet(w, seat, "cases", "Cases", d.casesView(r, seat))
}

const inputLayout = "2006-01-02T15:04"

func (d *Desk) inputTime(t time.Time) string { return t.In(d.opt.TimeZone).Format(inputLayout) }

// formTime reads a clock time of a form; zero if it is empty, and false if it can not be read.
func (d *Desk) formTime(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation(inputLayout, s, d.opt.TimeZone)
	return t, err == nil
}
