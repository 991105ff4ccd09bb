package desk

import (
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
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

func (d *Desk) fieldForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	var p *refusal
	id := ""
	if err := r.ParseForm(); err != nil {
		p = tooLarge(err)
	} else if at, ok := d.formTime(r.PostForm.Get("at")); !ok {
		p = &badRequest
	} else {
		id, p = d.openField(r, seat, fieldWish{
			Station: r.PostForm.Get("station"), IdentifiedBy: r.PostForm.Get("identified_by"), At: at, Mode: activation.Mode(r.PostForm.Get("mode")),
		})
	}
	if p != nil {
		d.sheetWith(w, seat, p.Status, "cases", "Cases", d.casesView(r, seat), p)
		return
	}
	http.Redirect(w, r, "/cases/"+id, http.StatusSeeOther)
}

// courseForm takes a word of the 72 hours from a form and goes back to the case, or shows why not, beside what is true now.
func (d *Desk) courseForm(t activation.Type) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		k, entries, err := d.within(seat, r.PathValue("id"), CaseDuty)
		if err != nil {
			d.refuse(w, r, refusalOf(err))
			return
		}
		want, p := d.formCourse(r)
		if p == nil {
			p = d.say(r.Context(), seat, k, t, want)
		}
		if p == nil {
			http.Redirect(w, r, "/cases/"+k.State.Case, http.StatusSeeOther)
			return
		}
		if now, fresh, err := d.within(seat, k.State.Case, CaseDuty); err == nil { // what somebody else said meanwhile
			k, entries = now, fresh
		}
		d.showCourse(w, seat, k, entries, p)
	}
}

func (d *Desk) formCourse(r *http.Request) (courseWish, *refusal) {
	if err := r.ParseForm(); err != nil {
		return courseWish{}, tooLarge(err)
	}
	f := r.PostForm
	at, ok := d.formTime(f.Get("at"))
	if !ok {
		return courseWish{}, &badRequest
	}
	want := courseWish{
		Duty: f.Get("duty"), To: f.Get("to"), Step: activation.Step(f.Get("step")), Station: f.Get("station"), IdentifiedBy: f.Get("identified_by"),
		SameAs: strings.ToLower(strings.TrimSpace(f.Get("same_as"))), After: f.Get("after"), At: at, Number: f.Get("client_number"),
	}
	for key := range f {
		if name, ok := strings.CutPrefix(key, "evidence_"); ok && f.Get(key) != "" {
			if want.Evidence == nil {
				want.Evidence = map[string]string{}
			}
			want.Evidence[name] = f.Get(key)
		}
		if name, ok := strings.CutPrefix(key, "fact_"); ok && f.Get(key) != "" {
			if want.Facts == nil {
				want.Facts = map[activation.Circumstance]bool{}
			}
			want.Facts[activation.Circumstance(name)] = f.Get(key) == "yes"
		}
	}
	if f.Get("decision") != "" {
		want.Decision = &activation.Decision{Code: f.Get("decision"), Reason: f.Get("reason"), TookPart: f["took_part"], NextReview: day(f.Get("next_review"))}
	}
	if f.Get("status") != "" {
		want.Status = &activation.Status{Moment: activation.Moment(f.Get("moment")), Code: f.Get("status"), AsOf: day(f.Get("as_of"))}
	}
	for name, into := range map[string]*int{"age": &want.Age, "birth_year": &want.BirthYear} {
		if n, ok := number(f.Get(name)); ok {
			*into = n
		} else {
			return want, &badRequest
		}
	}
	return want, nil
}

// day is a day of a form; none if it can not be read.
func day(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}
