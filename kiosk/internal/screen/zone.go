package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// zone is the staff's page of the site.
type zone struct {
	frame
	model                      view.Zone
	shut                       *touch.Button
	title, link, heading, more *touch.Text
	linkDot                    *touch.Card
	calls                      [3]*callRow
	troubles                   [2]*touch.Text
	signs                      [2]fyne.CanvasObject
	start, drill               *touch.Button
}

// callRow is one open call, as a button with three columns.
type callRow struct {
	button     *touch.Button
	code, when *touch.Text
	stage      *touch.Text
}

func newZone(kit Kit) *zone {
	p := &zone{}
	p.kit = kit
	p.shut = p.close()
	p.title = p.text(touch.Style{Size: theme.Title, Least: theme.Body, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	p.link = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1})
	p.linkDot = touch.NewFill(kit.Look, theme.Teal, 6)
	p.heading = p.text(touch.Style{Size: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true})
	p.more = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft})
	p.start = p.button(flow.TapStart, touch.Face{Kind: touch.Next, Size: theme.Strong})
	p.drill = p.button(flow.TapDrill, touch.Face{Size: theme.Body})
	objects := []fyne.CanvasObject{p.shut, p.title, p.link, p.linkDot.Rectangle, p.heading, p.more, p.start, p.drill}
	for i := range p.calls {
		r := &callRow{
			button: p.button(flow.TapOpen(i), touch.Face{Icon: touch.Forth, After: true, Start: true, Size: theme.Body}),
			code:   p.text(touch.Style{Size: theme.Body, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1}),
			stage:  p.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink, Mid: true, Lines: 2}),
			when:   p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing}),
		}
		p.calls[i] = r
		objects = append(objects, r.button, r.code, r.stage, r.when)
	}
	for i := range p.troubles {
		p.troubles[i] = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink, Lines: 2, Mid: true})
		p.signs[i] = touch.NewIcon(kit.Look, touch.Attention, theme.Ink, 2.2)
		objects = append(objects, p.troubles[i], p.signs[i])
	}
	p.open(kit, p.cut, objects...)
	return p
}

// Update writes what changed.
func (p *zone) Update(s flow.State) {
	m := view.NewZone(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.shut.Set(m.Close)
	p.title.Set(m.Title)
	p.link.Set(m.Link)
	fill := theme.Teal
	if !m.Linked {
		fill = theme.Line
	}
	p.linkDot.Paint(fill, theme.None)
	p.heading.Set(m.Heading)
	p.more.Set(m.More)
	p.start.SetBoth(m.Start, m.StartSub)
	p.drill.SetBoth(m.Drill, m.DrillSub)
	for i, r := range p.calls {
		var c view.CallRow
		if i < len(m.Calls) {
			c = m.Calls[i]
		}
		r.set(c)
	}
	for i := range p.troubles {
		on := i < len(m.Troubles)
		touch.Show(p.signs[i], on)
		p.troubles[i].Set("")
		if on {
			p.troubles[i].Set(m.Troubles[i])
		}
	}
	p.arrange()
}

func (r *callRow) set(m view.CallRow) {
	touch.Show(r.button, m.ID != "")
	r.code.Set(m.Code)
	r.stage.Set(m.Stage)
	r.when.Set(m.Age)
}

func (p *zone) cut(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Start(12)
	head.Top(5)
	head.Top(34).Put(p.title)
	line := head.Top(24)
	line.Start(18).Middle(12, 12).Put(p.linkDot.Rectangle)
	line.Start(6)
	line.Put(p.link)
	box = box.Inset(36, 0)
	box.Top(10)
	box.Bottom(30)
	right := box.End(264)
	box.End(28)
	right.Bottom(150).Put(p.start)
	right.Bottom(14)
	right.Bottom(82).Put(p.drill)
	for i := len(p.model.Troubles) - 1; i >= 0; i-- {
		row := box.Bottom(46)
		row.Start(26).Middle(26, 26).Put(p.signs[i])
		row.Start(12)
		row.Put(p.troubles[i])
	}
	box.Top(28).Put(p.heading)
	box.Top(6)
	for i := range p.model.Calls {
		p.calls[i].place(box.Top(theme.Target))
		box.Top(8)
	}
	box.Put(p.more)
}

func (r *callRow) place(box theme.Box) {
	box.Put(r.button)
	box = box.Inset(18, 0)
	box.End(32)
	box.Start(96).Put(r.code)
	box.End(60).Put(r.when)
	box.End(8)
	box.Put(r.stage)
}
