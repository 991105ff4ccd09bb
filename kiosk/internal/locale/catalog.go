package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed catalog/*.json
var files embed.FS

// ErrUnknown means that there is no catalogue for a language.
var ErrUnknown = errors.New("no such language")

// English is the language of last resort.
const English = "en"

// Review says who has looked at a translation.
type Review string

// The review states.
const (
	Source   Review = "source"   // the language that the others are made from
	Reviewed Review = "reviewed" // a native speaker agreed
	Draft    Review = "draft"    // not reviewed by a native speaker; a site can refuse it
)

// Catalog is the words of one language.
type Catalog struct {
	Language string            `json:"language"`  // BCP 47
	Name     string            `json:"name"`      // by its own speakers
	Right    bool              `json:"right"`     // written from right to left
	Review   Review            `json:"review"`    //
	TwelveHr bool              `json:"twelve_hr"` // clock with am and pm
	Words    map[string]string `json:"words"`
	spare    *Catalog
}

// Set is every catalogue of the kiosk, in the order in which the picker offers them.
type Set []*Catalog

// Load reads the embedded catalogues.
func Load() (Set, error) {
	var out Set
	for _, lang := range order() {
		raw, err := files.ReadFile("catalog/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("cannot read catalogue %s: %w", lang, err)
		}
		c := &Catalog{}
		if err := json.Unmarshal(raw, c); err != nil {
			return nil, fmt.Errorf("cannot decode catalogue %s: %w", lang, err)
		}
		for key, words := range c.Words {
			c.Words[key] = strings.ReplaceAll(words, mark, breakable)
		}
		out = append(out, c)
	}
	for _, c := range out[1:] {
		c.spare = out[0]
	}
	return out, nil
}

// Khmer has no spaces between words. Its catalogue marks where a line may break with a sign that people can see in the file.
const (
	mark      = "|"
	breakable = "\u200b" // zero width space
)

// order is the order of the picker; English, the language of last resort, is first.
func order() []string {
	return []string{English, "es", "zh-Hans", "zh-Hant", "ko", "vi", "tl", "hy", "ru", "fa", "ar", "km", "ja"}
}

// Languages lists the languages of the set.
func (s Set) Languages() []string {
	out := make([]string, 0, len(s))
	for _, c := range s {
		out = append(out, c.Language)
	}
	return out
}

// Allowed leaves out the languages that no native speaker has reviewed, for a site that refuses drafts. English always stays.
func (s Set) Allowed(drafts bool) Set {
	var out Set
	for _, c := range s {
		if drafts || c.Review != Draft {
			out = append(out, c)
		}
	}
	return out
}

// Pick returns the catalogue of a language, or English.
func (s Set) Pick(lang string) *Catalog {
	if i := slices.IndexFunc(s, func(c *Catalog) bool { return c.Language == lang }); i >= 0 {
		return s[i]
	}
	return s[0]
}

// Find returns the catalogue of a language or [ErrUnknown].
func (s Set) Find(lang string) (*Catalog, error) {
	if c := s.Pick(lang); c.Language == lang {
		return c, nil
	}
	return nil, fmt.Errorf("cannot use %q: %w", lang, ErrUnknown)
}

// Text returns the words of a key. Pairs of name and value fill its {name} places.
func (c *Catalog) Text(key string, pairs ...string) string {
	words, ok := c.Words[key]
	if !ok && c.spare != nil {
		words = c.spare.Words[key]
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		words = strings.ReplaceAll(words, "{"+pairs[i]+"}", pairs[i+1])
	}
	return words
}

// Everything is all words of the catalogue and its own name, for whoever must know its letters.
func (c *Catalog) Everything() string {
	all := slices.Sorted(maps.Values(c.Words))
	return c.Name + strings.Join(all, "")
}

// Has reports whether there are words for a key.
func (c *Catalog) Has(key string) bool {
	_, ok := c.Words[key]
	return ok || (c.spare != nil && c.spare.Has(key))
}
