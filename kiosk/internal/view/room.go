package view

import (
	"slices"
	"strconv"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Room is the resting page of a kiosk that stands where only staff are.
type Room struct {
	Band            string
	Site            string
	Clock, Half     string
	Heading         string
	Calls           []CallRow
	More            string
	Link            string
	Linked          bool
	Fault           string
	Start, StartSub string
	Staff           string
	Call            string // whom staff must phone, or nothing
}

// NewRoom reads the page. The newest call is first.
func NewRoom(s flow.State, set locale.Set) Room {
	c := set.Pick(s.Lang)
	z := NewZone(s, set)
	m := Room{
		Band: z.Band, Site: z.Title, Heading: z.Heading, More: z.More, Link: z.Link, Linked: z.Linked, Fault: z.Fault,
		Start: c.Text("room.start"), StartSub: c.Text("room.start.sub"), Staff: c.Text("room.staff"), Calls: z.Calls,
	}
	m.Clock, m.Half = clockOf(c, s.Now.In(s.Place))
	if len(s.Unheeded()) > 0 {
		m.Call = c.Text("idle.call", "number", hotline(s, c))
	}
	open := s.Open()
	slices.Reverse(open)
	for i := range m.Calls {
		if is, _ := s.Welfare(open[i]); is {
			m.Calls[i].Stage = c.Text("room.look")
		}
	}
	return m
}

// Picker is the page of all languages.
type Picker struct {
	Band, Back, Close, Title string
	Languages                []Language
	Now                      string // the code of the language that is spoken
	Note                     string // what the mark under a name means, if one has it
}

// NewPicker reads the page; each language is there by its own name.
func NewPicker(s flow.State, set locale.Set) Picker {
	c := set.Pick(s.Lang)
	m := Picker{Band: band(s, c), Back: c.Text("back"), Close: c.Text("close"), Title: c.Text("languages.title"), Now: s.Lang}
	for _, l := range s.Offered() {
		one := language(set, l)
		if one.Mark != "" {
			m.Note = c.Text("languages.drafts")
		}
		m.Languages = append(m.Languages, one)
	}
	return m
}

// Panel is the screen in one colour.
type Panel struct {
	Colour int
	Hint   string
}

// NewPanel reads the colour; only the first says what to do.
func NewPanel(s flow.State, set locale.Set) Panel {
	m := Panel{Colour: s.Colour}
	if s.Colour == 0 {
		m.Hint = set.Pick(s.Lang).Text("panel.hint")
	}
	return m
}

// Touch is the test whether every part of the screen answers.
type Touch struct {
	Hint  string
	Back  string
	Cells [flow.TouchCols * flow.TouchRows]bool
}

// NewTouch reads what has answered.
func NewTouch(s flow.State, set locale.Set) Touch {
	c := set.Pick(s.Lang)
	m := Touch{Hint: c.Text("touch.hint"), Back: c.Text("back")}
	for _, i := range s.Cells {
		m.Cells[i] = true
	}
	if len(s.Cells) >= len(m.Cells)-1 { // the way back is one of them
		m.Hint = c.Text("touch.all")
	}
	return m
}

// count is a number as its own text.
func count(n int) string { return strconv.Itoa(n) }
