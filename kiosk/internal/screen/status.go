package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// status is the youth's page of a call for help.
type status struct {
	frame
	model              view.Status
	shut               *touch.Button
	ears               *voice
	languages          *languages
	rows               [4]*row
	note               *touch.Card // behind the message or the sentence to tell somebody
	strong, why, quiet *touch.Text
	card               *touch.Card
	heading            *touch.Text
	chips              *chips
	end                *ended
}

// row is one of the four states.
type row struct {
	dot       *touch.Dot
	text, sub *touch.Text
}

func newStatus(kit Kit) *status {
	p := &status{}
	p.kit = kit
	p.shut = p.close()
	p.ears = p.voice()
	p.languages = newLanguages(&p.frame, touch.Face{Kind: touch.Ghost, Icon: touch.Globe}, 1)
	p.note = touch.NewFill(kit.Look, theme.TealSoft, 16)
	p.strong = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink})
	p.why = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink})
	p.quiet = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft})
	p.card = touch.NewCard(kit.Look)
	p.heading = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true, Lines: 1})
	p.chips = newChips(&p.frame, touch.Choice, flow.TapNeed)
	p.end = newEnded(&p.frame)
	objects := append(append(p.languages.objects(), p.ears.objects()...), p.shut, p.note.Rectangle, p.strong, p.why, p.quiet, p.card.Rectangle, p.heading)
	for i := range p.rows {
		p.rows[i] = &row{
			dot:  touch.NewDot(kit.Look),
			text: p.text(touch.Style{Size: theme.Step, Least: 19, Ink: theme.Ink, Lines: 2}),
			sub:  p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 2}),
		}
		objects = append(objects, p.rows[i].dot, p.rows[i].text, p.rows[i].sub)
	}
	objects = append(objects, p.chips.objects()...)
	p.open(kit, p.cut, append(objects, p.end.objects()...)...)
	p.upright(p.stand)
	return p
}

