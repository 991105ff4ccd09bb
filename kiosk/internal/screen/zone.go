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
	fault, start, tests        *touch.Button
	another                    *touch.Button
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
	p.link = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 2})
	p.linkDot = touch.NewFill(kit.Look, theme.Teal, 6)
	p.heading = p.text(touch.Style{Size: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true})
	p.more = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft})
	p.start = p.button(flow.TapStart, touch.Face{Kind: touch.Next, Size: theme.Strong})
	p.tests = p.button(flow.TapTests, touch.Face{Size: theme.Body})
	p.another = p.button(flow.TapAnother, touch.Face{Size: theme.Body})
	p.fault = p.button(flow.TapFaults, touch.Face{Icon: touch.Attention, Start: true, Size: theme.Quiet, Thin: true})
	objects := []fyne.CanvasObject{p.shut, p.title, p.link, p.linkDot.Rectangle, p.heading, p.more, p.start, p.tests, p.another, p.fault}
	for i := range p.calls {
		p.calls[i] = newCallRow(&p.frame, i)
		objects = append(objects, p.calls[i].objects()...)
	}
	p.open(kit, p.cut, objects...)
	p.upright(p.stand)
	return p
}

func newCallRow(f *frame, i int) *callRow {
	return &callRow{
		button: f.button(flow.TapOpen(i), touch.Face{Icon: touch.Forth, After: true, Start: true, Size: theme.Body}),
		code:   f.text(touch.Style{Size: theme.Body, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1}),
		stage:  f.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink, Mid: true, Lines: 2}),
		when:   f.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing}),
	}
}

func (r *callRow) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.button, r.code, r.stage, r.when}
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
	p.tests.SetBoth(m.Tests, m.TestsSub)
	p.another.Set(m.Another)
	touch.Show(p.another, m.Another != "")
	p.fault.SetBoth(m.Fault, m.FaultSub)
	touch.Show(p.fault, m.Fault != "")
	for i, r := range p.calls {
		var c view.CallRow
		if i < len(m.Calls) {
			c = m.Calls[i]
		}
		r.set(c)
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
	right.Bottom(82).Put(p.tests)
	right.Bottom(14)
	right.Bottom(theme.Target).Put(p.another)
	if p.model.Fault != "" {
		h := float32(72)
		if p.model.FaultSub != "" {
			h = 84
		}
		box.Bottom(h).Put(p.fault)
		box.Bottom(8)
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

func (p *zone) stand(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Start(4)
	head.Put(p.title)
	box = box.Inset(28, 0)
	linked(&box, p.linkDot, p.link)
	box.Top(20)
	box.Bottom(32)
	box.Bottom(100).Put(p.start)
	box.Bottom(14)
	row := box.Bottom(80)
	if p.another.Visible() {
		row.End((row.Width() - 12) / 2).Put(p.another)
		row.End(12)
		p.tests.SetBoth(p.model.Tests, "") // half a row has no room for the second line
	}
	row.Put(p.tests)
	box.Bottom(10)
	if p.model.Fault != "" {
		box.Bottom(88).Put(p.fault)
		box.Bottom(8)
	}
	box.Top(28).Put(p.heading)
	box.Top(6)
	for i := range p.model.Calls {
		p.calls[i].stand(box.Top(74))
		box.Top(8)
	}
	box.Put(p.more)
}

// linked puts the dot and the sentence about the link under the title.
func linked(box *theme.Box, dot *touch.Card, words *touch.Text) {
	line := *box
	line.Start(24)
	line = box.Cut(words.Height(line.W))
	mark := line.Start(18)
	mark.Top(6)
	mark.Top(12).Middle(12, 12).Put(dot.Rectangle)
	line.Start(6)
	line.Put(words)
}

// stand puts the code and the age over the stage.
func (r *callRow) stand(box theme.Box) {
	box.Put(r.button)
	box = box.Inset(18, 9)
	box.End(32)
	top := box.Top(28)
	top.End(80).Put(r.when)
	top.Put(r.code)
	box.Put(r.stage)
}
