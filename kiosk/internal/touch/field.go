package touch

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Field is a plain area of one colour that reports a tap; for the test of the screen.
type Field struct {
	widget.BaseWidget
	id   string
	area *canvas.Rectangle
	tap  func(id string)
}

// NewField returns a white area that calls tap with its id.
func NewField(id string, tap func(id string)) *Field {
	f := &Field{id: id, area: canvas.NewRectangle(color.White), tap: tap}
	f.ExtendBaseWidget(f)
	return f
}

// ID returns the stable name of the area.
func (f *Field) ID() string { return f.id }

// On reports whether a tap does anything.
func (f *Field) On() bool { return f.Visible() }

// Paint changes the colour.
func (f *Field) Paint(c color.Color) {
	if f.area.FillColor != c {
		f.area.FillColor = c
		f.area.Refresh()
	}
}

// Tapped reports the tap.
func (f *Field) Tapped(*fyne.PointEvent) {
	if f.tap != nil {
		f.tap(f.id)
	}
}

// CreateRenderer draws the area.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.area) }
