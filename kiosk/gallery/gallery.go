// Package gallery draws every page of the kiosk in every language, size and theme into a directory, with one page to browse them.
//
// It draws with Fyne's software renderer: neither a display nor C libraries are needed. The states come from the same list that the
// tests lay out, so a new page appears here by itself. One gallery at a time in a process: Fyne has one application.
package gallery

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk/internal/canned"
	"safeyouthzone/kiosk/internal/face"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/screen"
	"safeyouthzone/kiosk/internal/theme"
)

// ErrUnknown means that a language, size, theme or page was asked for that does not exist.
var ErrUnknown = errors.New("no such language, size, theme or page")

// Options limit a gallery. An empty list means all of them.
type Options struct {
	Languages, Sizes, Themes, Pages []string
	Faces                           string                // where the faces are; empty: where Debian puts them
	Progress                        func(done, total int) // may be nil
}

// Result says what was drawn.
type Result struct {
	Pictures int      `json:"pictures"`
	Pages    int      `json:"pages"`
	Missing  []string `json:"missing_languages,omitempty"` // their faces are not on this machine
	Index    string   `json:"index"`
}

// Themes lists the ways of colouring.
func Themes() []string { return []string{"light", "dark", "contrast", "dark-contrast"} }

// Sizes lists the windows.
func Sizes() []string { return canned.Sizes() }

func looks(name string) theme.Look {
	return theme.Look{Dark: strings.HasPrefix(name, "dark"), Contrast: strings.HasSuffix(name, "contrast")}
}

// Write draws the gallery into dir.
func Write(ctx context.Context, dir string, opt Options) (Result, error) {
	words, err := locale.Load()
	if err != nil {
		return Result{}, fmt.Errorf("cannot load words: %w", err)
	}
	states := canned.All()
	names := make([]string, 0, len(states))
	for _, s := range states {
		names = append(names, s.Name)
	}
	g := &gallery{dir: dir, opt: opt, words: words, book: face.Open(opt.Faces, nil)}
	for _, pick := range []struct{ want, have []string }{
		{opt.Languages, words.Languages()}, {opt.Sizes, Sizes()}, {opt.Themes, Themes()}, {opt.Pages, names},
	} {
		for _, w := range pick.want {
			if !slices.Contains(pick.have, w) {
				return Result{}, fmt.Errorf("cannot draw %q: %w", w, ErrUnknown)
			}
		}
	}
	g.missing = g.book.Missing(words.Languages())
	g.langs = some(opt.Languages, without(words.Languages(), g.missing))
	g.sizes, g.themes, g.pages = some(opt.Sizes, Sizes()), some(opt.Themes, Themes()), some(opt.Pages, names)
	for _, c := range words {
		g.book.Need(c.Language, c.Everything())
	}
	return g.write(ctx, states)
}

func some(want, all []string) []string {
	if len(want) == 0 {
		return all
	}
	return want
}

func without(all, less []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(less, s) })
}

type gallery struct {
	dir                         string
	opt                         Options
	words                       locale.Set
	book                        *face.Book
	missing                     []string
	langs, sizes, themes, pages []string
	done                        int
}

func (g *gallery) write(ctx context.Context, states []canned.Sample) (Result, error) {
	app := test.NewApp()
	defer app.Quit()
	for _, size := range g.sizes {
		for _, name := range g.themes {
			for _, lang := range g.langs {
				if err := g.set(ctx, app, size, name, lang, states); err != nil {
					return Result{}, err
				}
			}
		}
	}
	index := filepath.Join(g.dir, "index.html")
	if err := g.index(index); err != nil {
		return Result{}, err
	}
	return Result{Pictures: g.done, Pages: len(g.pages), Missing: g.missing, Index: index}, nil
}

// set draws the pages of one language, size and theme.
func (g *gallery) set(ctx context.Context, app fyne.App, size, name, lang string, states []canned.Sample) error {
	dir := filepath.Join(g.dir, size, name, lang)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make gallery: %w", err)
	}
	window := app.NewWindow("")
	defer window.Close()
	window.SetPadded(false)
	c := g.words.Pick(lang)
	area := canned.SizeOf(size)
	look := looks(name).Fit(area).Speaking(lang, c.Right)
	look.Faces = g.book
	app.Settings().SetTheme(theme.Fyne{Look: look})
	pages := screen.NewPages(screen.Kit{Look: look, Words: g.words, Tap: func(string) {}})
	for _, s := range states {
		if !slices.Contains(g.pages, s.Name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.State.Lang, s.State.Langs = lang, g.words.Languages()
		page := pages.Page(s.State.Shown())
		window.SetContent(page.Object())
		window.Resize(area)
		page.Update(s.State)
		if err := save(filepath.Join(dir, s.Name+".png"), window.Canvas().Capture()); err != nil {
			return err
		}
		g.done++
		if g.opt.Progress != nil {
			g.opt.Progress(g.done, len(g.sizes)*len(g.themes)*len(g.langs)*len(g.pages))
		}
	}
	return nil
}

func save(file string, img image.Image) error {
	f, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("cannot write picture: %w", err)
	}
	w := bufio.NewWriter(f)
	err = errors.Join((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img), w.Flush(), f.Close())
	if err != nil {
		return fmt.Errorf("cannot write picture: %w", err)
	}
	return nil
}
