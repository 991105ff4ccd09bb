package screen

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
)

// Kit is what every page is built with.
type Kit struct {
	Look  theme.Look
	Words locale.Set
	Right bool // written from right to left, as the look says
	Tap   func(id string)
}

// Page is one page of the kiosk.
type Page interface {
	Object() fyne.CanvasObject
	Update(s flow.State) // draws only what changed
}

// Pages holds the pages of one language and look; each is built when it is first shown.
type Pages struct {
	kit   Kit
	built map[flow.Screen]Page
}

// NewPages returns pages that are not built yet.
func NewPages(kit Kit) *Pages {
	kit.Right = kit.Look.Right
	return &Pages{kit: kit, built: map[flow.Screen]Page{}}
}

// Page returns the page of a screen.
func (p *Pages) Page(s flow.Screen) Page {
	if page, ok := p.built[s]; ok {
		return page
	}
	page := p.build(s)
	p.built[s] = page
	return page
}

func (p *Pages) build(s flow.Screen) Page {
	switch s {
	case flow.Idle:
		return newIdle(p.kit)
	case flow.Ask:
		return newAsk(p.kit)
	case flow.Status:
		return newStatus(p.kit)
	case flow.Broken:
		return newBroken(p.kit)
	case flow.PIN, flow.Verify, flow.Referral:
		return newPad(p.kit, s)
	case flow.Zone:
		return newZone(p.kit)
	case flow.Steps:
		return newSteps(p.kit)
	case flow.Confirm:
		return newConfirm(p.kit)
	case flow.Trouble:
		return newTrouble(p.kit)
	default:
		return p.more(s)
	}
}

// more builds the pages around those of a call.
func (p *Pages) more(s flow.Screen) Page {
	switch s {
	case flow.Room:
		return newRoom(p.kit)
	case flow.Languages:
		return newPicker(p.kit)
	case flow.IT:
		return newIT(p.kit)
	case flow.Panel:
		return newPanel(p.kit)
	case flow.Touch:
		return newTouchTest(p.kit)
	case flow.Enrol:
		return newCard(p.kit)
	case flow.Questions, flow.Care, flow.Faults, flow.Welfare, flow.Tests, flow.Walk:
		return newSheet(p.kit)
	default:
		return newIdle(p.kit)
	}
}

// bandHeight is the height of the violet line over a drill.
const bandHeight = 36

// frame is what all pages share: the band, and a layout that cuts the page into boxes.
type frame struct {
	kit   Kit
	root  *fyne.Container
	paper *touch.Card
	band  *touch.Card
	words *touch.Text
	place func(theme.Box)
	stand func(theme.Box) // the same for a screen that stands on end
	last  any
	tall  bool // the screen stands on end
}

// open gives the frame its objects; place is called with what the band leaves, whenever the size or the model changes.
func (f *frame) open(kit Kit, place func(theme.Box), objects ...fyne.CanvasObject) {
	f.kit, f.place = kit, place
	f.band = touch.NewFill(kit.Look, theme.Drill, 0)
	f.words = f.text(touch.Style{Size: theme.Chip, Least: theme.Quiet, Bold: true, Ink: theme.OnDrill, Align: fyne.TextAlignCenter, Mid: true, Lines: 2})
	f.paper = touch.NewFill(kit.Look, theme.Paper, 0) // Fyne's own background comes out a shade lighter on a graphics card
	f.root = container.New(layout{f}, f.paper.Rectangle)
	f.root.Objects = append(append(f.root.Objects, objects...), f.band.Rectangle, f.words)
	touch.Show(f.band.Rectangle, false)
}

// upright gives the page its layout for a screen that stands on end.
func (f *frame) upright(stand func(theme.Box)) { f.stand = stand }

// Object returns the page.
func (f *frame) Object() fyne.CanvasObject { return f.root }

