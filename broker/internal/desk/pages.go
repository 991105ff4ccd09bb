package desk

import (
	"bytes"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// frame is what every page of somebody who is signed in has around it.
type frame struct {
	Page      string // the path of the page in the navigation, without its slash
	View      string // on a phone: list or detail
	Rev       uint64
	NowMS     int64
	Now       time.Time
	Clock     string
	TimeZone  string
	Agency    Agency
	Seat      string
	Version   string
	Open      []card
	Ended     []card
	New       int // actual calls that nobody has answered
	NewDrills int // the same of drills and tests: never counted together
	Detail    *detail
	Nav       []navItem
	Banners   []Banner
	Notice    *refusal
	Access    Seat // who looks: templates ask it {{if .Access.May "device.read"}}
}

// frame reads the ledger's sequence before the cases, so that whatever changes in between is sent again rather than missed.
func (d *Desk) frame(seat Seat, page string) frame {
	_, rev := d.opt.Book.Changed(math.MaxUint64)
	now := d.opt.Clock()
	f := frame{
		Page: page, View: "list", Rev: rev, NowMS: now.UnixMilli(), Now: now, Clock: d.clock(now), Agency: d.agency(seat.Agency),
		Seat: seatName(seat.User, seat.Agency), Version: d.opt.Version, Access: seat,
		Nav: d.nav(seat, page), Banners: d.banners(seat),
	}
	if tz := d.opt.TimeZone.String(); tz != "Local" {
		f.TimeZone = tz
	}
	f.Open, f.Ended = d.cards(seat)
	for _, c := range f.Open {
		switch {
		case c.New() && c.Practice():
			f.NewDrills++
		case c.New():
			f.New++
		}
	}
	return f
}

// Count is what the title begins with, so that a tab in the background tells how many wait.
func (f frame) Count() string {
	switch {
	case f.New > 0:
		return "(" + strconv.Itoa(f.New) + ") "
	case f.NewDrills > 0:
		return "(drill) "
	default:
		return ""
	}
}

func (d *Desk) deskPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	f := d.frame(seat, "desk")
	id := r.PathValue("id")
	if id != "" {
		f.View = "detail"
	} else {
		id = firstOf(f)
	}
	if id == "" {
		d.render(w, http.StatusOK, "desk", f)
		return
	}
	d.deskWith(w, r, seat, f, id, nil)
}

// deskWith is the page with one case beside the list, and with what went wrong, if anything did.
func (d *Desk) deskWith(w http.ResponseWriter, r *http.Request, seat Seat, f frame, id string, notice *refusal) {
	k, entries, err := d.caseOf(seat, id)
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	v := d.detail(seat, k, entries)
	f.Detail, f.Notice = &v, notice
	for _, list := range [][]card{f.Open, f.Ended} {
		for i := range list {
			list[i].Selected = list[i].ID == v.ID
		}
	}
	code := http.StatusOK
	if notice != nil {
		code = notice.Status
	}
	d.render(w, code, "desk", f)
}

func firstOf(f frame) string {
	if len(f.Open) > 0 {
		return f.Open[0].ID
	}
	return ""
}

// detailPart is what a page fetches when somebody opens a case, and again when the case that it shows has changed.
func (d *Desk) detailPart(w http.ResponseWriter, r *http.Request, seat Seat) {
	get := d.caseOf
	if r.URL.Query().Has("again") {
		get = d.caseAgain
	}
	k, entries, err := get(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	b := d.feed.bytes(detailKey(seat, k), func() []byte { return d.rendered("detail", d.detail(seat, k, entries)) })
	d.answerPage(w, http.StatusOK, b)
}

// detailKey says who sees the same detail of a case: after a change all pages of an agency that show it ask at once.
func detailKey(seat Seat, k Case) partKey {
	may := shownTo(seat)
	for _, p := range []Permission{CaseAnswer, CaseClose} {
		may += strconv.FormatBool(seat.May(p))
	}
	return partKey{kind: "detail", agency: seat.Agency, shown: may, id: k.State.Case, rev: k.Rev}
}

// act takes what a form sends. A page with a script gets 204 and hears of the change by the stream; one without is sent back to
// the page.
func (d *Desk) act(v verb) func(http.ResponseWriter, *http.Request, Seat) {
	return func(w http.ResponseWriter, r *http.Request, seat Seat) {
		id := r.PathValue("id")
		want, p := formWish(r)
		if p == nil {
			p = d.attempt(r, seat, id, v, want)
		}
		switch {
		case p == nil && wantsPage(r):
			http.Redirect(w, r, "/desk/"+d.goOn(id, v), http.StatusSeeOther)
		case p == nil:
			w.Header().Set("Content-Location", "/desk/"+d.goOn(id, v)) // which case the page goes on with
			w.WriteHeader(http.StatusNoContent)
		case wantsPage(r) && p.Status != http.StatusNotFound:
			f := d.frame(seat, "desk")
			f.View = "detail"
			d.deskWith(w, r, seat, f, id, p)
		default:
			d.refuse(w, r, *p)
		}
	}
}

func (d *Desk) attempt(r *http.Request, seat Seat, id string, v verb, want wish) *refusal {
	if !activation.ValidID(id) {
		p := refusalOf(ErrUnknownCase)
		return &p
	}
	if _, _, err := d.within(seat, id, v.permission()); err != nil {
		p := refusalOf(err)
		return &p
	}
	_, p := d.do(r.Context(), seat, id, v, want)
	return p
}

func formWish(r *http.Request) (wish, *refusal) {
	if err := r.ParseForm(); err != nil {
		return wish{}, tooLarge(err)
	}
	f := r.PostForm
	want := wish{
		Message: activation.Message(f.Get("message")), Outcome: activation.Outcome(f.Get("outcome")),
		DespiteDuress: f.Get("despite_duress") == "yes",
	}
	if c := f.Get("confirm"); c == "yes" || c == "no" {
		want.Confirm = new(c == "yes")
	}
	if m := f.Get("eta_min"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil {
			return want, &badMinutes
		}
		want.ETAMin = n
	}
	return want, nil
}

func tooLarge(err error) *refusal {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return &refusal{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Title: "That was too long.", Detail: "Nothing was changed."}
	}
	return &badRequest
}

// render writes a page whole or not at all: half a page would hide a call.
func (d *Desk) render(w http.ResponseWriter, code int, name string, data any) {
	d.answerPage(w, code, d.rendered(name, data))
}

// rendered is a page, or nil if it could not be made.
func (d *Desk) rendered(name string, data any) []byte {
	var b bytes.Buffer
	if err := d.page.ExecuteTemplate(&b, name, data); err != nil {
		d.log.Error("page not made", slog.String("page", name), slog.Any("error", err))
		return nil
	}
	if s, ok := data.(sheet); ok && s.Notice != nil && s.Notice.typed != nil {
		return refill(b.Bytes(), s.Notice.typed)
	}
	return b.Bytes()
}

func (d *Desk) answerPage(w http.ResponseWriter, code int, page []byte) {
	if page == nil {
		http.Error(w, "The desk has a fault. Phone the zone, and tell those who run the desk.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(page) // the asker has gone
}
