package touch

import (
	"math"
	"slices"
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
	parts []token
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
		t.words, t.parts = words, tokens(words)
		t.Refresh()
	}
}

// write changes words and colour without drawing.
func (t *Text) write(words string, ink theme.Role) {
	if words != t.words {
		t.words, t.parts = words, tokens(words)
	}
	t.style.Ink = ink
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

// Speak says that the words are in another language than the page.
func (t *Text) Speak(lang string) {
	if lang != t.look.Lang {
		t.look = t.look.Speaking(lang, t.look.Right)
		t.Refresh()
	}
}

// Words returns what is written.
func (t *Text) Words() string { return t.words }

// Fits reports whether all words are inside the widget's size.
func (t *Text) Fits() bool { return t.fits || t.words == "" }

// Height returns how high the words are when they wrap at the given width in pixels. A box that is put on the page loses a part of a pixel, and
// with it a word that only just found room.
func (t *Text) Height(width float32) float32 {
	if t.words == "" {
		return 0
	}
	size, lines := t.wrap(float32(math.Floor(float64(width))), 0)
	return float32(len(lines)) * t.lineHeight(size)
}

// Width returns how wide a box must be to hold the words on one line, in pixels.
func (t *Text) Width() float32 { return t.look.Measure(t.words, t.style.Size, t.style.Bold) + 2 }

// wrap finds the largest size at which the words fit into width and, unless it is 0, height.
func (t *Text) wrap(width, height float32) (float32, []string) {
	least := t.style.Least
	if least == 0 {
		least = t.style.Size
	}
	for size := t.style.Size; ; size-- {
		lines, ok := t.lines(size, width)
		ok = ok && (t.style.Lines == 0 || len(lines) <= t.style.Lines)
		ok = ok && (height == 0 || t.least(size, len(lines)) <= height+1)
		if ok || size-1 < least {
			t.fits = ok
			return size, lines
		}
	}
}

// lines breaks the words at a width. It adds up the widths of their parts, which are measured once.
func (t *Text) lines(size, width float32) ([]string, bool) {
	var out []string
	fits, line, used := true, "", float32(0)
	dots := t.breaksAtDots(size, width)
	for _, part := range t.parts {
		if part.newline || (dots && part.dot) {
			out, line, used = append(out, strings.TrimSpace(line)), "", 0
			continue
		}
		w := t.look.Measure(strings.TrimRight(part.text, " "), size, t.style.Bold)
		if line != "" && used+w > width+0.5 {
			out, line, used = append(out, strings.TrimSpace(line)), "", 0
		}
		fits = fits && w <= width+0.5
		line += part.text
		used += t.look.Measure(part.text, size, t.style.Bold)
	}
	return append(out, strings.TrimSpace(line)), fits
}

// breaksAtDots reports whether a line that is too long has a middle dot, which is the place where it is best broken.
func (t *Text) breaksAtDots(size, width float32) bool {
	if t.style.Lines == 1 || !slices.ContainsFunc(t.parts, func(p token) bool { return p.dot }) {
		return false
	}
	return t.look.Measure(t.words, size, t.style.Bold) > width
}

// least is how high so many lines are without the room above the first and under the last one that some scripts like to have.
func (t *Text) least(size float32, lines int) float32 {
	advance := t.lineHeight(size)
	return float32(lines)*advance - (advance - advance/t.look.Leading())
}

func (t *Text) lineHeight(size float32) float32 {
	leading := float32(1.36)
	if size >= theme.Title {
		leading = 1.22
	}
	return t.look.Px(size) * leading * t.look.Leading()
}

// CreateRenderer draws one canvas text for each line. Fyne throws renderers of hidden pages away after a minute, and lays a widget out only
// when its size changes: a renderer must draw the words from its first moment.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	r := &textRenderer{text: t}
	r.Layout(t.Size())
	return r
}

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
	n := 0
	for i, line := range lines {
		n = r.line(n, line, points, y+float32(i)*advance, size.Width)
	}
	r.objects = r.objects[:n]
}

// Where letters stand in their line, as a part of their size: that of Noto Sans, for every face, so that all stand on one line.
const latinAscent, latinHeight = 1.069, 1.362

// line puts the runs of one line; n is how many objects are used already.
func (r *textRenderer) line(n int, line string, points, y, width float32) int {
	t := r.text
	px := t.look.Letter(points)
	base := y + (t.lineHeight(points)-latinHeight*px)/2 + latinAscent*px
	runs := t.look.Runs(line, t.style.Bold)
	all := float32(0)
	for _, run := range runs {
		all += run.Width(px)
	}
	x := float32(0)
	switch t.style.Align {
	case fyne.TextAlignCenter:
		x = (width - all) / 2
	case fyne.TextAlignTrailing:
		x = width - all
	case fyne.TextAlignLeading:
	}
	for _, run := range runs {
		if n == len(r.objects) {
			r.objects = append(r.objects, canvas.NewText("", nil))
		}
		o := r.objects[n].(*canvas.Text)
		n++
		o.Text, o.TextSize, o.Color = run.Text, px, t.look.Color(t.style.Ink)
		o.TextStyle.Bold, o.FontSource = t.style.Bold, run.Source()
		o.Move(fyne.NewPos(x, float32(math.Round(float64(base-run.Ascent(px))))))
		o.Resize(fyne.NewSize(run.Width(px), run.Height(px)))
		o.Refresh()
		x += run.Width(px)
	}
	return n
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
