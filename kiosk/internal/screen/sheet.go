package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// sheet is a plain page of staff: a title, what to know, and what to do.
type sheet struct {
	frame
	model             view.Sheet
	red               *touch.Card
	back, shut        *touch.Button
	dot               *touch.Dot
	title, body, note *touch.Text
	lines             [5]*touch.Text
	bullets           [5]*touch.Card
	signs             [5]fyne.CanvasObject
	numbers           *numbers
	main, plain       *touch.Button
	second            *touch.Button
}

func newSheet(kit Kit) *sheet {
	p := &sheet{}
	p.kit = kit
	p.red = touch.NewFill(kit.Look, theme.Alarm, 0)
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost, Icon: touch.Back})
	p.shut = p.close()
	p.dot = touch.NewDot(kit.Look)
	p.title = p.text(touch.Style{Size: theme.Door, Least: theme.Title, Bold: true, Ink: theme.Ink, Lines: 2})
	p.body = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft})
	p.note = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true})
	p.numbers = newNumbers(&p.frame)
	p.main = p.button("", touch.Face{Kind: touch.Next, Size: theme.Strong})
	p.plain = p.button("", touch.Face{Size: theme.Strong})
	p.second = p.button("", touch.Face{Size: theme.Strong})
	objects := []fyne.CanvasObject{p.red.Rectangle, p.back, p.shut, p.dot, p.title, p.body, p.note, p.main, p.plain, p.second}
	for i := range p.lines {
		p.lines[i] = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Ink})
		p.bullets[i] = touch.NewFill(kit.Look, theme.Teal, 4)
		p.signs[i] = touch.NewIcon(kit.Look, touch.Attention, theme.Ink, 2.2)
		objects = append(objects, p.lines[i], p.bullets[i].Rectangle, p.signs[i])
	}
	p.open(kit, p.cut, append(objects, p.numbers.objects()...)...)
	p.upright(p.stand)
	return p
}

