package desk

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

// courseRoutes are the addresses of the 72 hours; none without the parts behind them.
func (d *Desk) courseRoutes() []Route {
	if d.opt.Course.Protocol == nil {
		return nil
	}
	all := []Route{
		{Pattern: "GET /api/v1/cases", Permission: CaseRead, Handler: d.apiCases},
		{Pattern: "POST /api/v1/cases", Permission: CaseField, Handler: d.apiFieldCase},
		{Pattern: "GET /api/v1/activations/{id}/course", Permission: CaseRead, Handler: d.apiCourse},
		{Pattern: "GET /api/v1/activations/{id}/suggestions", Permission: CasePerson, Handler: d.apiSuggestions},
		{Pattern: "GET /api/v1/documents/{kind}", Permission: DocumentRead, Handler: d.apiDocument},
		{Pattern: "GET /api/v1/documents/arrests", Permission: DocumentRead, Handler: d.apiArrestsOf},
		{Pattern: "PUT /api/v1/documents/arrests", Permission: TemplateEdit, Handler: d.apiArrests},
		{Pattern: "PUT /api/v1/documents/{kind}", Permission: TemplateEdit, Handler: d.apiPut},
		{Pattern: "GET /api/v1/reports/factsheet", Permission: ReportWorking, Handler: d.apiWorking},
		{Pattern: "GET /api/v1/reports/releases", Permission: ReportRead, Handler: d.apiReleases},
		{Pattern: "POST /api/v1/reports/releases", Permission: ReportExport, Handler: d.apiRelease},
		{Pattern: "GET /api/v1/reports/releases/{n}", Permission: ReportRead, Handler: d.apiPublic},
	}
	for _, c := range coursePermissions {
		all = append(all, Route{Pattern: "POST /api/v1/activations/{id}/" + verbOf(c.Type), Permission: c.Permission, Handler: d.apiSay(c.Type)})
	}
	return append(all, d.coursePageRoutes()...)
}

// strictJSON reads one document in which every field is known.
func strictJSON(r *http.Request, into any) *refusal {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	switch err := dec.Decode(into); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return tooLarge(err)
	}
	return nil
}

func (d *Desk) apiSay(t activation.Type) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		k, _, err := d.within(seat, r.PathValue("id"), CaseDuty)
		if err != nil {
			d.refuse(w, r, refusalOf(err))
			return
		}
		var want courseWish
		p := strictJSON(r, &want)
		if p == nil {
			p = d.say(r.Context(), seat, k, t, want)
		}
		if p != nil {
			d.refuse(w, r, *p)
			return
		}
		d.apiCourse(w, r, seat)
	}
}

// courseDoc is the 72 hours of a case. Personal fields are in it for those who may link persons.
type courseDoc struct {
	ID       string              `json:"id"`
	Code     string              `json:"code"`
	Template int                 `json:"template_version"`
	Ends     time.Time           `json:"ends"`
	Duties   []protocol.Standing `json:"duties"`
	Course   activation.Course   `json:"course"`
	Personal *Personal           `json:"personal,omitempty"`
	Same     []Hit               `json:"same_person,omitempty"`
	Withheld bool                `json:"personal_withheld,omitempty"` // the audit could not be written: see kept
}

