package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

func (d *Desk) reportPageRoutes() []Route {
	return []Route{
		{Pattern: "GET /reports", Permission: ReportRead, Handler: d.reportsPage, Nav: "Reports", Icon: "chart"},
		{Pattern: "GET /reports/sheet.css", Permission: ReportRead, Handler: d.sheetStyle},
		{Pattern: "GET /reports/released/{n}", Permission: ReportRead, Handler: d.releasedPage},
		{Pattern: "GET /reports/released/{n}/file", Permission: ReportExport, Handler: d.apiPublic},
		{Pattern: "GET /reports/working", Permission: ReportWorking, Handler: d.workingPage},
		{Pattern: "POST /reports/release", Permission: ReportExport, Handler: d.releaseForm},
		{Pattern: "GET /reports/arrests", Permission: TemplateEdit, Handler: d.arrestsPage},
		{Pattern: "POST /reports/arrests", Permission: TemplateEdit, Handler: d.arrestsForm},
	}
}

func (d *Desk) sheetStyle(w http.ResponseWriter, _ *http.Request, _ Seat) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(d.opt.Course.Reports.Style())) // the asker has gone
}

// periodView is one fixed period that can be chosen.
type periodView struct{ Value, Words string }

type reportsView struct {
	Periods  []periodView
	Stations []protocol.Station
	Released []releasedView
}

type releasedView struct {
	Released
	Words, By string
}

// periods lists the fixed periods of the last years: the founding one, years, half years, quarters.
func (d *Desk) periods() []periodView {
	const years, months = 3, 12
	now := d.opt.Clock().In(d.opt.TimeZone)
	out := []periodView{{"2014-08-15_2016-07-17", "Founding period, 15 Aug 2014 to 17 Jul 2016"}}
	add := func(from time.Time, months int, words string) {
		if from.Before(now) {
			out = append(out, periodView{from.Format(time.DateOnly) + "_" + from.AddDate(0, months, -1).Format(time.DateOnly), words})
		}
	}
	for y := now.Year(); y > now.Year()-years; y-- {
		add(time.Date(y, 1, 1, 0, 0, 0, 0, d.opt.TimeZone), months, fmt.Sprint(y))
		for q := 4; q >= 1; q-- {
			add(time.Date(y, time.Month(3*q-2), 1, 0, 0, 0, 0, d.opt.TimeZone), 3, fmt.Sprintf("Quarter %d of %d", q, y))
		}
	}
	return out
}

func (d *Desk) reportsView() reportsView {
	v := reportsView{Periods: d.periods(), Stations: d.opt.Course.Protocol.Stations().Stations}
	for _, r := range d.opt.Course.Reports.Released() {
		v.Released = append(v.Released, releasedView{r, scopeWords(r.Scope), d.userWords(r.By)})
	}
	return v
}

func scopeWords(s Scope) string {
	words := s.From + " to " + s.To
	switch n := len(s.Stations); n {
	case 0:
		return words + ", all stations"
	case 1:
		return words + ", one station"
	default:
		return words + ", " + strconv.Itoa(n) + " stations"
	}
}

func (d *Desk) reportsPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "reports", "Reports", d.reportsView())
}

func (d *Desk) formScope(r *http.Request) Scope {
	_ = r.ParseForm() // a scope that can not be read is refused as none
	s := Scope{Stations: r.Form["station"]}
	if p := r.Form.Get("period"); len(p) == len("2014-08-15_2016-07-17") {
		s.From, s.To = p[:10], p[11:]
	}
	return s
}

type sheetView struct {
	Sheet
	N     uint64
	Words string
	Query string // of the same scope
}

func (d *Desk) workingPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	scope := d.formScope(r)
	s, err := d.opt.Course.Reports.Working(scope)
	if err != nil {
		p := d.documentRefusal(err)
		d.sheetWith(w, seat, p.Status, "reports", "Reports", d.reportsView(), &p)
		return
	}
	if !d.kept(seat, "read_working_sheet", "", scope.From+"_"+scope.To) {
		d.sheetWith(w, seat, notShown.Status, "reports", "Reports", d.reportsView(), &notShown)
		return
	}
	d.subsheet(w, seat, http.StatusOK, "reports", "factsheet", "Fact sheet", sheetView{Sheet: s, Words: scopeWords(scope)}, nil)
}

