package locale_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// youth reports whether a youth reads the words of a key.
func youth(key string) bool {
	for _, p := range []string{"idle.help", "idle.touch", "ask.", "status.", "need.", "message.", "ended.", "broken.", "languages.", "role.", "listen", "close", "back", "done"} {
		if key == p || strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

var (
	vowels  = regexp.MustCompile(`[aeiouy]+`)
	silentE = regexp.MustCompile(`[^aeiouyl]e(s|d)?$`)
)

// syllables counts groups of vowels; a silent e at the end is none.
func syllables(word string) int {
	word = strings.ToLower(word)
	n := len(vowels.FindAllString(word, -1))
	if n > 1 && silentE.MatchString(word) && !strings.HasSuffix(word, "ted") && !strings.HasSuffix(word, "ded") {
		n--
	}
	return max(1, n)
}

// grade is the school grade of Flesch and Kincaid.
func grade(sentences [][]string) float64 {
	words, parts := 0, 0
	for _, s := range sentences {
		words += len(s)
		for _, w := range s {
			parts += syllables(w)
		}
	}
	return 0.39*float64(words)/float64(len(sentences)) + 11.8*float64(parts)/float64(words) - 15.59
}

func sentencesOf(text string) [][]string {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	var out [][]string
	for _, s := range regexp.MustCompile(`[.!?:·]+`).Split(place.ReplaceAllString(text, "one"), -1) {
		if words := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && !unicode.IsDigit(r) }); len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// What a youth reads in English is no harder than the fifth grade. A label of one to three words has no grade: the formula is for
// sentences, and there each word is looked at by people.
func TestEnglishForTheYouthIsEasy(t *testing.T) {
	const most, label = 5.0, 3
	c, seen := load(t).Pick("en"), 0
	var all [][]string
	for _, k := range keys(c) {
		if !youth(k) {
			continue
		}
		for _, s := range sentencesOf(c.Words[k]) {
			if len(s) <= label {
				continue
			}
			seen++
			all = append(all, s)
			if g := grade([][]string{s}); g > most {
				t.Errorf("%s has grade %.1f, at most %.0f: %q", k, g, most, strings.Join(s, " "))
			}
		}
	}
	if seen < 20 {
		t.Errorf("looked at %d sentences only", seen)
	}
	t.Logf("%d sentences, grade %.1f in all", seen, grade(all))
}
