package desk

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/desk/docform"
)

func (d *Desk) documentPageRoutes() []Route {
	return []Route{
		{Pattern: "GET /protocol", Permission: DocumentRead, Handler: d.protocolPage, Nav: "Protocol", Icon: "list"},
		{Pattern: "GET /documents/{kind}", Permission: TemplateEdit, Handler: d.editPage},
		{Pattern: "POST /documents/{kind}/preview", Permission: TemplateEdit, Handler: d.previewForm},
		{Pattern: "POST /documents/{kind}", Permission: TemplateEdit, Handler: d.enforceForm},
		{Pattern: "GET /retention", Permission: RetentionAct, Handler: d.retentionPage, Nav: "Retention", Icon: "key"},
		{Pattern: "POST /retention/person", Permission: RetentionAct, Handler: d.heldForm},
	}
}

type protocolView struct {
	Template protocol.Template
	Deaf     []string // agencies that owe something, and of which nobody can be reminded
	Lists    protocol.Lists
	Stations protocol.Stations
}

func (d *Desk) protocolPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	p := d.opt.Course.Protocol
	t := p.Template(^uint64(0))
	v := protocolView{Template: t, Lists: p.Lists(), Stations: p.Stations()}
	for _, a := range t.Agencies {
		owes := slices.ContainsFunc(t.Duties, func(x protocol.Duty) bool { return x.Owner == a.ID })
		if owes && !d.opt.Course.Reminders.Reminds(t, a.ID) {
			v.Deaf = append(v.Deaf, a.Name)
		}
	}
	d.sheet(w, seat, "protocol", "Protocol", v)
}

// documentTitle names the page of a document that is edited as a form.
func documentTitle(kind string) (string, bool) {
	switch kind {
	case docform.Template:
		return "Edit the protocol", true
	case docform.Lists:
		return "Edit the code lists", true
	case docform.Stations:
		return "Edit the stations", true
	case docform.Retention:
		return "Edit the retention rule", true
	default:
		return "", false
	}
}

// editView is a document in the editor, or its preview.
type editView struct {
	Kind    string
	Seen    uint64
	Form    docform.Form
	Draft   bool // it is what this person left off with
	Preview bool
	Changes []docform.Change
	Text    string // what comes into force
}

// draft is what a person has entered and not put in force. It is in memory: it bridges a fresh sign-in, a refusal and a closed page.
type draft struct {
	seen uint64
	form url.Values
}

const maxDrafts = 64

// drafts are those of everybody, the newest kept.
type drafts struct {
	mu  sync.Mutex
	all map[string]draft
}

func (d *drafts) get(seat Seat, kind string) (draft, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	x, ok := d.all[seat.User+" "+kind]
	return x, ok
}

func (d *drafts) keep(seat Seat, kind string, x draft) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all == nil || len(d.all) >= maxDrafts {
		d.all = map[string]draft{}
	}
	d.all[seat.User+" "+kind] = x
}

func (d *drafts) drop(seat Seat, kind string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.all, seat.User+" "+kind)
}

func (d *Desk) county() docform.County {
	var c docform.County
	for _, z := range d.opt.Zones.All() {
		c.Zones = append(c.Zones, docform.Option{Value: z.ID, Words: z.Name})
	}
	for _, a := range d.opt.Agencies {
		if a.Role != "" && !slices.ContainsFunc(c.Roles, func(o docform.Option) bool { return o.Value == a.Role }) {
			c.Roles = append(c.Roles, docform.Option{Value: a.Role, Words: a.Name})
		}
	}
	return c
}

func (d *Desk) editPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	kind := r.PathValue("kind")
	title, ok := documentTitle(kind)
	if !ok {
		d.notFound(w, r)
		return
	}
	d.showEditor(w, seat, kind, title, nil)
}

