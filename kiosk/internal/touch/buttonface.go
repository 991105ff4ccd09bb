package touch

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"safeyouthzone/kiosk/internal/theme"
)

// sink is how far a sun button stands above its edge.
const sink = 6

// paint is the colours of a button in one state.
type paint struct{ fill, edge, ink, sub theme.Role }

func (b *Button) paint() paint {
	p := paint{theme.Card, theme.Line, theme.Ink, theme.Soft}
	switch b.face.Kind {
	case Help:
		p = paint{theme.Sun, theme.Sun, theme.OnSun, theme.OnSun}
	case Next:
		p = paint{theme.Teal, theme.Teal, theme.OnTeal, theme.OnTeal}
	case Ghost:
		p = paint{theme.None, theme.None, theme.Soft, theme.Soft}
	case Alert:
		p.ink, p.sub = theme.Alarm, theme.Alarm
	case Choice:
		if b.chosen {
			p = paint{theme.TealSoft, theme.Teal, theme.Ink, theme.Soft}
		}
	case Pick:
		if b.chosen {
			p = paint{theme.Teal, theme.Teal, theme.OnTeal, theme.OnTeal}
		}
	case Plain:
	}
	if b.off && b.face.Kind == Ghost {
		return paint{theme.None, theme.None, theme.Line, theme.Line} // it has no words: see voice
	}
	if b.off {
		return paint{theme.Paper, theme.Line, theme.Soft, theme.Soft}
	}
	if !b.down {
		return p
	}
	switch b.face.Kind {
	case Ghost:
		p.fill = theme.TealSoft
		p.ink = theme.Ink
	case Plain, Choice, Pick, Alert:
		if !b.chosen {
			p.fill, p.edge = theme.TealSoft, theme.Teal
		}
	case Next, Help:
	}
	return p
}

type buttonRenderer struct {
	button     *Button
	edge, face *canvas.Rectangle
	icon       *canvas.Image
	ink        theme.Role
	words, sub *Text
}

func newButtonRenderer(b *Button) *buttonRenderer {
	r := &buttonRenderer{
		button: b,
		edge:   canvas.NewRectangle(nil), face: canvas.NewRectangle(nil),
		words: NewText(b.look, Style{Size: b.face.Size, Least: theme.Quiet, Bold: !b.face.Thin, Mid: true, Align: fyne.TextAlignCenter}),
		sub:   NewText(b.look, Style{Size: theme.Quiet, Mid: true, Align: fyne.TextAlignCenter}),
	}
	if b.face.Tall {
		r.sub.style.Size = theme.Body - 1
	}
	if b.face.Start {
		r.words.style.Align, r.sub.style.Align = fyne.TextAlignLeading, fyne.TextAlignLeading
		if b.face.RTL {
			r.words.style.Align, r.sub.style.Align = fyne.TextAlignTrailing, fyne.TextAlignTrailing
		}
	}
	r.Refresh()
	return r
}

// MinSize is nothing: the page decides.
func (r *buttonRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Objects returns the parts, the edge lowest.
func (r *buttonRenderer) Objects() []fyne.CanvasObject {
	out := []fyne.CanvasObject{r.edge, r.face}
	if r.icon != nil {
		out = append(out, r.icon)
	}
	return append(out, r.words, r.sub)
}

// Destroy does nothing.
func (r *buttonRenderer) Destroy() {}

// Refresh draws a changed state.
func (r *buttonRenderer) Refresh() {
	b, p := r.button, r.button.paint()
	r.face.FillColor = b.look.Color(p.fill)
	r.face.StrokeColor, r.face.StrokeWidth = b.look.Color(p.edge), b.look.Px(2)
	r.face.CornerRadius, r.edge.CornerRadius = b.look.Px(b.face.Radius), b.look.Px(b.face.Radius)
	r.edge.FillColor = b.look.Color(theme.None)
	if b.face.Kind == Help {
		r.edge.FillColor = b.look.Color(theme.SunEdge)
	}
	if b.face.Icon != NoIcon && (r.icon == nil || r.ink != p.ink) {
		r.icon, r.ink = NewIcon(b.look, b.face.Icon, p.ink, 2.2), p.ink
	}
	r.words.look, r.sub.look = b.look, b.look
	r.words.write(b.words, p.ink)
	r.sub.write(b.sub, p.sub)
	r.Layout(b.Size())
	r.edge.Refresh()
	r.face.Refresh()
	canvas.Refresh(b)
}

// Layout puts the parts; a pressed sun button lies on its edge.
func (r *buttonRenderer) Layout(size fyne.Size) {
	b := r.button
	shift := float32(0)
	if b.face.Kind == Help {
		if drop := b.look.Px(sink); b.down {
			shift = drop
		}
		r.edge.Move(fyne.NewPos(0, b.look.Px(sink)))
	}
	r.edge.Resize(size)
	r.face.Resize(size)
	r.face.Move(fyne.NewPos(0, shift))
	box := theme.Page(b.look, size, b.face.RTL)
	box.Y = shift
	if b.face.Tall {
		r.tall(box)
	} else {
		r.row(box)
	}
	r.words.Refresh()
	r.sub.Refresh()
	b.fits = r.words.Fits() && r.sub.Fits()
}

// tall is the door: icon, words and the quiet line one under the other.
func (r *buttonRenderer) tall(box theme.Box) {
	box = box.Inset(22, 0)
	box.Top(max(0, (box.Height()-192)/2))
	if r.icon != nil {
		box.Top(84).Put(r.icon)
	}
	box.Top(18)
	box.Top(48).Put(r.words)
	box.Top(8)
	box.Top(28).Put(r.sub)
}

// row is icon and words side by side, as one group in the middle or at the start.
func (r *buttonRenderer) row(box theme.Box) {
	b := r.button
	side, gap := float32(26), float32(10)
	pad := float32(16)
	if b.face.Kind == Ghost {
		pad = 8
	}
	switch {
	case box.Width() < 120:
		pad = 6
	case box.Width() < 200 && b.face.Kind != Ghost:
		pad = 12
	}
	box = box.Inset(pad, 0)
	if r.icon == nil {
		r.label(box)
		return
	}
	if b.words == "" && b.face.After {
		box.End(side).Middle(side, side).Put(r.icon)
		return
	}
	if b.words == "" {
		box.Middle(side+4, side+4).Put(r.icon)
		return
	}
	if !b.face.Start {
		text := r.words.Width() / b.look.Scale
		if group := side + gap + text + 2; group < box.Width() {
			box = box.Middle(group, box.Height())
		}
	}
	slot := box.Start
	if b.face.After {
		slot = box.End
	}
	slot(side).Middle(side, side).Put(r.icon)
	slot(gap)
	r.label(box)
}

// label puts the words, and the quiet line under them.
func (r *buttonRenderer) label(box theme.Box) {
	if r.button.sub == "" {
		box.Put(r.words)
		r.sub.Resize(fyne.Size{})
		r.sub.Move(fyne.Position{})
		return
	}
	words := r.words.Height(box.W)
	sub := r.sub.Height(box.W)
	box = box.Middle(box.Width(), (words+sub)/r.button.look.Scale)
	box.Cut(words).Put(r.words)
	box.Put(r.sub)
}