func (d *Desk) apiCourse(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, _, err := d.caseOf(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	tpl, f, standings := d.standings(k)
	out := courseDoc{
		ID: k.State.Case, Code: activation.ShortCode(k.State.Case), Template: tpl.Version, Ends: protocol.Ends(tpl, f), Duties: standings,
	}
	person := seat.May(CasePerson)
	if person {
		person = d.kept(seat, "read_personal", k.State.Case, "")
		out.Withheld = !person
	}
	out.Course = courseFor(seat, k.State.Course, person)
	if person {
		out.Same = d.opt.Course.Cases.Same(k.State.Case)
		if box := k.State.Course.Sealed; box != nil {
			if p, err := d.opt.Course.Personal.Open(k.State.Case, box); err == nil {
				out.Personal = &p
			}
		}
	}
	d.answerJSON(w, out)
}

// standings are the duties of a case now.
func (d *Desk) standings(k Case) (protocol.Template, protocol.Facts, []protocol.Standing) {
	tpl := d.opt.Course.Protocol.Template(d.opt.Course.Cases.First(k.State.Case))
	f := protocol.FactsOf(k.State, func(id string) string { return d.agency(id).Role })
	return tpl, f, protocol.Run(tpl, f, d.opt.Clock())
}

// fieldWish opens a case that began in the field.
type fieldWish struct {
	Station      string          `json:"station"`
	IdentifiedBy string          `json:"identified_by"`
	At           time.Time       `json:"at"`
	Mode         activation.Mode `json:"mode"` // actual if empty
}

// fieldPrefix is what the zone of a case from the field begins with; the station follows.
const fieldPrefix = "station-"

// openField opens a case of a youth whom an officer met in the field. The officer is there: nobody is called, so the activation is
// closed as it is opened, and the 72 hours run.
func (d *Desk) openField(r *http.Request, seat Seat, want fieldWish) (string, *refusal) {
	origin := courseWish{Station: want.Station, IdentifiedBy: want.IdentifiedBy, At: want.At}
	if want.Mode == "" {
		want.Mode = activation.Actual
	}
	id := d.opt.NewID()
	k := Case{State: activation.State{Case: id, Mode: want.Mode}}
	if err := d.checkOrigin(origin); err != nil {
		p := d.courseRefusal(k, err)
		return "", &p
	}
	now := d.opt.Clock()
	if want.At.IsZero() {
		want.At = now
	}
	if want.At.After(now.Add(time.Minute)) {
		p := d.courseRefusal(k, errFuture)
		return "", &p
	}
	cmd := activation.Command{
		ID: d.opt.NewID(), Case: id, Mode: want.Mode, Type: activation.Raised, Trigger: activation.InField,
		Zone: fieldPrefix + want.Station, Device: "desk", Actor: activation.Actor{Kind: activation.ByDesk, ID: seat.User},
		Source:   activation.Source{Wall: now, Synced: true, AgeMS: max(0, now.Sub(want.At).Milliseconds())},
		FollowUp: &activation.FollowUp{Station: want.Station, IdentifiedBy: want.IdentifiedBy},
	}
	after, err := d.opt.Book.Do(r.Context(), cmd)
	for _, t := range []activation.Type{activation.Acknowledged, activation.Arrived, activation.HandedOver, activation.Closed} {
		if err == nil {
			_, err = d.opt.Book.Do(r.Context(), d.metInField(cmd, t, seat, after.State))
		}
	}
	return id, d.sayDone(seat, k, activation.Raised, err)
}

func (d *Desk) metInField(raised activation.Command, t activation.Type, seat Seat, s activation.State) activation.Command {
	cmd := raised
	cmd.ID, cmd.Type, cmd.Trigger, cmd.Zone, cmd.Device, cmd.FollowUp = d.opt.NewID(), t, "", "", "", nil
	switch t {
	case activation.Acknowledged, activation.Arrived:
		cmd.Agency, cmd.Code = seat.Agency, d.freshCode(s)
	case activation.HandedOver:
		cmd.Agency = seat.Agency
	default:
		if cmd.Outcome = activation.Helped; cmd.Mode == activation.Drill {
			cmd.Outcome = activation.WasDrill
		} else if cmd.Mode == activation.Test {
			cmd.Outcome = activation.WasTest
		}
	}
	return cmd
}

func (d *Desk) apiFieldCase(w http.ResponseWriter, r *http.Request, seat Seat) {
	var want fieldWish
	p := strictJSON(r, &want)
	id := ""
	if p == nil {
		id, p = d.openField(r, seat, want)
	}
	if p != nil {
		d.refuse(w, r, *p)
		return
	}
	w.Header().Set("Location", "/api/v1/activations/"+id)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]string{"id": id}) // the asker has gone
}

const maxHits = 50

func (d *Desk) query(r *http.Request) Query {
	v := r.URL.Query()
	q := Query{Text: v.Get("q"), Station: v.Get("station"), Overdue: v.Get("overdue") != "", Limit: maxHits}
	q.From, _ = time.ParseInLocation(time.DateOnly, v.Get("from"), d.opt.TimeZone) // no day asks for nothing
	if to, err := time.ParseInLocation(time.DateOnly, v.Get("to"), d.opt.TimeZone); err == nil {
		q.To = to.AddDate(0, 0, 1)
	}
	return q
}

// found are the hits that a seat may see. A seat with limits is asked case by case.
func (d *Desk) found(seat Seat, q Query) ([]Hit, int) {
	limited := len(seat.Zones) > 0 || d.agency(seat.Agency).Role == "advocate"
	if !limited || seat.Glass {
		return d.opt.Course.Cases.Search(q)
	}
	most := q.Limit
	q.Limit = 0
	all, _ := d.opt.Course.Cases.Search(q)
	var out []Hit
	for _, h := range all {
		if k, _, err := d.opt.Book.Get(h.Case); err == nil && d.sees(seat, k.State) {
			out = append(out, h)
		}
	}
	return out[:min(len(out), most)], len(out)
}

func (d *Desk) apiCases(w http.ResponseWriter, r *http.Request, seat Seat) {
	hits, n := d.found(seat, d.query(r))
	d.answerJSON(w, struct {
		Cases []Hit `json:"cases"`
		All   int   `json:"all"`
	}{append([]Hit{}, hits...), n})
}

