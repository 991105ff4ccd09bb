package cmd_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range load(t) {
		if len(p.GoFiles)+len(p.CgoFiles) == 0 {
			continue
		}
		_, files := p.parse(t, parser.ParseComments|parser.PackageClauseOnly)
		doc := ""
		for _, f := range files {
			doc += f.Doc.Text()
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command "
		}
		if !strings.HasPrefix(doc, want) {
			t.Errorf("%s has no package comment that begins with %q: say what it is for, who calls it, what it promises when things fail", p.Path, want)
		}
	}
}

// pure are the places whose rules get the time with the event: else they can not be tested by value, and a clock jump changes them.
var pure = []string{"broker/contract", "kiosk/internal/flow", "kiosk/internal/view", "device/internal/button"}

func TestRulesDoNotReadTheClock(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep"}
	for _, p := range load(t) {
		if !slices.ContainsFunc(pure, p.in) || p.isTestHelp() {
			continue
		}
		fset, files := p.parse(t, 0)
		for _, f := range files {
			name := importName(f, "time")
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					if x, ok := n.X.(*ast.Ident); ok && name != "" && x.Name == name && slices.Contains(clock, n.Sel.Name) {
						t.Errorf("%s: time.%s in a rule: take the time as a value or inside the event", at(fset, n), n.Sel.Name)
					}
				case *ast.GoStmt:
					t.Errorf("%s: a goroutine in a rule: rules are functions of values", at(fset, n))
				}
				return true
			})
		}
	}
}

// importName is what the file calls the package, or "".
func importName(f *ast.File, path string) string {
	for _, i := range f.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil && p == path {
			if i.Name != nil {
				return i.Name.Name
			}
			return path
		}
	}
	return ""
}

func TestInterfacesAreSmall(t *testing.T) {
	const most = 5
	for _, p := range load(t) {
		fset, files := p.parse(t, 0)
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				if i, ok := n.(*ast.InterfaceType); ok && i.Methods.NumFields() > most {
					t.Errorf("%s: an interface of %d methods, at most %d: it belongs to the consumer, who needs few", at(fset, n), i.Methods.NumFields(), most)
				}
				return true
			})
		}
	}
}

func TestProgramsHaveAVersionToFillIn(t *testing.T) {
	programs := 0
	for _, p := range load(t) {
		if p.Name != "main" || !p.in("cmd") {
			continue
		}
		programs++
		found := false
		_, files := p.parse(t, 0)
		for _, f := range files {
			for _, d := range f.Decls {
				g, ok := d.(*ast.GenDecl)
				found = found || ok && g.Tok == token.VAR && slices.ContainsFunc(g.Specs, namesVersion)
			}
		}
		if !found {
			t.Errorf(`%s has no "var version": the linker fills it in without a word when it is not there, and --version would lie`, p.Path)
		}
	}
	if programs == 0 {
		t.Error("no program found")
	}
}

func TestProgramsListWhatTheyAreMadeOf(t *testing.T) {
	for _, p := range load(t) {
		if p.Name != "main" || !p.in("cmd") {
			continue
		}
		if _, err := os.Stat(filepath.Join(p.Dir, "testdata", "deps.golden")); err != nil {
			t.Errorf("%s has no testdata/deps.golden: with cmd/internal/depstest a new module is a decision that a review sees", p.Path)
		}
	}
}

func namesVersion(s ast.Spec) bool {
	v, ok := s.(*ast.ValueSpec)
	return ok && slices.ContainsFunc(v.Names, func(n *ast.Ident) bool { return n.Name == "version" })
}

func TestFilesCanBeReadAtOnce(t *testing.T) {
	sources(t, func(path string, text []byte) {
		most := 400
		if strings.HasSuffix(path, "_test.go") {
			most = 500
		}
		if lines := strings.Count(string(text), "\n"); strings.HasSuffix(path, ".go") && lines > most {
			t.Errorf("%s has %d lines, at most %d: find the second noun in it", path, lines, most)
		}
	})
}

// at is the place of a node, as a path from the top.
func at(fset *token.FileSet, n ast.Node) string {
	p := fset.Position(n.Pos())
	if abs, err := filepath.Abs(top); err == nil {
		if rel, err := filepath.Rel(abs, p.Filename); err == nil {
			p.Filename = filepath.ToSlash(rel)
		}
	}
	return p.String()
}
