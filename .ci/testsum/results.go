package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// line is how one stage ended.
type line struct {
	Stage                            string
	Passed, Failed, Skipped, Seconds int
}

func parseLine(s string) (line, error) {
	var l line
	if _, err := fmt.Sscan(s, &l.Stage, &l.Passed, &l.Failed, &l.Skipped, &l.Seconds); err != nil {
		return l, fmt.Errorf("cannot read result line %q: %w", s, err)
	}
	return l, nil
}

func appendLine(file string, l line) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("cannot open the results: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s %d %d %d %d\n", l.Stage, l.Passed, l.Failed, l.Skipped, l.Seconds)
	return errors.Join(err, f.Close())
}

// printTotal writes a line per stage and, last, the sum in the form that CI looks for.
func printTotal(out io.Writer, file string) (failed bool, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return true, fmt.Errorf("cannot read the results: %w", err)
	}
	var sum line
	fmt.Fprintf(out, "\n%-12s %8s %8s %8s %8s\n", "stage", "passed", "failed", "skipped", "seconds")
	for s := range strings.Lines(string(text)) {
		l, err := parseLine(s)
		if err != nil {
			return true, err
		}
		fmt.Fprintf(out, "%-12s %8d %8d %8d %8d\n", l.Stage, l.Passed, l.Failed, l.Skipped, l.Seconds)
		sum.Passed += l.Passed
		sum.Failed += l.Failed
		sum.Skipped += l.Skipped
	}
	fmt.Fprintf(out, "\n%d passed, %d failed, %d skipped\n", sum.Passed, sum.Failed, sum.Skipped)
	return sum.Failed > 0, nil
}