func (d *Desk) releasedPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	n, _ := strconv.ParseUint(r.PathValue("n"), 10, 64) // no number is no release
	s, ok := d.opt.Course.Reports.Public(n)
	if !ok {
		d.notFound(w, r)
		return
	}
	d.subsheet(w, seat, http.StatusOK, "reports", "factsheet", "Fact sheet", sheetView{Sheet: s, N: n, Words: scopeWords(s.Scope)}, nil)
}

func (d *Desk) releaseForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	n, err := d.opt.Course.Reports.Release(r.Context(), seat, d.formScope(r))
	if err != nil {
		p := d.documentRefusal(err)
		d.sheetWith(w, seat, p.Status, "reports", "Reports", d.reportsView(), refilled(r, &p))
		return
	}
	http.Redirect(w, r, "/reports/released/"+strconv.FormatUint(n, 10), http.StatusSeeOther)
}

// arrestsView is one station's year.
type arrestsView struct {
	Stations []protocol.Station
	Station  string
	Year     int
	Version  uint64
	Months   []monthView
	Source   string
}

type monthView struct {
	N           int
	Name, Count string
}

type arrestsDoc struct {
	Station string   `json:"station"`
	Year    int      `json:"year"`
	Counts  [12]*int `json:"counts"`
	Source  string   `json:"source"`
}

func (d *Desk) arrestsView(station string, year int) arrestsView {
	v := arrestsView{Stations: d.opt.Course.Protocol.Stations().Stations, Station: station, Year: year, Source: "agency_figures"}
	if station == "" && len(v.Stations) > 0 {
		v.Station = v.Stations[0].ID
	}
	if year == 0 {
		v.Year = d.opt.Clock().In(d.opt.TimeZone).Year()
	}
	var doc arrestsDoc
	body, n := d.opt.Course.Protocol.Document("arrests", fmt.Sprintf("%s-%d", v.Station, v.Year))
	if err := json.Unmarshal(body, &doc); err == nil && doc.Source != "" {
		v.Source = doc.Source
	}
	v.Version = n
	for i, c := range doc.Counts {
		m := monthView{N: i + 1, Name: time.Month(i + 1).String()}
		if c != nil {
			m.Count = strconv.Itoa(*c)
		}
		v.Months = append(v.Months, m)
	}
	return v
}

func (d *Desk) arrestsPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	year, _ := strconv.Atoi(r.URL.Query().Get("year")) // no year is this one
	d.subsheet(w, seat, http.StatusOK, "reports", "arrests", "Arrests, as the agencies told them", d.arrestsView(r.URL.Query().Get("station"), year), nil)
}

func (d *Desk) arrestsForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	_ = r.ParseForm() // a form that can not be read has no station
	year, _ := strconv.Atoi(r.PostForm.Get("year"))
	seen, _ := strconv.ParseUint(r.PostForm.Get("version"), 10, 64)
	var p *refusal
	doc := arrestsDoc{Station: r.PostForm.Get("station"), Year: year, Source: r.PostForm.Get("source")}
	for i := range doc.Counts {
		name := "m" + strconv.Itoa(i+1)
		n, ok := number(strings.TrimSpace(r.PostForm.Get(name)))
		switch {
		case !ok:
			p = wrongAt(name, "Enter a whole number, or leave it empty.")
		case r.PostForm.Get(name) != "":
			doc.Counts[i] = &n
		}
	}
	if !activation.ValidID(doc.Source) {
		p = wrongAt("source", "Say where the numbers come from in one word of a-z, 0-9, - and _: station_log.")
	}
	body, err := json.Marshal(doc)
	if err != nil {
		p = &badRequest
	}
	if p == nil {
		p = d.put(r, seat, "arrests", fmt.Sprintf("%s-%d", doc.Station, year), seen, body)
	}
	if p != nil {
		d.subsheet(w, seat, p.Status, "reports", "arrests", "Arrests, as the agencies told them", d.arrestsView(doc.Station, year), refilled(r, p))
		return
	}
	http.Redirect(w, r, fmt.Sprintf("/reports/arrests?station=%s&year=%d", doc.Station, year), http.StatusSeeOther)
}
