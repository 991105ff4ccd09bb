package docform

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/protocol"
)

const day = 24 * time.Hour

var units = []struct {
	Option
	span time.Duration
}{{Option{"days", "days"}, day}, {Option{"hours", "hours"}, time.Hour}, {Option{"minutes", "minutes"}, time.Minute}, {Option{"seconds", "seconds"}, time.Second}}

// span is a duration as a number and the largest unit in which it is whole; up to three days it is said in hours.
func span(d protocol.Duration, prefix, label string) []Cell {
	const days = 3 * day
	n, unit := strconv.Itoa(int(time.Duration(d)/time.Second)), "seconds"
	for _, u := range units {
		if v := time.Duration(d); v%u.span == 0 && (u.span != day || v > days) {
			n, unit = strconv.Itoa(int(v/u.span)), u.Value
			break
		}
	}
	of := make([]Option, len(units))
	for i, u := range units {
		of[i] = u.Option
	}
	if d == 0 {
		n, unit = "", "hours"
	}
	return []Cell{{Name: prefix, Label: label, Kind: Number, Value: n}, pick(prefix+"_unit", "Unit", unit, of)}
}

func (f *Form) span(r *Row, prefix string) protocol.Duration {
	n := f.whole(r, prefix)
	for _, u := range units {
		if u.Value == r.get(prefix+"_unit") {
			return protocol.Duration(time.Duration(n) * u.span)
		}
	}
	f.wrong(r, prefix+"_unit", "Choose a unit.")
	return 0
}

func options(pairs ...string) []Option {
	var out []Option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Option{pairs[i], pairs[i+1]})
	}
	return out
}

func agencyRow(a protocol.Agency, roles []Option) Row {
	return Row{ID: a.ID, Title: a.Name, Cells: []Cell{text("name", "Name", a.Name), pick("role", "Who that is in this county", a.Role, roles)}}
}

func dutyRow(d protocol.Duty, agencies []Option) Row {
	when := make([]string, len(d.When))
	for i, c := range d.When {
		when[i] = string(c)
	}
	r := Row{ID: d.ID, Title: d.Title, asked: d.Evidence, Cells: []Cell{text("title", "What is owed", d.Title), pick("owner", "By whom", d.Owner, agencies)}}
	r.Cells = append(r.Cells, span(d.Due, "due", "Within")...)
	r.Cells = append(r.Cells,
		pick("from", "Counted from", string(d.From), options("raised", "the call, or the meeting in the field", "informed", "when the reporter received the information", "arrived", "the first arrival", "left", "when the youth left")),
		several("when", "Only if the youth (all of)", when, options("hurt", "is hurt", "in_care", "is in care", "left", "left", "under_probation", "is under probation")),
		tick("zone_only", "Only for a call from a zone, not in the field", d.ZoneOnly),
		pick("done_by", "Done by itself when", string(d.DoneBy), options("", "somebody marks it", "acknowledged", "somebody answers the call", "report_made", "staff record the report", "arrived", "the agency’s responder arrives", "handed_over", "the hand-over is recorded", "mdt_decided", "the team’s decision is recorded", "status_72h", "the 72-hour status is recorded")),
		several("may_mark", "Others who may mark it", d.MayMark, agencies),
		pick("kiosk", "A kiosk shows", string(d.Kiosk), options("no", "nothing of it", "yes", "the step for staff", "stage", "its stage", "timer", "the time for staff")),
		Cell{Name: "evidence", Label: "Asked when it is marked", Kind: Long, Value: evidenceText(d.Evidence), Hint: "one question a line, with its answers: Where: at station, elsewhere"},
		basis(d.Basis))
	return r
}

// evidenceText is one question a line: Where: at station, elsewhere.
func evidenceText(all []protocol.Evidence) string {
	var lines []string
	for _, e := range all {
		choices := make([]string, len(e.Choices))
		for i, c := range e.Choices {
			choices[i] = strings.ReplaceAll(c, "_", " ")
		}
		lines = append(lines, e.Title+": "+strings.Join(choices, ", "))
	}
	return strings.Join(lines, "\n")
}

