package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// holdReasons are why a case is kept whatever the rule says, in the order of the form. They are codes in the ledger, never words.
func holdReasons() []offered {
	return []offered{
		{"court_order", "Court order or subpoena"},
		{"litigation", "Litigation expected or under way"},
		{"investigation", "Criminal or internal investigation"},
		{"records_request", "Request for records, not yet answered"},
		{"audit", "Audit or review"},
	}
}

func isHoldReason(code string) bool {
	return slices.ContainsFunc(holdReasons(), func(r offered) bool { return r.Value == code })
}

func holdWords(code string) string {
	for _, r := range holdReasons() {
		if r.Value == code {
			return r.Words
		}
	}
	return code
}

type retentionView struct {
	Rows     []caseRow // whose time is over
	Holds    []heldRow
	More     int // holds that are not listed
	KeepDays int
	Auto     bool
	Basis    string
}

// heldRow is what is kept of a person in one case.
type heldRow struct {
	caseRow
	Fields      []string
	By          string // who recorded them last
	At, Until   time.Time
	Hold        bool
	HoldBy, Why string
	HoldAt      time.Time
	Asked       string // who asked to erase them
	Gone        time.Time
	Unreadable  bool // there are fields, and no key here opens them
}

func (d *Desk) retentionView(seat Seat) retentionView {
	var v retentionView
	var rule struct {
		KeepDays  int    `json:"keep_days"`
		Automatic bool   `json:"automatic"`
		Basis     string `json:"basis"`
	}
	body, _ := d.opt.Course.Protocol.Document("retention", "")
	if err := json.Unmarshal(body, &rule); err == nil {
		v.KeepDays, v.Auto, v.Basis = rule.KeepDays, rule.Automatic, rule.Basis
	}
	for _, h := range d.opt.Course.Keeping.Due() {
		if _, ok := d.seen(seat, h.Case); ok {
			v.Rows = append(v.Rows, d.caseRow(h))
		}
	}
	holds, n := d.found(seat, Query{Held: true, Limit: maxHits})
	for _, h := range holds {
		if k, ok := d.seen(seat, h.Case); ok {
			v.Holds = append(v.Holds, d.heldRow(h, k.State))
		}
	}
	v.More = n - len(holds)
	return v
}

// seen gets a case that a seat may see. Who may not is not told that there is one.
func (d *Desk) seen(seat Seat, id string) (Case, bool) {
	k, _, err := d.opt.Book.Get(id)
	return k, err == nil && d.sees(seat, k.State)
}

func (d *Desk) heldRow(h Hit, s activation.State) heldRow {
	c := s.Course
	r := heldRow{caseRow: d.caseRow(h), Hold: c.Hold, Gone: c.Erased.At}
	if c.Hold {
		r.HoldBy, r.HoldAt = d.userWords(c.HoldWord.By), c.HoldWord.At
		r.Why = holdWords(c.HoldWhy)
	}
	if c.Erasing && c.Erased.ID == "" {
		r.Asked = d.userWords(c.ErasureWord.By)
	}
	if c.Sealed == nil || c.Erased.ID != "" {
		return r
	}
	r.By, r.At, r.Until = d.userWords(c.SealedBy.By), c.SealedBy.At, d.opt.Course.Keeping.Until(h.Last)
	p, err := d.opt.Course.Personal.Open(s.Case, c.Sealed)
	r.Unreadable = err != nil
	for _, f := range []struct {
		is    bool
		words string
	}{{p.Age != 0, "age"}, {p.BirthYear != 0, "year of birth"}, {p.Numbered, "keyed hash of the client number"}} {
		if f.is {
			r.Fields = append(r.Fields, f.words)
		}
	}
	return r
}

func (d *Desk) retentionPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "retention", "Retention", d.retentionView(seat))
}

// heldView answers what is held about one person.
type heldView struct {
	Rows []heldRow // those that this seat may see; of others it is not told
}

// heldForm looks up what is held about a person: by the county's client number, of which only a keyed hash is compared, or by one of the
// person's cases. It is a form that posts, so that the number is in no address and no log.
func (d *Desk) heldForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	fail := func(p *refusal) {
		d.sheetWith(w, seat, p.Status, "retention", "Retention", d.retentionView(seat), p)
	}
	if err := r.ParseForm(); err != nil {
		fail(tooLarge(err))
		return
	}
	number, code := strings.TrimSpace(r.PostForm.Get("client_number")), strings.TrimSpace(r.PostForm.Get("case"))
	if (number == "") == (code == "") {
		fail(refilled(r, wrongAt("case", "Enter a client number or the code of a case, one of the two.")))
		return
	}
	var of []Hit
	if number != "" {
		of = d.opt.Course.Keeping.Of(number)
	} else {
		hits, n := d.found(seat, Query{Text: code, Limit: 1})
		if n != 1 {
			fail(refilled(r, wrongAt("case", map[bool]string{true: "No case has this code.", false: "Several cases begin so: enter the whole id."}[n == 0])))
			return
		}
		of = hits
	}
	v := d.heldOf(seat, of)
	if !d.keptHeld(seat, v) {
		fail(&notShown)
		return
	}
	d.subsheet(w, seat, http.StatusOK, "retention", "held", "What is held about a person", v, nil)
}

// heldOf takes all recoveries that hang together with some.
func (d *Desk) heldOf(seat Seat, of []Hit) heldView {
	var v heldView
	done := map[string]bool{}
	put := func(h Hit) {
		if done[h.Case] {
			return
		}
		done[h.Case] = true
		if k, ok := d.seen(seat, h.Case); ok {
			v.Rows = append(v.Rows, d.heldRow(h, k.State))
		}
	}
	for _, h := range of {
		put(h)
		for _, same := range d.opt.Course.Cases.Same(h.Case) {
			put(same)
		}
	}
	return v
}

// keptHeld writes into the audit that somebody is about to see this: each case, or that nothing was found.
func (d *Desk) keptHeld(seat Seat, v heldView) bool {
	if len(v.Rows) == 0 {
		return d.kept(seat, "read_held", "", "none")
	}
	for _, r := range v.Rows {
		if !d.kept(seat, "read_held", r.Case, "") {
			return false
		}
	}
	return true
}
