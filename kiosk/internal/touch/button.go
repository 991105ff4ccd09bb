package touch

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"safeyouthzone/kiosk/internal/theme"
)

// Kind is the part that a button plays on its page.
type Kind int

// The kinds.
const (
	Plain  Kind = iota // a white card with an edge
	Ghost              // words alone
	Next               // teal: the next action
	Help               // sun: help, and it sinks into its edge
	Choice             // a quiet chip: chosen is a soft fill
	Pick               // a staff choice: chosen is teal
	Alert              // staff must phone: red words
)

// Face is what a button looks like when it is built.
type Face struct {
	Kind   Kind
	Icon   Icon
	Size   float32 // of the words; 0: body
	Radius float32 // 0: 18
	Start  bool    // words at the start instead of the centre
	After  bool    // the icon comes after the words
	Tall   bool    // the door: a great icon above the words
	RTL    bool
	Thin   bool // regular weight
}

// Button reports a tap by its id. It sinks while a finger is on it.
type Button struct {
	widget.BaseWidget
	id         string
	look       theme.Look
	face       Face
	words, sub string
	chosen     bool
	off        bool
	down       bool
	fits       bool
	tap        func(id string)
}

var (
	_ fyne.Tappable     = (*Button)(nil)
	_ desktop.Mouseable = (*Button)(nil)
	_ desktop.Hoverable = (*Button)(nil)
)

// NewButton returns a button that calls tap with its id.
func NewButton(look theme.Look, id string, face Face, tap func(id string)) *Button {
	if face.Size == 0 {
		face.Size = theme.Body
	}
	if face.Radius == 0 {
		face.Radius = 18
	}
	if face.RTL {
		face.Icon = face.Icon.mirrored()
	}
	b := &Button{id: id, look: look, face: face, tap: tap, fits: true}
	b.ExtendBaseWidget(b)
	return b
}

// ID returns the stable name of the button.
func (b *Button) ID() string { return b.id }

// Speak says that the words are in another language than the page, so that they are drawn in its letters.
func (b *Button) Speak(lang string) {
	if lang != b.look.Lang {
		b.look = b.look.Speaking(lang, b.look.Right)
		b.Refresh()
	}
}

// Look returns how it is drawn.
func (b *Button) Look() theme.Look { return b.look }

// Icon returns the drawing on it, if there is one.
func (b *Button) Icon() Icon { return b.face.Icon }

// Words returns what is written on it.
func (b *Button) Words() string {
	if b.sub != "" {
		return b.words + "\n" + b.sub
	}
	return b.words
}

// Fits reports whether the words are inside.
func (b *Button) Fits() bool { return b.fits }

// On reports whether a tap does anything.
func (b *Button) On() bool { return !b.off && b.Visible() }

// Set changes the words.
func (b *Button) Set(words string) { b.SetBoth(words, b.sub) }

// SetBoth changes the words and the quiet line under them.
func (b *Button) SetBoth(words, sub string) {
	if words != b.words || sub != b.sub {
		b.words, b.sub = words, sub
		b.Refresh()
	}
}

// Choose marks the button as chosen or not.
func (b *Button) Choose(on bool) {
	if on != b.chosen {
		b.chosen = on
		b.Refresh()
	}
}

// Enable lets the button react or not.
func (b *Button) Enable(on bool) {
	if on == b.off {
		b.off = !on
		b.Refresh()
	}
}

// Rename gives a button of a list the id of another row.
func (b *Button) Rename(id string) { b.id = id }

// Tapped reports the tap.
func (b *Button) Tapped(*fyne.PointEvent) {
	b.press(false)
	if !b.off && b.tap != nil {
		b.tap(b.id)
	}
}

// MouseDown sinks the button.
func (b *Button) MouseDown(*desktop.MouseEvent) { b.press(!b.off) }

// MouseUp lets it rise.
func (b *Button) MouseUp(*desktop.MouseEvent) { b.press(false) }

// MouseIn does nothing; Fyne tells it together with MouseOut.
func (b *Button) MouseIn(*desktop.MouseEvent) {}

// MouseMoved does nothing.
func (b *Button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut lets the button rise when the finger slides off: such a touch is not a tap.
func (b *Button) MouseOut() { b.press(false) }

func (b *Button) press(down bool) {
	if down != b.down {
		b.down = down
		b.Refresh()
	}
}

// CreateRenderer draws edge, face, icon and words.
func (b *Button) CreateRenderer() fyne.WidgetRenderer { return newButtonRenderer(b) }
