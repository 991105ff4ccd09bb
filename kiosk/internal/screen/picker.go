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
	pickerCols = 3
	pickerRows = 5
)

// picker is the page of all languages by their own names.
type picker struct {
	frame
	model      view.Picker
	back, shut *touch.Button
	title      *touch.Text
	names      []*touch.Button
}

func newPicker(kit Kit) *picker {
	p := &picker{}
	p.kit = kit
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost, Icon: touch.Back})
	p.shut = p.close()
	p.title = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Align: fyne.TextAlignCenter, Mid: true, Lines: 2})
	objects := []fyne.CanvasObject{p.back, p.shut, p.title}
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
	for i, b := range p.names {
		on := i < len(m.Languages)
		touch.Show(b, on)
		if on {
			b.Rename(flow.TapLang(m.Languages[i].Code))
			b.Speak(m.Languages[i].Code)
			b.Set(m.Languages[i].Name)
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
	box.Bottom(16)
	rows := (len(p.model.Languages) + pickerCols - 1) / pickerCols
	gap := min(12, (box.Height()-float32(rows)*theme.Target)/float32(max(1, rows-1)))
	for i, cell := range box.Top(float32(rows)*theme.Target+float32(max(0, rows-1))*gap).Grid(pickerCols, max(1, rows), gap) {
		if i < len(p.model.Languages) {
			cell.Put(p.names[i])
		}
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
	n := max(1, len(p.model.Languages))
	rows := (n + cols - 1) / cols
	high := min(box.Height(), float32(rows)*most+float32(rows-1)*12)
	for i, cell := range box.Top(high).Grid(cols, rows, 12) {
		if i < n && i < len(p.names) {
			cell.Put(p.names[i])
		}
	}
}
