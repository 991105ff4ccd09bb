package cmd_test

import (
	"regexp"
	"strings"
	"testing"
)

// Words that no youth may meet on a screen, in a topic, in a title or in a log; in English and Spanish, which are written by hand here.
var neverSaid = regexp.MustCompile(`(?i)\b(victim|v[ií]ctima|prostitut|traffick|csec|exploited|explotad|suspect|sospechos|arrest|trata de)`)

func TestYouthNeverMeetTheseWords(t *testing.T) {
	sources(t, func(path string, text []byte) {
		youth := strings.HasPrefix(path, "kiosk/") || strings.HasPrefix(path, "device/") || strings.HasPrefix(path, "broker/contract/wire/")
		// A test may name a word to show that it does not come up. Fonts and pictures are no text.
		if !youth || strings.HasSuffix(path, "_test.go") || binary(text) {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if word := neverSaid.FindString(line); word != "" {
				t.Errorf("%s:%d says %q: a youth must never read it, not even over somebody's shoulder or in a log", path, i+1, word)
			}
		}
	})
}

// here are traces of one person's machine or of how it fetches packages.
var here = regexp.MustCompile(`(^|[\s"'=(:])(/work/|/root/|/home/[a-z]|/Users/)|proxy\.golang\.org|deb\.debian\.org|registry\.npmjs\.org`)

func TestNothingDependsOnOneMachine(t *testing.T) {
	sources(t, func(path string, text []byte) {
		if path == "cmd/words_test.go" || binary(text) {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if place := here.FindString(line); place != "" {
				t.Errorf("%s:%d names %q: the repository works from a clone on anybody's machine", path, i+1, strings.TrimSpace(place))
			}
		}
	})
}

// binary tells whether a file is no text.
func binary(text []byte) bool {
	return strings.Contains(string(text[:min(len(text), 4096)]), "\x00")
}
