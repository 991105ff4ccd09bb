package desk

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// The description of the API, one file for each part of the desk that has calls: its paths and its schemas. A part that adds a call
// describes it in its own file; the test of the description fails on a call that is not there, and on one that is there only.
//
//go:embed openapi
var openAPI embed.FS

type openAPIDoc struct {
	OpenAPI    string                                `json:"openapi"`
	Info       map[string]any                        `json:"info"`
	Servers    []map[string]string                   `json:"servers"`
	Security   []map[string][]string                 `json:"security"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components map[string]map[string]json.RawMessage `json:"components"`
}

// loadOpenAPI joins the files and leaves out what this desk has no route for.
func (d *Desk) loadOpenAPI() ([]byte, error) {
	files, err := openAPI.ReadDir("openapi")
	if err != nil {
		return nil, fmt.Errorf("cannot read API description: %w", err)
	}
	whole := openAPIDoc{Paths: map[string]map[string]json.RawMessage{}, Components: map[string]map[string]json.RawMessage{}}
	for _, f := range files {
		b, err := openAPI.ReadFile("openapi/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("cannot read API description: %w", err)
		}
		var part openAPIDoc
		if err := json.Unmarshal(b, &part); err != nil {
			return nil, fmt.Errorf("cannot read API description %s: %w", f.Name(), err)
		}
		whole.join(part)
	}
	for path, methods := range whole.Paths {
		maps.DeleteFunc(methods, func(method string, _ json.RawMessage) bool {
			return method != "parameters" && !slices.ContainsFunc(d.all, func(r Route) bool { return r.Pattern == strings.ToUpper(method)+" "+path })
		})
		if _, only := methods["parameters"]; len(methods) == 0 || only && len(methods) == 1 {
			delete(whole.Paths, path)
		}
	}
	whole.Info["version"] = d.opt.Version
	b, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("cannot make API description: %w", err)
	}
	return b, nil
}

func (w *openAPIDoc) join(part openAPIDoc) {
	if part.OpenAPI != "" {
		w.OpenAPI, w.Info, w.Servers, w.Security = part.OpenAPI, part.Info, part.Servers, part.Security
	}
	for path, methods := range part.Paths {
		if w.Paths[path] == nil {
			w.Paths[path] = map[string]json.RawMessage{}
		}
		maps.Copy(w.Paths[path], methods)
	}
	for kind, all := range part.Components {
		if w.Components[kind] == nil {
			w.Components[kind] = map[string]json.RawMessage{}
		}
		maps.Copy(w.Components[kind], all)
	}
}

// openAPIPage serves the description. It tells a stranger nothing that this source does not.
func (d *Desk) openAPIPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(d.described) // the asker has gone
}
