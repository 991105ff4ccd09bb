package view

import (
	"slices"
	"strings"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
)

// Voice is what reads a page aloud: the word on its button, and while it reads, how loud that can become.
type Voice struct {
	Words            string // nothing where no voice speaks the language
	Reading          bool
	Softest, Loudest bool
}

func voice(s flow.State, c *locale.Catalog) Voice {
	switch {
	case !slices.Contains(s.Speaks, s.Lang):
		return Voice{}
	case s.Reading:
		return Voice{Words: c.Text("listen.stop"), Reading: true, Softest: s.Loud <= -flow.LoudSteps, Loudest: s.Loud >= flow.LoudSteps}
	}
	return Voice{Words: c.Text("listen")}
}

// Spoken is what is read aloud on a page, in the order in which one would say it; empty on pages that are not for a youth.
func Spoken(s flow.State, set locale.Set) string {
	c := set.Pick(s.Lang)
	var out []string
	say := func(words ...string) {
		for _, w := range words {
			if w = strings.TrimSpace(strings.ReplaceAll(w, "\u200b", "")); w != "" {
				out = append(out, w)
			}
		}
	}
	switch s.Shown() {
	case flow.Idle:
		m := NewIdle(s, set)
		say(m.Band, m.Welcome, m.Site, m.Help, m.Touch)
	case flow.Ask:
		m := NewAsk(s, set)
		say(m.Band, m.Title, m.Calm, m.Honest, m.Yes, m.No)
	case flow.Status:
		m := NewStatus(s, set)
		say(m.Band)
		if m.Ended {
			say(m.EndTitle, m.EndBody)
			break
		}
		for _, r := range m.Rows {
			if r.Progress == Now {
				say(r.Text, r.Sub)
			}
		}
		say(m.Message, m.Tell, m.Why, m.Choose, m.NeedsTitle)
		for _, chip := range m.Chips {
			say(chip.Text)
		}
	case flow.Broken:
		m := NewBroken(s, set)
		say(m.Title, m.Body)
		for _, n := range m.Numbers {
			say(n.What, spelled(n.Number))
		}
	case flow.Languages:
		say(c.Text("languages.title"), NewPicker(s, set).Note)
	default:
		return ""
	}
	return sentences(out)
}

// spelled says a number digit by digit.
func spelled(number string) string {
	return strings.Join(strings.Split(strings.ReplaceAll(number, "-", ""), ""), " ")
}

// sentences puts a pause between things that are said one after the other.
func sentences(all []string) string {
	for i, words := range all {
		if !strings.ContainsAny(words[len(words)-1:], ".?!:") && !strings.HasSuffix(words, "。") && !strings.HasSuffix(words, "؟") {
			all[i] = words + "."
		}
	}
	return strings.Join(all, "\n")
}
