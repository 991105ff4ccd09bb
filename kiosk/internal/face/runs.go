package face

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// Run is a part of a line in one face and one direction.
type Run struct {
	Text   string
	source fyne.Resource
	metric metric
	width  float32 // of letters of size 1
}

// Source is the face, as Fyne wants it; nil if no face has these letters.
func (r Run) Source() fyne.Resource { return r.source }

// Width is how far the run reaches at a size.
func (r Run) Width(size float32) float32 { return r.width * size }

// Ascent is how far the line of the letters is below the top of what Fyne draws.
func (r Run) Ascent(size float32) float32 { return r.metric.ascent * size }

// Height is how high what Fyne draws is.
func (r Run) Height(size float32) float32 { return r.metric.height * size }

type measured struct {
	source fyne.Resource
	text   string
	bold   bool
}

const (
	// reference is the size at which letters are measured; their width grows evenly with their size.
	reference = 100
	// maxWidths bounds the memory for measured words.
	maxWidths = 8192
)

// Runs cuts a line into runs, from the left edge of the screen to the right. right says that the line is read from the right.
func (b *Book) Runs(lang, line string, bold, right bool) []Run {
	b.mu.Lock()
	defer b.mu.Unlock()
	line = strings.ReplaceAll(line, "\u200b", "")
	var out []Run
	for _, part := range b.ordered(line, right) {
		runs := b.byFace(lang, part.text, bold)
		if part.right {
			slices.Reverse(runs)
			for i := range runs {
				runs[i].Text = turned(runs[i].Text)
			}
		}
		out = append(out, runs...)
	}
	for i := range out {
		out[i].width = b.measure(out[i], bold)
	}
	return out
}

// Width is how wide a line is at size 1.
func (b *Book) Width(lang, line string, bold, right bool) float32 {
	sum := float32(0)
	for _, r := range b.Runs(lang, line, bold, right) {
		sum += r.width
	}
	return sum
}

// part is a stretch of one direction.
type part struct {
	text  string
	right bool
}

// turned writes signs between words of a line from the right in the order of the eye. Fyne does so for letters, not for signs alone.
func turned(text string) string {
	runes := []rune(text)
	for i, r := range runes {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return text
		}
		if at := strings.IndexRune("()[]«»", r); at >= 0 {
			runes[i] = []rune(")(][»«")[utf8.RuneCountInString("()[]«»"[:at])]
		}
	}
	slices.Reverse(runes)
	return string(runes)
}

// islands are the words of a line that run against it, with what joins them: a phone number in Arabic words, an Arabic name in English
// ones. The rules of Unicode would turn the groups of a phone number around; people who dial it would not.
type islands struct{ inRight, inLeft *regexp.Regexp }

func newIslands() islands {
	return islands{
		inRight: regexp.MustCompile(`[0-9\p{Latin}\p{Cyrillic}\p{Armenian}\p{Khmer}\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]+([-–—:/.,+@'’&()\s]+[0-9\p{Latin}\p{Cyrillic}\p{Armenian}\p{Khmer}\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]+)*`),
		inLeft:  regexp.MustCompile(`[\p{Arabic}\p{Hebrew}]+([\s،؛\x{200c}]+[\p{Arabic}\p{Hebrew}]+)*`),
	}
}

// ordered cuts a line into stretches of one direction, as the eye meets them from the left.
func (b *Book) ordered(line string, right bool) []part {
	find := b.islands.inLeft
	if right {
		find = b.islands.inRight
	}
	var out []part
	add := func(text string, right bool) {
		if text != "" {
			out = append(out, part{text, right})
		}
	}
	at := 0
	for _, found := range find.FindAllStringIndex(line, -1) {
		add(line[at:found[0]], right)
		add(line[found[0]:found[1]], !right)
		at = found[1]
	}
	add(line[at:], right)
	if right {
		slices.Reverse(out)
	}
	return out
}

// byFace cuts a stretch where its face changes. A sign of every script goes with the letters before it, or else after it.
func (b *Book) byFace(lang, text string, bold bool) []Run {
	own := FamilyOf(lang)
	var out []Run
	var now piece
	var family Family
	begin, known := 0, false
	runes := []rune(text)
	flush := func(end int) {
		if end > begin {
			out = append(out, Run{Text: string(runes[begin:end]), source: now.source, metric: now.metric})
		}
		begin = end
	}
	for i, r := range runes {
		if invisible(r) {
			continue
		}
		next, nextFamily := b.choose(runes, i, r, own, family, bold)
		if known && next.source != now.source {
			flush(i)
		}
		now, family, known = next, nextFamily, true
	}
	flush(len(runes))
	return out
}

// choose finds the piece for one letter.
func (b *Book) choose(runes []rune, i int, r rune, own, before Family, bold bool) (piece, Family) {
	if f, fixed := familyOf(r, own); fixed {
		p, ok := b.find(f, bold, r)
		if !ok && f != own {
			p, _ = b.find(own, bold, r)
		}
		return p, f
	}
	tries := []Family{before}
	if before == "" {
		tries = []Family{following(runes[i:], own)}
	}
	for _, f := range append(tries, own, Latin) {
		if f == "" {
			continue
		}
		if p, ok := b.find(f, bold, r); ok {
			return p, f
		}
	}
	return piece{}, before
}

// following is the family of the next letter that has one.
func following(runes []rune, own Family) Family {
	for _, r := range runes {
		if f, fixed := familyOf(r, own); fixed {
			return f
		}
	}
	return own
}

// measure asks Fyne how wide a run is. Words are measured once, at one size.
func (b *Book) measure(r Run, bold bool) float32 {
	k := measured{r.source, r.Text, bold}
	if w, ok := b.widths[k]; ok {
		return w
	}
	app := fyne.CurrentApp()
	if app == nil {
		return 0
	}
	size, _ := app.Driver().RenderedTextSize(r.Text, reference, fyne.TextStyle{Bold: bold}, r.source)
	if len(b.widths) >= maxWidths {
		clear(b.widths)
	}
	b.widths[k] = size.Width / reference
	return b.widths[k]
}
