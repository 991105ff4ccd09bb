package touch

import (
	"strings"
	"unicode"

	"github.com/go-text/typesetting/segmenter"
)

// token is a part of words that stays on one line, with the gap after it.
type token struct {
	text    string
	newline bool // a line ends here
	dot     bool // a middle dot between two things
}

// breakable marks a place where a line may break although there is no gap.
const breakable = "\u200b"

// tokens finds the places where lines may break: at gaps; in Khmer where the catalogue says so; between the letters of Chinese and
// Japanese, as Unicode's rules allow it. Korean breaks at its gaps, as people there expect on signs.
func tokens(words string) []token {
	var out []token
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			out = append(out, token{newline: true})
		}
		if strings.ContainsFunc(line, gapless) {
			out = append(out, segments(line)...)
			continue
		}
		for word := range strings.FieldsSeq(strings.ReplaceAll(line, breakable, " "+breakable)) {
			joined, glued := strings.CutPrefix(word, breakable)
			if glued && len(out) > 0 {
				out[len(out)-1].text = strings.TrimSuffix(out[len(out)-1].text, " ")
			}
			out = append(out, token{text: joined + " ", dot: joined == "·"})
		}
	}
	return out
}

// gapless reports whether a letter belongs to a script that is written without gaps.
func gapless(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func segments(line string) []token {
	var seg segmenter.Segmenter
	var out []token
	seg.Init([]rune(line))
	for it := seg.LineIterator(); it.Next(); {
		text := string(it.Line().Text)
		out = append(out, token{text: text, dot: strings.TrimSpace(text) == "·"})
	}
	return out
}
