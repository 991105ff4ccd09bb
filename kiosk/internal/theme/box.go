package theme

import (
	"math"

	"fyne.io/fyne/v2"
)

// Box is a rectangle from which a page cuts its parts, one after the other. Cuts are given in the units of an 800x480 page and are
// made from the side where reading starts or ends, so that a page for a right-to-left language mirrors itself.
type Box struct {
	X, Y, W, H float32
	look       Look
	rtl        bool
}

// Page returns the box of a whole window.
func Page(look Look, size fyne.Size, rtl bool) Box {
	return Box{W: size.Width, H: size.Height, look: look, rtl: rtl}
}

// Put moves and resizes an object into the box, on whole pixels: words and edges stay sharp.
func (b Box) Put(o fyne.CanvasObject) {
	x, y := round(b.X), round(b.Y)
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(max(0, round(b.X+b.W)-x), max(0, round(b.Y+b.H)-y)))
}

func round(v float32) float32 { return float32(math.Round(float64(v))) }

// Inset returns the box without a margin of h at both sides and v at top and bottom.
func (b Box) Inset(h, v float32) Box {
	h, v = b.look.Px(h), b.look.Px(v)
	b.X, b.Y, b.W, b.H = b.X+h, b.Y+v, b.W-2*h, b.H-2*v
	return b
}

// Top cuts h from the top.
func (b *Box) Top(h float32) Box {
	cut := *b
	cut.H = b.look.Px(h)
	b.Y, b.H = b.Y+cut.H, b.H-cut.H
	return cut
}

// Bottom cuts h from the bottom.
func (b *Box) Bottom(h float32) Box {
	cut := *b
	cut.H = b.look.Px(h)
	b.H -= cut.H
	cut.Y = b.Y + b.H
	return cut
}

// Start cuts w from the side where reading starts.
func (b *Box) Start(w float32) Box { return b.side(b.look.Px(w), b.rtl) }

// End cuts w from the side where reading ends.
func (b *Box) End(w float32) Box { return b.side(b.look.Px(w), !b.rtl) }

func (b *Box) side(w float32, right bool) Box {
	cut := *b
	cut.W = w
	b.W -= w
	if right {
		cut.X = b.X + b.W
	} else {
		b.X += w
	}
	return cut
}

// Cut takes exact pixels from the top; for texts that know their height.
func (b *Box) Cut(px float32) Box { return b.Top(px / b.look.Scale) }

// Width returns the width in the units of an 800x480 page.
func (b Box) Width() float32 { return b.W / b.look.Scale }

// Height returns the height in the units of an 800x480 page.
func (b Box) Height() float32 { return b.H / b.look.Scale }

// Grid returns the cells of a grid, row by row in reading order, with gap between them.
func (b Box) Grid(cols, rows int, gap float32) []Box {
	g := b.look.Px(gap)
	w := (b.W - g*float32(cols-1)) / float32(cols)
	h := (b.H - g*float32(rows-1)) / float32(rows)
	out := make([]Box, 0, cols*rows)
	for r := range rows {
		for c := range cols {
			at := c
			if b.rtl {
				at = cols - 1 - c
			}
			cell := b
			cell.X, cell.Y, cell.W, cell.H = b.X+float32(at)*(w+g), b.Y+float32(r)*(h+g), w, h
			out = append(out, cell)
		}
	}
	return out
}

// Middle returns a box of the given size in the centre.
func (b Box) Middle(w, h float32) Box {
	w, h = b.look.Px(w), b.look.Px(h)
	b.X, b.Y, b.W, b.H = b.X+(b.W-w)/2, b.Y+(b.H-h)/2, w, h
	return b
}

// LeftToRight returns the box for things that are never mirrored.
func (b Box) LeftToRight() Box {
	b.rtl = false
	return b
}
