package desk

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// typed is what a person sent and what was refused of it. The page that says why not shows it again, so that nobody types twice.
type typed struct {
	action string
	form   url.Values
	wrong  []wrongField
}

// wrongField is one field and what is wrong with it, in words.
type wrongField struct{ Name, Words string }

// refilled is a refusal that remembers what was typed.
func refilled(r *http.Request, p *refusal) *refusal {
	kept := *p
	kept.typed = &typed{action: r.URL.Path, form: r.PostForm, wrong: p.Fields}
	return &kept
}

// wrongAt is the refusal of one field.
func wrongAt(field, words string) *refusal {
	return &refusal{
		Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "Something is not right yet.", Detail: "Nothing was changed. What you entered is still there; see the field that is marked.",
		Fields: []wrongField{{field, words}},
	}
}

// refill puts what was typed back into the form that it came from, unfolds what the form is in, and says at each field what is wrong
// with it. Hidden fields stay as the page has them: they say what is true now. A page that can not be read stays as it is.
func refill(page []byte, was *typed) []byte {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return page
	}
	form := was.find(doc)
	if form == nil {
		return page
	}
	for n := form.Parent; n != nil; n = n.Parent {
		if n.DataAtom == atom.Details {
			set(n, "open", "")
		}
	}
	for n := range form.Descendants() {
		was.fill(n)
	}
	was.mark(form)
	var out bytes.Buffer
	if err := html.Render(&out, doc); err != nil {
		return page
	}
	return out.Bytes()
}

// find is the form that goes to the same address and has the same hidden fields, but for those that say which version was seen.
func (t *typed) find(doc *html.Node) *html.Node {
	var best *html.Node
	for n := range doc.Descendants() {
		if n.DataAtom != atom.Form || !strings.EqualFold(get(n, "method"), "post") || !t.goesTo(n) {
			continue
		}
		if best == nil || t.alike(n) {
			best = n
			if t.alike(n) {
				break
			}
		}
	}
	return best
}

func (t *typed) goesTo(form *html.Node) bool {
	if get(form, "action") == t.action {
		return true
	}
	for n := range form.Descendants() {
		if n.DataAtom == atom.Button && get(n, "formaction") == t.action {
			return true
		}
	}
	return false
}

func (t *typed) alike(form *html.Node) bool {
	for n := range form.Descendants() {
		if name := get(n, "name"); n.DataAtom == atom.Input && get(n, "type") == "hidden" && !slices.Contains([]string{"after", "seen", "version"}, name) &&
			t.form.Get(name) != get(n, "value") {
			return false
		}
	}
	return true
}

func (t *typed) fill(n *html.Node) {
	values, sent := t.form[get(n, "name")]
	switch n.DataAtom {
	case atom.Input:
		switch get(n, "type") {
		case "hidden":
		case "checkbox", "radio":
			toggle(n, "checked", slices.Contains(values, get(n, "value")))
		default:
			if sent {
				set(n, "value", values[0])
			}
		}
	case atom.Textarea:
		if sent {
			for n.FirstChild != nil {
				n.RemoveChild(n.FirstChild)
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: values[0]})
		}
	case atom.Select:
		if !sent {
			return
		}
		for o := range n.Descendants() {
			if o.DataAtom == atom.Option {
				toggle(o, "selected", slices.Contains(values, get(o, "value")))
			}
		}
	}
}

// mark says at each wrong field what is wrong, and puts the cursor into the first.
func (t *typed) mark(form *html.Node) {
	for i, w := range t.wrong {
		for n := range form.Descendants() {
			if get(n, "name") != w.Name || get(n, "type") == "hidden" || n.DataAtom == atom.Button {
				continue
			}
			id := "wrong-" + w.Name
			set(n, "aria-invalid", "true")
			set(n, "aria-describedby", id)
			if i == 0 {
				set(n, "autofocus", "")
			}
			said := &html.Node{Type: html.ElementNode, DataAtom: atom.Small, Data: "small", Attr: []html.Attribute{{Key: "class", Val: "wrong"}, {Key: "id", Val: id}}}
			said.AppendChild(&html.Node{Type: html.TextNode, Data: w.Words})
			after := n
			for p := n.Parent; p != nil && p != form; p = p.Parent {
				if p.DataAtom == atom.Fieldset {
					after = p.LastChild
				}
			}
			after.Parent.InsertBefore(said, after.NextSibling)
			break
		}
	}
}

func get(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, key, value string) {
	toggle(n, key, false)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

// toggle sets or takes away an attribute without a value.
func toggle(n *html.Node, key string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: key})
	}
}
