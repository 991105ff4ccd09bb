package face

import "unicode"

// Family is a group of faces that draws one script.
type Family string

// The families. Han letters have a shape of their own in each of four countries.
const (
	Latin       Family = "Noto Sans"
	Arabic      Family = "Noto Sans Arabic"
	Armenian    Family = "Noto Sans Armenian"
	Khmer       Family = "Noto Sans Khmer"
	Simplified  Family = "Noto Sans CJK SC"
	Traditional Family = "Noto Sans CJK TC"
	Japanese    Family = "Noto Sans CJK JP"
	Korean      Family = "Noto Sans CJK KR"
)

// source is where Debian's packages put a family.
type source struct {
	regular, bold string
	index         int // of the face in a collection
	collection    bool
}

func sourceOf(f Family) (source, bool) {
	const single, cjk = "truetype/noto/", "opentype/noto/NotoSansCJK-"
	switch f {
	case Arabic:
		return source{regular: single + "NotoSansArabic-Regular.ttf", bold: single + "NotoSansArabic-Bold.ttf"}, true
	case Armenian:
		return source{regular: single + "NotoSansArmenian-Regular.ttf", bold: single + "NotoSansArmenian-Bold.ttf"}, true
	case Khmer:
		return source{regular: single + "NotoSansKhmer-Regular.ttf", bold: single + "NotoSansKhmer-Bold.ttf"}, true
	case Latin:
		return source{}, false
	case Japanese, Korean, Simplified, Traditional:
	}
	index := map[Family]int{Japanese: 0, Korean: 1, Simplified: 2, Traditional: 3}[f]
	return source{regular: cjk + "Regular.ttc", bold: cjk + "Bold.ttc", index: index, collection: true}, true
}

// FamilyOf is the family that a language is written in.
func FamilyOf(lang string) Family {
	switch lang {
	case "fa", "ar":
		return Arabic
	case "hy":
		return Armenian
	case "km":
		return Khmer
	case "zh-Hans":
		return Simplified
	case "zh-Hant":
		return Traditional
	case "ja":
		return Japanese
	case "ko":
		return Korean
	}
	return Latin
}

func (f Family) cjk() bool {
	return f == Simplified || f == Traditional || f == Japanese || f == Korean
}

// familyOf is the family that must draw a letter; own is the family of the language that it stands in. A sign that belongs to every
// script has none: it goes with its neighbours.
func familyOf(r rune, own Family) (Family, bool) {
	switch {
	case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
		return Latin, true
	case unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek):
		return Latin, true
	case unicode.Is(unicode.Armenian, r):
		return Armenian, true
	case unicode.Is(unicode.Khmer, r):
		return Khmer, true
	case unicode.Is(unicode.Arabic, r), r >= 0x0600 && r <= 0x06FF:
		return Arabic, true
	}
	if !wide(r) {
		return "", false
	}
	switch {
	case own.cjk():
		return own, true
	case unicode.Is(unicode.Hangul, r):
		return Korean, true
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return Japanese, true
	}
	return Simplified, true
}

// wide reports whether a letter or sign is Chinese, Japanese or Korean.
func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) ||
		(r >= 0x3000 && r <= 0x303F) || (r >= 0xFF00 && r <= 0xFFEF)
}
