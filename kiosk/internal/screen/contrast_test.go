package screen_test

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk/internal/canned"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
)

// looks are all ways of colouring.
func looks() []theme.Look {
	return []theme.Look{{}, {Dark: true}, {Contrast: true}, {Dark: true, Contrast: true}}
}

// painted calls f with everything that is drawn, in the order of drawing: the parts of widgets too.
func painted(o fyne.CanvasObject, at fyne.Position, f func(fyne.CanvasObject, fyne.Position)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	f(o, at)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			painted(child, at, f)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			painted(child, at, f)
		}
	}
}

// fill is a surface that was drawn.
type fill struct {
	area
	tint  color.NRGBA
	round bool
}

// holds reports whether a point lies on the surface. Corners that are rounded off are none of the surface.
func (f fill) holds(x, y float32) bool {
	if x < f.x || y < f.y || x > f.x+f.w || y > f.y+f.h {
		return false
	}
	if !f.round {
		return true
	}
	dx, dy := (x-f.x-f.w/2)/(f.w/2), (y-f.y-f.h/2)/(f.h/2)
	return dx*dx+dy*dy <= 1
}

// unread lists the words of a page that stand on a surface they cannot be read on, at their start, their middle and their end.
func unread(page fyne.CanvasObject, least float64) (bad []string, seen int) {
	var fills []fill
	painted(page, fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		me := area{x: at.X, y: at.Y, w: o.Size().Width, h: o.Size().Height}
		switch o := o.(type) {
		case *canvas.Rectangle:
			if c := nrgba(o.FillColor); c.A == 255 {
				fills = append(fills, fill{area: me, tint: c})
			}
		case *canvas.Circle:
			if c := nrgba(o.FillColor); c.A == 255 {
				fills = append(fills, fill{area: me, tint: c, round: true})
			}
		case *canvas.Text:
			if strings.TrimSpace(o.Text) == "" {
				return
			}
			seen++
			for _, x := range []float32{me.x + 1, me.x + me.w/2, me.x + me.w - 1} {
				under := color.NRGBA{}
				for _, f := range slices.Backward(fills) {
					if f.holds(x, me.y+me.h/2) {
						under = f.tint
						break
					}
				}
				if got := contrast(nrgba(o.Color), under); under.A == 0 || got < least {
					bad = append(bad, fmt.Sprintf("%q: %v on %v is %.2f, at least %.1f", o.Text, o.Color, under, got, least))
					return
				}
			}
		}
	})
	return bad, seen
}

func nrgba(c color.Color) color.NRGBA {
	if c == nil {
		return color.NRGBA{}
	}
	return color.NRGBAModel.Convert(c).(color.NRGBA)
}

// contrast is that of WCAG 2.2.
func contrast(a, b color.NRGBA) float64 {
	light := func(c color.NRGBA) float64 {
		part := func(v uint8) float64 {
			f := float64(v) / 255
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Every word of every page, in every language and theme, lying and standing, can be read on what is really drawn behind it.
func TestWordsCanBeReadOnWhatIsBehindThem(t *testing.T) {
	for _, look := range looks() {
		least := 4.5
		if look.Contrast {
			least = 7
		}
		for _, name := range []string{"800x480", "480x800"} {
			r, seen := newRig(t, canned.SizeOf(name), look), 0
			for _, lang := range r.words.Languages() {
				for _, sample := range canned.All() {
					page := r.show(sample.State, lang)
					bad, n := unread(page, least)
					seen += n
					for _, words := range bad {
						t.Errorf("dark=%v contrast=%v %s %s %s: %s", look.Dark, look.Contrast, name, lang, sample.Name, words)
					}
				}
			}
			t.Logf("dark=%v contrast=%v %s: %d runs of words looked at", look.Dark, look.Contrast, name, seen)
			if seen < 10_000 {
				t.Errorf("only %d runs of words were looked at", seen)
			}
		}
	}
}

// A button under a finger is drawn in other colours.
func TestPressedButtonsCanBeRead(t *testing.T) {
	for _, look := range looks() {
		r := newRig(t, sizes()[0], look)
		for _, sample := range canned.All() {
			page := r.show(sample.State, "en")
			visit(page, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
				if b, ok := o.(*touch.Button); ok {
					b.MouseDown(nil)
				}
			})
			bad, _ := unread(page, 4.5)
			for _, words := range bad {
				t.Errorf("dark=%v contrast=%v %s, pressed: %s", look.Dark, look.Contrast, sample.Name, words)
			}
			visit(page, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
				if b, ok := o.(*touch.Button); ok {
					b.MouseUp(nil)
				}
			})
		}
	}
}

// The test itself must find what cannot be read.
func TestUnreadableWordsAreFound(t *testing.T) {
	paper, words := canvas.NewRectangle(color.White), canvas.NewText("quiet", color.NRGBA{R: 0x80, G: 0x80, B: 0x80, A: 255})
	paper.Resize(fyne.NewSize(100, 40))
	words.Resize(fyne.NewSize(60, 20))
	page := &fyne.Container{Objects: []fyne.CanvasObject{paper, words}}
	if bad, _ := unread(page, 4.5); len(bad) != 1 {
		t.Errorf("grey on white: %v", bad)
	}
	words.Color = color.Black
	if bad, _ := unread(page, 4.5); len(bad) != 0 {
		t.Errorf("black on white: %v", bad)
	}
}

// TestFits walks the light theme only. It stands for the others because a theme has colours and nothing else: here is the proof, for
// every page and language, lying and standing, that each thing has the same place, size, edge and letters in all four.
func TestThemesDifferInColourOnly(t *testing.T) {
	for _, name := range []string{"800x480", "480x800"} {
		want := map[string]string{}
		for _, look := range looks() {
			r := newRig(t, canned.SizeOf(name), look)
			for _, lang := range r.words.Languages() {
				for _, sample := range canned.All() {
					key, got := lang+" "+sample.Name, geometry(r.show(sample.State, lang))
					if first, ok := want[key]; ok && first != got {
						t.Errorf("%s %s: dark=%v contrast=%v is laid out in its own way", name, key, look.Dark, look.Contrast)
					}
					want[key] = got
				}
			}
		}
	}
}

// geometry is where everything is and how large its letters and edges are.
func geometry(page fyne.CanvasObject) string {
	var b strings.Builder
	painted(page, fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		fmt.Fprintf(&b, "%T %v %v", o, at, o.Size())
		switch o := o.(type) {
		case *canvas.Text:
			fmt.Fprintf(&b, " %q %v %v", o.Text, o.TextSize, o.TextStyle)
		case *canvas.Rectangle:
			fmt.Fprintf(&b, " %v %v", o.StrokeWidth, o.CornerRadius)
		case *canvas.Circle:
			fmt.Fprintf(&b, " %v", o.StrokeWidth)
		}
		b.WriteByte('\n')
	})
	return b.String()
}