// showEditor shows what this person left off with, or the document in force.
func (d *Desk) showEditor(w http.ResponseWriter, seat Seat, kind, title string, notice *refusal) {
	body, n := d.opt.Course.Protocol.Document(kind, "")
	v := editView{Kind: kind, Seen: n}
	var err error
	if left, ok := d.drafts.get(seat, kind); ok {
		v.Draft, v.Seen = true, left.seen
		v.Form, _, err = docform.Read(kind, body, left.form, d.county())
	} else {
		v.Form, err = docform.Of(kind, body, d.county())
	}
	code := http.StatusOK
	if notice != nil {
		code = notice.Status
	}
	if err != nil {
		d.log.Error("document can not be edited", slog.String("kind", kind), slog.Any("error", err))
		code, notice = notStored.Status, &notStored
	}
	d.subsheet(w, seat, code, "protocol", "edit", title, v, notice)
}

// previewForm shows what would change, and says at each field what is wrong; nothing is stored. The buttons for rows come here too.
func (d *Desk) previewForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	kind := r.PathValue("kind")
	title, ok := documentTitle(kind)
	if !ok {
		d.notFound(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		d.refuse(w, r, *tooLarge(err))
		return
	}
	if r.PostForm.Get("do") == "discard" {
		d.drafts.drop(seat, kind)
		http.Redirect(w, r, "/documents/"+kind, http.StatusSeeOther)
		return
	}
	seen, err := strconv.ParseUint(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		d.refuse(w, r, badRequest)
		return
	}
	body, _ := d.opt.Course.Protocol.Document(kind, "")
	form, more, err := docform.Read(kind, body, r.PostForm, d.county())
	was, err2 := docform.Of(kind, body, d.county())
	if err := errors.Join(err, err2); err != nil {
		d.refuse(w, r, notStored)
		return
	}
	v := editView{Kind: kind, Seen: seen, Form: form, Draft: true}
	d.drafts.keep(seat, kind, draft{seen, draftOf(form, r.PostForm)})
	code := http.StatusOK
	if !more {
		text, good := v.Form.Document(d.county())
		if v.Preview = good; good {
			v.Changes, v.Text = docform.Changes(was, v.Form), string(text)
		} else {
			code = http.StatusUnprocessableEntity
		}
	}
	d.subsheet(w, seat, code, "protocol", "edit", title, v, nil)
}

// draftOf is what a browser would send of a form as it is now, after its rows were moved.
func draftOf(f docform.Form, sent url.Values) url.Values {
	v := f.Values()
	v.Set("seen", sent.Get("seen"))
	return v
}

// enforceForm puts a previewed document in force, unless somebody else changed it meanwhile.
func (d *Desk) enforceForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	kind := r.PathValue("kind")
	title, ok := documentTitle(kind)
	if !ok {
		d.notFound(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		d.refuse(w, r, *tooLarge(err))
		return
	}
	seen, err := strconv.ParseUint(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		d.refuse(w, r, badRequest)
		return
	}
	p := d.put(r, seat, kind, "", seen, []byte(r.PostForm.Get("text")))
	if p == nil {
		d.drafts.drop(seat, kind)
		http.Redirect(w, r, "/protocol", http.StatusSeeOther)
		return
	}
	if left, ok := d.drafts.get(seat, kind); ok && p.Code == "changed" { // theirs is in force now: the next preview compares with it
		_, left.seen = d.opt.Course.Protocol.Document(kind, "")
		d.drafts.keep(seat, kind, left)
	}
	d.showEditor(w, seat, kind, title, p)
}

// spanWords says a duration of the template: 90 min, 36 h, 90 days.
func spanWords(d protocol.Duration) string {
	v := time.Duration(d)
	if v >= 14*24*time.Hour && v%(24*time.Hour) == 0 {
		return strconv.Itoa(int(v/(24*time.Hour))) + " days"
	}
	if v > time.Hour && v%time.Hour != 0 {
		return strconv.Itoa(int(v.Minutes())) + " min"
	}
	return spoken(v)
}
