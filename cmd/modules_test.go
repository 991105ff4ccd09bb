package cmd_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the lists of modules anew")

// TestProgramsLinkOnlyWhatIsListed compares what each program is made of with testdata/modules, so that a dependency never slips
// in: whoever adds one changes the list on purpose, with go test ./cmd -update, and says why in the change.
func TestProgramsLinkOnlyWhatIsListed(t *testing.T) {
	for _, p := range load(t) {
		if p.Name != "main" || !p.in("cmd") {
			continue
		}
		out, err := goTool("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./"+p.Path)
		if err != nil {
			t.Fatal(err)
		}
		modules := strings.Fields(string(out))
		slices.Sort(modules)
		modules = slices.DeleteFunc(slices.Compact(modules), func(m string) bool { return m+"/" == module })
		got := strings.Join(modules, "\n") + "\n"
		file := filepath.Join("testdata", "modules", filepath.Base(p.Path)+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v; make it with: go test ./cmd -update", p.Path, err)
			continue
		}
		if got != string(want) {
			t.Errorf("%s links other modules than %s says; is each new one worth it? If so: go test ./cmd -update\n%s", p.Path, file, difference(string(want), got))
		}
	}
}

// difference shows what came and what went.
func difference(want, got string) string {
	var b strings.Builder
	before, after := strings.Fields(want), strings.Fields(got)
	for _, m := range after {
		if !slices.Contains(before, m) {
			b.WriteString("  + " + m + "\n")
		}
	}
	for _, m := range before {
		if !slices.Contains(after, m) {
			b.WriteString("  - " + m + "\n")
		}
	}
	return b.String()
}
