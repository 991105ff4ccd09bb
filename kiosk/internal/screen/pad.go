package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// pad is a page with a keypad: for a PIN, a responder's code or a referral number.
type pad struct {
	frame
	screen                     flow.Screen
	model                      view.Pad
	back, skip                 *touch.Button
	caption, title, body, note *touch.Text
	line, count                *touch.Text
	cards                      [4]*touch.Card
	boxes                      [4]*touch.Text
	keys                       *touch.Keypad
}

func newPad(kit Kit, screen flow.Screen) *pad {
	p := &pad{screen: screen}
	p.kit = kit
	p.back = p.button(flow.TapBack, touch.Face{Kind: touch.Ghost, Icon: touch.Back})
	p.skip = p.button(flow.TapSkip, touch.Face{})
	p.caption = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Align: fyne.TextAlignTrailing})
	p.title = p.text(touch.Style{Size: theme.Door, Least: theme.Title, Bold: true, Ink: theme.Ink, Lines: 2})
	p.body = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.Soft})
	p.note = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink})
	p.line = p.text(touch.Style{Size: 32, Least: theme.Body, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1})
	p.count = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Align: fyne.TextAlignTrailing})
	p.keys = touch.NewKeypad(kit.Look, func(key string) string { return flow.TapKey(screen, key) }, kit.Tap)
	var objects []fyne.CanvasObject
	for i := range p.cards {
		p.cards[i] = touch.NewCard(kit.Look)
		p.boxes[i] = p.text(touch.Style{Size: theme.Headline, Bold: true, Ink: theme.Ink, Align: fyne.TextAlignCenter, Mid: true})
		objects = append(objects, p.cards[i].Rectangle, p.boxes[i])
	}
	objects = append(objects, p.back, p.skip, p.caption, p.title, p.body, p.note, p.line, p.count)
	p.open(kit, p.cut, append(objects, p.keys.Objects()...)...)
	p.upright(p.stand)
	return p
}

func (p *pad) read(s flow.State) view.Pad {
	switch p.screen {
	case flow.Verify:
		return view.NewVerify(s, p.kit.Words)
	case flow.Referral:
		return view.NewReferral(s, p.kit.Words)
	default:
	}
	return view.NewPIN(s, p.kit.Words)
}

// Update writes what was typed and what came of it.
func (p *pad) Update(s flow.State) {
	m := p.read(s)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.back.Set(m.Back)
	p.skip.Set(m.Skip)
	touch.Show(p.skip, m.Skip != "")
	p.caption.Set(m.Caption)
	p.title.Set(m.Title)
	p.body.Set(m.Body)
	if m.Rule != "" {
		p.body.Set(m.Body + " " + m.Rule)
	}
	p.note.Set(m.Note)
	ink := theme.Ink
	if m.Bad {
		ink = theme.Alarm
	}
	p.note.Paint(ink)
	p.line.Set(m.Line)
	p.count.Set(m.Count)
	for i := range p.cards {
		touch.Show(p.cards[i].Rectangle, i < max(1, len(m.Boxes)))
		if i < len(m.Boxes) {
			p.boxes[i].Set(m.Boxes[i])
		}
	}
	p.keys.OK(m.OK, m.Ready)
	p.arrange()
}

func (p *pad) cut(box theme.Box) {
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	head.End(20)
	head.Put(p.caption)
	box = box.Inset(44, 0)
	keys := box.End(278)
	box.End(28)
	keys.Top(4)
	p.keys.Place(keys.Top(326))
	if p.model.Skip != "" {
		box.Bottom(20)
		box.Bottom(theme.Target).Put(p.skip)
	}
	p.words(box)
}

// typed is four boxes for a code, or one wide box.
func (p *pad) typed(box theme.Box) {
	if len(p.model.Boxes) == 0 {
		box.Put(p.cards[0].Rectangle)
		box.Inset(22, 0).Put(p.line)
		return
	}
	box = box.LeftToRight()
	for i := range p.cards {
		cell := box.Start(70)
		box.Start(14)
		cell.Put(p.cards[i].Rectangle)
		cell.Put(p.boxes[i])
	}
}

func (p *pad) stand(box theme.Box) {
	head := bar(&box)
	head.Start(p.width(p.back.Words(), true)).Put(p.back)
	head.End(4)
	head.Put(p.caption)
	box = box.Inset(28, 0)
	box.Bottom(24)
	rest := (box.Height() - p.high(box.W) - 3*10 - 16) / 4
	p.keys.Place(box.Bottom(4*max(theme.Target, min(88, rest)) + 3*10))
	box.Bottom(16)
	if p.model.Skip != "" {
		box.Bottom(theme.Target).Put(p.skip)
		box.Bottom(12)
	}
	p.words(box)
}

// high is how high the words and the button under them are, at a width in pixels.
func (p *pad) high(width float32) float32 {
	h := 8 + 10 + 18 + 76 + 10 + (p.title.Height(width)+p.body.Height(width)+p.note.Height(width))/p.kit.Look.Scale
	if p.model.Count != "" {
		h += 28
	}
	if p.model.Skip != "" {
		h += theme.Target + 12
	}
	return h
}

// words is what is asked and what was typed.
func (p *pad) words(box theme.Box) {
	box.Top(8)
	box.Cut(p.title.Height(box.W)).Put(p.title)
	box.Top(10)
	box.Cut(p.body.Height(box.W)).Put(p.body)
	box.Top(18)
	p.typed(box.Top(76))
	if p.model.Count != "" {
		box.Top(4)
		box.Top(24).Put(p.count)
	}
	box.Top(10)
	box.Put(p.note)
}
