package view

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// own says in plain words what is wrong with the screen itself.
func own(s flow.State, c *locale.Catalog) []string {
	var out []string
	for _, f := range s.Own {
		out = append(out, c.Text("trouble."+f.Code, "names", f.Names))
	}
	return out
}
