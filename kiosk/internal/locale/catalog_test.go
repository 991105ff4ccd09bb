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

// whole is words without the places where a line may break.
func whole(words string) string { return strings.ReplaceAll(words, "\u200b", "") }

// counted splits a sentence into its words. Chinese and Japanese have no gaps; about two and a half characters make a word there.
func counted(sentence string) int {
	if han := len(regexp.MustCompile(`[\p{Han}\p{Hiragana}\p{Katakana}]`).FindAllString(sentence, -1)); han > 0 {
		return (han*2 + 4) / 5
	}
	return len(strings.FieldsFunc(sentence, func(r rune) bool { return unicode.IsSpace(r) || r == '·' }))
}

// A youth in danger reads short sentences or none.
func TestSentencesAreShort(t *testing.T) {
	const most = 12
	end := regexp.MustCompile(`[.!?:](\s|$)|[。！？：։។៖؟]`)
	for _, c := range load(t) {
		for _, k := range keys(c) {
			for _, sentence := range end.Split(c.Words[k], -1) {
				if n := counted(whole(sentence)); n > most {
					t.Errorf("%s: %s has a sentence of %d words, at most %d: %q", c.Language, k, n, most, sentence)
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
		"受害", "被害", "卖淫", "賣淫", "娼", "贩", "販", "剥削", "剝削", "嫌疑", "嫌犯", "逮捕", "必须", "必須", "秘密", "保密", "売春", "搾取", "容疑",
		"피해자", "매춘", "성매매", "인신매매", "착취", "용의자", "체포", "비밀",
		"nạn nhân", "mại dâm", "buôn người", "bóc lột", "nghi phạm", "bắt giữ", "bí mật",
		"biktima", "prostitusyon", "samantala ng", "suspek", "aresto", "inaresto", "lihim",
		"զոհ", "մարմնավաճառ", "թրաֆիք", "շահագործ", "կասկածյալ", "ձերբակալ", "գաղտնի",
		"жертв", "проститу", "торговл", "эксплуат", "подозрева", "арест", "тайн", "секрет",
		"قربانی", "فحشا", "قاچاق", "سوءاستفاده", "بهره\u200cکشی", "مظنون", "دستگیر", "بازداشت", "محرمانه",
		"ضحية", "دعارة", "اتجار", "استغلال", "مشتبه", "اعتقال", "سري",
		"ជនរងគ្រោះ", "ពេស្យា", "ជួញដូរ", "កេងប្រវ័ញ្ច", "សង្ស័យ", "ចាប់ខ្លួន", "សម្ងាត់",
	}
	for _, c := range load(t) {
		for _, k := range keys(c) {
			for _, word := range never {
				if strings.Contains(strings.ToLower(whole(c.Words[k])), word) {
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

// Letters of two directions in one string come out in an order that nobody meant. Numbers, times and phone numbers stand in places
// of their own, which the page lays out.
func TestRightToLeftWordsStandAlone(t *testing.T) {
	foreign := regexp.MustCompile(`[A-Za-z0-9٠-٩۰-۹]`)
	place := regexp.MustCompile(`\{[a-z]+\}`)
	for _, c := range load(t) {
		if c.Right != slices.Contains([]string{"fa", "ar"}, c.Language) {
			t.Errorf("%s: right to left is %v", c.Language, c.Right)
		}
		for _, k := range keys(c) {
			if c.Right && foreign.MatchString(place.ReplaceAllString(c.Words[k], "")) {
				t.Errorf("%s: %s mixes directions: %q", c.Language, k, c.Words[k])
			}
		}
	}
}

// Khmer has no spaces: without marks a line cannot break, and a long one would run out of its button.
func TestKhmerMarksWhereLinesBreak(t *testing.T) {
	const most = 26 // letters and signs without a place to break
	gap := regexp.MustCompile("[ \u200b]")
	km := load(t).Pick("km")
	for _, k := range keys(km) {
		for _, part := range gap.Split(km.Words[k], -1) {
			if n := len([]rune(part)); n > most {
				t.Errorf("%s has %d letters without a place to break: %q", k, n, part)
			}
		}
	}
}

// Thirteen languages, in the order in which the picker shows them.
func TestThirteenLanguages(t *testing.T) {
	want := []string{"en", "es", "zh-Hans", "zh-Hant", "ko", "vi", "tl", "hy", "ru", "fa", "ar", "km", "ja"}
	if got := load(t).Languages(); !slices.Equal(got, want) {
		t.Errorf("languages are %v, want %v", got, want)
	}
}

// A site that refuses translations that nobody has checked still has English.
func TestDraftsCanBeRefused(t *testing.T) {
	got := load(t).Allowed(false)
	if len(got) == 0 || got[0].Language != locale.English {
		t.Fatalf("without drafts: %v", got.Languages())
	}
	for _, c := range got {
		if c.Review == locale.Draft {
			t.Errorf("%s is a draft", c.Language)
		}
	}
	if n := len(load(t).Allowed(true)); n != len(load(t)) {
		t.Errorf("with drafts: %d languages", n)
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
