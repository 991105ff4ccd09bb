package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// confirm asks staff whether they are sure.
type confirm struct {
	frame
	shut, yes, no        *touch.Button
	caption, title, body *touch.Text
}

func newConfirm(kit Kit) *confirm {
	p := &confirm{}
	p.kit = kit
	centre := fyne.TextAlignCenter
	p.shut = p.close()
	p.caption = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true})
	p.title = p.text(touch.Style{Size: theme.Headline, Least: 30, Bold: true, Ink: theme.Ink, Align: centre})
	p.body = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft, Align: centre})
	p.no = p.button(flow.TapBack, touch.Face{Size: theme.Strong})
	p.yes = p.button(flow.TapSure, touch.Face{Kind: touch.Next, Size: theme.Strong})
	p.open(kit, p.cut, p.shut, p.caption, p.title, p.body, p.yes, p.no)
	p.upright(p.stand)
	return p
}

// Update writes the question.
func (p *confirm) Update(s flow.State) {
	m := view.NewConfirm(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.banded(m.Band)
	p.shut.Set(m.Close)
	p.caption.Set(m.Caption)
	p.title.Set(m.Title)
	p.body.Set(m.Body)
	p.yes.Set(m.Yes)
	p.no.Set(m.No)
	p.arrange()
}

func (p *confirm) cut(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Start(12)
	head.Put(p.caption)
	box.Bottom(48)
	box = box.Inset(90, 0)
	foot := box.Bottom(96)
	box.Top(36)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(14)
	box.Put(p.body)
	foot.Start((foot.Width() - 20) * 0.39).Put(p.no)
	foot.Start(20)
	foot.Put(p.yes)
}

func (p *confirm) stand(box theme.Box) {
	head := bar(&box)
	head.End(p.width(p.shut.Words(), true)).Put(p.shut)
	head.Start(8)
	head.Put(p.caption)
	box.Bottom(36)
	box = box.Inset(28, 0)
	stack(&box, 96, 16, p.no, p.yes)
	box.Bottom(24)
	title, body := p.title.Height(box.W), p.body.Height(box.W)
	box = box.Middle(box.Width(), min(box.Height(), (title+body)/p.kit.Look.Scale+18))
	box.Cut(title).Put(p.title)
	box.Top(18)
	box.Put(p.body)
}
