package protocol

import (
	"encoding/json"
	"slices"
)

// Change is one difference between two versions of a template.
type Change struct {
	What string // the duty or agency, or "" for the template itself
	Kind string // added, removed, changed, moved
	Was  string
	Is   string
}

// Diff lists what is different in b, for the person who is about to put it in force.
func Diff(a, b Template) []Change {
	var out []Change
	field := func(name, was, is string) {
		if was != is {
			out = append(out, Change{name, "changed", was, is})
		}
	}
	field("title", a.Title, b.Title)
	field("basis", a.Basis, b.Basis)
	field("ends_after", text(a.EndsAfter), text(b.EndsAfter))
	out = append(out, diff(a.Agencies, b.Agencies, func(x Agency) string { return x.ID })...)
	return append(out, diff(a.Duties, b.Duties, func(x Duty) string { return x.ID })...)
}

func diff[T any](a, b []T, id func(T) string) []Change {
	var out []Change
	at := func(all []T, x T) int { return slices.IndexFunc(all, func(y T) bool { return id(y) == id(x) }) }
	for _, x := range a {
		if at(b, x) < 0 {
			out = append(out, Change{id(x), "removed", text(x), ""})
		}
	}
	for _, x := range b {
		i := at(a, x)
		switch {
		case i < 0:
			out = append(out, Change{id(x), "added", "", text(x)})
		case text(a[i]) != text(x):
			out = append(out, fields(id(x), a[i], x)...)
		}
	}
	return out
}

// fields names the fields in which two values of one type differ.
func fields(name string, a, b any) []Change {
	was, is := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	_ = json.Unmarshal([]byte(text(a)), &was) // it was just written
	_ = json.Unmarshal([]byte(text(b)), &is)
	var keys []string
	for _, m := range []map[string]json.RawMessage{was, is} {
		for k := range m {
			if !slices.Contains(keys, k) && string(was[k]) != string(is[k]) {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	out := make([]Change, 0, len(keys))
	for _, k := range keys {
		out = append(out, Change{name + "." + k, "changed", string(was[k]), string(is[k])})
	}
	return out
}

func text(v any) string {
	b, _ := json.Marshal(v) // documents are strings and numbers
	return string(b)
}
