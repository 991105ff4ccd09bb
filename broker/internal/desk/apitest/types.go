package apitest

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Types fails the test unless each schema has the fields of the type that is written as it, no more and no fewer, of the same kinds, and
// demands those that are always written. A running desk shows only the fields that its cases happen to have; this finds those that it
// sends on its worst day alone. never are fields, as Schema.field, that are taken out of every answer.
func (d *Desk) Types(all map[string]reflect.Type, never ...string) {
	d.t.Helper()
	d.compare(all, checker{t: d.t, answer: true, never: never})
}

// Bodies is Types for what is asked: there every field can be left out.
func (d *Desk) Bodies(all map[string]reflect.Type) {
	d.t.Helper()
	d.compare(all, checker{t: d.t})
}

func (d *Desk) compare(all map[string]reflect.Type, c checker) {
	d.t.Helper()
	for name, t := range all {
		s := d.Doc.Components.Schemas[name]
		if s == nil {
			d.t.Errorf("%s is not described", name)
			continue
		}
		c.same(name, s.Value, t)
	}
}

type checker struct {
	t      testing.TB
	answer bool
	never  []string
}

var (
	marshaler = reflect.TypeFor[json.Marshaler]()
	texts     = reflect.TypeFor[encoding.TextMarshaler]()
	raw       = reflect.TypeFor[json.RawMessage]()
)

func (c checker) same(at string, s *openapi3.Schema, typ reflect.Type) {
	c.t.Helper()
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ == raw || typ.Implements(marshaler) && typ != reflect.TypeFor[time.Time]() {
		return // it writes itself: the running desk is asked
	}
	want := kind(typ)
	if !s.Type.Is(want) {
		c.t.Errorf("%s is described as %v, and written as %s", at, s.Type, want)
		return
	}
	if typ == reflect.TypeFor[time.Time]() && s.Format != "date-time" {
		c.t.Errorf("%s is a time, and not described as one", at)
	}
	switch want {
	case "array":
		c.same(at+"[]", s.Items.Value, typ.Elem())
	case "object":
		if typ.Kind() == reflect.Map {
			if s.AdditionalProperties.Schema == nil {
				c.t.Errorf("%s is described without saying what it maps to", at)
				return
			}
			c.same(at+"{}", s.AdditionalProperties.Schema.Value, typ.Elem())
			return
		}
		c.fields(at, s, typ)
	}
}

func kind(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time](), t.Implements(texts):
		return "string"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return "string"
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64, reflect.Float32:
		return "number"
	default:
		return "integer"
	}
}

func (c checker) fields(at string, s *openapi3.Schema, typ reflect.Type) {
	c.t.Helper()
	if no := s.AdditionalProperties.Has; no == nil || *no {
		c.t.Errorf("%s is described as if it had other fields too", at)
	}
	written := map[string]bool{}
	for _, f := range reflect.VisibleFields(typ) {
		tag := f.Tag.Get("json")
		name, how, _ := strings.Cut(tag, ",")
		if !f.IsExported() || f.Anonymous || name == "-" || name == "" {
			continue
		}
		written[name] = true
		p := s.Properties[name]
		if p == nil {
			if !slices.Contains(c.never, at+"."+name) {
				c.t.Errorf("%s.%s is not described", at, name)
			}
			continue
		}
		always := !strings.Contains(how, "omit")
		if c.answer && always != slices.Contains(s.Required, name) {
			c.t.Errorf("%s.%s: always there is %v, and described as %v", at, name, always, !always)
		}
		c.same(at+"."+name, p.Value, f.Type)
	}
	for name := range s.Properties {
		if !written[name] {
			c.t.Errorf("%s.%s is described, and never written", at, name)
		}
	}
}
