package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// The picker has room for every language that there is.
const (
	pickerCols = 4
	pickerRows = 4
)

// picker is the page of all languages by their own names.
type picker struct {
	frame
	model      view.Picker
	back, shut *touch.Button
	title      *touch.Text
	note       *touch.Text // what the quiet word under a name means
	names      []*touch.Button
}

func newPicker(kit Kit) *picker {
	p := &picker{}
	p.kit = kit
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost, Icon: touch.Back})
	p.shut = p.close()
	p.title = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Align: fyne.TextAlignCenter, Mid: true, Lines: 2})
	p.note = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Align: fyne.TextAlignCenter})
	objects := []fyne.CanvasObject{p.back, p.shut, p.title, p.note}
	for range pickerCols * pickerRows {
		b := p.button("", touch.Face{Kind: touch.Choice, Size: theme.Step})
		p.names = append(p.names, b)
		objects = append(objects, b)
	}
	p.open(kit, p.cut, objects...)
	p.upright(p.stand)
	return p
}

// Update writes the names.
func (p *picker) Update(s flow.State) {
	m := view.NewPicker(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.back.Set(m.Back)
	p.shut.Set(m.Close)
	p.title.Set(m.Title)
	p.note.Set(m.Note)
	for i, b := range p.names {
		on := i < len(m.Languages)
		touch.Show(b, on)
		if on {
			b.Rename(flow.TapLang(m.Languages[i].Code))
			b.Speak(m.Languages[i].Code)
			b.SetBoth(m.Languages[i].Name, m.Languages[i].Mark)
			b.Choose(m.Languages[i].Code == m.Now)
		}
	}
	p.arrange()
}

func (p *picker) cut(box theme.Box) {
	if box.Y > 0 { // under the band every unit counts
		box.Y -= p.kit.Look.Px(4)
		box.H += p.kit.Look.Px(4)
	}
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Inset(12, 0).Put(p.title)
	box = box.Inset(36, 0)
	box.Bottom(20)
	p.foot(&box)
	rows := max(1, (len(p.model.Languages)+pickerCols-1)/pickerCols)
	const high, gap = 76, 12
	for i, cell := range box.Top(min(box.Height(), float32(rows)*high+float32(rows-1)*gap)).Grid(pickerCols, rows, gap) {
		if i < len(p.model.Languages) && i < len(p.names) {
			cell.Put(p.names[i])
		}
	}
}

// foot cuts the sentence about drafts from the bottom.
func (p *picker) foot(box *theme.Box) {
	if h := p.note.Height(box.W); h > 0 {
		box.Bottom(h / p.kit.Look.Scale).Put(p.note)
		box.Bottom(12)
	}
}

// stand puts two names in a row.
func (p *picker) stand(box theme.Box) {
	const cols, most = 2, 84
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	box = box.Inset(28, 0)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(16)
	box.Bottom(24)
	p.foot(&box)
	n := max(1, len(p.model.Languages))
	rows := (n + cols - 1) / cols
	high := min(box.Height(), float32(rows)*most+float32(rows-1)*12)
	for i, cell := range box.Top(high).Grid(cols, rows, 12) {
		if i < n && i < len(p.names) {
			cell.Put(p.names[i])
		}
	}
}
