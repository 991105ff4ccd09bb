package docform

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/protocol"
)

// County is what a form needs to know of the county.
type County struct {
	Roles []Option
	Zones []Option // that there are
}

// The kinds of documents.
const (
	Template  = "template"
	Lists     = "lists"
	Stations  = "stations"
	Retention = "retention"
)

// shape is how one kind of document becomes a form, and a form a document.
type shape struct {
	of       func(body []byte, c County) (Form, error)
	document func(f *Form, c County) any
	check    func(body []byte) error
	field    func(f *Form, where string) (*Row, string) // which field a fault is at
}

func shapeOf(kind string) (shape, bool) {
	switch kind {
	case Template:
		return shape{templateForm, templateDocument, parsed(protocol.ParseTemplate), templateField}, true
	case Lists:
		return shape{listsForm, listsDocument, parsed(protocol.ParseLists), listsField}, true
	case Stations:
		return shape{stationsForm, stationsDocument, parsed(protocol.ParseStations), stationsField}, true
	case Retention:
		return shape{retentionForm, retentionDocument, func([]byte) error { return nil }, nil}, true
	default:
		return shape{}, false
	}
}

func parsed[T any](parse func([]byte) (T, error)) func([]byte) error {
	return func(b []byte) error {
		_, err := parse(b)
		return err
	}
}

// ErrKind means that a document of this kind is not edited as a form.
var ErrKind = errors.New("no form for this kind of document")

// Of is a stored document as a form.
func Of(kind string, body []byte, c County) (Form, error) {
	s, ok := shapeOf(kind)
	if !ok {
		return Form{}, ErrKind
	}
	f, err := s.of(body, c)
	f.Kind = kind
	f.named()
	return f, err
}

// Read is what a browser sent as a form: the document before with the changes in v. It reports whether a button changed its rows, so that
// the person is not done yet.
func Read(kind string, before []byte, v url.Values, c County) (f Form, more bool, err error) {
	if f, err = Of(kind, before, c); err != nil {
		return f, false, err
	}
	f.read(v)
	more = f.act(v.Get("do"))
	f.offerAgencies()
	f.named()
	return f, more, nil
}

// Document is the form as it is stored. If anything is wrong with it, the form says so at its fields, and ok is false.
func (f *Form) Document(c County) (body []byte, ok bool) {
	s, known := shapeOf(f.Kind)
	if !known {
		return nil, false
	}
	body, err := json.Marshal(s.document(f, c))
	if err != nil {
		f.Other = append(f.Other, "The document can not be written.")
		return nil, false
	}
	var faults protocol.Faults
	if err := s.check(body); errors.As(err, &faults) && !f.Bad() {
		for _, x := range faults {
			row, name := s.field(f, x.Where)
			f.wrong(row, name, sentence(x, row == nil))
		}
	}
	return body, !f.Bad()
}

func sentence(x protocol.Fault, whole bool) string {
	s := strings.ToUpper(x.What[:1]) + x.What[1:] + "."
	if whole {
		return x.Where + ": " + x.What + "."
	}
	return s
}

func (f *Form) block(name string) *Block {
	i := slices.IndexFunc(f.Blocks, func(b Block) bool { return b.Name == name })
	if i < 0 {
		return &Block{}
	}
	return &f.Blocks[i]
}

// row finds the row of an id; the last one, because of two alike the new one is below.
func (b *Block) row(id string) *Row {
	for i := range slices.Backward(b.Rows) {
		if b.Rows[i].ID == id {
			return &b.Rows[i]
		}
	}
	return nil
}

// settle gives new rows their ids, made of their words. Rows keep them from now on, so that faults find them.
func (b *Block) settle(word string) {
	for i := range b.Rows {
		if r := &b.Rows[i]; r.ID == "" {
			r.ID = slug(r.get(word), func(id string) bool { return b.row(id) != nil })
		}
	}
}

func text(name, label, value string) Cell {
	return Cell{Name: name, Label: label, Kind: Text, Value: value}
}

func pick(name, label, value string, of []Option) Cell {
	return Cell{Name: name, Label: label, Kind: Pick, Value: value, Options: of}
}

func several(name, label string, values []string, of []Option) Cell {
	return Cell{Name: name, Label: label, Kind: Several, Values: values, Options: of}
}

func tick(name, label string, is bool) Cell {
	c := Cell{Name: name, Label: label, Kind: Yes}
	if is {
		c.Value = "yes"
	}
	return c
}

func basis(value string) Cell {
	return Cell{Name: "basis", Label: "Rests on", Kind: Text, Value: value, Hint: "law, county rule or agreement; say so if it is not verified"}
}

// whole reads a whole number, and says at the field if it is none.
func (f *Form) whole(r *Row, name string) int {
	n, err := strconv.Atoi(r.get(name))
	if err != nil || n < 0 {
		f.wrong(r, name, "Enter a whole number.")
	}
	return n
}
