// Package depstest guards what a program is made of: its modules are a golden list, so that a new one is a decision that somebody
// sees in a review, and some are forbidden for a reason.
package depstest

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const golden = "testdata/deps.golden"

// Check compares the modules of the package in the current directory with testdata/deps.golden; -update writes it. forbidden maps
// import paths (and all below them) to the reason why this program must not have them.
func Check(t *testing.T, forbidden map[string]string) {
	t.Helper()
	packages := list(t, "{{.ImportPath}}")
	for path, why := range forbidden {
		for _, p := range packages {
			if p == path || strings.HasPrefix(p, path+"/") {
				t.Errorf("%s is in this program: %s", p, why)
			}
		}
	}
	modules := strings.Join(list(t, "{{with .Module}}{{.Path}}{{end}}"), "\n") + "\n"
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(golden, []byte(modules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v; go test -update writes it", err)
	}
	if string(want) != modules {
		t.Errorf("the modules of this program have changed. If that is meant: go test -update\n%s", diff(string(want), modules))
	}
}

func list(t *testing.T, format string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, ".").Output()
	if err != nil {
		t.Fatalf("cannot list dependencies: %v", err)
	}
	all := slices.Compact(slices.Sorted(strings.FieldsSeq(string(out))))
	return all
}

func diff(want, have string) string {
	a, b := strings.Fields(want), strings.Fields(have)
	var out strings.Builder
	for _, m := range a {
		if !slices.Contains(b, m) {
			out.WriteString("- " + m + "\n")
		}
	}
	for _, m := range b {
		if !slices.Contains(a, m) {
			out.WriteString("+ " + m + "\n")
		}
	}
	return out.String()
}
