package deb

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb" // Also registers the packager under its name.
	"github.com/goreleaser/nfpm/v2/files"
)

// Options say what to build and from what.
type Options struct {
	Root    string    // the packaging directory: recipes, units, scripts
	Bin     string    // holds the programs; a recipe names them bin/NAME
	Out     string    // where the packages go
	Version string    // as Debian writes it, such as 0.1.0 or 0.1.0~git20261123.abc1234
	Arch    string    // as Debian writes it, such as amd64
	MTime   time.Time // of every file inside, so that two builds are alike
}

// Maintainer is who answers for the packages.
const Maintainer = "Safe Youth Zone maintainers <maintainers@safeyouthzone.invalid>"

// Build writes the package of one recipe, such as "recipes/syz-agent.yaml", and returns its path.
func Build(o Options, recipe string) (string, error) {
	info, err := o.info(recipe)
	if err != nil {
		return "", fmt.Errorf("cannot read recipe %s: %w", recipe, err)
	}
	tmp, err := os.MkdirTemp("", "syz-deb-")
	if err != nil {
		return "", fmt.Errorf("cannot make a scratch directory: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := o.addChanges(info, tmp); err != nil {
		return "", fmt.Errorf("cannot add the changes to %s: %w", info.Name, err)
	}
	if err := o.addScripts(info, tmp); err != nil {
		return "", fmt.Errorf("cannot fill in the scripts of %s: %w", info.Name, err)
	}
	if err := nfpm.PrepareForPackager(info, "deb"); err != nil {
		return "", fmt.Errorf("cannot prepare %s: %w", info.Name, err)
	}
	target := filepath.Join(o.Out, deb.Default.ConventionalFileName(info))
	if err := write(target, func(w io.Writer) error { return deb.Default.Package(info, w) }); err != nil {
		return "", fmt.Errorf("cannot write %s: %w", target, err)
	}
	return target, nil
}

// info reads the recipe and puts in what is the same for all of them.
func (o Options) info(recipe string) (*nfpm.Info, error) {
	config, err := nfpm.ParseFile(filepath.Join(o.Root, recipe))
	if err != nil {
		return nil, err
	}
	info := &config.Info
	info.Arch, info.Platform, info.MTime = o.Arch, "linux", o.MTime
	// Without a version of its own a recipe is read as a release candidate; what was asked for counts.
	info.Version, info.VersionSchema, info.Prerelease = o.Version, "none", ""
	info.Maintainer, info.License = Maintainer, "Apache-2.0"
	info.DisableGlobbing = true
	info.Deb.Compression = "xz"
	doc := path.Join("/usr/share/doc", info.Name)
	info.Contents = append(
		info.Contents,
		&files.Content{Source: "CHANGELOG.md", Destination: path.Join(doc, "CHANGELOG.md")},
		&files.Content{Source: "copyright", Destination: path.Join(doc, "copyright")},
		&files.Content{Source: "README.md", Destination: path.Join(doc, "README.md")},
	)
	for _, c := range info.Contents {
		o.settle(c)
	}
	return info, nil
}

// settle makes a file's place, owner and rights independent of the checkout that it comes from.
func (o Options) settle(c *files.Content) {
	if name, ok := strings.CutPrefix(c.Source, "bin/"); ok {
		c.Source = filepath.Join(o.Bin, name)
	} else {
		c.Source = filepath.Join(o.Root, c.Source)
	}
	if c.FileInfo == nil {
		c.FileInfo = &files.ContentFileInfo{}
	}
	if c.FileInfo.Mode == 0 {
		c.FileInfo.Mode = 0o644
	}
	c.FileInfo.Owner, c.FileInfo.Group, c.FileInfo.MTime = "root", "root", o.MTime
}

// write makes the file whole or not at all.
func write(target string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(target), ".deb-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), target)
}
