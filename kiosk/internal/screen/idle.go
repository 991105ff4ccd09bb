package screen

import (
	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/theme"
	"safeyouthzone/kiosk/internal/touch"
	"safeyouthzone/kiosk/internal/view"
)

// idle is the neutral page.
type idle struct {
	frame
	model                            view.Idle
	welcome, site, clock, half, date *touch.Text
	rules                            [3]*touch.Card
	what, when                       [2]*touch.Text
	door, staff, call                *touch.Button
	ears                             *voice
	languages                        *languages
}

func newIdle(kit Kit) *idle {
	p := &idle{}
	p.kit = kit
	p.welcome = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft})
	p.site = p.text(touch.Style{Size: theme.Headline, Least: 28, Bold: true, Ink: theme.Ink, Lines: 2})
	p.clock = p.text(touch.Style{Size: theme.Clock, Ink: theme.Ink})
	p.half = p.text(touch.Style{Size: theme.Title, Ink: theme.Ink})
	p.date = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Lines: 2})
	p.door = p.button(flow.TapHelp, touch.Face{Kind: touch.Help, Icon: touch.House, Size: theme.Door, Radius: 36, Tall: true})
	p.staff = p.button(flow.TapStaff, touch.Face{Kind: touch.Ghost, Size: theme.Quiet, Start: true, Thin: true})
	p.ears = p.voice()
	p.call = p.button(flow.TapStaff, touch.Face{Kind: touch.Alert, Icon: touch.Phone, Size: theme.Chip, Start: true})
	p.languages = newLanguages(&p.frame, touch.Face{}, maxLanguages)
	objects := []fyne.CanvasObject{p.welcome, p.site, p.clock, p.half, p.date, p.door, p.staff, p.call}
	objects = append(objects, p.ears.objects()...)
	for i := range p.rules {
		p.rules[i] = touch.NewFill(kit.Look, theme.Line, 0)
		objects = append(objects, p.rules[i].Rectangle)
	}
	for i := range p.what {
		p.what[i] = p.text(touch.Style{Size: theme.Chip, Least: theme.Quiet, Ink: theme.Ink, Mid: true, Lines: 1})
		p.when[i] = p.text(touch.Style{Size: theme.Quiet, Ink: theme.Soft, Mid: true, Lines: 1, Align: fyne.TextAlignTrailing})
		objects = append(objects, p.what[i], p.when[i])
	}
	p.open(kit, p.cut, append(objects, p.languages.objects()...)...)
	p.upright(p.stand)
	return p
}

// Update writes what changed: at rest, the clock once a minute.
func (p *idle) Update(s flow.State) {
	m := view.NewIdle(s, p.kit.Words)
	if p.same(m) {
		return
	}
	p.model = m
	p.banded(m.Band)
	p.welcome.Set(m.Welcome)
	p.site.Set(m.Site)
	p.clock.Set(m.Clock)
	p.half.Set(m.Half)
	p.date.Set(m.Date)
	p.door.SetBoth(m.Help, m.Touch)
	p.staff.Set(m.Staff)
	p.call.Set(m.Call)
	touch.Show(p.staff, !m.StaffMustPhone)
	touch.Show(p.call, m.StaffMustPhone)
	if m.StaffMustPhone {
		m.Voice = view.Voice{} // its corner is taken
	}
	p.ears.set(m.Voice)
	p.languages.set(m.Languages, m.More)
	for i := range p.what {
		var l view.Listing
		if i < len(m.Listings) {
			l = m.Listings[i]
		}
		p.what[i].Set(l.What)
		p.when[i].Set(l.When)
	}
	p.arrange()
}

func (p *idle) cut(box theme.Box) {
	top := float32(40)
	if box.Y > 0 {
		top = 22
	}
	box.Top(top)
	box.Bottom(32)
	box = box.Inset(36, 0)
	box.X += p.kit.Look.Px(float32(p.model.Shift[0]))
	box.Y += p.kit.Look.Px(float32(p.model.Shift[1]))
	right := box.End(292)
	box.End(36)
	right.Top(292).Put(p.door)
	p.languages.spread(right.Bottom(theme.Target))
	corner := box.Bottom(theme.Target)
	corner.Put(p.call)
	corner = p.out(corner, 8)
	room := corner.Width()
	if p.ears.here() {
		room -= p.ears.wide()
	}
	corner.Start(min(room, p.corner())).Put(p.staff)
	p.ears.place(&corner)
	p.left(box)
}

// corner is how wide the button of the staff is: wider than its word, but for as long as the page is read, when three buttons stand beside it.
func (p *idle) corner() float32 {
	w := p.width(p.staff.Words(), false)
	if p.ears.quieter.Visible() {
		return w
	}
	return max(120, w)
}

// left stacks the ordinary page of the site; lines of the programme that find no room are left out.
func (p *idle) left(box theme.Box) {
	if p.model.Welcome != "" {
		box.Top(24).Put(p.welcome)
	}
	box.Cut(p.site.Height(box.W)).Put(p.site)
	rest, each := float32(22), float32(48)
	if p.tall { // two lines of the programme fit between the clock and the door
		rest, each = 12, 44
	}
	box.Top(rest)
	row := box.Top(70)
	row.Start(p.clock.Width()/p.kit.Look.Scale + 14).Put(p.clock)
	row.Top(30)
	row.Put(p.half)
	box.Top(4)
	box.Cut(p.date.Height(box.W)).Put(p.date)
	box.Top(rest + 2)
	drawn := 0
	for i := range p.what {
		fits := i < len(p.model.Listings) && box.Height() >= each+1.5
		touch.Show(p.what[i], fits)
		touch.Show(p.when[i], fits)
		if !fits {
			continue
		}
		box.Top(1.5).Put(p.rules[i].Rectangle)
		line := box.Top(each)
		line.End(p.when[i].Width()/p.kit.Look.Scale + 2).Put(p.when[i])
		line.End(12)
		line.Put(p.what[i])
		drawn++
	}
	for i := range p.rules {
		touch.Show(p.rules[i].Rectangle, i < drawn)
	}
}

// stand puts the page of the site over the door, which is in reach of everybody.
func (p *idle) stand(box theme.Box) {
	top := float32(40)
	if box.Y > 0 {
		top = 22
	}
	box.Top(top)
	box.Bottom(24)
	box = box.Inset(32, 0)
	box.X += p.kit.Look.Px(float32(p.model.Shift[0]))
	box.Y += p.kit.Look.Px(float32(p.model.Shift[1]))
	corner := box.Bottom(theme.Target)
	corner.Put(p.call)
	if p.ears.here() {
		ears := corner.End(p.ears.wide())
		p.ears.place(&ears)
	}
	corner = p.out(corner, 8)
	corner.Start(min(corner.Width(), p.corner())).Put(p.staff)
	box.Bottom(10)
	p.languages.spread(box.Bottom(theme.Target))
	box.Bottom(18)
	door := box.Bottom(min(292, box.Height()*0.44))
	door.Put(p.door)
	box.Bottom(20)
	p.left(box)
}
