package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// maxLanguages is how many other languages have a button of their own.
const maxLanguages = 3

// languages is the row of buttons for the other languages.
type languages struct {
	frame   *frame
	buttons []*touch.Button
	shown   int
}

func newLanguages(f *frame, face touch.Face, most int) *languages {
	l := &languages{frame: f}
	for range most {
		b := f.button("", face)
		touch.Show(b, false)
		l.buttons = append(l.buttons, b)
	}
	return l
}

func (l *languages) objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(l.buttons))
	for _, b := range l.buttons {
		out = append(out, b)
	}
	return out
}

func (l *languages) set(all []view.Language) {
	l.shown = min(len(all), len(l.buttons))
	for i, b := range l.buttons {
		touch.Show(b, i < l.shown)
		if i < l.shown {
			b.Rename(flow.TapLang(all[i].Code))
			b.Set(all[i].Name)
		}
	}
}

// place fills a row from the start.
func (l *languages) place(box theme.Box, icon bool) {
	for i, b := range l.buttons[:l.shown] {
		if i > 0 {
			box.Start(10)
		}
		box.Start(l.frame.width(b.Words(), icon)).Put(b)
	}
}

// spread shares a row in equal parts.
func (l *languages) spread(box theme.Box) {
	if l.shown == 0 {
		return
	}
	for i, cell := range box.Grid(l.shown, 1, 10) {
		cell.Put(l.buttons[i])
	}
}
