package theme

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"

	"safeyouthzone/kiosk/internal/face"
)

// The type scale and the smallest target, in the units of an 800x480 page.
const (
	Clock    = 56
	Headline = 40
	Door     = 34
	Title    = 26
	Strong   = 24
	Step     = 21
	Body     = 20
	Chip     = 18
	Quiet    = 17 // no word on a page is smaller
	Number   = 38
	Loud     = 54

	Target = 64 // no target is lower
)

// The page that all measures are given for. On a screen that stands on end it is 480 wide and 800 high.
const (
	Width  = 800
	Height = 480
)

// Upright reports whether a window stands on end.
func Upright(size fyne.Size) bool { return size.Height > size.Width }

// Look is one way of drawing a kiosk: its colours, its scale, and the language whose letters it draws. Screens are built for a Look and
// thrown away with it.
type Look struct {
	Dark     bool
	Contrast bool // colours for people who see little
	Scale    float32
	Faces    *face.Book // nil: those of this machine
	Lang     string
	Right    bool // the language is read from the right
}

// Fit returns the look for a window of the given size: the largest scale at which a page fits, and never less than 1.
func (l Look) Fit(size fyne.Size) Look {
	wide, high := float32(Width), float32(Height)
	if Upright(size) {
		wide, high = high, wide
	}
	l.Scale = max(1, min(size.Width/wide, size.Height/high))
	return l
}

// Speaking returns the look of pages in another language.
func (l Look) Speaking(lang string, right bool) Look {
	l.Lang, l.Right = lang, right
	return l
}

// Runs cuts a line into runs of one face, from the left edge to the right.
func (l Look) Runs(line string, bold bool) []face.Run {
	return l.faces().Runs(l.Lang, line, bold, l.Right)
}

// Measure returns how wide a line is in pixels, at a size of the 800x480 page.
func (l Look) Measure(line string, size float32, bold bool) float32 {
	return l.faces().Width(l.Lang, line, bold, l.Right) * l.Letter(size)
}

// Letter is the size of letters in pixels: whole ones. The library that sets the letters rounds what lies between them up to the next whole
// size, so at 21.25 pixels a line would come out wider than it was measured, and runs of two faces would lie on each other.
func (l Look) Letter(size float32) float32 { return float32(math.Floor(float64(l.Px(size)))) }

func (l Look) faces() *face.Book {
	if l.Faces == nil {
		return face.Open("", nil)
	}
	return l.Faces
}

// Leading is how much higher the lines of a script must be than those of Latin letters: Khmer stacks its letters.
func (l Look) Leading() float32 {
	switch face.FamilyOf(l.Lang) {
	case face.Khmer:
		return 1.22
	case face.Arabic:
		return 1.1
	case face.Latin, face.Armenian, face.Simplified, face.Traditional, face.Japanese, face.Korean:
	}
	return 1
}

// Px scales a measure of the 800x480 page.
func (l Look) Px(v float32) float32 { return v * l.Scale }

// Color returns the colour of a role.
func (l Look) Color(r Role) color.NRGBA {
	if r < 0 || r >= roles {
		return color.NRGBA{}
	}
	switch {
	case l.Dark && l.Contrast:
		return darkContrast()[r]
	case l.Contrast:
		return lightContrast()[r]
	case l.Dark:
		return dark()[r]
	}
	return light()[r]
}

// Fyne is the look as Fyne wants it, for the little that Fyne draws by itself: the background of the window and the font.
type Fyne struct{ Look Look }

// Color answers the colours of a window without stock widgets.
func (f Fyne) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch name {
	case fynetheme.ColorNameBackground, fynetheme.ColorNameOverlayBackground:
		return f.Look.Color(Paper)
	case fynetheme.ColorNameForeground:
		return f.Look.Color(Ink)
	case fynetheme.ColorNamePrimary:
		return f.Look.Color(Teal)
	}
	variant := fynetheme.VariantLight
	if f.Look.Dark {
		variant = fynetheme.VariantDark
	}
	return fynetheme.DefaultTheme().Color(name, variant)
}

// Font returns the built-in Noto Sans.
func (Fyne) Font(style fyne.TextStyle) fyne.Resource { return fynetheme.DefaultTheme().Font(style) }

// Icon returns Fyne's own icons; no screen uses one.
func (Fyne) Icon(name fyne.ThemeIconName) fyne.Resource { return fynetheme.DefaultTheme().Icon(name) }

// Size returns the scaled sizes of Fyne.
func (f Fyne) Size(name fyne.ThemeSizeName) float32 {
	return f.Look.Px(fynetheme.DefaultTheme().Size(name))
}
