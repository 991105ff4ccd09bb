package view

import (
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Broken is the page of a kiosk whose agent is silent.
type Broken struct {
	Title, Body string
	Numbers     []Number
	Languages   []Language
	Voice       Voice
}

// NewBroken reads the page; its numbers are the last that were heard, or built in.
func NewBroken(s flow.State, set locale.Set) Broken {
	c := set.Pick(s.Lang)
	return Broken{
		Title: c.Text("broken.title"), Body: c.Text("broken.body"),
		Numbers: top(numbers(s, c), 2), Languages: languages(s, set), Voice: voice(s, c),
	}
}

func top[T any](all []T, n int) []T { return all[:min(n, len(all))] }
