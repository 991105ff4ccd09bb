package theme_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/theme"
)

// luminance and contrast are those of WCAG 2.2.
func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestWordsCanBeRead(t *testing.T) {
	pairs := []struct {
		name      string
		ink, back theme.Role
	}{
		{"ink on paper", theme.Ink, theme.Paper},
		{"ink on card", theme.Ink, theme.Card},
		{"ink on chosen", theme.Ink, theme.TealSoft},
		{"ink on alarm card", theme.Ink, theme.AlarmSoft},
		{"quiet words on paper", theme.Soft, theme.Paper},
		{"quiet words on card", theme.Soft, theme.Card},
		{"quiet words on chosen", theme.Soft, theme.TealSoft},
		{"pressed ghost", theme.Ink, theme.TealSoft},
		{"words on teal", theme.OnTeal, theme.Teal},
		{"words on sun", theme.OnSun, theme.Sun},
		{"words on drill", theme.OnDrill, theme.Drill},
		{"alarm words on paper", theme.Alarm, theme.Paper},
		{"alarm words on card", theme.Alarm, theme.Card},
		{"alarm words on pressed card", theme.Alarm, theme.TealSoft},
	}
	for _, look := range []theme.Look{{}, {Dark: true}, {Contrast: true}, {Dark: true, Contrast: true}} {
		least := 4.5
		if look.Contrast {
			least = 7
		}
		for _, p := range pairs {
			if got := contrast(look.Color(p.ink), look.Color(p.back)); got < least {
				t.Errorf("dark=%v contrast=%v: %s has a contrast of %.2f, at least %.1f", look.Dark, look.Contrast, p.name, got, least)
			}
		}
		// Where words do not say it, the edge of a target is all that shows it.
		if got := contrast(look.Color(theme.Line), look.Color(theme.Paper)); look.Contrast && got < 3 {
			t.Errorf("dark=%v: edges have a contrast of %.2f, at least 3", look.Dark, got)
		}
	}
}

func TestLookFitsTheWindow(t *testing.T) {
	for _, c := range []struct {
		w, h, want float32
	}{{800, 480, 1}, {1024, 600, 1.25}, {1280, 800, 1.6}, {1920, 1080, 2.25}, {640, 400, 1}, {480, 800, 1}, {600, 1024, 1.25}, {800, 1280, 1.6}, {1080, 1920, 2.25}} {
		if got := (theme.Look{}).Fit(fyne.NewSize(c.w, c.h)).Scale; math.Abs(float64(got-c.want)) > 0.001 {
			t.Errorf("%vx%v: scale %v, want %v", c.w, c.h, got, c.want)
		}
	}
}

func TestBoxesMirror(t *testing.T) {
	look := theme.Look{Scale: 2}
	for _, rtl := range []bool{false, true} {
		t.Run(fmt.Sprint("rtl=", rtl), func(t *testing.T) {
			box := theme.Page(look, fyne.NewSize(800, 400), rtl)
			start := box.Start(100)
			if want := map[bool]float32{false: 0, true: 600}[rtl]; start.X != want || start.W != 200 {
				t.Errorf("start is at %v, %v wide; want at %v, 200 wide", start.X, start.W, want)
			}
			if cells := box.Grid(2, 1, 10); (cells[0].X > cells[1].X) != rtl {
				t.Errorf("the first cell is at %v, the second at %v", cells[0].X, cells[1].X)
			}
			if box.W != 600 || box.Height() != 200 {
				t.Errorf("%v by %v is left, want 600 by 200 units", box.W, box.Height())
			}
		})
	}
}