// evidence reads them back. A question that was there keeps its id, which answers of cases name.
func (f *Form) evidence(r *Row, before []protocol.Evidence) []protocol.Evidence {
	var out []protocol.Evidence
	for _, line := range strings.Split(r.get("evidence"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		title, answers, ok := strings.Cut(line, ":")
		e := protocol.Evidence{Title: strings.TrimSpace(title)}
		for _, a := range items(answers) {
			e.Choices = append(e.Choices, slug(a, nil))
		}
		if !ok || len(e.Choices) == 0 || slices.Contains(e.Choices, "") {
			f.wrong(r, "evidence", "Write each question on a line of its own, a colon, and its answers with commas. Open questions are not possible: they would gather prose about a youth.")
			return nil
		}
		if i := slices.IndexFunc(before, func(x protocol.Evidence) bool { return x.Title == e.Title }); i >= 0 {
			e.ID = before[i].ID
		} else {
			e.ID = slug(e.Title, func(id string) bool {
				return slices.ContainsFunc(out, func(x protocol.Evidence) bool { return x.ID == id })
			})
		}
		out = append(out, e)
	}
	return out
}

func templateForm(body []byte, c County) (Form, error) {
	var t protocol.Template
	if err := json.Unmarshal(body, &t); err != nil {
		return Form{}, fmt.Errorf("cannot read protocol: %w", err)
	}
	roles := append([]Option{{"", "nobody in particular"}}, c.Roles...)
	for _, a := range t.Agencies {
		if !slices.ContainsFunc(roles, func(o Option) bool { return o.Value == a.Role }) {
			roles = append(roles, Option{a.Role, strings.ReplaceAll(a.Role, "_", " ") + " (no agency of this county)"})
		}
	}
	agencies := Block{Name: "agency", Title: "Agencies", Add: "Add an agency", Blank: agencyRow(protocol.Agency{}, roles)}
	var known []Option
	for _, a := range t.Agencies {
		known = append(known, Option{a.ID, a.Name})
		agencies.Rows = append(agencies.Rows, agencyRow(a, roles))
	}
	duties := Block{
		Name: "duty", Title: "Duties", Add: "Add a duty", Folded: true, Note: "Choose who owes a duty among the agencies above; a new one can be chosen after a preview.",
		Blank: dutyRow(protocol.Duty{From: protocol.FromRaised, Kiosk: protocol.KioskNo}, known),
	}
	for _, d := range t.Duties {
		duties.Rows = append(duties.Rows, dutyRow(d, known))
	}
	head := Row{ID: t.ID, Cells: []Cell{text("title", "Title", t.Title)}}
	head.Cells = append(append(head.Cells, span(t.EndsAfter, "ends_after", "The case’s time is over after")...), basis(t.Basis))
	return Form{Head: head, Blocks: []Block{agencies, duties}}, nil
}

// offerAgencies lets duties name the agencies as they are in the form now, new ones too.
func (f *Form) offerAgencies() {
	if f.Kind != Template {
		return
	}
	b := f.block("agency")
	b.settle("name")
	var known []Option
	for _, r := range b.Rows {
		known = append(known, Option{r.ID, r.get("name")})
	}
	for _, r := range f.block("duty").Rows {
		for i := range r.Cells {
			if c := &r.Cells[i]; c.Name == "owner" || c.Name == "may_mark" {
				c.Options = known
			}
		}
	}
}

func templateDocument(f *Form, _ County) any {
	out := protocol.Template{ID: f.Head.ID, Version: 1, Title: f.Head.get("title"), Basis: f.Head.get("basis"), EndsAfter: f.span(&f.Head, "ends_after")}
	agencies, duties := f.block("agency"), f.block("duty")
	agencies.settle("name")
	duties.settle("title")
	for i := range agencies.Rows {
		r := &agencies.Rows[i]
		if r.get("name") == "" {
			f.wrong(r, "name", "Enter the agency’s name.")
		}
		out.Agencies = append(out.Agencies, protocol.Agency{ID: r.ID, Name: r.get("name"), Role: r.get("role")})
	}
	for i := range duties.Rows {
		r := &duties.Rows[i]
		if r.get("title") == "" {
			f.wrong(r, "title", "Say what is owed.")
		}
		out.Duties = append(out.Duties, f.duty(r))
	}
	return out
}

func (f *Form) duty(r *Row) protocol.Duty {
	d := protocol.Duty{
		ID: r.ID, Title: r.get("title"), Owner: r.get("owner"), From: protocol.Start(r.get("from")), Due: f.span(r, "due"), DoneBy: protocol.Signal(r.get("done_by")),
		MayMark: r.cell("may_mark").Values, ZoneOnly: r.get("zone_only") != "", Kiosk: protocol.Kiosk(r.get("kiosk")), Basis: r.get("basis"),
		Evidence: f.evidence(r, r.asked),
	}
	for _, c := range r.cell("when").Values {
		d.When = append(d.When, protocol.Condition(c))
	}
	return d
}

// templateField knows faults by "agency N (id): field" and "duty N (id): field".
func templateField(f *Form, where string) (row *Row, name string) {
	thing, name, _ := strings.Cut(where, ": ")
	kind, at, _ := strings.Cut(thing, " ")
	at, _, _ = strings.Cut(at, " ")
	n, err := strconv.Atoi(at)
	b := f.block(kind)
	if err != nil || n < 1 || n > len(b.Rows) {
		return &f.Head, where
	}
	switch {
	case strings.HasPrefix(name, "evidence"):
		name = "evidence"
	case name == "id" && kind == "agency":
		name = "name"
	case name == "id":
		name = "title"
	}
	return &b.Rows[n-1], name
}
