package screen

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// panel is the screen in one colour: a dead point shows, and so does a lamp that is going.
type panel struct {
	frame
	field *touch.Field
	hint  *touch.Text
}

// colours are pure ones: of the panel, not of the look.
func colours() [flow.Colours]color.NRGBA {
	return [flow.Colours]color.NRGBA{
		{255, 255, 255, 255}, {0, 0, 0, 255}, {255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {128, 128, 128, 255},
	}
}

func newPanel(kit Kit) *panel {
	p := &panel{}
	p.kit = kit
	p.field = touch.NewField(flow.TapColour, kit.Tap)
	p.hint = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Ink: theme.OnSun, Align: fyne.TextAlignCenter, Mid: true})
	p.open(kit, p.cut, p.field, p.hint)
	return p
}

// Update shows the colour.
func (p *panel) Update(s flow.State) {
	m := view.NewPanel(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.field.Paint(colours()[m.Colour%flow.Colours])
	p.hint.Set(m.Hint)
	p.arrange()
}

func (p *panel) cut(box theme.Box) {
	box.Put(p.field)
	box.Middle(min(560, box.Width()-48), 120).Put(p.hint)
}

// touchTest is a grid over the whole screen: every part that was touched turns teal.
type touchTest struct {
	frame
	cells [flow.TouchCols * flow.TouchRows]*touch.Button
	hint  *touch.Text
}

func newTouchTest(kit Kit) *touchTest {
	p := &touchTest{}
	p.kit = kit
	p.hint = p.text(touch.Style{Size: theme.Body, Least: theme.Quiet, Bold: true, Ink: theme.Ink, Align: fyne.TextAlignCenter, Mid: true})
	objects := make([]fyne.CanvasObject, 0, len(p.cells)+1)
	for i := range p.cells {
		p.cells[i] = p.button(flow.TapCell(i), touch.Face{Kind: touch.Pick, Radius: 6})
		p.cells[i].Set(strconv.Itoa(i))
		objects = append(objects, p.cells[i])
	}
	p.cells[0].Rename(flow.TapBack)
	p.open(kit, p.cut, append(objects, p.hint)...)
	return p
}

// Update marks what was touched.
func (p *touchTest) Update(s flow.State) {
	m := view.NewTouch(s, p.kit.Words)
	if p.same(m) {
		return
	}
	for i, b := range p.cells {
		b.Choose(m.Cells[i])
	}
	p.cells[0].Set(m.Back)
	p.hint.Set(m.Hint)
	p.arrange()
}

func (p *touchTest) cut(box theme.Box) {
	line := box.Top(56)
	line.Inset(16, 0).Put(p.hint)
	cols, rows := flow.TouchCols, flow.TouchRows
	if p.tall {
		cols, rows = rows, cols
	}
	for i, cell := range box.Inset(2, 2).Grid(cols, rows, 4) {
		cell.Put(p.cells[i])
	}
}
