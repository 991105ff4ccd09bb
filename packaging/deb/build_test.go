package deb_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safeyouthzone/packaging/deb"
)

// programs stands in for the built ones: the packages only carry them.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"syz-agent", "syz-broker", "syz-kiosk", "syz-relay", "syzctl"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("the program "+name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func options(t *testing.T, bin string) deb.Options {
	t.Helper()
	return deb.Options{
		Root: "..", Bin: bin, Out: t.TempDir(), Version: "0.1.0~git20261123.abc1234", Arch: "amd64",
		MTime: time.Unix(1_790_000_000, 0).UTC(),
	}
}

func recipes(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../recipes/*.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("no recipes found: %v", err)
	}
	for i, f := range found {
		found[i] = filepath.Join("recipes", filepath.Base(f))
	}
	return found
}

func TestTwoBuildsAreAlikeByteForByte(t *testing.T) {
	bin := programs(t)
	for _, recipe := range recipes(t) {
		var builds [2][]byte
		for i := range builds {
			path, err := deb.Build(options(t, bin), recipe)
			if err != nil {
				t.Fatal(err)
			}
			if builds[i], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
			// What the checkout's umask or clock was must not matter.
			if err := os.Chtimes(filepath.Join(bin, "syz-agent"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(builds[0], builds[1]) {
			t.Errorf("%s: two builds differ", recipe)
		}
	}
}

func TestEveryPackageIsOwnedByRootAndTellsVersionAndChanges(t *testing.T) {
	bin := programs(t)
	for _, recipe := range recipes(t) {
		path, err := deb.Build(options(t, bin), recipe)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(run(t, "dpkg-deb", "--field", path, "Version")); got != "0.1.0~git20261123.abc1234" {
			t.Errorf("%s has version %s", recipe, got)
		}
		list := run(t, "dpkg-deb", "--contents", path)
		for line := range strings.Lines(list) {
			if !strings.Contains(line, "root/root") {
				t.Errorf("%s: not owned by root: %s", recipe, line)
			}
		}
		for _, want := range []string{"copyright", "CHANGELOG.md", "changelog.gz", "README.md"} {
			if !strings.Contains(list, want) {
				t.Errorf("%s does not ship %s:\n%s", recipe, want, list)
			}
		}
	}
}

func TestUnitsOfAPackageAreEnabledStoppedAndForgottenByIt(t *testing.T) {
	bin := programs(t)
	for recipe, units := range map[string]string{
		"recipes/syz-agent.yaml":  "syz-agent.service",
		"recipes/syz-broker.yaml": "syz-broker.service",
		"recipes/syz-kiosk.yaml":  "syz-display.service syz-kiosk.service",
		"recipes/syz-relay.yaml":  "syz-relay.service",
	} {
		path, err := deb.Build(options(t, bin), recipe)
		if err != nil {
			t.Fatal(err)
		}
		for _, script := range []string{"postinst", "prerm", "postrm"} {
			text := run(t, "dpkg-deb", "--info", path, script)
			if !strings.Contains(text, "for unit in "+units+"; do") {
				t.Errorf("%s: %s does not handle %s", recipe, script, units)
			}
			if strings.Contains(text, "@") {
				t.Errorf("%s: %s has an unfilled place:\n%s", recipe, script, text)
			}
		}
	}
}

// What works only when an operator has set it up is neither enabled nor started by its package.
func TestOnlyTheRelayIsLeftToTheOperator(t *testing.T) {
	bin := programs(t)
	for recipe, enables := range map[string]bool{"recipes/syz-agent.yaml": true, "recipes/syz-broker.yaml": true, "recipes/syz-kiosk.yaml": true, "recipes/syz-relay.yaml": false} {
		path, err := deb.Build(options(t, bin), recipe)
		if err != nil {
			t.Fatal(err)
		}
		text := run(t, "dpkg-deb", "--info", path, "postinst")
		if strings.Contains(text, `[ "yes" = yes ]`) != enables || strings.Contains(text, `[ "no" = yes ]`) == enables {
			t.Errorf("%s: enables its units: want %v\n%s", recipe, enables, text)
		}
	}
}

func TestAMissingProgramIsAnErrorAndLeavesNoPackage(t *testing.T) {
	o := options(t, t.TempDir())
	if _, err := deb.Build(o, "recipes/syz-broker.yaml"); err == nil {
		t.Fatal("built a package without its program")
	}
	left, err := os.ReadDir(o.Out)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