// same reports whether a model is the one that is drawn already, and remembers it.
func (f *frame) same(model any) bool {
	if reflect.DeepEqual(model, f.last) {
		return true
	}
	f.last = model
	return false
}

// banded sets the band's words; empty words hide it.
func (f *frame) banded(words string) {
	f.words.Set(words)
	touch.Show(f.band.Rectangle, words != "")
}

// arrange puts everything anew.
func (f *frame) arrange() { layout{f}.Layout(nil, f.root.Size()) }

func (f *frame) text(style touch.Style) *touch.Text {
	if f.kit.Right && style.Align == fyne.TextAlignLeading {
		style.Align = fyne.TextAlignTrailing
	} else if f.kit.Right && style.Align == fyne.TextAlignTrailing {
		style.Align = fyne.TextAlignLeading
	}
	return touch.NewText(f.kit.Look, style)
}

func (f *frame) button(id string, face touch.Face) *touch.Button {
	face.RTL = f.kit.Right
	return touch.NewButton(f.kit.Look, id, face, f.kit.Tap)
}

// out moves a box over the margin where reading starts, so that words without an edge stand in line with what has one.
func (f *frame) out(box theme.Box, units float32) theme.Box {
	if f.kit.Right {
		units = -units
	}
	box.X -= f.kit.Look.Px(units)
	return box
}

// close is the button that leads to the neutral page, on every page in the same corner.
func (f *frame) close() *touch.Button {
	return f.button(flow.TapClose, touch.Face{Kind: touch.Ghost, Icon: touch.Cross, After: true})
}

type layout struct{ frame *frame }

// MinSize is nothing: the window has the size of the screen, and tests prove that the page fits.
func (layout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout cuts the band and lets the page cut the rest.
func (l layout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	f := l.frame
	if size.Width <= 0 || size.Height <= 0 || f.place == nil {
		return
	}
	f.tall = theme.Upright(size)
	box := theme.Page(f.kit.Look, size, f.kit.Right)
	box.Put(f.paper.Rectangle)
	if f.words.Words() != "" {
		inner := box.Inset(16, 0)
		b := box.Top(max(bandHeight, f.words.Height(inner.W)/f.kit.Look.Scale+8))
		b.Put(f.band.Rectangle)
		b.Inset(16, 0).Put(f.words)
	}
	if f.tall && f.stand != nil {
		f.stand(box)
		return
	}
	f.place(box)
}

// bar cuts the top bar, where Close is always in the same corner.
func bar(box *theme.Box) theme.Box {
	if box.Y == 0 {
		box.Top(12)
	}
	b := box.Top(theme.Target).Inset(24, 0)
	if box.Y < 80 {
		box.Top(8)
	}
	return b
}

// width returns how many units wide a button with these words must be.
func (f *frame) width(words string, icon bool) float32 { return width(f.kit.Look, words, icon) }

func width(look theme.Look, words string, icon bool) float32 {
	w := look.Measure(words, theme.Body, true)/look.Scale + 26
	if icon {
		w += 36
	}
	return max(theme.Target, w)
}

// head cuts the top bar of a youth's page: Listen and the language at the start, Close in its corner. On a narrow page a language
// whose name finds no room there stands in a row of its own.
func (f *frame) head(box *theme.Box, shut *touch.Button, ears *voice, l *languages) {
	row := bar(box)
	row.End(f.width(shut.Words(), true)).Put(shut)
	ears.place(&row)
	if f.tall && l.needs() > row.Width() {
		row = box.Top(theme.Target).Inset(24, 0)
		box.Top(4)
	}
	l.place(row)
}

// stack puts buttons of one height one under the other, in reading order, at the bottom of a box.
func stack(box *theme.Box, high, gap float32, all ...*touch.Button) {
	for i := len(all) - 1; i >= 0; i-- {
		box.Bottom(high).Put(all[i])
		if i > 0 {
			box.Bottom(gap)
		}
	}
}
