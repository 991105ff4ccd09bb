package screen_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/kiosk/internal/canned"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/screen"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
)

// buttons lists the ids that can be tapped on a page.
func buttons(page fyne.CanvasObject) []string {
	var out []string
	visit(page, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if b, ok := o.(interface {
			ID() string
			On() bool
		}); ok && b.On() {
			out = append(out, b.ID())
		}
	})
	return out
}

// Two buttons of one name could not be told apart, and a page without a way out holds people.
func TestButtonsHaveOneNameAndAWayOut(t *testing.T) {
	r := newRig(t, sizes()[0], theme.Look{})
	for _, s := range canned.All() {
		ids := buttons(r.show(s.State, "en"))
		sorted := slices.Sorted(slices.Values(ids))
		if len(slices.Compact(sorted)) != len(ids) {
			t.Errorf("%s: a name is there twice: %v", s.Name, ids)
		}
		switch s.State.Shown() {
		case flow.Idle, flow.Broken, flow.Room, flow.Panel:
		case flow.PIN, flow.Referral, flow.Verify, flow.Touch, flow.Enrol:
			if !slices.Contains(ids, flow.TapBack) {
				t.Errorf("%s has no way back: %v", s.Name, ids)
			}
		default:
			if !slices.Contains(ids, flow.TapClose) {
				t.Errorf("%s cannot be closed: %v", s.Name, ids)
			}
		}
	}
}

// All eight needs are one touch away: nothing hides behind scrolling.
func TestEveryNeedCanBeTouched(t *testing.T) {
	r := newRig(t, sizes()[0], theme.Look{})
	ids := buttons(r.show(canned.Call(flow.Status, activation.Received), "en"))
	for _, n := range activation.Needs() {
		if !slices.Contains(ids, flow.TapNeed(n)) {
			t.Errorf("%s cannot be touched", n)
		}
	}
}

func TestTapsAreReportedByName(t *testing.T) {
	app := test.NewTempApp(t)
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	look := theme.Look{Scale: 1}
	app.Settings().SetTheme(theme.Fyne{Look: look})
	var got []string
	pages := screen.NewPages(screen.Kit{Look: look, Words: words, Tap: func(id string) { got = append(got, id) }})
	page := pages.Page(flow.Idle)
	w := test.NewTempWindow(t, page.Object())
	w.SetPadded(false)
	w.Resize(fyne.NewSize(800, 480))
	page.Update(canned.Base())
	test.TapCanvas(w.Canvas(), fyne.NewPos(618, 180))
	if !slices.Equal(got, []string{"help"}) {
		t.Errorf("the middle of the door is %v", got)
	}
}

// Pages are patched, not built anew: memory and textures stay what they are.
func TestPagesAreBuiltOnce(t *testing.T) {
	r := newRig(t, sizes()[0], theme.Look{})
	first := r.show(canned.Call(flow.Status, activation.Sending), "en")
	if again := r.show(canned.Call(flow.Status, activation.Here), "en"); first != again {
		t.Error("the status page was built twice")
	}
}

// Close must bring the neutral page within 100 ms. Drawing is a matter of the machine; what is measured here is our own part, with a
// generous factor, so that a page that becomes slow by design is noticed.
func BenchmarkClose(b *testing.B) {
	app := test.NewTempApp(b)
	words, err := locale.Load()
	if err != nil {
		b.Fatal(err)
	}
	look := theme.Look{Scale: 1}
	app.Settings().SetTheme(theme.Fyne{Look: look})
	pages := screen.NewPages(screen.Kit{Look: look, Words: words, Tap: func(string) {}})
	w := test.NewTempWindow(b, nil)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(800, 480))
	s := canned.Call(flow.Status, activation.StageComing)
	for b.Loop() {
		s.Screen = flow.Status
		page := pages.Page(s.Shown())
		w.SetContent(page.Object())
		page.Update(s)
		closed, _ := flow.Next(s, flow.Tap{Now: canned.Noon().Add(time.Second), ID: flow.TapClose})
		page = pages.Page(closed.Shown())
		w.SetContent(page.Object())
		page.Update(closed)
	}
}

// Fyne throws the renderers of a page away that was hidden for a minute, and does not lay out a widget that comes back with its old size: what
// it makes then must draw the same at once, or the site's name is gone after a call.
func TestAPageThatWasHiddenForLongIsDrawnWhole(t *testing.T) {
	r := newRig(t, sizes()[0], theme.Look{})
	for _, s := range canned.All() {
		t.Run(s.Name, func(t *testing.T) {
			visit(r.show(s.State, "en"), fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
				w, ok := o.(fyne.Widget)
				if !ok {
					return
				}
				if before, after := parts(test.WidgetRenderer(w)), parts(w.CreateRenderer()); !slices.Equal(before, after) {
					t.Errorf("%s: drawn %v, and made anew %v", describe(o), before, after)
				}
			})
		})
	}
}

// parts is where a widget's objects are, and their words.
func parts(r fyne.WidgetRenderer) []string {
	var out []string
	for _, o := range r.Objects() {
		words := ""
		switch o := o.(type) {
		case *canvas.Text:
			words = o.Text
		case *touch.Text:
			words = o.Words() + fmt.Sprint(parts(test.WidgetRenderer(o)))
		}
		out = append(out, fmt.Sprintf("%T %q at %v, %v, shown %v", o, words, o.Position(), o.Size(), o.Visible()))
	}
	return out
}
