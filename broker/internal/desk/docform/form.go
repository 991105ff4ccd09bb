package docform

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/protocol"
)

// Kind is how a cell is edited.
type Kind string

// The kinds of cells.
const (
	Text    Kind = "text"
	Long    Kind = "long" // several lines
	Number  Kind = "number"
	Day     Kind = "date"
	Pick    Kind = "pick"    // one of the options
	Several Kind = "several" // any of the options
	Yes     Kind = "yes"     // a tick
	Fixed   Kind = "fixed"   // not edited: what other documents refer to
)

// Option is one choice of a cell.
type Option struct{ Value, Words string }

// Cell is one field of a row.
type Cell struct {
	Name, Label string
	Kind        Kind
	Value       string
	Values      []string // of Several
	Options     []Option
	Hint        string
	Wrong       string // what is wrong with it, in words
	Field       string // its name in the form that a browser sends
}

// Has reports whether a choice is chosen.
func (c Cell) Has(value string) bool { return c.Value == value || slices.Contains(c.Values, value) }

// words are what a cell says, for comparing.
func (c Cell) words() string {
	of := func(v string) string {
		for _, o := range c.Options {
			if o.Value == v {
				return o.Words
			}
		}
		return v
	}
	switch c.Kind {
	case Several:
		var all []string
		for _, v := range c.Values {
			all = append(all, of(v))
		}
		return strings.Join(all, ", ")
	case Yes:
		if c.Value == "" {
			return "no"
		}
		return "yes"
	case Pick:
		return of(c.Value)
	default:
		return c.Value
	}
}

// Row is one thing of a block: a station, a code, a duty.
type Row struct {
	ID     string // what other documents refer to; empty for one that is new
	Title  string
	Cells  []Cell
	Stays  bool // it can not be removed, because cases may refer to it
	Prefix string

	asked []protocol.Evidence // what the duty asked before
}

func (r Row) cell(name string) Cell {
	i := slices.IndexFunc(r.Cells, func(c Cell) bool { return c.Name == name })
	if i < 0 {
		return Cell{}
	}
	return r.Cells[i]
}

// Get is what was typed into a cell, without blanks around it.
func (r Row) get(name string) string { return strings.TrimSpace(r.cell(name).Value) }

// Wrong reports whether something is wrong in a row, so that it is unfolded.
func (r Row) Wrong() bool {
	return slices.ContainsFunc(r.Cells, func(c Cell) bool { return c.Wrong != "" })
}

// Block is a list of rows of one sort.
type Block struct {
	Name, Title, Add string // Add are the words of the button; empty if no row can be added
	Note             string
	Rows             []Row
	Blank            Row
	Folded           bool // rows are long: each is unfolded by itself
}

// Form is a document as a form. Head is what is said once.
type Form struct {
	Kind   string
	Head   Row
	Blocks []Block
	Other  []string // what is wrong and belongs to no field
}

// Bad reports whether anything is wrong.
func (f Form) Bad() bool {
	return len(f.Other) > 0 || f.Head.Wrong() || slices.ContainsFunc(f.Blocks, func(b Block) bool { return slices.ContainsFunc(b.Rows, Row.Wrong) })
}

// named gives every cell the name under which a browser sends it.
func (f *Form) named() {
	name := func(r *Row, prefix string) {
		r.Prefix, r.Cells = prefix, slices.Clone(r.Cells)
		for i := range r.Cells {
			r.Cells[i].Field = prefix + r.Cells[i].Name
		}
	}
	name(&f.Head, "head.")
	for b := range f.Blocks {
		for i := range f.Blocks[b].Rows {
			name(&f.Blocks[b].Rows[i], fmt.Sprintf("%s.%d.", f.Blocks[b].Name, i))
		}
	}
}

// Values are what a browser would send of the form as it is.
func (f Form) Values() url.Values {
	v := url.Values{}
	add := func(r Row) {
		for _, c := range r.Cells {
			if c.Kind == Several {
				v[c.Field] = c.Values
			} else {
				v.Set(c.Field, c.Value)
			}
		}
	}
	add(f.Head)
	for _, b := range f.Blocks {
		v.Set("rows."+b.Name, strconv.Itoa(len(b.Rows)))
		for _, r := range b.Rows {
			v.Set(r.Prefix+"row", r.ID)
			add(r)
		}
	}
	return v
}

const maxRows = 200

// read fills a form of the same document with what a browser sent. Rows that the document does not have are new.
func (f *Form) read(v url.Values) {
	fill(&f.Head, v, "head.")
	for b := range f.Blocks {
		block := &f.Blocks[b]
		n, err := strconv.Atoi(v.Get("rows." + block.Name))
		if err != nil || n < 0 || n > maxRows {
			continue
		}
		old := block.Rows
		block.Rows = nil
		for i := range n {
			prefix := fmt.Sprintf("%s.%d.", block.Name, i)
			row := block.Blank
			row.Cells = slices.Clone(row.Cells)
			id := v.Get(prefix + "row")
			if at := slices.IndexFunc(old, func(r Row) bool { return id != "" && r.ID == id }); at >= 0 {
				row = old[at]
				row.Cells = slices.Clone(row.Cells)
			}
			fill(&row, v, prefix)
			block.Rows = append(block.Rows, row)
		}
	}
}

