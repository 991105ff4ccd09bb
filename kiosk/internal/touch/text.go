package touch

import (
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"safeyouthzone/kiosk/internal/theme"
)

// Style is how words look. Sizes are those of the 800x480 page.
type Style struct {
	Size  float32
	Least float32 // the words shrink to this size before they overflow; 0: they keep Size
	Bold  bool
	Ink   theme.Role
	Align fyne.TextAlign
	Mid   bool // centred from top to bottom
	Lines int  // at most so many lines; 0: as many as fit
}

// Text is words that wrap at their width and shrink before they overflow.
type Text struct {
	widget.BaseWidget
	look  theme.Look
	style Style
	words string
	fits  bool
}

// NewText returns empty words.
func NewText(look theme.Look, style Style) *Text {
	t := &Text{look: look, style: style, fits: true}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes the words.
func (t *Text) Set(words string) {
	if words != t.words {
		t.words = words
		t.Refresh()
	}
}

// Paint changes the colour.
func (t *Text) Paint(ink theme.Role) {
	if ink != t.style.Ink {
		t.style.Ink = ink
		t.Refresh()
	}
}

// Restyle changes size and weight.
func (t *Text) Restyle(size float32, bold bool) {
	if size != t.style.Size || bold != t.style.Bold {
		t.style.Size, t.style.Bold = size, bold
		t.Refresh()
	}
}

// Align changes the side that the words stand on.
func (t *Text) Align(to fyne.TextAlign) {
	if to != t.style.Align {
		t.style.Align = to
		t.Refresh()
	}
}

// Words returns what is written.
func (t *Text) Words() string { return t.words }

// Fits reports whether all words are inside the widget's size.
func (t *Text) Fits() bool { return t.fits || t.words == "" }

// Height returns how high the words are when they wrap at the given width in pixels.
func (t *Text) Height(width float32) float32 {
	if t.words == "" {
		return 0
	}
	size, lines := t.wrap(width, 0)
	return float32(len(lines)) * t.lineHeight(size)
}

// Width returns how wide a box must be to hold the words on one line, in pixels.
func (t *Text) Width() float32 { return t.width(t.words, t.style.Size) + 2 }

// wrap finds the largest size at which the words fit into width and, unless it is 0, height.
func (t *Text) wrap(width, height float32) (float32, []string) {
	least := t.style.Least
	if least == 0 {
		least = t.style.Size
	}
	for size := t.style.Size; ; size-- {
		lines, ok := t.lines(size, width)
		ok = ok && (t.style.Lines == 0 || len(lines) <= t.style.Lines)
		ok = ok && (height == 0 || float32(len(lines))*t.lineHeight(size) <= height+1)
		if ok || size-1 < least {
			t.fits = ok
			return size, lines
		}
	}
}

func (t *Text) lines(size, width float32) ([]string, bool) {
	var out []string
	fits := true
	for part := range strings.SplitSeq(t.broken(size, width), "\n") {
		line := ""
		for word := range strings.FieldsSeq(part) {
			longer := strings.TrimSpace(line + " " + word)
			switch {
			case t.width(longer, size) <= width+0.5:
				line = longer
			case line == "":
				line, fits = word, false
			default:
				out = append(out, line)
				line = word
				fits = fits && t.width(word, size) <= width+0.5
			}
		}
		out = append(out, line)
	}
	return out, fits
}

// broken prefers the middle dot as the place to break a line that is too long.
func (t *Text) broken(size, width float32) string {
	const dot = " · "
	if strings.Contains(t.words, dot) && t.style.Lines != 1 && t.width(t.words, size) > width {
		return strings.ReplaceAll(t.words, dot, "\n")
	}
	return t.words
}

func (t *Text) width(s string, size float32) float32 {
	return fyne.MeasureText(s, t.look.Px(size), fyne.TextStyle{Bold: t.style.Bold}).Width
}

func (t *Text) lineHeight(size float32) float32 {
	leading := float32(1.36)
	if size >= theme.Title {
		leading = 1.22
	}
	return t.look.Px(size) * leading
}

// CreateRenderer draws one canvas text for each line.
func (t *Text) CreateRenderer() fyne.WidgetRenderer { return &textRenderer{text: t} }

type textRenderer struct {
	text    *Text
	objects []fyne.CanvasObject
}

// Layout wraps the words anew.
func (r *textRenderer) Layout(size fyne.Size) {
	t := r.text
	if t.words == "" || size.Width <= 0 {
		r.objects = nil
		return
	}
	points, lines := t.wrap(size.Width, size.Height)
	advance := t.lineHeight(points)
	y := float32(0)
	if t.style.Mid {
		y = (size.Height - advance*float32(len(lines))) / 2
	}
	for len(r.objects) < len(lines) {
		r.objects = append(r.objects, canvas.NewText("", nil))
	}
	r.objects = r.objects[:len(lines)]
	for i, line := range lines {
		o := r.objects[i].(*canvas.Text)
		o.Text, o.TextSize, o.Color = line, t.look.Px(points), t.look.Color(t.style.Ink)
		o.TextStyle.Bold, o.Alignment = t.style.Bold, t.style.Align
		natural := o.MinSize().Height
		o.Move(fyne.NewPos(0, float32(math.Round(float64(y+float32(i)*advance+(advance-natural)/2)))))
		o.Resize(fyne.NewSize(size.Width, natural))
		o.Refresh()
	}
}

// MinSize is nothing: the page decides.
func (r *textRenderer) MinSize() fyne.Size { return fyne.Size{} }

// Objects returns the lines.
func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Refresh draws changed words.
func (r *textRenderer) Refresh() {
	r.Layout(r.text.Size())
	canvas.Refresh(r.text)
}

// Destroy does nothing.
func (r *textRenderer) Destroy() {}
