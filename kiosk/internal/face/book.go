package face

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"
)

// Debian is where Debian's packages put their faces.
const Debian = "/usr/share/fonts"

// maxPieces bounds how often a collection is asked for letters that nobody expected.
const maxPieces = 24

// Book is the faces of this machine. It reads a face when it is first needed, and keeps it. It is safe for concurrent use.
type Book struct {
	dir string
	log *slog.Logger

	islands islands

	mu     sync.Mutex
	needed map[Family][]rune // letters of the catalogues
	faces  map[key]*pieces
	widths map[measured]float32
}

type key struct {
	family Family
	bold   bool
}

// pieces is what was read of one face: all of it, or the letters that were needed so far.
type pieces struct {
	all    []piece
	failed bool
	absent map[rune]bool
}

type piece struct {
	source fyne.Resource
	cmap   font.Cmap
	metric metric
}

// metric is what a line needs to know of a face, for letters of size 1.
type metric struct{ ascent, height float32 }

// Open looks at a directory of faces; empty is [Debian]. Nothing is read yet. log may be nil.
func Open(dir string, log *slog.Logger) *Book {
	if dir == "" {
		dir = Debian
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Book{dir: dir, log: log, islands: newIslands(), needed: map[Family][]rune{}, faces: map[key]*pieces{}, widths: map[measured]float32{}}
}

// Need says which words a language has, so that its letters are taken from a collection in one go.
func (b *Book) Need(lang, words string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	own := FamilyOf(lang)
	if own == Latin {
		return
	}
	set := map[rune]bool{' ': true}
	for _, r := range b.needed[own] {
		set[r] = true
	}
	for _, r := range words {
		if f, ok := familyOf(r, own); !ok || f == own {
			set[r] = true
		}
	}
	b.needed[own] = b.needed[own][:0]
	for r := range set {
		b.needed[own] = append(b.needed[own], r)
	}
	slices.Sort(b.needed[own])
}

// Missing lists those of the languages whose face is not on this machine.
func (b *Book) Missing(langs []string) []string {
	var out []string
	for _, lang := range langs {
		src, outside := sourceOf(FamilyOf(lang))
		if !outside {
			continue
		}
		for _, name := range []string{src.regular, src.bold} {
			if f, err := os.Open(filepath.Join(b.dir, name)); err != nil {
				out = append(out, lang)
				break
			} else {
				_ = f.Close()
			}
		}
	}
	return out
}

// find returns the piece of a face that has a letter. b.mu is held.
func (b *Book) find(f Family, bold bool, r rune) (piece, bool) {
	k := key{f, bold}
	p, ok := b.faces[k]
	if !ok {
		p = b.read(k)
		b.faces[k] = p
	}
	for _, one := range p.all {
		if id, ok := one.cmap.Lookup(r); ok && id != 0 {
			return one, true
		}
	}
	if !f.cjk() || p.failed || p.absent[r] || !wide(r) || len(p.all) >= maxPieces {
		return piece{}, false
	}
	// The site's own words may have letters that no catalogue has.
	one, err := b.cut(k, []rune{' ', r})
	if err != nil {
		b.log.Error("cannot read a face", slog.String("face", string(f)), slog.Any("error", err))
		p.failed = true
		return piece{}, false
	}
	if id, ok := one.cmap.Lookup(r); !ok || id == 0 {
		p.absent[r] = true
		return piece{}, false
	}
	p.all = append(p.all, one)
	return one, true
}

// read reads a face for the first time.
func (b *Book) read(k key) *pieces {
	p := &pieces{absent: map[rune]bool{}}
	one, err := b.first(k)
	if err != nil {
		b.log.Error("cannot read a face", slog.String("face", string(k.family)), slog.Any("error", err))
		p.failed = true
		return p
	}
	p.all = append(p.all, one)
	return p
}

func (b *Book) first(k key) (piece, error) {
	src, outside := sourceOf(k.family)
	switch {
	case !outside && k.bold:
		return parse(theme.DefaultTextBoldFont())
	case !outside:
		return parse(theme.DefaultTextFont())
	case src.collection:
		return b.cut(k, b.needed[k.family])
	}
	file := src.regular
	if k.bold {
		file = src.bold
	}
	raw, err := os.ReadFile(filepath.Join(b.dir, file))
	if err != nil {
		return piece{}, fmt.Errorf("cannot read face: %w", err)
	}
	return parse(fyne.NewStaticResource(file, raw))
}

// cut takes letters out of a collection.
func (b *Book) cut(k key, runes []rune) (piece, error) {
	src, _ := sourceOf(k.family)
	file := src.regular
	if k.bold {
		file = src.bold
	}
	raw, err := subset(filepath.Join(b.dir, file), src.index, runes)
	if err != nil {
		return piece{}, err
	}
	return parse(fyne.NewStaticResource(string(k.family), raw))
}

// parse reads what is needed of a face, and forgets the rest.
func parse(source fyne.Resource) (piece, error) {
	f, err := font.ParseTTF(bytes.NewReader(source.Content()))
	if err != nil {
		return piece{}, fmt.Errorf("cannot read face %s: %w", source.Name(), err)
	}
	extents, _ := f.FontHExtents()
	em := float32(f.Upem())
	return piece{source: source, cmap: f.Cmap, metric: metric{
		ascent: extents.Ascender / em, height: (extents.Ascender - extents.Descender + extents.LineGap) / em,
	}}, nil
}

// Uncovered lists the letters of words that no face of their language can draw.
func (b *Book) Uncovered(lang, words string) []rune {
	var out []rune
	for _, bold := range []bool{false, true} {
		for _, run := range b.Runs(lang, words, bold, false) {
			if run.source != nil {
				continue
			}
			for _, r := range run.Text {
				if !slices.Contains(out, r) {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// invisible is a sign that has no shape.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }
