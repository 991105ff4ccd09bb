package screen

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// broken is the page of a kiosk whose agent is silent.
type broken struct {
	frame
	title, body *touch.Text
	numbers     *numbers
	ears        *voice
	languages   *languages
}

func newBroken(kit Kit) *broken {
	p := &broken{}
	p.kit = kit
	p.title = p.text(touch.Style{Size: theme.Headline, Least: 30, Bold: true, Ink: theme.Ink})
	p.body = p.text(touch.Style{Size: theme.Title, Ink: theme.Ink})
	p.numbers = newNumbers(&p.frame)
	p.ears = p.voice()
	p.languages = newLanguages(&p.frame, touch.Face{Kind: touch.Ghost, Icon: touch.Globe}, 1)
	p.open(kit, p.cut, append(append(append(p.numbers.objects(), p.languages.objects()...), p.ears.objects()...), p.title, p.body)...)
	p.upright(p.stand)
	return p
}

// Update writes the words.
func (p *broken) Update(s flow.State) {
	m := view.NewBroken(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.title.Set(m.Title)
	p.body.Set(m.Body)
	p.numbers.set(m.Numbers, false)
	p.ears.set(m.Voice)
	p.languages.set(quiet(m.Languages, m.Voice), "")
	p.arrange()
}

func (p *broken) cut(box theme.Box) {
	box = box.Inset(44, 0)
	box.Top(56)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(12)
	box.Cut(p.body.Height(box.W)).Put(p.body)
	box.Top(30)
	p.numbers.place(box.Top(138))
	box.Bottom(24)
	foot := box.Bottom(theme.Target)
	foot = p.out(foot, 10)
	p.ears.place(&foot)
	p.languages.place(foot)
}

func (p *broken) stand(box theme.Box) {
	box = box.Inset(32, 0)
	box.Top(72)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(12)
	box.Cut(p.body.Height(box.W)).Put(p.body)
	box.Top(36)
	p.numbers.stand(&box)
	box.Bottom(24)
	foot := box.Bottom(theme.Target)
	foot = p.out(foot, 10)
	p.ears.place(&foot)
	p.languages.place(foot)
}
