package screen_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk/internal/canned"
	"safeyouthzone/kiosk/internal/face"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/screen"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
)

// rig is a window with the pages of one look.
type rig struct {
	window fyne.Window
	words  locale.Set
	pages  map[string]*screen.Pages
	size   fyne.Size
}

func newRig(t *testing.T, size fyne.Size, look theme.Look) *rig {
	t.Helper()
	app := test.NewTempApp(t)
	look = look.Fit(size)
	look.Faces = face.Open("", nil)
	app.Settings().SetTheme(theme.Fyne{Look: look})
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{window: test.NewTempWindow(t, nil), words: words, pages: map[string]*screen.Pages{}, size: size}
	r.window.SetPadded(false)
	for _, c := range words {
		look.Faces.Need(c.Language, c.Everything())
		r.pages[c.Language] = screen.NewPages(screen.Kit{Look: look.Speaking(c.Language, c.Right), Words: words, Tap: func(string) {}})
	}
	return r
}

func (r *rig) show(s flow.State, lang string) fyne.CanvasObject {
	s.Lang, s.Langs = lang, r.words.Languages()
	page := r.pages[lang].Page(s.Shown())
	r.window.SetContent(page.Object())
	r.window.Resize(r.size)
	page.Update(s)
	return page.Object()
}

// visit calls f with every visible object and where it is on the page.
func visit(o fyne.CanvasObject, at fyne.Position, f func(fyne.CanvasObject, fyne.Position)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	f(o, at)
	if c, ok := o.(*fyne.Container); ok {
		for _, child := range c.Objects {
			visit(child, at, f)
		}
	}
}

func sizes() []fyne.Size {
	var out []fyne.Size
	for _, name := range canned.Sizes() {
		out = append(out, canned.SizeOf(name))
	}
	return out
}

// Fyne pushes what does not fit off the page without a word; nobody would see the button that is missing.
func TestFits(t *testing.T) {
	for _, size := range sizes() {
		r := newRig(t, size, theme.Look{})
		for _, lang := range r.words.Languages() {
			for _, sample := range canned.All() {
				t.Run(fmt.Sprintf("%vx%v/%s/%s", size.Width, size.Height, lang, sample.Name), func(t *testing.T) {
					fits(t, r.show(sample.State, lang), size)
				})
			}
		}
	}
}

func fits(t *testing.T, page fyne.CanvasObject, size fyne.Size) {
	t.Helper()
	least := (theme.Look{}).Fit(size).Px(theme.Target) - 0.5
	var taken, written []area
	visit(page, fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		if at.X < -20 || at.Y < -1 || at.X+o.Size().Width > size.Width+20 || at.Y+o.Size().Height > size.Height+1 {
			t.Errorf("%s reaches over the page: at %v, size %v", describe(o), at, o.Size())
		}
		me := area{describe(o), at.X, at.Y, o.Size().Width, o.Size().Height}
		switch o := o.(type) {
		case *touch.Text:
			if o.Words() == "" {
				return
			}
			if !o.Fits() {
				t.Errorf("text does not fit: %q", o.Words())
			}
			for _, line := range test.WidgetRenderer(o).Objects() {
				// The letters themselves fill about the middle of a line.
				h := line.Size().Height
				if line := line.(*canvas.Text); line.FontSource == nil && strings.TrimSpace(line.Text) != "" {
					t.Errorf("no face has the letters of %q", line.Text)
				}
				l := area{me.name, at.X + line.Position().X, at.Y + line.Position().Y + 0.25*h, line.Size().Width, 0.5 * h}
				if l.x < -1 || l.x+l.w > size.Width+1 {
					t.Errorf("%s reaches over the page", l.name)
				}
				for _, b := range written {
					if l.over(b) {
						t.Errorf("%s is written over %s", l.name, b.name)
					}
				}
				written = append(written, l)
			}
		case *touch.Button:
			if !o.Fits() {
				t.Errorf("button words do not fit: %q in %v", o.Words(), o.Size())
			}
			if o.Size().Height < least || o.Size().Width < least {
				t.Errorf("target %s is too small: %v", o.ID(), o.Size())
			}
			for _, b := range taken {
				if me.over(b) {
					t.Errorf("%s lies on %s", me.name, b.name)
				}
			}
			taken = append(taken, me)
		}
	})
}

type area struct {
	name       string
	x, y, w, h float32
}

func (a area) over(b area) bool {
	return a.x+1 < b.x+b.w && b.x+1 < a.x+a.w && a.y+1 < b.y+b.h && b.y+1 < a.y+a.h
}

func describe(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *touch.Button:
		return "button " + o.ID()
	case *touch.Text:
		return fmt.Sprintf("text %q", o.Words())
	}
	return fmt.Sprintf("%T", o)
}

// TestShots writes a picture of every sample into the directory of SHOTS, for people to look at.
func TestShots(t *testing.T) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		t.Skip("SHOTS names no directory")
	}
	only := os.Getenv("SHOTS_LANGS")
	for _, isDark := range []bool{false, true} {
		r := newRig(t, sizes()[0], theme.Look{Dark: isDark})
		for _, lang := range r.words.Languages() {
			for _, sample := range canned.All() {
				if only != "" && !slices.Contains(strings.Fields(only), lang) {
					continue
				}
				r.show(sample.State, lang)
				name := fmt.Sprintf("%s-%s.png", sample.Name, lang)
				if isDark {
					name = "dark-" + name
				}
				f, err := os.Create(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				if err := png.Encode(f, r.window.Canvas().Capture()); err != nil {
					t.Error(err)
				}
				_ = f.Close()
			}
		}
	}
}