func (d *Desk) apiSuggestions(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, _, err := d.caseOf(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	d.answerJSON(w, append([]Suggestion{}, d.opt.Course.Cases.Suggest(k.State.Case)...))
}

// documentDoc is a document with the number of its version, which a change must name.
type documentDoc struct {
	Version uint64          `json:"version"`
	Body    json.RawMessage `json:"body"`
}

func (d *Desk) apiDocument(w http.ResponseWriter, r *http.Request, _ Seat) {
	body, n := d.opt.Course.Protocol.Document(r.PathValue("kind"), r.URL.Query().Get("key"))
	if body == nil || r.PathValue("kind") == "release" {
		d.notFound(w, r)
		return
	}
	d.answerJSON(w, documentDoc{n, body})
}

func (d *Desk) apiPut(w http.ResponseWriter, r *http.Request, seat Seat) {
	var in documentDoc
	p := strictJSON(r, &in)
	if p == nil {
		p = d.put(r, seat, r.PathValue("kind"), r.URL.Query().Get("key"), in.Version, in.Body)
	}
	if p != nil {
		d.refuse(w, r, *p)
		return
	}
	d.apiDocument(w, r, seat)
}

// apiArrests is what agencies' programs tell each month: a number beside the cases, which needs no fresh sign-in.
func (d *Desk) apiArrests(w http.ResponseWriter, r *http.Request, seat Seat) {
	r.SetPathValue("kind", "arrests")
	d.apiPut(w, r, seat)
}

func (d *Desk) apiArrestsOf(w http.ResponseWriter, r *http.Request, seat Seat) {
	r.SetPathValue("kind", "arrests")
	d.apiDocument(w, r, seat)
}

func (d *Desk) put(r *http.Request, seat Seat, kind, key string, seen uint64, body []byte) *refusal {
	err := d.opt.Course.Protocol.Put(r.Context(), seat, kind, key, seen, body)
	if err == nil {
		return nil
	}
	p := d.documentRefusal(err)
	return &p
}

func (d *Desk) documentRefusal(err error) refusal {
	var faults protocol.Faults
	switch {
	case errors.Is(err, activation.ErrChanged):
		return refusal{
			Status: http.StatusConflict, Code: "changed", Title: "Somebody else changed this meanwhile.",
			Detail: "Yours is not stored and theirs is in force. Compare, and put your change on theirs.",
		}
	case errors.As(err, &faults):
		return refusal{Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "This can not come into force.", Detail: faultWords(faults)}
	case errors.Is(err, ErrTold):
		return refusal{
			Status: http.StatusConflict, Code: "told", Title: "This can not be released.",
			Detail: "Together with what was released before, it would tell a small count. Choose a period that does not overlap an earlier one.",
		}
	case errors.Is(err, ErrDocument):
		return refusal{Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "That does not fit.", Detail: "Nothing was changed. " + err.Error() + "."}
	default:
		return refusalOf(err)
	}
}

func scopeOf(r *http.Request) Scope {
	v := r.Form
	return Scope{From: v.Get("from"), To: v.Get("to"), Stations: v["station"]}
}

func (d *Desk) apiWorking(w http.ResponseWriter, r *http.Request, seat Seat) {
	_ = r.ParseForm() // a scope that can not be read is refused as none
	s, err := d.opt.Course.Reports.Working(scopeOf(r))
	if err != nil {
		d.refuse(w, r, d.documentRefusal(err))
		return
	}
	if !d.kept(seat, "read_working_sheet", "", s.Scope.From+"_"+s.Scope.To) {
		d.refuse(w, r, notShown)
		return
	}
	d.sheetAs(w, r, s)
}

// sheetAs answers with a sheet in the form that the asker wants: ?format=csv, page, or JSON.
func (d *Desk) sheetAs(w http.ResponseWriter, r *http.Request, s Sheet) {
	body, kind, ext := s.JSON, "application/json", "json"
	switch r.URL.Query().Get("format") {
	case "csv":
		body, kind, ext = s.CSV, "text/csv; charset=utf-8", "csv"
	case "page":
		body, kind, ext = s.Page, "text/html; charset=utf-8", "html"
	}
	name := "fact-sheet-" + s.Scope.From + "-" + s.Scope.To + "." + ext
	w.Header().Set("Content-Type", kind)
	if ext != "json" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	_, _ = w.Write(body) // the asker has gone
}

func (d *Desk) apiReleases(w http.ResponseWriter, _ *http.Request, _ Seat) {
	d.answerJSON(w, struct {
		Releases []Released `json:"releases"`
	}{append([]Released{}, d.opt.Course.Reports.Released()...)})
}

func (d *Desk) apiRelease(w http.ResponseWriter, r *http.Request, seat Seat) {
	var s Scope
	if p := strictJSON(r, &s); p != nil {
		d.refuse(w, r, *p)
		return
	}
	n, err := d.opt.Course.Reports.Release(r.Context(), seat, s)
	if err != nil {
		d.refuse(w, r, d.documentRefusal(err))
		return
	}
	w.Header().Set("Location", "/api/v1/reports/releases/"+strconv.FormatUint(n, 10))
	d.answerJSON(w, map[string]uint64{"n": n})
}

func (d *Desk) apiPublic(w http.ResponseWriter, r *http.Request, _ Seat) {
	n, _ := strconv.ParseUint(r.PathValue("n"), 10, 64) // no number is no release
	s, ok := d.opt.Course.Reports.Public(n)
	if !ok {
		d.notFound(w, r)
		return
	}
	d.sheetAs(w, r, s)
}
