package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// work is what a step asks for: lines, a number, choices, chips or who is coming.
type work struct {
	frame   *frame
	model   view.Steps
	lines   [4]*touch.Text
	bullets [4]*touch.Card
	card    *touch.Card
	phone   fyne.CanvasObject
	number  *touch.Text
	choices [6]*touch.Button
	chips   *chips
	who     [4]*whoRow
	aside   [3]*touch.Button
	due     *dueCard
}

type whoRow struct {
	card       *touch.Card
	role, says *touch.Text
}

func newWork(f *frame) *work {
	w := &work{frame: f, due: newDue(f), card: touch.NewCard(f.kit.Look), phone: touch.NewIcon(f.kit.Look, touch.Phone, theme.Ink, 2.2)}
	w.number = f.text(touch.Style{Size: theme.Number, Least: theme.Title, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1})
	w.chips = newChips(f, touch.Choice, flow.TapFlag)
	for i := range w.lines {
		w.lines[i] = f.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Ink})
		w.bullets[i] = touch.NewFill(f.kit.Look, theme.Teal, 4)
	}
	for i := range w.choices {
		w.choices[i] = f.button("", touch.Face{Kind: touch.Pick, Size: theme.Chip})
	}
	for i := range w.aside {
		w.aside[i] = f.button("", touch.Face{Size: theme.Chip})
	}
	for i := range w.who {
		w.who[i] = &whoRow{
			card: touch.NewCard(f.kit.Look),
			role: f.text(touch.Style{Size: theme.Chip, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1}),
			says: f.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing}),
		}
		w.who[i].card.CornerRadius = f.kit.Look.Px(16)
	}
	return w
}

func (w *work) objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{w.card.Rectangle, w.phone, w.number}
	out = append(out, w.due.objects()...)
	for i := range w.lines {
		out = append(out, w.lines[i], w.bullets[i].Rectangle)
	}
	for _, b := range w.choices {
		out = append(out, b)
	}
	for _, b := range w.aside {
		out = append(out, b)
	}
	for _, r := range w.who {
		out = append(out, r.card.Rectangle, r.role, r.says)
	}
	return append(out, w.chips.objects()...)
}

func (w *work) set(m view.Steps) {
	w.model = m
	touch.Show(w.card.Rectangle, m.Number != "")
	touch.Show(w.phone, m.Number != "")
	w.number.Set(m.Number)
	w.due.set(m.Due)
	w.chips.set(m.Chips)
	setChoices(w.choices[:], m.Choices)
	setChoices(w.aside[:], m.Aside)
	for i := range w.lines {
		on := i < len(m.Lines)
		touch.Show(w.bullets[i].Rectangle, on)
		w.lines[i].Set("")
		if on {
			w.lines[i].Set(m.Lines[i])
		}
	}
	for i, r := range w.who {
		var row view.WhoRow
		if i < len(m.Who) {
			row = m.Who[i]
		}
		touch.Show(r.card.Rectangle, row.Role != "")
		r.role.Set(row.Role)
		r.says.Set(row.Says)
		fill := theme.Card
		if row.Here {
			fill = theme.TealSoft
		}
		r.card.Paint(fill, theme.Line)
	}
}

func setChoices(buttons []*touch.Button, all []view.Choice) {
	for i, b := range buttons {
		touch.Show(b, i < len(all))
		if i < len(all) {
			b.Rename(all[i].ID)
			b.Set(all[i].Text)
			b.Choose(all[i].Chosen)
		}
	}
}

func (w *work) place(box theme.Box) {
	m := w.model
	if len(m.Aside) > 0 {
		w.beside(&box)
	}
	switch {
	case m.Number != "":
		w.phoneCard(box)
		return
	case len(m.Choices) > 0:
		cols, rows := w.columns(len(m.Choices))
		grid := box.Top(min(box.Height(), float32(rows)*84+float32(rows-1)*12))
		for i, cell := range grid.Grid(cols, rows, 12)[:len(m.Choices)] {
			cell.Put(w.choices[i])
		}
		return
	case m.Due != nil && w.frame.tall:
		w.due.stand(box.Top(168))
		return
	case m.Due != nil:
		box.Top(6)
		w.due.place(box.Top(100))
		return
	}
	if len(m.Chips) > 0 {
		cols, rows := w.columns(len(m.Chips))
		gaps := float32(rows-1) * 10
		h := (box.Height() - gaps) / float32(rows)
		grid := box.Top(float32(rows)*min(84, max(theme.Target, h)) + gaps)
		w.chips.place(grid, cols, rows, 10)
		return
	}
	for i := range m.Lines {
		w.line(&box, i)
	}
	for _, r := range w.who[:len(m.Who)] {
		if w.frame.tall {
			w.standWho(box.Top(76), r)
			box.Top(10)
			continue
		}
		line := box.Top(54)
		box.Top(8)
		line.Put(r.card.Rectangle)
		line = line.Inset(18, 0)
		line.End(line.Width() * 0.42).Put(r.says)
		line.End(8)
		line.Put(r.role)
	}
}

func (w *work) line(box *theme.Box, i int) {
	row := *box
	mark := row.Start(8)
	row.Start(14)
	h := w.lines[i].Height(row.W)
	row = box.Top(h / w.frame.kit.Look.Scale)
	row.Start(22)
	row.Put(w.lines[i])
	mark.Top(10)
	mark.Top(8).Put(w.bullets[i].Rectangle)
	box.Top(w.apart())
}

// apart is the room between two lines; a page that stands on end has more of it.
func (w *work) apart() float32 {
	if w.frame.tall {
		return 20
	}
	return 12
}

// phoneCard is the number to phone.
func (w *work) phoneCard(box theme.Box) {
	box.Top(6)
	card := box.Top(min(112, box.Height()))
	card.Put(w.card.Rectangle)
	card = card.Inset(24, 0)
	card.Start(36).Middle(36, 36).Put(w.phone)
	card.Start(20)
	card.Put(w.number)
}

// columns is how many things stand side by side, and how many rows they need.
func (w *work) columns(n int) (cols, rows int) {
	cols = 3
	if w.frame.tall {
		cols = 2
	}
	return cols, (n + cols - 1) / cols
}

// beside cuts the quiet actions of a step from the bottom.
func (w *work) beside(box *theme.Box) {
	n := len(w.model.Aside)
	cols, rows := max(2, n), 1
	if w.frame.tall {
		cols, rows = 2, (n+1)/2
	}
	foot := box.Bottom(float32(rows)*theme.Target + float32(rows-1)*12)
	box.Bottom(12)
	first := 0
	if w.frame.tall && n == 3 { // the first is the one that matters: it has a row of its own
		foot.Top(theme.Target).Put(w.aside[0])
		foot.Top(12)
		first, rows = 1, 1
	}
	for i, cell := range foot.Grid(cols, rows, 12)[:n-first] {
		cell.Put(w.aside[first+i])
	}
}

// standWho is one agency and under it what it said.
func (w *work) standWho(box theme.Box, r *whoRow) {
	box.Put(r.card.Rectangle)
	box = box.Inset(18, 10)
	box.Top(30).Put(r.role)
	if w.frame.kit.Right {
		r.says.Align(fyne.TextAlignTrailing)
	} else {
		r.says.Align(fyne.TextAlignLeading)
	}
	box.Put(r.says)
}
