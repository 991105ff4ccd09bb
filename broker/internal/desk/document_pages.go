package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

func (d *Desk) documentPageRoutes() []Route {
	return []Route{
		{Pattern: "GET /protocol", Permission: DocumentRead, Handler: d.protocolPage, Nav: "Protocol", Icon: "list"},
		{Pattern: "GET /documents/{kind}", Permission: TemplateEdit, Handler: d.editPage},
		{Pattern: "POST /documents/{kind}/preview", Permission: TemplateEdit, Handler: d.previewForm},
		{Pattern: "POST /documents/{kind}", Permission: TemplateEdit, Handler: d.enforceForm},
		{Pattern: "GET /retention", Permission: RetentionAct, Handler: d.retentionPage, Nav: "Retention", Icon: "key"},
	}
}

type protocolView struct {
	Template protocol.Template
	Lists    protocol.Lists
	Stations protocol.Stations
}

func (d *Desk) protocolPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	p := d.opt.Course.Protocol
	d.sheet(w, seat, "protocol", "Protocol", protocolView{p.Template(^uint64(0)), p.Lists(), p.Stations()})
}

// documentTitles are the documents that are edited as text.
func documentTitle(kind string) (string, bool) {
	switch kind {
	case "template":
		return "Edit the protocol", true
	case "lists":
		return "Edit the code lists", true
	case "stations":
		return "Edit the stations", true
	case "retention":
		return "Edit the retention rule", true
	default:
		return "", false
	}
}

// editView is a document in the editor, or its preview.
type editView struct {
	Kind    string
	Seen    uint64
	Text    string
	Preview bool
	Changes []protocol.Change // of a template
	Lines   []diffLine
	Faults  protocol.Faults
}

func (d *Desk) editPage(w http.ResponseWriter, r *http.Request, seat Seat) {
	kind := r.PathValue("kind")
	title, ok := documentTitle(kind)
	if !ok {
		d.notFound(w, r)
		return
	}
	body, n := d.opt.Course.Protocol.Document(kind, "")
	d.subsheet(w, seat, http.StatusOK, "protocol", "edit", title, editView{Kind: kind, Seen: n, Text: indented(body)}, nil)
}

func indented(body []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(body), "", "  "); err != nil {
		return string(body)
	}
	return b.String() + "\n"
}

// formDocument reads what the editor sent.
func formDocument(r *http.Request) (editView, *refusal) {
	if err := r.ParseForm(); err != nil {
		return editView{}, tooLarge(err)
	}
	seen, err := strconv.ParseUint(r.PostForm.Get("seen"), 10, 64)
	if err != nil {
		return editView{}, &badRequest
	}
	text := strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
	return editView{Kind: r.PathValue("kind"), Seen: seen, Text: text}, nil
}

// previewForm shows what would change, and names every fault; nothing is stored.
func (d *Desk) previewForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	v, p := formDocument(r)
	title, ok := documentTitle(v.Kind)
	if p != nil || !ok {
		d.refuse(w, r, badRequest)
		return
	}
	body, _ := d.opt.Course.Protocol.Document(v.Kind, "")
	code := http.StatusOK
	if err := validDocument(v.Kind, []byte(v.Text)); errors.As(err, &v.Faults) {
		code = http.StatusUnprocessableEntity
	} else {
		v.Preview, v.Lines = true, diffLines(indented(body), v.Text)
		if next, err := protocol.ParseTemplate([]byte(v.Text)); err == nil && v.Kind == "template" {
			v.Changes = protocol.Diff(d.opt.Course.Protocol.Template(^uint64(0)), next)
		}
	}
	d.subsheet(w, seat, code, "protocol", "edit", title, v, nil)
}

func validDocument(kind string, text []byte) error {
	var err error
	switch kind {
	case "template":
		_, err = protocol.ParseTemplate(text)
	case "lists":
		_, err = protocol.ParseLists(text)
	case "stations":
		_, err = protocol.ParseStations(text)
	default:
		if !json.Valid(text) {
			err = protocol.Faults{{Where: "document", What: "it is not JSON"}}
		}
	}
	return err
}

// enforceForm puts a previewed document in force, unless somebody else changed it meanwhile.
func (d *Desk) enforceForm(w http.ResponseWriter, r *http.Request, seat Seat) {
	v, p := formDocument(r)
	title, ok := documentTitle(v.Kind)
	if p == nil && !ok {
		p = &badRequest
	}
	if p == nil {
		p = d.put(r, seat, v.Kind, "", v.Seen, []byte(v.Text))
	}
	if p == nil {
		http.Redirect(w, r, "/protocol", http.StatusSeeOther)
		return
	}
	if p.Code == "changed" { // theirs is in force now: the next preview compares with it
		_, v.Seen = d.opt.Course.Protocol.Document(v.Kind, "")
	}
	d.subsheet(w, seat, p.Status, "protocol", "edit", title, v, p)
}

type retentionView struct {
	Rows     []caseRow
	KeepDays int
	Auto     bool
	Basis    string
}

func (d *Desk) retentionPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
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
	for _, h := range d.opt.Course.Personal.Due() {
		v.Rows = append(v.Rows, d.caseRow(h))
	}
	d.sheet(w, seat, "retention", "Retention", v)
}

// diffLine is a line of a comparison: kept, added or removed.
type diffLine struct{ Mark, Text string }

// diffLines compares two texts by their longest common run of lines, and keeps two lines around each change.
func diffLines(was, is string) []diffLine {
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if table[i][j] = max(table[i+1][j], table[i][j+1]); a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			}
		}
	}
	var out []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, diffLine{" ", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && table[i+1][j] >= table[i][j+1]:
			out = append(out, diffLine{"-", a[i]})
			i++
		default:
			out = append(out, diffLine{"+", b[j]})
			j++
		}
	}
	return around(out)
}

func around(all []diffLine) []diffLine {
	const context = 2
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Mark != " " {
			for k := max(0, i-context); k <= min(len(all)-1, i+context); k++ {
				near[k] = true
			}
		}
	}
	var out []diffLine
	for i, l := range all {
		switch {
		case near[i]:
			out = append(out, l)
		case i > 0 && near[i-1]:
			out = append(out, diffLine{"…", ""})
		}
	}
	return out
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
