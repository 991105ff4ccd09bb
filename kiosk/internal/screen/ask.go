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
	title, body *touch.Text
	yes, no     *touch.Button
	shut, ears  *touch.Button
	languages   *languages
}

func newAsk(kit Kit) *ask {
	p := &ask{}
	p.kit = kit
	centre := fyne.TextAlignCenter
	p.title = p.text(touch.Style{Size: theme.Headline, Least: 30, Bold: true, Ink: theme.Ink, Align: centre})
	p.body = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft, Align: centre})
	p.yes = p.button(flow.TapYes, touch.Face{Kind: touch.Help, Size: 32})
	p.no = p.button(flow.TapNo, touch.Face{Size: theme.Strong})
	p.shut = p.close()
	p.ears = p.listen()
	p.languages = newLanguages(&p.frame, touch.Face{Kind: touch.Ghost, Icon: touch.Globe}, 1)
	p.open(kit, p.cut, append(p.languages.objects(), p.title, p.body, p.yes, p.no, p.shut, p.ears)...)
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
	p.body.Set(m.Calm + "\n" + m.Honest)
	p.yes.Set(m.Yes)
	p.no.Set(m.No)
	p.shut.Set(m.Close)
	heard(p.ears, m.Listen)
	p.languages.set(m.Languages, m.More)
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
	wide.Cut(p.body.Height(wide.W)).Put(p.body)
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
	title, body := p.title.Height(box.W), p.body.Height(box.W)
	box = box.Middle(box.Width(), min(box.Height(), (title+body)/p.kit.Look.Scale+18))
	box.Cut(title).Put(p.title)
	box.Top(18)
	box.Put(p.body)
}
