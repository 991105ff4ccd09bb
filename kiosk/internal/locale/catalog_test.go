package locale_test

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"unicode"

	"safeyouthzone/kiosk/internal/locale"
)

func load(t *testing.T) locale.Set {
	t.Helper()
	set, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func keys(c *locale.Catalog) []string {
	out := make([]string, 0, len(c.Words))
	for k := range c.Words {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func TestEveryLanguageHasEveryKey(t *testing.T) {
	set := load(t)
	for _, c := range set[1:] {
		for _, k := range keys(set[0]) {
			if _, ok := c.Words[k]; !ok {
				t.Errorf("%s has no words for %s", c.Language, k)
			}
		}
		for _, k := range keys(c) {
			if _, ok := set[0].Words[k]; !ok {
				t.Errorf("%s has words for %s, which nobody asks for", c.Language, k)
			}
		}
	}
}

// mayBeEmpty are keys that say something only in some cases.
func mayBeEmpty(key string) bool { return key == "mode.actual" }

func TestNothingIsEmpty(t *testing.T) {
	for _, c := range load(t) {
		for _, k := range keys(c) {
			if strings.TrimSpace(c.Words[k]) == "" && !mayBeEmpty(k) {
				t.Errorf("%s: %s is empty", c.Language, k)
			}
		}
	}
}

func TestTranslationsKeepThePlaces(t *testing.T) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	set := load(t)
	for _, c := range set[1:] {
		for _, k := range keys(set[0]) {
			want, got := place.FindAllString(set[0].Words[k], -1), place.FindAllString(c.Words[k], -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s has the places %v, English has %v", c.Language, k, got, want)
			}
		}
	}
}

// A youth in danger reads short sentences or none.
func TestSentencesAreShort(t *testing.T) {
	const most = 12
	end := regexp.MustCompile(`[.!?:](\s|$)`)
	for _, c := range load(t) {
		for _, k := range keys(c) {
			for _, sentence := range end.Split(c.Words[k], -1) {
				words := strings.FieldsFunc(sentence, func(r rune) bool { return unicode.IsSpace(r) || r == '·' })
				if len(words) > most {
					t.Errorf("%s: %s has a sentence of %d words, at most %d: %q", c.Language, k, len(words), most, sentence)
				}
			}
		}
	}
}

// These words must never stand on a screen that a youth, or somebody over their shoulder, can read.
func TestWordsThatAreNeverShown(t *testing.T) {
	never := []string{
		"victim", "prostitut", "traffick", "csec", "exploit", "suspect", "arrest",
		"víctima", "explot", "trata de", "sospech", "detenid", "you must", "debes ",
		"secret", "countdown", "confiden",
	}
	for _, c := range load(t) {
		for _, k := range keys(c) {
			for _, word := range never {
				if strings.Contains(strings.ToLower(c.Words[k]), word) {
					t.Errorf("%s: %s says %q: %q", c.Language, k, word, c.Words[k])
				}
			}
		}
	}
}

// What must not be asked: name, age, what happened, who did it, papers, gangs, drugs, police record.
func TestQuestionsThatAreNeverAsked(t *testing.T) {
	asks := regexp.MustCompile(`(?i)(name|old are|happened|who did|immigra|gang|drug|record|nombre|edad|pasó|quién te|droga|pandilla|antecedentes)[^.]*\?`)
	for _, c := range load(t) {
		for _, k := range keys(c) {
			if asks.MatchString(c.Words[k]) {
				t.Errorf("%s: %s asks what nobody may ask: %q", c.Language, k, c.Words[k])
			}
		}
	}
}

func TestCatalogueSaysWhoReviewedIt(t *testing.T) {
	for _, c := range load(t) {
		if !slices.Contains([]locale.Review{locale.Source, locale.Reviewed, locale.Draft}, c.Review) {
			t.Errorf("%s: review state is %q", c.Language, c.Review)
		}
		if c.Name == "" {
			t.Errorf("%s has no name of its own", c.Language)
		}
	}
}

func TestUnknownLanguage(t *testing.T) {
	set := load(t)
	if got := set.Pick("xx").Language; got != locale.English {
		t.Errorf("words of an unknown language are %s, want English", got)
	}
	if _, err := set.Find("xx"); err == nil {
		t.Error("an unknown language was found")
	}
}
