package main

import (
	"bytes"
	"strings"
	"testing"
)

// stream is a recorded run: one package with every ending, one that does not build, one without tests.
const stream = `
{"Action":"run","Package":"safeyouthzone/a","Test":"TestGood"}
{"Action":"pass","Package":"safeyouthzone/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestBad","Output":"    a_test.go:3: the lamp stayed dark\n"}
{"Action":"fail","Package":"safeyouthzone/a","Test":"TestBad","Elapsed":0.1}
{"Action":"pass","Package":"safeyouthzone/a","Test":"TestMany/one"}
{"Action":"pass","Package":"safeyouthzone/a","Test":"TestMany/two"}
{"Action":"pass","Package":"safeyouthzone/a","Test":"TestMany"}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestAway","Output":"=== RUN TestAway\n"}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestAway","Output":"    a_test.go:9: no Chromium here\n"}
{"Action":"skip","Package":"safeyouthzone/a","Test":"TestAway"}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestRoot","Output":"    a_test.go:9: by design: root may write anywhere\n"}
{"Action":"skip","Package":"safeyouthzone/a","Test":"TestRoot"}
{"Action":"fail","Package":"safeyouthzone/a"}
{"ImportPath":"safeyouthzone/b","Action":"build-output","Output":"b.go:1: undefined: x\n"}
{"Action":"fail","Package":"safeyouthzone/b"}
{"Action":"skip","Package":"safeyouthzone/c"}
`

func count(t *testing.T, in string, strict bool) (line, string) {
	t.Helper()
	var out bytes.Buffer
	c := newCounter(&out, strict)
	if err := c.read(strings.NewReader(strings.TrimSpace(in))); err != nil {
		t.Fatal(err)
	}
	return c.line("unit"), out.String()
}

func TestLeavesAreCountedAndReasonsShown(t *testing.T) {
	got, said := count(t, stream, false)
	if want := (line{Stage: "unit", Passed: 3, Failed: 2, Skipped: 2}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
	for _, want := range []string{"the lamp stayed dark", "no Chromium here", "undefined: x", "without tests: c"} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
}

func TestStrictCountsMissingSoftwareAsAFailure(t *testing.T) {
	got, _ := count(t, stream, true)
	if want := (line{Stage: "unit", Passed: 3, Failed: 3, Skipped: 1}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestAStageWithoutTestsHasFailed(t *testing.T) {
	if got, _ := count(t, `{"Action":"skip","Package":"safeyouthzone/c"}`, false); got.Failed != 1 {
		t.Errorf("counted %+v", got)
	}
}

func TestWhatWasLoggedIsNoReasonOfASkip(t *testing.T) {
	const in = `
{"Action":"pass","Package":"safeyouthzone/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestAway","Output":"    time=1 level=WARN msg=\"cannot reach the mail server\"\n"}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestAway","Output":"    a_test.go:9: -short: a browser takes seconds to start\n"}
{"Action":"output","Package":"safeyouthzone/a","Test":"TestAway","Output":"time=2 level=WARN msg=\"machine not told\" error=\"cannot read table\"\n"}
{"Action":"skip","Package":"safeyouthzone/a","Test":"TestAway"}`
	if got, said := count(t, in, true); got.Failed != 0 || got.Skipped != 1 || strings.Contains(said, "mail server") {
		t.Errorf("%+v, %s", got, said)
	}
}
