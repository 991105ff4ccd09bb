// Command testsum turns "go test -json" into lines that a person reads, and counts what passed, failed and was skipped.
//
//	go test -json ./... | testsum -stage unit -results FILE [-strict]
//	testsum -record "lint 3 0 0 12" -results FILE
//	testsum -total -results FILE
//
// The script run at the top calls it once per stage and then for the total. A stage in which no test ran has failed, and so has a
// package that ended without saying which test failed. With -strict a skipped test counts as a failure too if its reason says that
// something is missing, unless it says "by design:": where everything is installed, a test that misses software has found a fault.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	var (
		stage   = flag.String("stage", "", "name of the stage that stdin belongs to")
		results = flag.String("results", "", "file that keeps a line of counts per stage")
		strict  = flag.Bool("strict", false, "a skipped test is a failure, unless it is by design")
		record  = flag.String("record", "", "add this line: STAGE PASSED FAILED SKIPPED SECONDS")
		total   = flag.Bool("total", false, "print the counts of all stages and their sum")
	)
	flag.Parse()
	failed, err := run(*stage, *results, *record, *strict, *total)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

// run does what the flags say and tells whether something failed.
func run(stage, results, record string, strict, total bool) (bool, error) {
	switch {
	case results == "":
		return false, fmt.Errorf("cannot count without -results")
	case total:
		return printTotal(os.Stdout, results)
	case record != "":
		line, err := parseLine(record)
		if err != nil {
			return false, err
		}
		return line.Failed > 0, appendLine(results, line)
	case stage == "":
		return false, fmt.Errorf("cannot count without -stage")
	}
	start := time.Now()
	c := newCounter(os.Stdout, strict)
	if err := c.read(os.Stdin); err != nil {
		return false, fmt.Errorf("cannot read the test output: %w", err)
	}
	line := c.line(stage)
	line.Seconds = int(time.Since(start).Round(time.Second) / time.Second)
	fmt.Printf("%s: %d passed, %d failed, %d skipped in %d s\n", stage, line.Passed, line.Failed, line.Skipped, line.Seconds)
	return line.Failed > 0, appendLine(results, line)
}
