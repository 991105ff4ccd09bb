package touch

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"safeyouthzone/kiosk/internal/theme"
)

// Card is a rounded rectangle behind other things.
type Card struct {
	*canvas.Rectangle
	look theme.Look
}

// NewCard returns a card with the usual edge and radius.
func NewCard(look theme.Look) *Card {
	c := &Card{Rectangle: canvas.NewRectangle(look.Color(theme.Card)), look: look}
	c.CornerRadius = look.Px(22)
	c.StrokeWidth, c.StrokeColor = look.Px(1.5), look.Color(theme.Line)
	return c
}

// NewFill returns a rectangle of one colour: a band, a rule, a rail.
func NewFill(look theme.Look, role theme.Role, radius float32) *Card {
	c := &Card{Rectangle: canvas.NewRectangle(look.Color(role)), look: look}
	c.CornerRadius = look.Px(radius)
	return c
}

// Paint changes fill and edge.
func (c *Card) Paint(fill, edge theme.Role) {
	f, e := c.look.Color(fill), c.look.Color(edge)
	if c.FillColor != color.Color(f) || c.StrokeColor != color.Color(e) {
		c.FillColor, c.StrokeColor = f, e
		c.Refresh()
	}
}

// Progress is how far a step has come.
type Progress int

// The three states of a step.
const (
	Ahead Progress = iota
	Now
	Done
)

// Dot is the circle before a step: empty, sun or ticked.
type Dot struct {
	widget.BaseWidget
	look   theme.Look
	quiet  bool // for staff: a ring instead of a sun
	ground theme.Role
	state  Progress
}

// NewDot returns the great dot of the youth's page.
func NewDot(look theme.Look) *Dot {
	d := &Dot{look: look, ground: theme.Paper}
	d.ExtendBaseWidget(d)
	return d
}

// NewQuietDot returns the small dot of the staff's rail.
func NewQuietDot(look theme.Look) *Dot {
	d := &Dot{look: look, quiet: true, ground: theme.Card}
	d.ExtendBaseWidget(d)
	return d
}

// Set changes the state.
func (d *Dot) Set(state Progress) {
	if state != d.state {
		d.state = state
		d.Refresh()
	}
}

// CreateRenderer draws halo, circle and tick.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	r := &dotRenderer{
		dot: d, halo: canvas.NewCircle(d.look.Color(theme.Halo)), disc: canvas.NewCircle(nil),
		tick: NewIcon(d.look, Tick, theme.OnTeal, 3),
	}
	r.Layout(d.Size())
	r.Refresh()
	return r
}

type dotRenderer struct {
	dot        *Dot
	halo, disc *canvas.Circle
	tick       *canvas.Image
}

// Layout puts the halo outside of the circle.
func (r *dotRenderer) Layout(size fyne.Size) {
	out := r.dot.look.Px(8)
	r.halo.Move(fyne.NewPos(-out, -out))
	r.halo.Resize(fyne.NewSize(size.Width+2*out, size.Height+2*out))
	r.disc.Resize(size)
	side := size.Height * 0.56
	r.tick.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	r.tick.Resize(fyne.NewSize(side, side))
}

// MinSize is nothing: the page decides.
func (r *dotRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Objects returns the parts, the halo lowest.
func (r *dotRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.halo, r.disc, r.tick}
}

// Refresh draws a changed state.
func (r *dotRenderer) Refresh() {
	d, look := r.dot, r.dot.look
	ring := look.Px(3)
	if d.quiet {
		ring = look.Px(2)
	}
	Show(r.halo, d.state == Now && !d.quiet)
	Show(r.tick, d.state == Done)
	r.disc.StrokeWidth = 0
	switch {
	case d.state == Done:
		r.disc.FillColor = look.Color(theme.Teal)
	case d.state == Now && !d.quiet:
		r.disc.FillColor = look.Color(theme.Sun)
	case d.state == Now:
		r.disc.FillColor, r.disc.StrokeColor, r.disc.StrokeWidth = look.Color(theme.TealSoft), look.Color(theme.Teal), look.Px(3)
	default: // filled with its ground: the graphics card draws a dark edge around what is transparent
		r.disc.FillColor, r.disc.StrokeColor, r.disc.StrokeWidth = look.Color(d.ground), look.Color(theme.Line), ring
	}
	r.disc.Refresh()
	canvas.Refresh(d)
}

// Destroy does nothing.
func (r *dotRenderer) Destroy() {}

// Show shows or hides an object, if it is not so already.
func Show(o fyne.CanvasObject, on bool) {
	if on == o.Visible() {
		return
	}
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
