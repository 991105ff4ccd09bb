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

// Every trouble that a device can report has words of its own: "a fault" helps nobody.
func TestEveryTroubleHasWords(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("..", "..", "..", "device", "internal", "health", "health.go"))
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`(?m)^\t[A-Z]\w+ += "([a-z_]+)"`).FindAllStringSubmatch(string(src), -1)
	if len(codes) < 10 {
		t.Fatalf("found %d codes: does the pattern still match the code?", len(codes))
	}
	c := words(t).Pick("en")
	for _, code := range codes {
		if _, ok := c.Words["trouble."+code[1]]; !ok {
			t.Errorf("%s has no words", code[1])
		}
	}
}
