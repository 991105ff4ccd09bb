package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// where begins what a test itself says, and logged what the program under test says.
var (
	where  = regexp.MustCompile(`^[\w.-]+\.go:\d+: `)
	logged = regexp.MustCompile(`^time=\S+ level=`)
)

// missing is how a skipped test says that it did not find what it needs, or says nothing.
var missing = regexp.MustCompile(`(?i)\bno reason|not (installed|found|there|available)|missing|unavailable|no such|\b(needs?|requires?|cannot)\b|` +
	`\bno (browser|chromium|display|x server|window|screen|compiler|root)`)

// event is one line of "go test -json".
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
	Elapsed    float64
}

// counter follows the tests of one stage.
type counter struct {
	out     io.Writer
	strict  bool
	output  map[string][]string // by package and test, until it has ended
	parents map[string]bool     // tests that have subtests: only the leaves are counted
	ended   map[string]string   // leaf or parent test -> pass, fail or skip
	tests   map[string]int      // tests seen by package
	broken  int                 // packages that failed without a failed test
	none    []string            // packages without tests
}

func newCounter(out io.Writer, strict bool) *counter {
	return &counter{
		out: out, strict: strict,
		output: map[string][]string{}, parents: map[string]bool{}, ended: map[string]string{}, tests: map[string]int{},
	}
}

// read follows the stream to its end. Lines that are not JSON (a linker's warning, say) are passed on.
func (c *counter) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Action == "" {
			fmt.Fprintln(c.out, lines.Text())
			continue
		}
		c.see(e)
	}
	return lines.Err()
}

func (c *counter) see(e event) {
	key := e.Package + "\x00" + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(c.out, e.Output)
	case "output":
		if strings.HasPrefix(e.Output, "=== ") {
			return
		}
		c.output[key] = append(c.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			c.seePackage(e)
		} else {
			c.seeTest(e, key)
		}
	}
}

// seeTest keeps how a test ended, and shows why it failed or did not run.
func (c *counter) seeTest(e event, key string) {
	c.ended[key] = e.Action
	c.tests[e.Package]++
	for i, r := range e.Test {
		if r == '/' {
			c.parents[e.Package+"\x00"+e.Test[:i]] = true
		}
	}
	switch {
	case e.Action == "fail":
		fmt.Fprintf(c.out, "--- FAIL: %s %s (%.1f s)\n%s", short(e.Package), e.Test, e.Elapsed, strings.Join(c.output[key], ""))
	case e.Action == "skip" && !c.parents[key]:
		reason := skipReason(c.output[key])
		fmt.Fprintf(c.out, "--- SKIP: %s %s: %s\n", short(e.Package), e.Test, reason)
		if c.strict && missing.MatchString(reason) && !strings.Contains(reason, "by design:") {
			fmt.Fprintln(c.out, "    counted as a failure: here everything that a test needs should be installed")
			c.ended[key] = "fail"
		}
	}
	delete(c.output, key)
}

// seePackage says how a package ended. The output of a package that broke (a panic, a time limit, a build) is shown whole.
func (c *counter) seePackage(e event) {
	name := short(e.Package)
	switch {
	case e.Action == "fail":
		if !c.anyFailed(e.Package) {
			c.broken++
			for key, lines := range c.output {
				if strings.HasPrefix(key, e.Package+"\x00") {
					fmt.Fprint(c.out, strings.Join(lines, ""))
				}
			}
		}
		fmt.Fprintf(c.out, "FAIL  %s (%.1f s)\n", name, e.Elapsed)
	case c.tests[e.Package] == 0:
		c.none = append(c.none, name)
	default:
		fmt.Fprintf(c.out, "ok    %s: %d tests (%.1f s)\n", name, c.tests[e.Package], e.Elapsed)
	}
}

func (c *counter) anyFailed(pkg string) bool {
	for key, how := range c.ended {
		if how == "fail" && strings.HasPrefix(key, pkg+"\x00") {
			return true
		}
	}
	return false
}

// line counts the leaves.
func (c *counter) line(stage string) line {
	l := line{Stage: stage, Failed: c.broken}
	for key, how := range c.ended {
		switch {
		case how == "fail" && c.parents[key] && c.childFailed(key):
			// Its failed subtest is the one that counts.
		case how == "fail":
			l.Failed++
		case c.parents[key]:
		case how == "pass":
			l.Passed++
		default:
			l.Skipped++
		}
	}
	if len(c.none) > 0 {
		slices.Sort(c.none)
		fmt.Fprintf(c.out, "without tests: %s\n", strings.Join(c.none, " "))
	}
	if l.Passed+l.Failed == 0 {
		fmt.Fprintln(c.out, "no test ran, which counts as a failure")
		l.Failed = 1
	}
	return l
}

func (c *counter) childFailed(parent string) bool {
	for key, how := range c.ended {
		if how == "fail" && strings.HasPrefix(key, parent+"/") {
			return true
		}
	}
	return false
}

// skipReason is what the test said before it stopped.
func skipReason(output []string) string {
	var said []string
	for _, o := range output {
		o = strings.TrimSpace(o)
		if where.MatchString(o) { // what was printed before is no reason
			said = nil
		}
		if o != "" && !logged.MatchString(o) && !strings.HasPrefix(o, "--- ") {
			said = append(said, o)
		}
	}
	if len(said) == 0 {
		return "gave no reason"
	}
	return strings.Join(said, " ")
}

// short leaves out the module's name.
func short(pkg string) string { return strings.TrimPrefix(pkg, "safeyouthzone/") }
