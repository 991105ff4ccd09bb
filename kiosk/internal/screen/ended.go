package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// ended is what the youth's page says when a call is over.
type ended struct {
	dot         *touch.Dot
	title, body *touch.Text
	done        *touch.Button
}

func newEnded(f *frame) *ended {
	e := &ended{
		dot:   touch.NewDot(f.kit.Look),
		title: f.text(touch.Style{Size: theme.Door, Least: theme.Title, Bold: true, Ink: theme.Ink, Align: fyne.TextAlignCenter}),
		body:  f.text(touch.Style{Size: theme.Body, Ink: theme.Soft, Align: fyne.TextAlignCenter}),
		done:  f.button(flow.TapDone, touch.Face{Size: theme.Strong}),
	}
	e.dot.Set(touch.Done)
	return e
}

func (e *ended) objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{e.dot, e.title, e.body, e.done}
}

func (e *ended) set(m view.Status) {
	e.title.Set(m.EndTitle)
	e.body.Set(m.EndBody)
	e.done.Set(m.EndDone)
	touch.Show(e.dot, m.Ended)
	touch.Show(e.done, m.Ended)
}

func (e *ended) place(box theme.Box) {
	if box.H > box.W {
		e.stand(box)
		return
	}
	box = box.Inset(70, 0)
	box.Bottom(32)
	box.Bottom(88).Middle(260, 88).Put(e.done)
	box.Top(14)
	box.Top(64).Middle(64, 64).Put(e.dot)
	box.Top(22)
	box.Cut(e.title.Height(box.W)).Put(e.title)
	box.Top(10)
	box.Put(e.body)
}

func (e *ended) stand(box theme.Box) {
	box = box.Inset(32, 0)
	box.Bottom(24)
	box.Bottom(88).Put(e.done)
	box.Bottom(20)
	title, body := e.title.Height(box.W), e.body.Height(box.W)
	box = box.Middle(box.Width(), min(box.Height(), e.scale(title+body)+72+36))
	box.Top(72).Middle(72, 72).Put(e.dot)
	box.Top(24)
	box.Cut(title).Put(e.title)
	box.Top(12)
	box.Put(e.body)
}

func (e *ended) scale(px float32) float32 { return px / e.done.Look().Scale }
