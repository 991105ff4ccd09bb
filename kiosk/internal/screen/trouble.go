package screen

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// trouble tells staff whom to phone now.
type trouble struct {
	frame
	red                   *touch.Card
	shut                  *touch.Button
	reason, title, trying *touch.Text
	numbers               *numbers
	called, steps         *touch.Button
}

func newTrouble(kit Kit) *trouble {
	p := &trouble{}
	p.kit = kit
	p.red = touch.NewFill(kit.Look, theme.Alarm, 0)
	p.shut = p.close()
	p.reason = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Alarm, Lines: 2})
	p.title = p.text(touch.Style{Size: 44, Least: 32, Bold: true, Ink: theme.Ink, Lines: 2})
	p.trying = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft, Mid: true})
	p.numbers = newNumbers(&p.frame)
	p.called = p.button(flow.TapCalled, touch.Face{Kind: touch.Next})
	p.steps = p.button(flow.TapSteps, touch.Face{})
	p.open(kit, p.cut, append(p.numbers.objects(), p.red.Rectangle, p.shut, p.reason, p.title, p.trying, p.called, p.steps)...)
	p.upright(p.stand)
	return p
}

// Update writes what changed.
func (p *trouble) Update(s flow.State) {
	m := view.NewTrouble(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.banded(m.Band)
	touch.Show(p.red.Rectangle, m.Real)
	p.shut.Set(m.Close)
	p.reason.Set(m.Reason)
	ink := theme.Alarm
	if !m.Real {
		ink = theme.Soft
	}
	p.reason.Paint(ink)
	p.title.Set(m.Title)
	p.trying.Set(m.Trying)
	p.numbers.set(m.Numbers, m.Real)
	p.called.Set(m.Called)
	p.steps.Set(m.Steps)
	p.arrange()
}

func (p *trouble) cut(box theme.Box) {
	band := box
	band.Top(14).Put(p.red.Rectangle)
	corner := box.Inset(24, 0)
	corner.Top(24)
	if box.Y > 0 {
		corner = box.Inset(24, 0)
		corner.Top(8)
	}
	corner = corner.Top(theme.Target)
	corner.End(p.width(p.shut.Words(), true)).Put(p.shut)
	box = box.Inset(44, 0)
	if box.Y == 0 {
		box.Top(44)
	} else {
		box.Top(22)
	}
	head := box.Top(88)
	reason := head.Top(30)
	reason.End(130)
	reason.Put(p.reason)
	head.Put(p.title)
	box.Bottom(34)
	foot := box.Bottom(theme.Target)
	box.Top(18)
	p.numbers.place(box.Top(136))
	box.Bottom(10)
	box.Top(8)
	box.Put(p.trying)
	foot.Start((foot.Width() - 14) * 0.58).Put(p.called)
	foot.Start(14)
	foot.Put(p.steps)
}

func (p *trouble) stand(box theme.Box) {
	band := box
	band.Top(14).Put(p.red.Rectangle)
	if box.Y == 0 {
		box.Top(8)
	}
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	box = box.Inset(28, 0)
	box.Top(12)
	box.Cut(p.reason.Height(box.W)).Put(p.reason)
	box.Top(4)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(20)
	p.numbers.stand(&box)
	box.Bottom(32)
	stack(&box, 72, 12, p.steps, p.called)
	box.Top(16)
	box.Cut(p.trying.Height(box.W)).Put(p.trying)
}
