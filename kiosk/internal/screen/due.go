package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// dueCard is until when the written report must be made: the day and the time, and how many hours are left.
type dueCard struct {
	card                                  *touch.Card
	label, day, clock, half, hours, after *touch.Text
	look                                  theme.Look
}

func newDue(f *frame) *dueCard {
	d := &dueCard{card: touch.NewCard(f.kit.Look), look: f.kit.Look}
	end := fyne.TextAlignTrailing
	d.label = f.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 1, Mid: true})
	d.day = f.text(touch.Style{Size: theme.Strong, Least: theme.Body, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	d.clock = f.text(touch.Style{Size: theme.Strong, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	d.half = f.text(touch.Style{Size: theme.Strong, Bold: true, Ink: theme.Ink, Lines: 1, Mid: true})
	d.hours = f.text(touch.Style{Size: theme.Headline, Bold: true, Ink: theme.Teal, Lines: 1, Mid: true, Align: end})
	d.after = f.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 1, Mid: true, Align: end})
	return d
}

func (d *dueCard) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{d.card.Rectangle, d.label, d.day, d.clock, d.half, d.hours, d.after}
}

func (d *dueCard) set(m *view.Due) {
	touch.Show(d.card.Rectangle, m != nil)
	if m == nil {
		m = &view.Due{}
	}
	d.label.Set(m.Label)
	d.day.Set(m.Day)
	d.clock.Set(m.Clock)
	d.half.Set(m.Half)
	d.hours.Set(m.Hours)
	d.after.Set(m.Left)
	d.after.Paint(map[bool]theme.Role{false: theme.Soft, true: theme.Alarm}[m.Late])
}

// place fills a box that is 96 high.
func (d *dueCard) place(box theme.Box) {
	box.Put(d.card.Rectangle)
	box = box.Inset(22, 12)
	right := box.End(min(150, box.Width()*0.36))
	box.End(12)
	if d.hours.Words() != "" {
		right.Top(50).Put(d.hours)
	}
	right.Put(d.after)
	box.Top(26).Put(d.label)
	box.Top(6)
	for _, t := range []*touch.Text{d.day, d.clock, d.half} {
		if t.Words() == "" {
			continue
		}
		box.Start(min(box.Width(), t.Width()/d.look.Scale+2)).Put(t)
		box.Start(6)
	}
}

// stand fills a narrow box that is 168 high: when, and under it how long from now.
func (d *dueCard) stand(box theme.Box) {
	box.Put(d.card.Rectangle)
	box = box.Inset(22, 14)
	box.Top(26).Put(d.label)
	box.Top(2)
	row := box.Top(40)
	for _, t := range []*touch.Text{d.day, d.clock, d.half} {
		if t.Words() == "" {
			continue
		}
		row.Start(min(row.Width(), t.Width()/d.look.Scale+2)).Put(t)
		row.Start(6)
	}
	box.Top(4)
	row = box.Top(58)
	if d.hours.Words() != "" {
		row.Start(d.hours.Width()/d.look.Scale + 2).Put(d.hours)
		row.Start(10)
		row.Start(d.after.Width()/d.look.Scale + 2).Put(d.after)
		return
	}
	row.Start(d.after.Width()/d.look.Scale + 2).Put(d.after)
}
