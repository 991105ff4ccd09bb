// Package apitest holds a running desk against the description of its API that it serves.
//
// The desk's own tests and the broker's use it: the description is joined from the parts that a desk has, and only the broker has all.
// [Desk.Call] asks, and fails the test if question or answer are not as described. [Desk.Finish] fails on what would let an answer
// pass that nobody described: a call that was not asked, an object that does not say which fields it has.
package apitest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Desk is a running desk and its description.
type Desk struct {
	Doc *openapi3.T

	t      testing.TB
	url    string
	token  string
	router routers.Router
	done   map[string]bool // method and path of what was answered with success
}

// Open reads the description of the desk at an address. token is a secret that lets a program in.
func Open(t testing.TB, at, token string) *Desk {
	t.Helper()
	for _, kind := range []string{"text/event-stream", "application/atom+xml", "application/cap+xml", "text/html"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.FileBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder("application/problem+json", openapi3filter.JSONBodyDecoder)
	d := &Desk{t: t, url: at, token: token, done: map[string]bool{"GET /api/v1/openapi.json": true}}
	_, _, text := d.send(t.Context(), http.MethodGet, "/api/v1/openapi.json", "", "", "")
	var err error
	if d.Doc, err = openapi3.NewLoader().LoadFromData(text); err != nil {
		t.Fatal(err)
	}
	if err = d.Doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d.router, err = gorillamux.NewRouter(d.Doc); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *Desk) request(ctx context.Context, base, method, path, body, agency, role string) *http.Request {
	d.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, base+path, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("X-Syz-Agency", agency)
	r.Header.Set("X-Syz-Role", role)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (d *Desk) send(ctx context.Context, method, path, body, agency, role string) (code int, head http.Header, got []byte) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, err := http.DefaultClient.Do(d.request(ctx, d.url, method, path, body, agency, role))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.Header.Get("Content-Type") == "text/event-stream" { // it never ends by itself
		var b []byte
		for more := make([]byte, 64<<10); !bytes.Contains(b, []byte("}\n\n")); {
			n, err := res.Body.Read(more)
			if b = append(b, more[:n]...); err != nil {
				break
			}
		}
		return res.StatusCode, res.Header, b
	}
	if got, err = io.ReadAll(res.Body); err != nil {
		d.t.Fatal(err)
	}
	return res.StatusCode, res.Header, got
}

// Call asks as a role of an agency, and fails the test unless the answer has the status that is wanted and is as described.
func (d *Desk) Call(want int, method, path, body, agency, role string) []byte {
	d.t.Helper()
	ctx := d.t.Context()
	asked := d.request(ctx, "", method, path, body, agency, role)
	asked.Host = ""
	route, params, err := d.router.FindRoute(asked)
	if err != nil {
		d.t.Fatalf("%s %s is not described: %v", method, path, err)
	}
	in := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: params, Route: route, QueryParams: asked.URL.Query(),
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, MultiError: true},
	}
	code, head, got := d.send(ctx, method, path, body, agency, role)
	if code != want {
		d.t.Errorf("%s %s answered %d, want %d: %.300s", method, path, code, want, got)
	}
	if code < http.StatusBadRequest {
		d.done[method+" "+route.Path] = true
		if err := openapi3filter.ValidateRequest(ctx, in); err != nil {
			d.t.Errorf("%s %s was taken, but the description does not allow it: %v", method, path, err)
		}
		if at := route.Operation.Responses.Status(code); at == nil {
			d.t.Errorf("%s %s answered %d, and the description has no such status", method, path, code)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: code, Header: head, Options: in.Options}
	out.SetBodyBytes(got)
	if err := openapi3filter.ValidateResponse(ctx, out); err != nil {
		d.t.Errorf("%s %s answered %d with what the description does not say: %v", method, path, code, err)
	}
	return got
}

// Holds fails the test unless a value, which came by another way than as a whole answer, is as a schema describes it.
func (d *Desk) Holds(schema string, v any) {
	d.t.Helper()
	s := d.Doc.Components.Schemas[schema]
	if s == nil {
		d.t.Fatalf("no schema %s is described", schema)
	}
	if err := s.Value.VisitJSON(v, openapi3.MultiErrors()); err != nil {
		d.t.Errorf("%v is not as %s is described: %v", v, schema, err)
	}
}

// Finish fails the test for each call that is described and was not answered with success, but for those of other, which another test
// asks; and for each object of an answer that does not say which fields it has.
func (d *Desk) Finish(other func(path string) bool) {
	d.t.Helper()
	for _, path := range slices.Sorted(maps.Keys(d.Doc.Paths.Map())) {
		for method, op := range d.Doc.Paths.Value(path).Operations() {
			if !d.done[method+" "+path] && !other(path) {
				d.t.Errorf("%s %s is described, and nobody has looked whether it answers so", method, path)
			}
			for status, res := range op.Responses.Map() {
				for kind, c := range res.Value.Content {
					d.loose(method+" "+path+" "+status+" "+kind, c.Schema, map[*openapi3.Schema]bool{})
				}
			}
		}
	}
}

// loose reports objects that allow any field without saying so.
func (d *Desk) loose(at string, ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	d.t.Helper()
	if ref == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	extra := s.AdditionalProperties
	if s.Type.Is("object") && extra.Has == nil && extra.Schema == nil {
		d.t.Errorf("%s: an object does not say whether it has fields beside those described", at)
	}
	for name, p := range s.Properties {
		d.loose(at+" "+url.PathEscape(name), p, seen)
	}
	d.loose(at+" []", s.Items, seen)
	d.loose(at+" {}", extra.Schema, seen)
	for _, of := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		d.loose(at, of, seen)
	}
}
