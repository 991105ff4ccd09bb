package screen

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// maxLanguages is how many other languages have a button of their own.
const maxLanguages = 3

// languages is the row of buttons for the other languages. When there are more than buttons, one of them opens the page of all.
type languages struct {
	frame   *frame
	buttons []*touch.Button
	more    *touch.Button
	shown   []*touch.Button
}

func newLanguages(f *frame, face touch.Face, most int) *languages {
	l := &languages{frame: f}
	for range most {
		b := f.button("", face)
		touch.Show(b, false)
		l.buttons = append(l.buttons, b)
	}
	face.Icon = touch.Globe
	l.more = f.button(flow.TapMore, face)
	touch.Show(l.more, false)
	return l
}

func (l *languages) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{l.more}
	for _, b := range l.buttons {
		out = append(out, b)
	}
	return out
}

// set writes the names; all is the word on the button that opens the page of all languages, or nothing if there is no such page.
func (l *languages) set(others []view.Language, all string) {
	direct := min(len(others), len(l.buttons))
	long := all != "" && len(others) > direct
	if long {
		direct = len(l.buttons) - 1
	}
	l.shown = l.shown[:0]
	for i, b := range l.buttons {
		touch.Show(b, i < direct)
		if i < direct {
			b.Rename(flow.TapLang(others[i].Code))
			b.Speak(others[i].Code)
			b.SetBoth(others[i].Name, mark(others[i], long))
			l.shown = append(l.shown, b)
		}
	}
	touch.Show(l.more, long)
	if long {
		l.more.Set(all)
		l.shown = append(l.shown, l.more)
	}
}

// mark says under a name that the translation is a draft, where there is no page of all languages that says it.
func mark(l view.Language, long bool) string {
	if long {
		return ""
	}
	return l.Mark
}

// natural is how wide a button must be for its words and icon.
func natural(b *touch.Button) float32 {
	words, sub, _ := strings.Cut(b.Words(), "\n")
	w := width(b.Look(), words, b.Icon() != touch.NoIcon)
	if sub != "" {
		w = max(w, b.Look().Measure(sub, theme.Quiet, false)/b.Look().Scale+26)
	}
	return w
}

// place fills a row from the start.
func (l *languages) place(box theme.Box) {
	for i, b := range l.shown {
		if i > 0 {
			box.Start(10)
		}
		box.Start(natural(b)).Put(b)
	}
}

// spread fills a row: every button gets the room that its words need, and an equal share of the rest. A name that finds no room is on
// the page of all languages.
func (l *languages) spread(box theme.Box) {
	const gap = 10
	for len(l.shown) > 0 {
		need := float32(gap * (len(l.shown) - 1))
		for _, b := range l.shown {
			need += natural(b)
		}
		if rest := box.Width() - need; rest >= 0 || len(l.shown) == 1 {
			l.row(box, rest/float32(len(l.shown)), gap)
			return
		}
		last := len(l.shown) - 1
		if l.shown[last] == l.more {
			last--
		}
		touch.Show(l.shown[last], false)
		l.shown = slices.Delete(l.shown, last, last+1)
	}
}

func (l *languages) row(box theme.Box, share, gap float32) {
	for i, b := range l.shown {
		if i > 0 {
			box.Start(gap)
		}
		box.Start(min(box.Width(), natural(b)+share)).Put(b)
	}
}

// needs is how wide the row is.
func (l *languages) needs() float32 {
	need := float32(0)
	for i, b := range l.shown {
		need += natural(b)
		if i > 0 {
			need += 10
		}
	}
	return need
}
