package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// ask is the one question before help is called.
type ask struct {
	frame
	title, calm, honest *touch.Text
	yes, no             *touch.Button
	shut                *touch.Button
	ears                *voice
	languages           *languages
}

func newAsk(kit Kit) *ask {
	p := &ask{}
	p.kit = kit
	centre := fyne.TextAlignCenter
	p.title = p.text(touch.Style{Size: theme.Headline, Least: 30, Bold: true, Ink: theme.Ink, Align: centre})
	p.calm = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft, Align: centre})
	p.honest = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft, Align: centre})
	p.yes = p.button(flow.TapYes, touch.Face{Kind: touch.Help, Size: 32})
	p.no = p.button(flow.TapNo, touch.Face{Size: theme.Strong})
	p.shut = p.close()
	p.ears = p.voice()
	p.languages = newLanguages(&p.frame, touch.Face{Kind: touch.Ghost, Icon: touch.Globe}, 1)
	p.open(kit, p.cut, append(append(p.languages.objects(), p.ears.objects()...), p.title, p.calm, p.honest, p.yes, p.no, p.shut)...)
	p.upright(p.stand)
	return p
}

// Update writes the words.
func (p *ask) Update(s flow.State) {
	m := view.NewAsk(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.banded(m.Band)
	p.title.Set(m.Title)
	p.calm.Set(m.Calm)
	p.honest.Set(m.Honest)
	p.yes.Set(m.Yes)
	p.no.Set(m.No)
	p.shut.Set(m.Close)
	p.ears.set(m.Voice)
	p.languages.set(quiet(m.Languages, m.Voice), m.More)
	p.arrange()
}

func (p *ask) cut(box theme.Box) {
	p.head(&box, p.shut, p.ears, p.languages)
	box.Bottom(48)
	box = box.Inset(90, 0)
	foot := box.Bottom(112)
	box.Top(12)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(14)
	wide := box.Inset(-50, 0)
	wide.Cut(p.calm.Height(wide.W)).Put(p.calm)
	wide.Top(4)
	wide.Cut(p.honest.Height(wide.W)).Put(p.honest)
	foot.Start((foot.Width() - 20) * 0.61).Put(p.yes)
	foot.Start(20)
	foot.Put(p.no)
}

func (p *ask) stand(box theme.Box) {
	p.head(&box, p.shut, p.ears, p.languages)
	box.Bottom(36)
	box = box.Inset(28, 0)
	box.Bottom(88).Put(p.no)
	box.Bottom(16)
	box.Bottom(124).Put(p.yes)
	box.Bottom(24)
	const after, between = 22, 14 // two sentences that each must be understood do not run together
	title, calm, honest := p.title.Height(box.W), p.calm.Height(box.W), p.honest.Height(box.W)
	box = box.Middle(box.Width(), min(box.Height(), (title+calm+honest)/p.kit.Look.Scale+after+between))
	box.Cut(title).Put(p.title)
	box.Top(after)
	box.Cut(calm).Put(p.calm)
	box.Top(between)
	box.Put(p.honest)
}
