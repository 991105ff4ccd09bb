package view_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A key without words would be an empty button.
func TestEveryKeyThatIsAskedForHasWords(t *testing.T) {
	asked := regexp.MustCompile(`\.Text\("([a-z_.0-9]+)"[,)]`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	c, found := words(t).Pick("en"), 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range asked.FindAllStringSubmatch(string(src), -1) {
			found++
			if _, ok := c.Words[m[1]]; !ok {
				t.Errorf("%s asks for %s, which has no words", f, m[1])
			}
		}
	}
	if found < 100 {
		t.Errorf("found only %d keys: does the pattern still match the code?", found)
	}
}
