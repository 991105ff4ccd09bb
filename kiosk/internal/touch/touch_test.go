package touch_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
)

func look(t *testing.T) theme.Look {
	t.Helper()
	l := theme.Look{Scale: 1}
	test.NewTempApp(t).Settings().SetTheme(theme.Fyne{Look: l})
	return l
}

func lines(t *touch.Text) []string {
	var out []string
	for _, o := range test.WidgetRenderer(t).Objects() {
		out = append(out, o.(*canvas.Text).Text)
	}
	return out
}

func TestWordsWrapAndShrink(t *testing.T) {
	l := look(t)
	text := touch.NewText(l, touch.Style{Size: 20, Least: 17})
	text.Set("You are not in trouble. A staff member will sit with you.")
	text.Resize(fyne.NewSize(300, 80))
	if got := lines(text); len(got) != 2 || !text.Fits() {
		t.Errorf("wrapped to %q, fits %v", got, text.Fits())
	}
	text.Resize(fyne.NewSize(60, 20))
	if text.Fits() {
		t.Error("a page of words is said to fit a stamp")
	}
	text.Set("")
	if !text.Fits() || len(lines(text)) != 0 {
		t.Error("no words do not fit")
	}
}

// What is drawn is as wide as it was measured, at every scale: else runs of two faces lie on each other, and Armenian loses its commas.
func TestLettersAreDrawnAsWideAsMeasured(t *testing.T) {
	app := test.NewTempApp(t)
	for _, scale := range []float32{1, 1.25, 1.6, 2.25} {
		l := theme.Look{Scale: scale, Lang: "hy"}
		app.Settings().SetTheme(theme.Fyne{Look: l})
		for _, size := range []float32{17, 18, 20, 26, 40} {
			text := touch.NewText(l, touch.Style{Size: size})
			text.Set("Կապ չկա 3 ր․։ Կանչերը պահվում են, կուղարկվեն հետո։")
			text.Resize(fyne.NewSize(4000, 100))
			for _, o := range test.WidgetRenderer(text).Objects() {
				o := o.(*canvas.Text)
				drawn, _ := app.Driver().RenderedTextSize(o.Text, o.TextSize, o.TextStyle, o.FontSource)
				if off := drawn.Width - o.Size().Width; off > 0.6 || off < -0.6 {
					t.Errorf("scale %v, size %v: %q is drawn %v wide and was measured %v", scale, size, o.Text, drawn.Width, o.Size().Width)
				}
			}
		}
	}
}

// A line that is too long breaks at the dot between who and when, not in the middle of a number of minutes.
func TestLinesBreakAtTheDot(t *testing.T) {
	text := touch.NewText(look(t), touch.Style{Size: 17})
	text.Set("Una persona de apoyo · unos 12 minutos")
	text.Resize(fyne.NewSize(280, 60))
	if got := lines(text); !slices.Equal(got, []string{"Una persona de apoyo", "unos 12 minutos"}) {
		t.Errorf("lines are %q", got)
	}
	text.Resize(fyne.NewSize(500, 60))
	if got := lines(text); len(got) != 1 {
		t.Errorf("a line that fits was broken: %q", got)
	}
}

func TestButtonSinksAndTapsOnce(t *testing.T) {
	var got []string
	b := touch.NewButton(look(t), "yes", touch.Face{Kind: touch.Help}, func(id string) { got = append(got, id) })
	b.Set("Yes, get help")
	b.Resize(fyne.NewSize(300, 112))
	face := test.WidgetRenderer(b).Objects()[1]
	b.MouseDown(&desktop.MouseEvent{})
	if face.Position().Y == 0 {
		t.Error("a pressed button does not sink")
	}
	b.MouseOut()
	if face.Position().Y != 0 || len(got) != 0 {
		t.Errorf("a finger that slid off tapped %v", got)
	}
	b.MouseDown(&desktop.MouseEvent{})
	b.MouseUp(&desktop.MouseEvent{})
	b.Tapped(&fyne.PointEvent{})
	if face.Position().Y != 0 || !slices.Equal(got, []string{"yes"}) {
		t.Errorf("tapped %v", got)
	}
}

func TestButtonThatIsOffDoesNothing(t *testing.T) {
	b := touch.NewButton(look(t), "pin.ok", touch.Face{}, func(string) { t.Error("tapped") })
	b.Enable(false)
	b.Tapped(&fyne.PointEvent{})
	if b.On() {
		t.Error("says that it is on")
	}
}

func TestKeypadHasTwelveKeysInOneOrder(t *testing.T) {
	var got []string
	k := touch.NewKeypad(look(t), func(key string) string { return "pin." + key }, func(id string) { got = append(got, id) })
	for _, o := range k.Objects() {
		test.Tap(o.(*touch.Button))
	}
	want := []string{"pin.1", "pin.2", "pin.3", "pin.4", "pin.5", "pin.6", "pin.7", "pin.8", "pin.9", "pin.erase", "pin.0", "pin.ok"}
	if !slices.Equal(got, want) {
		t.Errorf("keys are %v", got)
	}
}

func TestEveryIconIsDrawn(t *testing.T) {
	l := look(t)
	for i, icon := range []touch.Icon{
		touch.Cross, touch.Tick, touch.Plus, touch.Eye, touch.Doorway, touch.Drop, touch.Coat, touch.Restroom, touch.Phone, touch.Speech,
		touch.Globe, touch.Erase, touch.Back, touch.Forth, touch.Attention, touch.Ears, touch.Quieter, touch.Louder, touch.House,
	} {
		img := touch.NewIcon(l, icon, theme.Ink, 2.2)
		img.Resize(fyne.NewSize(26, 26))
		w := test.NewTempWindow(t, img)
		w.SetPadded(false)
		w.Resize(fyne.NewSize(26, 26))
		pic, inked := w.Canvas().Capture(), 0
		for y := range pic.Bounds().Dy() {
			for x := range pic.Bounds().Dx() {
				if r, _, _, _ := pic.At(x, y).RGBA(); r>>8 < 0x80 {
					inked++
				}
			}
		}
		if inked < 8 {
			t.Errorf("icon %d has %d inked pixels", i, inked)
		}
	}
}
