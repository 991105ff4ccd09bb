package screen

import (
	"strings"

	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// card is the page for the code of an enrolment card: the letters and digits of Crockford's base 32.
type card struct {
	frame
	back, erase, ok   *touch.Button
	title, line, note *touch.Text
	box               *touch.Card
	keys              []*touch.Button
}

func newCard(kit Kit) *card {
	p := &card{}
	p.kit = kit
	key := func(k string) string { return flow.TapKey(flow.Enrol, k) }
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost, Icon: touch.Back})
	p.erase = p.button(key(flow.Erase), touch.Face{Icon: touch.Erase})
	p.ok = p.button(key(flow.OK), touch.Face{Kind: touch.Next, Size: theme.Strong})
	p.title = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1})
	p.note = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing})
	p.line = p.text(touch.Style{Size: 30, Least: theme.Body, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1, Align: fyne.TextAlignCenter})
	p.box = touch.NewCard(kit.Look)
	objects := []fyne.CanvasObject{p.back, p.erase, p.ok, p.title, p.note, p.box.Rectangle, p.line}
	for k := range strings.SplitSeq(flow.CardKeys, "") {
		b := p.button(key(k), touch.Face{Size: theme.Strong, Radius: 14})
		b.Set(k)
		p.keys = append(p.keys, b)
		objects = append(objects, b)
	}
	p.open(kit, p.cut, objects...)
	p.upright(p.stand)
	return p
}

// Update writes what was typed and what came of it.
func (p *card) Update(s flow.State) {
	m := view.NewCard(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.back.Set(m.Back)
	p.title.Set(m.Title)
	p.line.Set(m.Line)
	p.note.Set(m.Note)
	p.note.Paint(map[bool]theme.Role{false: theme.Ink, true: theme.Alarm}[m.Bad])
	p.ok.Set(m.OK)
	p.ok.Enable(m.Ready)
	p.arrange()
}

func (p *card) cut(box theme.Box) {
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	head.End(96).Put(p.ok)
	head.End(10)
	head.End(72).Put(p.erase)
	head.End(14)
	head.Start(10)
	head.Put(p.box.Rectangle)
	head.LeftToRight().Inset(12, 0).Put(p.line)
	box = box.Inset(28, 0)
	box.Bottom(18)
	keys := box.Bottom(4*72 + 3*8)
	for i, cell := range keys.LeftToRight().Grid(8, 4, 8) {
		cell.Put(p.keys[i])
	}
	box.Bottom(4)
	box = box.Inset(4, 0)
	box.Start(min(box.Width()*0.45, p.title.Width()/p.kit.Look.Scale+4)).Put(p.title)
	box.Start(16)
	box.Put(p.note)
}

func (p *card) stand(box theme.Box) {
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	box = box.Inset(20, 0)
	box.Bottom(20)
	keys := box.Bottom(6*68 + 5*8)
	for i, cell := range keys.LeftToRight().Grid(6, 6, 8) {
		if i < len(p.keys) {
			cell.Put(p.keys[i])
		}
	}
	box.Bottom(14)
	row := box.Bottom(theme.Target)
	row.End(110).Put(p.ok)
	row.End(10)
	row.End(84).Put(p.erase)
	box.Bottom(10)
	line := box.Bottom(72)
	line.Put(p.box.Rectangle)
	line.LeftToRight().Inset(12, 0).Put(p.line)
	box.Bottom(10)
	box.Bottom(28).Put(p.note)
	box.Bottom(4)
	box.Bottom(34).Put(p.title)
}