// Update writes what changed.
func (p *sheet) Update(s flow.State) {
	m := view.NewSheet(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	touch.Show(p.red.Rectangle, m.Red)
	p.back.Set(m.Back)
	touch.Show(p.back, m.Back != "")
	p.shut.Set(m.Close)
	p.dot.Set(touch.Progress(m.Mark))
	touch.Show(p.dot, m.Marked)
	align := fyne.TextAlignLeading
	switch {
	case m.Marked:
		align = fyne.TextAlignCenter
	case p.kit.Right:
		align = fyne.TextAlignTrailing
	}
	p.title.Align(align)
	p.body.Align(align)
	p.title.Set(m.Title)
	p.body.Set(m.Body)
	p.note.Set(m.Note)
	p.note.Paint(map[bool]theme.Role{false: theme.Ink, true: theme.Alarm}[m.Bad])
	for i, l := range p.lines {
		on := i < len(m.Lines)
		touch.Show(p.bullets[i].Rectangle, on && !m.Signs)
		touch.Show(p.signs[i], on && m.Signs)
		l.Set("")
		if on {
			l.Set(m.Lines[i])
		}
	}
	p.numbers.set(m.Numbers, m.Red)
	p.act(m.Actions)
	p.arrange()
}

// act gives the buttons their words: one in teal, the others plain.
func (p *sheet) act(all []view.Action) {
	touch.Show(p.main, false)
	touch.Show(p.plain, false)
	touch.Show(p.second, false)
	for _, b := range p.buttons(all) {
		touch.Show(b, true)
	}
	for i, b := range p.buttons(all) {
		b.Rename(all[i].ID)
		b.SetBoth(all[i].Text, all[i].Sub)
	}
}

// buttons are the ones that are used, in the order of the actions.
func (p *sheet) buttons(all []view.Action) []*touch.Button {
	var out []*touch.Button
	plain := []*touch.Button{p.plain, p.second}
	for _, a := range all {
		if a.Main {
			out = append(out, p.main)
			continue
		}
		out, plain = append(out, plain[0]), plain[1:]
	}
	return out
}

func (p *sheet) cut(box theme.Box) {
	m := p.model
	p.top(&box)
	box = box.Inset(44, 0)
	box.Bottom(28)
	if m.Marked {
		p.centre(box)
		return
	}
	if !m.Great {
		p.foot(&box)
	}
	box.Top(8)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	if m.Body != "" {
		box.Top(10)
		box.Cut(p.body.Height(box.W)).Put(p.body)
	}
	if len(m.Numbers) > 1 {
		box.Top(18)
		p.numbers.place(box.Top(138))
	}
	if m.Great {
		p.great(box)
		return
	}
	box.Top(16)
	for i := range m.Lines {
		p.line(&box, i)
	}
}

// centre is for a page that waits for something: a great dot, what it waits for, and at most one action.
func (p *sheet) centre(box theme.Box) {
	if used := p.buttons(p.model.Actions); len(used) == 1 {
		box.Bottom(72).Middle(300, 72).Put(used[0])
		box.Bottom(10)
	}
	high := (p.title.Height(box.W)+p.body.Height(box.W))/p.kit.Look.Scale + 88 + 24 + 8
	box = box.Middle(box.Width(), min(box.Height(), high))
	box.Top(88).Middle(88, 88).Put(p.dot)
	box.Top(24)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(8)
	box.Put(p.body)
}

// great puts two actions that are the question itself.
func (p *sheet) great(box theme.Box) {
	box.Bottom(34).Put(p.note)
	box.Top(26)
	for i, cell := range box.Top(min(box.Height(), 176)).Grid(2, 1, 20) {
		if used := p.buttons(p.model.Actions); i < len(used) {
			cell.Put(used[i])
		}
	}
}

// foot cuts the last row: one number at the start, and at the end the next action, where it always is.
func (p *sheet) foot(box *theme.Box) {
	used, phone := p.buttons(p.model.Actions), len(p.model.Numbers) == 1
	if len(used) == 0 && !phone {
		return
	}
	h := float32(theme.Target)
	if phone {
		h = 104
	}
	foot := box.Bottom(h)
	box.Bottom(8)
	if len(used) > 0 {
		end := foot.End(270)
		end.Bottom(theme.Target).Put(used[0])
		foot.End(20)
	}
	if phone {
		p.numbers.place(foot.Start(min(440, foot.Width())))
	}
}

// top cuts the red line and the bar.
func (p *sheet) top(box *theme.Box) {
	if p.model.Red {
		band := *box
		band.Top(14).Put(p.red.Rectangle)
		box.Top(14)
	}
	head := bar(box)
	if p.model.Back != "" {
		head.Start(p.width(p.back.Words(), true)).Put(p.back)
	}
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
}

func (p *sheet) line(box *theme.Box, i int) {
	row := *box
	wide := float32(22)
	if p.model.Signs {
		wide = 40
	}
	mark := row.Start(26)
	row.Start(wide - 26)
	h := p.lines[i].Height(row.W)
	row = box.Top(h / p.kit.Look.Scale)
	row.Start(wide)
	row.Put(p.lines[i])
	if p.model.Signs {
		mark.Top(1)
		mark.Top(26).Put(p.signs[i])
	} else {
		mark.Top(10)
		mark = mark.Top(8)
		mark.Start(8).Put(p.bullets[i].Rectangle)
	}
	box.Top(12)
}

// stand is the page on a screen that stands on end: everything one under the other, the next action at the bottom.
func (p *sheet) stand(box theme.Box) {
	m := p.model
	p.top(&box)
	box = box.Inset(28, 0)
	box.Bottom(32)
	if m.Marked {
		p.centre(box)
		return
	}
	used := p.buttons(m.Actions)
	high := float32(72)
	if m.Great {
		high = 132
	}
	stack(&box, high, 16, used...)
	box.Bottom(12)
	box.Top(12)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	if m.Body != "" {
		box.Top(10)
		box.Cut(p.body.Height(box.W)).Put(p.body)
	}
	if m.Great {
		box.Bottom(p.note.Height(box.W) / p.kit.Look.Scale).Put(p.note)
	}
	if len(m.Numbers) > 1 {
		box.Top(18)
		p.numbers.stand(&box)
	}
	box.Top(18)
	for i := range m.Lines {
		p.line(&box, i)
	}
	if len(m.Numbers) == 1 {
		box.Top(14)
		p.numbers.stand(&box)
	}
}
