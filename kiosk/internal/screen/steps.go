package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// stepsPage is the staff's page of one call: a rail of steps and one card of work.
type stepsPage struct {
	frame
	model      view.Steps
	rail, edge *touch.Card
	caption    *touch.Text
	marks      [6]*railRow
	here       *touch.Card
	left       *touch.Button

	shut, back, next *touch.Button
	title, body      *touch.Text
	work             *work
	note             *touch.Text
}

type railRow struct {
	dot  *touch.Dot
	text *touch.Text
}

func newSteps(kit Kit) *stepsPage {
	p := &stepsPage{}
	p.kit = kit
	p.rail = touch.NewFill(kit.Look, theme.Card, 0)
	p.edge = touch.NewFill(kit.Look, theme.Line, 0)
	p.here = touch.NewFill(kit.Look, theme.TealSoft, 14)
	p.caption = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true})
	p.left = p.button(flow.TapLeft, touch.Face{Kind: touch.Ghost, Size: theme.Quiet, Start: true})
	p.shut = p.button(flow.TapClose, touch.Face{Kind: touch.Ghost, Icon: touch.Cross})
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost})
	p.next = p.button(flow.TapNext, touch.Face{Kind: touch.Next})
	p.title = p.text(touch.Style{Size: theme.Title, Least: theme.Step, Bold: true, Ink: theme.Ink, Lines: 2, Mid: true})
	p.body = p.text(touch.Style{Size: theme.Chip, Least: theme.Quiet, Ink: theme.Soft})
	p.note = p.text(touch.Style{Size: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true})
	p.work = newWork(&p.frame)
	objects := []fyne.CanvasObject{p.rail.Rectangle, p.edge.Rectangle, p.here.Rectangle, p.caption, p.left}
	for i := range p.marks {
		p.marks[i] = &railRow{
			dot:  touch.NewQuietDot(kit.Look),
			text: p.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink, Mid: true, Lines: 1}),
		}
		objects = append(objects, p.marks[i].dot, p.marks[i].text)
	}
	objects = append(objects, p.shut, p.back, p.next, p.title, p.body, p.note)
	p.upright(p.stand)
	p.open(kit, p.cut, append(objects, p.work.objects()...)...)
	return p
}

// Update writes what changed.
func (p *stepsPage) Update(s flow.State) {
	m := view.NewSteps(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.caption.Set(m.Caption)
	for i, r := range p.marks {
		r.set(m.Rail[i])
	}
	p.left.Set(m.Left)
	touch.Show(p.left, m.Left != "")
	p.back.Set(m.Back)
	touch.Show(p.back, m.Back != "")
	p.next.Set(m.Next)
	p.next.Rename(m.NextID)
	p.title.Set(m.Title)
	p.body.Set(m.Body)
	p.body.Paint(map[bool]theme.Role{false: theme.Soft, true: theme.Alarm}[m.Failed])
	p.note.Set(m.Note)
	ink := theme.Ink
	if m.Bad {
		ink = theme.Alarm
	}
	p.note.Paint(ink)
	p.work.set(m)
	p.arrange()
}

func (r *railRow) set(m view.Row) {
	r.dot.Set(touch.Progress(m.Progress))
	r.text.Set(m.Text)
	r.text.Restyle(theme.Quiet, m.Progress == view.Now)
	ink := theme.Ink
	if m.Progress == view.Ahead {
		ink = theme.Soft
	}
	r.text.Paint(ink)
}

func (p *stepsPage) cut(box theme.Box) {
	p.cutRail(box.Start(236))
	box.Start(24)
	box.End(28)
	box.Bottom(26)
	foot := box.Bottom(theme.Target)
	box.Bottom(10)
	if box.Y == 0 {
		box.Top(12)
	} else {
		box.Top(4)
	}
	head := box.Top(theme.Target)
	corner := head.End(theme.Target)
	p.out(corner, -14).Put(p.shut)
	head.Put(p.title)
	if p.model.Body != "" {
		box.Cut(p.body.Height(box.W)).Put(p.body)
	}
	box.Top(8)
	if p.model.Back != "" {
		foot.Start((foot.Width() - 12) / 3).Put(p.back)
		foot.Start(12)
	}
	foot.Put(p.next)
	if h := p.note.Height(box.W); h > 0 {
		box.Bottom(h / p.kit.Look.Scale).Put(p.note)
		box.Bottom(6)
	}
	p.work.place(box)
}

func (p *stepsPage) cutRail(box theme.Box) {
	box.Put(p.rail.Rectangle)
	box.End(1.5).Put(p.edge.Rectangle)
	box = box.Inset(10, 0)
	box.Bottom(18)
	box.Bottom(theme.Target).Put(p.left)
	box.Top(14)
	box.Top(28).Inset(12, 0).Put(p.caption)
	box.Top(6)
	touch.Show(p.here.Rectangle, false)
	each := min(52, box.Height()/6)
	for i, r := range p.marks {
		line := box.Top(each)
		if p.model.Rail[i].Progress == view.Now {
			touch.Show(p.here.Rectangle, true)
			line.Inset(0, 1).Put(p.here.Rectangle)
		}
		line = line.Inset(12, 0)
		line.Start(26).Middle(26, 26).Put(r.dot)
		line.Start(10)
		touch.Show(r.text, true)
		line.Put(r.text)
	}
}

// stand puts the steps as a row of dots over the work: the title says which one is now.
func (p *stepsPage) stand(box theme.Box) {
	p.standRail(&box)
	box = box.Inset(24, 0)
	box.Bottom(28)
	foot := box.Bottom(72)
	if p.model.Back != "" {
		foot.Start((foot.Width() - 12) / 3).Put(p.back)
		foot.Start(12)
	}
	foot.Put(p.next)
	box.Bottom(8)
	if p.left.Visible() {
		row := p.out(box.Bottom(theme.Target), 8)
		row.Start(min(row.Width(), p.width(p.left.Words(), false))).Put(p.left)
		box.Bottom(4)
	}
	if h := p.note.Height(box.W); h > 0 {
		box.Bottom(h / p.kit.Look.Scale).Put(p.note)
		box.Bottom(8)
	}
	box.Top(20)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	if p.model.Body != "" {
		box.Top(8)
		box.Cut(p.body.Height(box.W)).Put(p.body)
	}
	box.Top(18)
	p.work.place(box)
}

func (p *stepsPage) standRail(box *theme.Box) {
	top := box.Top(12 + theme.Target + 48)
	top.Put(p.rail.Rectangle)
	box.Top(1.5).Put(p.edge.Rectangle)
	touch.Show(p.here.Rectangle, false)
	top = top.Inset(24, 0)
	top.Top(6)
	head := top.Top(theme.Target)
	p.out(head.End(theme.Target), -14).Put(p.shut)
	head.Put(p.caption)
	row := top.Top(36)
	for i, cell := range row.Grid(len(p.marks), 1, 0) {
		touch.Show(p.marks[i].text, false)
		cell.Middle(30, 30).Put(p.marks[i].dot)
	}
}
