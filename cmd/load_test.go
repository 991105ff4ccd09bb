package cmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	top    = ".."
	module = "safeyouthzone/"
)

// pkg is what the go command tells about a package. Path is without the module's name.
type pkg struct {
	ImportPath string
	Path       string `json:"-"`
	Name       string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
}

// isTestHelp is true for packages that only tests import, such as devicetest: walls are not for them.
func (p pkg) isTestHelp() bool { return strings.HasSuffix(p.Path, "test") }

// in tells whether the package is the directory or lies in it.
func (p pkg) in(dir string) bool { return p.Path == dir || strings.HasPrefix(p.Path, dir+"/") }

// packages lists the product's packages once for all tests.
var packages = sync.OnceValues(func() ([]pkg, error) {
	out, err := goTool("list", "-e", "-json=ImportPath,Name,Dir,GoFiles,CgoFiles,Imports", "./kiosk/...", "./device/...", "./broker/...", "./cmd/...")
	if err != nil {
		return nil, err
	}
	var all []pkg
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		p.Path = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
})

// goTool asks the go command at the top. With cgo, because one program is built with it; listing compiles nothing.
func goTool(args ...string) ([]byte, error) {
	c := exec.Command("go", args...)
	c.Dir = top
	c.Env = append(os.Environ(), "CGO_ENABLED=1")
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		return nil, errors.New("go " + strings.Join(args, " ") + ": " + stderr.String())
	}
	return out, nil
}

func load(t *testing.T) []pkg {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 5 {
		t.Fatalf("only %d packages found; the guards would guard nothing", len(all))
	}
	return all
}

// parse reads the Go files of a package that are in a program, tests left out.
func (p pkg) parse(t *testing.T, mode parser.Mode) (*token.FileSet, []*ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range append(append([]string{}, p.GoFiles...), p.CgoFiles...) {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, mode|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return fset, files
}

// sources walks the files of the repository, without what git and the builds keep.
func sources(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".cache" || d.Name() == "dist"):
			return filepath.SkipDir
		case !d.Type().IsRegular() || d.Name() == ".git": // in a second working tree it is a file that names the first
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, path)
		if err == nil {
			visit(filepath.ToSlash(rel), text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
