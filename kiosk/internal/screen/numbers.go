package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// numbers is two cards with numbers to phone: the first for danger.
type numbers struct {
	cards        [2]*touch.Card
	what, number [2]*touch.Text
	shown        int
	look         theme.Look
}

func newNumbers(f *frame) *numbers {
	n := &numbers{look: f.kit.Look}
	for i := range n.cards {
		n.cards[i] = touch.NewCard(f.kit.Look)
		n.what[i] = f.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 2})
		size := float32(theme.Headline)
		if i == 0 {
			size = theme.Loud
		}
		n.number[i] = f.text(touch.Style{Size: size, Least: 28, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	}
	return n
}

func (n *numbers) objects() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for i := range n.cards {
		out = append(out, n.cards[i].Rectangle, n.what[i], n.number[i])
	}
	return out
}

// set writes the numbers; red is for staff who must phone now.
func (n *numbers) set(all []view.Number, red bool) {
	n.shown = min(len(all), len(n.cards))
	for i := range n.cards {
		on := i < n.shown
		touch.Show(n.cards[i].Rectangle, on)
		if !on {
			n.what[i].Set("")
			n.number[i].Set("")
			continue
		}
		n.what[i].Set(all[i].What)
		n.number[i].Set(all[i].Number)
		if i == 0 && red {
			n.cards[i].Paint(theme.AlarmSoft, theme.AlarmSoft)
			n.what[i].Paint(theme.Ink)
		} else {
			n.cards[i].Paint(theme.Card, theme.Line)
			n.what[i].Paint(theme.Soft)
		}
	}
}

func (n *numbers) place(box theme.Box) {
	first := box
	if n.shown > 1 {
		first = box.Start((box.Width() - 18) * 0.42)
		box.Start(18)
	}
	boxes := []theme.Box{first, box}[:n.shown]
	label := float32(0) // of the same height, so that the numbers stand on one line
	for i, b := range boxes {
		label = max(label, n.what[i].Height(b.Inset(22, 16).W))
	}
	for i, b := range boxes {
		b.Put(n.cards[i].Rectangle)
		b = b.Inset(22, 16)
		b.Cut(label).Put(n.what[i])
		b.Put(n.number[i])
	}
}

// stand puts the cards one under the other.
func (n *numbers) stand(box *theme.Box) {
	for i := range n.shown {
		if i > 0 {
			box.Top(12)
		}
		inner := box.Inset(22, 0)
		label := n.what[i].Height(inner.W) / n.look.Scale
		card := box.Top(label + 14 + 68 + 8)
		card.Put(n.cards[i].Rectangle)
		card = card.Inset(22, 0)
		card.Top(14)
		card.Top(label).Put(n.what[i])
		card.Bottom(8)
		card.Put(n.number[i])
	}
}