// Update writes what changed.
func (p *status) Update(s flow.State) {
	m := view.NewStatus(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.shut.Set(m.Close)
	p.ears.set(m.Voice)
	p.languages.set(quiet(m.Languages, m.Voice), m.More)
	for i, r := range p.rows {
		r.set(m.Rows[i])
		touch.Show(r.dot, !m.Ended)
	}
	p.strong.Set(m.Message)
	if m.Tell != "" {
		p.strong.Set(m.Tell)
	}
	p.why.Set(m.Why)
	p.quiet.Set(m.Choose)
	if m.NeedFailed != "" {
		p.quiet.Set(m.NeedFailed)
	}
	p.heading.Set(m.NeedsTitle)
	p.chips.set(m.Chips)
	p.end.set(m)
	touch.Show(p.note.Rectangle, !m.Ended && p.strong.Words() != "")
	touch.Show(p.card.Rectangle, !m.Ended)
	p.arrange()
}

func (r *row) set(m view.Row) {
	r.dot.Set(touch.Progress(m.Progress))
	r.text.Set(m.Text)
	r.sub.Set(m.Sub)
	ink := theme.Ink
	if m.Progress == view.Ahead {
		ink = theme.Soft
	}
	r.text.Paint(ink)
	size := float32(theme.Step)
	if m.Progress == view.Now {
		size = theme.Strong
	}
	r.text.Restyle(size, m.Progress == view.Now)
}

func (p *status) cut(box theme.Box) {
	p.head(&box, p.shut, p.ears, p.languages)
	box.Bottom(24)
	if p.model.Ended {
		p.end.place(box)
		return
	}
	box = box.Inset(28, 0)
	right := box.End(372)
	box.Start(8)
	box.End(16)
	p.left(box)
	right.Put(p.card.Rectangle)
	right = right.Inset(14, 12)
	right.Top(32).Inset(4, 0).Put(p.heading)
	right.Top(8)
	p.chips.place(right, 2, 4, 10)
}

// left stacks the four states, then what the desk says or whom to tell, then the choice.
func (p *status) left(box theme.Box) {
	look := p.kit.Look
	quiet := box.Bottom(p.quiet.Height(box.W) / look.Scale)
	inner := box.Inset(16, 0)
	strong, why := p.strong.Height(inner.W), p.why.Height(inner.W)
	if strong > 0 {
		box.Bottom(10)
		note := box.Bottom((strong+why)/look.Scale + 22)
		note.Put(p.note.Rectangle)
		note = note.Inset(16, 11)
		note.Cut(strong).Put(p.strong)
		note.Put(p.why)
	}
	quiet.Put(p.quiet)
	box.Bottom(6)
	p.stack(box)
}

// stack gives each row the height that its words need, and shares what is left.
func (p *status) stack(box theme.Box) {
	look := p.kit.Look
	words := box
	words.Start(64)
	least := float32(50)
	if p.tall {
		least = 36
	}
	var need [4]float32
	spare := box.Height()
	for i, r := range p.rows {
		need[i] = max(least, (r.text.Height(words.W)+r.sub.Height(words.W))/look.Scale)
		spare -= need[i]
	}
	if last := p.rows[len(p.rows)-1]; spare < 0 && last.sub.Words() != "" && p.model.Rows[len(p.rows)-1].Progress == view.Ahead {
		last.sub.Set("") // what comes last can be said later; what to do now cannot
		p.stack(box)
		return
	}
	share := max(0, min(26, spare/4))
	for i, r := range p.rows {
		r.place(box.Top(need[i]+share), look)
	}
}

func (r *row) place(box theme.Box, look theme.Look) {
	side := min(44, box.Height()-10)
	box.Start(44).Middle(side, side).Put(r.dot)
	box.Start(20)
	text, sub := r.text.Height(box.W), r.sub.Height(box.W)
	box = box.Middle(box.Width(), (text+sub)/look.Scale)
	box.Cut(text).Put(r.text)
	box.Put(r.sub)
}

// chips is the grid of needs.
type chips struct{ buttons []*touch.Button }

func newChips(f *frame, kind touch.Kind, id func(activation.Need) string) *chips {
	c := &chips{}
	icons := map[activation.Need]touch.Icon{
		activation.Hurt: touch.Plus, activation.Afraid: touch.Eye, activation.QuietPlace: touch.Doorway, activation.WaterFood: touch.Drop,
		activation.WarmClothes: touch.Coat, activation.Restroom: touch.Restroom, activation.PhoneCall: touch.Phone, activation.Interpreter: touch.Speech,
	}
	for _, n := range activation.Needs() {
		face := touch.Face{Kind: kind, Icon: icons[n], Size: theme.Chip, Start: true, Radius: 16}
		c.buttons = append(c.buttons, f.button(id(n), face))
	}
	return c
}

func (c *chips) objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(c.buttons))
	for _, b := range c.buttons {
		out = append(out, b)
	}
	return out
}

func (c *chips) set(all []view.Chip) {
	for i, b := range c.buttons {
		touch.Show(b, i < len(all))
		if i < len(all) {
			b.Set(all[i].Text)
			b.Choose(all[i].Chosen)
		}
	}
}

func (c *chips) place(box theme.Box, cols, rows int, gap float32) {
	for i, cell := range box.Grid(cols, rows, gap) {
		if i < len(c.buttons) {
			cell.Put(c.buttons[i])
		}
	}
}

// stand puts the states over the needs.
func (p *status) stand(box theme.Box) {
	p.head(&box, p.shut, p.ears, p.languages)
	box.Bottom(14)
	if p.model.Ended {
		p.end.place(box)
		return
	}
	box = box.Inset(20, 0)
	needs := box.Bottom(4*theme.Target + 3*8 + 16 + 34)
	needs.Put(p.card.Rectangle)
	needs = needs.Inset(12, 8)
	needs.Top(28).Inset(4, 0).Put(p.heading)
	needs.Top(6)
	p.chips.place(needs, 2, 4, 8)
	box.Bottom(10)
	p.left(box.Inset(6, 0))
}
