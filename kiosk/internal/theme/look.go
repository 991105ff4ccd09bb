package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
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

// The page that all measures are given for.
const (
	Width  = 800
	Height = 480
)

// Look is one way of drawing a kiosk: light or dark, at one scale. Screens are built for a Look and thrown away with it.
type Look struct {
	Dark  bool
	Scale float32
}

// Fit returns the look for a window of the given size: the largest scale at which an 800x480 page fits, and never less than 1.
func Fit(size fyne.Size, isDark bool) Look {
	return Look{Dark: isDark, Scale: max(1, min(size.Width/Width, size.Height/Height))}
}

// Px scales a measure of the 800x480 page.
func (l Look) Px(v float32) float32 { return v * l.Scale }

// Color returns the colour of a role.
func (l Look) Color(r Role) color.NRGBA {
	if r < 0 || r >= roles {
		return color.NRGBA{}
	}
	if l.Dark {
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
