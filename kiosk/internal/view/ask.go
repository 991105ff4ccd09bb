package view

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Ask is the one question before help is called, with the honest sentence.
type Ask struct {
	Band, Close  string
	Voice        Voice
	Languages    []Language
	More         string
	Title        string
	Calm, Honest string
	Yes, No      string
}

// NewAsk reads the question.
func NewAsk(s flow.State, set locale.Set) Ask {
	c := set.Pick(s.Lang)
	return Ask{
		Band: band(s, c), Close: c.Text("close"), Voice: voice(s, c), Languages: languages(s, set), More: c.Text("languages.more"),
		Title: c.Text("ask.title"), Calm: c.Text("ask.calm"), Honest: c.Text("ask.honest"),
		Yes: c.Text("ask.yes"), No: c.Text("ask.no"),
	}
}
