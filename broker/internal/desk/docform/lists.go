package docform

import (
	"encoding/json"
	"fmt"
	"strings"

	"safeyouthzone/broker/contract/protocol"
)

const listPrefix = "list-"

func codeRow(c protocol.Code, lists []Option) Row {
	r := Row{ID: c.Code, Title: c.Label, Stays: c.Code != "", Cells: []Cell{
		text("label", "Words", c.Label), pick("wants", "Asks also for", c.Wants, lists), tick("retired", "No longer offered", c.Retired),
	}}
	r.Cells[0].Hint = c.Code
	return r
}

func listsForm(body []byte, _ County) (Form, error) {
	var l protocol.Lists
	if err := json.Unmarshal(body, &l); err != nil {
		return Form{}, fmt.Errorf("cannot read code lists: %w", err)
	}
	others := []Option{{"", "nothing"}}
	for _, x := range l.Lists {
		others = append(others, Option{x.ID, x.Title})
	}
	f := Form{Head: Row{Cells: []Cell{{Name: "effective", Label: "In force from", Kind: Day, Value: l.Effective}, basis(l.Basis)}}}
	for _, x := range l.Lists {
		b := Block{
			Name: listPrefix + x.ID, Title: x.Title, Add: "Add an entry", Blank: codeRow(protocol.Code{}, others),
			Note: "Entries that cases may have are not removed: they are no longer offered, and stay readable.",
		}
		for _, c := range x.Codes {
			b.Rows = append(b.Rows, codeRow(c, others))
		}
		f.Blocks = append(f.Blocks, b)
	}
	return f, nil
}

func listsDocument(f *Form, _ County) any {
	out := protocol.Lists{Version: 1, Effective: f.Head.get("effective"), Basis: f.Head.get("basis")}
	for i := range f.Blocks {
		b := &f.Blocks[i]
		b.settle("label")
		l := protocol.List{ID: strings.TrimPrefix(b.Name, listPrefix), Title: b.Title}
		for k := range b.Rows {
			r := &b.Rows[k]
			if r.get("label") == "" {
				f.wrong(r, "label", "Enter the words that people choose.")
			}
			l.Codes = append(l.Codes, protocol.Code{Code: r.ID, Label: r.get("label"), Wants: r.get("wants"), Retired: r.get("retired") != ""})
		}
		out.Lists = append(out.Lists, l)
	}
	return out
}

// listsField knows faults by "list LIST: CODE: field".
func listsField(f *Form, where string) (row *Row, name string) {
	rest, ok := strings.CutPrefix(where, "list ")
	if !ok {
		return &f.Head, where
	}
	list, rest, _ := strings.Cut(rest, ": ")
	code, name, _ := strings.Cut(rest, ": ")
	if name == "id" || name == "" {
		name = "label"
	}
	return f.block(listPrefix + list).row(code), name
}