func fill(r *Row, v url.Values, prefix string) {
	for i := range r.Cells {
		c := &r.Cells[i]
		sent := v[prefix+c.Name]
		switch {
		case c.Kind == Several:
			c.Values = sent
		case c.Kind == Yes:
			c.Value = strings.Join(sent, "")
		case len(sent) > 0:
			c.Value = strings.ReplaceAll(sent[0], "\r\n", "\n")
		}
	}
}

// act carries out what a button of the form asks for: add.BLOCK, remove.BLOCK.N, up.BLOCK.N, down.BLOCK.N. It reports whether it did.
func (f *Form) act(do string) bool {
	verb, rest, _ := strings.Cut(do, " ")
	name, at, _ := strings.Cut(rest, " ")
	b := slices.IndexFunc(f.Blocks, func(b Block) bool { return b.Name == name })
	if b < 0 {
		return false
	}
	block := &f.Blocks[b]
	if verb == "add" {
		if len(block.Rows) < maxRows {
			block.Rows = append(block.Rows, block.Blank)
		}
		return true
	}
	i, err := strconv.Atoi(at)
	if err != nil || i < 0 || i >= len(block.Rows) {
		return false
	}
	switch {
	case verb == "remove" && !block.Rows[i].Stays:
		block.Rows = slices.Delete(block.Rows, i, i+1)
	case verb == "up" && i > 0:
		block.Rows[i-1], block.Rows[i] = block.Rows[i], block.Rows[i-1]
	case verb == "down" && i+1 < len(block.Rows):
		block.Rows[i+1], block.Rows[i] = block.Rows[i], block.Rows[i+1]
	default:
		return false
	}
	return true
}

// wrong says what is wrong with a field; what belongs to no field of the form is said above it.
func (f *Form) wrong(r *Row, name, words string) {
	if r != nil {
		for i := range r.Cells {
			if r.Cells[i].Name == name {
				r.Cells[i].Wrong = words
				return
			}
		}
	}
	f.Other = append(f.Other, words)
}

// Change is one difference in words.
type Change struct{ Where, What, Was, Is string }

// Changes says what is different in b.
func Changes(a, b Form) []Change {
	out := changes("", a.Head, b.Head)
	for _, block := range b.Blocks {
		at := slices.IndexFunc(a.Blocks, func(x Block) bool { return x.Name == block.Name })
		var before []Row
		if at >= 0 {
			before = a.Blocks[at].Rows
		}
		out = append(out, rowChanges(block, before)...)
	}
	return out
}

func rowChanges(block Block, before []Row) []Change {
	var out []Change
	for _, r := range block.Rows {
		i := slices.IndexFunc(before, func(x Row) bool { return x.ID != "" && x.ID == r.ID })
		if i < 0 {
			out = append(out, Change{Where: block.Title, What: "Added: " + title(r), Is: summary(r)})
			continue
		}
		out = append(out, changes(block.Title+": "+title(r), before[i], r)...)
	}
	var stay, now []string
	for _, r := range before {
		if slices.ContainsFunc(block.Rows, func(x Row) bool { return x.ID == r.ID }) {
			stay = append(stay, r.ID)
			continue
		}
		out = append(out, Change{Where: block.Title, What: "Removed: " + title(r), Was: summary(r)})
	}
	for _, r := range block.Rows {
		if slices.Contains(stay, r.ID) {
			now = append(now, r.ID)
		}
	}
	if !slices.Equal(stay, now) {
		out = append(out, Change{Where: block.Title, What: "Another order"})
	}
	return out
}

func title(r Row) string {
	for _, name := range []string{"title", "name", "label"} {
		if s := r.get(name); s != "" {
			return s
		}
	}
	return r.Title
}

func summary(r Row) string {
	var all []string
	for _, c := range r.Cells {
		if w := c.words(); w != "" && w != "no" && c.Kind != Fixed && c.Name != "basis" {
			all = append(all, c.Label+": "+w)
		}
	}
	return strings.Join(all, "; ")
}

func changes(where string, a, b Row) []Change {
	var out []Change
	for _, c := range b.Cells {
		if was, is := a.cell(c.Name).words(), c.words(); strings.TrimSpace(was) != strings.TrimSpace(is) {
			out = append(out, Change{Where: where, What: c.Label, Was: was, Is: is})
		}
	}
	return out
}

// slug makes an id of words: "Out of county" is out_of_county. taken ones get a number.
func slug(words string, taken func(string) bool) string {
	var b strings.Builder
	for _, r := range strings.ToLower(words) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	const most = 40
	s := strings.Trim(b.String()[:min(b.Len(), most)], "_")
	if s == "" {
		return ""
	}
	id := s
	for n := 2; taken != nil && taken(id); n++ {
		id = s + "_" + strconv.Itoa(n)
	}
	return id
}
