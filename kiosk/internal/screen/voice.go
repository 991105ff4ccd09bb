package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// voice is the button that reads the page aloud, on every page of a youth; while it reads, two more beside it make it quieter and louder.
type voice struct{ listen, quieter, louder *touch.Button }

func (f *frame) voice() *voice {
	return &voice{
		listen:  f.button(flow.TapListen, touch.Face{Kind: touch.Ghost, Icon: touch.Ears}),
		quieter: f.button(flow.TapQuieter, touch.Face{Kind: touch.Ghost, Icon: touch.Quieter}),
		louder:  f.button(flow.TapLouder, touch.Face{Kind: touch.Ghost, Icon: touch.Louder}),
	}
}

func (v *voice) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{v.listen, v.quieter, v.louder}
}

// set writes the word; nothing is there where nobody reads aloud.
func (v *voice) set(m view.Voice) {
	v.listen.Set(m.Words)
	touch.Show(v.listen, m.Words != "")
	for b, end := range map[*touch.Button]bool{v.quieter: m.Softest, v.louder: m.Loudest} {
		touch.Show(b, m.Words != "" && m.Reading)
		b.Enable(!end)
	}
}

func (v *voice) here() bool { return v.listen.Visible() }

// wide is how many units its buttons take.
func (v *voice) wide() float32 {
	w := natural(v.listen)
	if v.quieter.Visible() {
		w += 2 * theme.Target
	}
	return w
}

// place fills the start of a row, if there is a voice.
func (v *voice) place(row *theme.Box) {
	if !v.here() {
		return
	}
	row.Start(natural(v.listen)).Put(v.listen)
	if v.quieter.Visible() {
		row.Start(theme.Target).Put(v.quieter)
		row.Start(theme.Target).Put(v.louder)
	}
	row.Start(6)
}

// quiet leaves out the other languages while a page is read: their corner is that of the volume.
func quiet(others []view.Language, m view.Voice) []view.Language {
	if m.Reading {
		return nil
	}
	return others
}
