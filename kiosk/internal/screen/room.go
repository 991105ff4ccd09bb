package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// room is the resting page of a kiosk that stands where only staff are: it shows what is open, without a PIN, and nothing of it in detail.
type room struct {
	frame
	model                      view.Room
	site, clock, half          *touch.Text
	link, heading, more, fault *touch.Text
	linkDot                    *touch.Card
	sign                       fyne.CanvasObject
	calls                      [3]*callRow
	door, staff, call          *touch.Button
}

func newRoom(kit Kit) *room {
	p := &room{}
	p.kit = kit
	p.site = p.text(touch.Style{Size: theme.Title, Least: theme.Body, Bold: true, Ink: theme.Ink, Lines: 2})
	p.clock = p.text(touch.Style{Size: theme.Title, Bold: true, Ink: theme.Ink, Lines: 1, Align: fyne.TextAlignTrailing})
	p.half = p.text(touch.Style{Size: theme.Title, Ink: theme.Ink, Lines: 1})
	p.link = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 2})
	p.linkDot = touch.NewFill(kit.Look, theme.Teal, 6)
	p.heading = p.text(touch.Style{Size: theme.Quiet, Bold: true, Ink: theme.Ink, Mid: true})
	p.more = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft})
	p.fault = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Ink, Mid: true, Lines: 2})
	p.sign = touch.NewIcon(kit.Look, touch.Attention, theme.Ink, 2.2)
	p.door = p.button(flow.TapStart, touch.Face{Kind: touch.Help, Size: theme.Title})
	p.staff = p.button(flow.TapStaff, touch.Face{Size: theme.Strong})
	p.call = p.button(flow.TapStaff, touch.Face{Kind: touch.Alert, Icon: touch.Phone, Size: theme.Step, Start: true})
	objects := []fyne.CanvasObject{p.site, p.clock, p.half, p.link, p.linkDot.Rectangle, p.heading, p.more, p.fault, p.sign, p.door, p.staff, p.call}
	for i := range p.calls {
		p.calls[i] = newCallRow(&p.frame, i)
		objects = append(objects, p.calls[i].objects()...)
	}
	p.open(kit, p.cut, objects...)
	p.upright(p.stand)
	return p
}

// Update writes what changed.
func (p *room) Update(s flow.State) {
	m := view.NewRoom(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.site.Set(m.Site)
	p.clock.Set(m.Clock)
	p.half.Set(m.Half)
	p.link.Set(m.Link)
	p.linkDot.Paint(map[bool]theme.Role{true: theme.Teal, false: theme.Line}[m.Linked], theme.None)
	p.heading.Set(m.Heading)
	p.more.Set(m.More)
	p.fault.Set(m.Fault)
	touch.Show(p.sign, m.Fault != "")
	p.door.SetBoth(m.Start, m.StartSub)
	p.staff.Set(m.Staff)
	p.call.Set(m.Call)
	touch.Show(p.staff, m.Call == "")
	touch.Show(p.call, m.Call != "")
	for i, r := range p.calls {
		var c view.CallRow
		if i < len(m.Calls) {
			c = m.Calls[i]
		}
		r.set(c)
	}
	p.arrange()
}

func (p *room) cut(box theme.Box) {
	if box.Y == 0 {
		box.Top(14)
	}
	box.Top(14)
	box.Bottom(30)
	box = box.Inset(36, 0)
	right := box.End(264)
	box.End(28)
	head := right.Top(36)
	if w := p.half.Width() / p.kit.Look.Scale; p.model.Half != "" {
		head.End(w + 2).Put(p.half)
		head.End(6)
	}
	head.Put(p.clock)
	foot := float32(72)
	if p.model.Call != "" {
		foot = 112
	}
	corner := right.Bottom(foot)
	corner.Put(p.staff)
	corner.Put(p.call)
	right.Bottom(14)
	right.Top(14)
	right.Put(p.door)
	box.Cut(p.site.Height(box.W)).Put(p.site)
	box.Top(2)
	line := box.Top(26)
	line.Start(18).Middle(12, 12).Put(p.linkDot.Rectangle)
	line.Start(6)
	line.Put(p.link)
	box.Top(18)
	if p.model.Fault != "" {
		row := box.Bottom(46)
		row.Start(26).Middle(26, 26).Put(p.sign)
		row.Start(12)
		row.Put(p.fault)
	}
	box.Top(26).Put(p.heading)
	box.Top(6)
	for i := range p.model.Calls {
		p.calls[i].place(box.Top(theme.Target))
		box.Top(8)
	}
	box.Put(p.more)
}

func (p *room) stand(box theme.Box) {
	box.Top(24)
	box.Bottom(30)
	box = box.Inset(28, 0)
	foot := float32(72)
	if p.model.Call != "" {
		foot = 112
	}
	corner := box.Bottom(foot)
	corner.Put(p.staff)
	corner.Put(p.call)
	box.Bottom(14)
	box.Bottom(176).Put(p.door)
	box.Bottom(16)
	if p.model.Fault != "" {
		row := box.Bottom(48)
		row.Start(26).Middle(26, 26).Put(p.sign)
		row.Start(12)
		row.Put(p.fault)
		box.Bottom(12)
	}
	clock := box.Top(36)
	if w := p.half.Width() / p.kit.Look.Scale; p.model.Half != "" {
		clock.End(w + 2).Put(p.half)
		clock.End(6)
	}
	clock.End(p.clock.Width()/p.kit.Look.Scale + 4).Put(p.clock)
	box.Top(4)
	box.Cut(p.site.Height(box.W)).Put(p.site)
	box.Top(4)
	linked(&box, p.linkDot, p.link)
	box.Top(24)
	box.Top(26).Put(p.heading)
	box.Top(8)
	for i := range p.model.Calls {
		p.calls[i].stand(box.Top(76))
		box.Top(10)
	}
	box.Put(p.more)
}
