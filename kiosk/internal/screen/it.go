package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// itRows is how many readings there are; they stand in two columns.
const itRows = 14

// itPage is how the device is, for the people who look after it.
type itPage struct {
	frame
	model       view.IT
	shut        *touch.Button
	title, note *touch.Text
	card        *touch.Card
	rules       [itRows - 1]*touch.Card
	what, says  [itRows]*touch.Text
	actions     [6]*touch.Button
}

func newIT(kit Kit) *itPage {
	p := &itPage{}
	p.kit = kit
	p.shut = p.close()
	p.title = p.text(touch.Style{Size: theme.Title, Least: theme.Body, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	p.note = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 1, Mid: true})
	p.card = touch.NewCard(kit.Look)
	objects := []fyne.CanvasObject{p.shut, p.title, p.note, p.card.Rectangle}
	for i := range p.rules {
		p.rules[i] = touch.NewFill(kit.Look, theme.Line, 0)
		objects = append(objects, p.rules[i].Rectangle)
	}
	for i := range p.what {
		p.what[i] = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 2})
		p.says[i] = p.text(touch.Style{Size: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing})
		objects = append(objects, p.what[i], p.says[i])
	}
	for i := range p.actions {
		p.actions[i] = p.button("", touch.Face{Size: theme.Chip})
		objects = append(objects, p.actions[i])
	}
	p.open(kit, p.cut, objects...)
	p.upright(p.stand)
	return p
}

// Update writes what changed.
func (p *itPage) Update(s flow.State) {
	m := view.NewIT(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.shut.Set(m.Close)
	p.title.Set(m.Title)
	p.note.Set(m.Note)
	p.note.Paint(map[bool]theme.Role{false: theme.Soft, true: theme.Alarm}[m.Bad])
	for i := range p.what {
		var r view.Reading
		if i < len(m.Rows) {
			r = m.Rows[i]
		}
		p.what[i].Set(r.What)
		p.says[i].Set(r.Says)
		p.says[i].Paint(map[bool]theme.Role{false: theme.Ink, true: theme.Alarm}[r.Bad])
	}
	setChoices(p.actions[:], m.Actions)
	p.arrange()
}

func (p *itPage) cut(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head = head.Inset(12, 0)
	head.Start(min(head.Width()*0.5, p.title.Width()/p.kit.Look.Scale+4)).Put(p.title)
	head.Start(20)
	head.Put(p.note)
	box = box.Inset(28, 0)
	box.Bottom(20)
	foot := box.Bottom(theme.Target)
	for i, cell := range foot.Grid(len(p.actions), 1, 10) {
		cell.Put(p.actions[i])
	}
	box.Bottom(12)
	box.Put(p.card.Rectangle)
	box = box.Inset(20, 6)
	left := box.Start((box.Width() - 36) / 2)
	box.Start(36)
	half := itRows / 2
	h := box.Height() / float32(half)
	for i, rule := range p.rules {
		touch.Show(rule.Rectangle, i < half-1)
		y := left
		y.Top(h*float32(i+1) - 0.5)
		y.W = left.W + box.W + p.kit.Look.Px(36)
		y.X = min(left.X, box.X)
		y.Top(1).Put(rule.Rectangle)
	}
	for i := range p.what {
		column := &left
		if i >= half {
			column = &box
		}
		row := column.Top(h)
		row.End(min(row.Width()*0.5, p.says[i].Width()/p.kit.Look.Scale+2)).Put(p.says[i])
		row.End(10)
		row.Put(p.what[i])
	}
}

// stand puts the readings in one column, and the actions in two rows.
func (p *itPage) stand(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Start(4)
	head.Put(p.title)
	box = box.Inset(20, 0)
	box.Bottom(20)
	foot := box.Bottom(2*theme.Target + 10)
	for i, cell := range foot.Grid(3, 2, 10) {
		cell.Put(p.actions[i])
	}
	box.Bottom(8)
	box.Bottom(26).Put(p.note)
	box.Bottom(4)
	box.Put(p.card.Rectangle)
	box = box.Inset(18, 4)
	h := box.Height() / itRows
	for i := range p.what {
		row := box.Top(h)
		if i > 0 && i <= len(p.rules) {
			touch.Show(p.rules[i-1].Rectangle, true)
			rule := row
			rule.Top(1).Put(p.rules[i-1].Rectangle)
		}
		row.End(min(row.Width()*0.5, p.says[i].Width()/p.kit.Look.Scale+2)).Put(p.says[i])
		row.End(10)
		row.Put(p.what[i])
	}
}
