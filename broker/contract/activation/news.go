package activation

import "slices"

// News is what those who have answered must hear of at once: the ladder is over for them, and nobody may look at a desk.
type News string

// The kinds of news. A single wrong code is none: people mistype.
const (
	NewsPressed News = "pressed_again"
	NewsHurt    News = "hurt"
	NewsHelp    News = "need_help" // staff saw that the youth needs help now
	NewsDuress  News = "duress"
	NewsCode    News = "code_refused" // as often as codes can be wrong: whoever is at the door could not prove who they are
	NewsLeft    News = "left"
)

// NewsKinds lists the kinds.
func NewsKinds() []News {
	return []News{NewsPressed, NewsHurt, NewsHelp, NewsDuress, NewsCode, NewsLeft}
}

// Repeats reports whether a kind of news can come many times in a minute, so that people are told once of many.
func (n News) Repeats() bool { return n == NewsPressed || n == NewsHelp }

// NewsItem is one piece of news: the newest of its kind.
type NewsItem struct {
	Kind News
	Mark Mark // of its event
}

// News is what has happened in a case that those who answered before must hear of, in a fixed order.
func (s State) News() []NewsItem {
	var out []NewsItem
	add := func(k News, m Mark) {
		if !m.zero() {
			out = append(out, NewsItem{k, m})
		}
	}
	if n := len(s.Again); n > 0 {
		add(NewsPressed, s.Again[n-1])
	}
	add(NewsHurt, s.HurtAt)
	if s.Welfare == WelfareHelp {
		add(NewsHelp, s.Welfared)
	}
	add(NewsDuress, s.UnderDuress)
	if n := len(s.WrongCode); n > 0 && s.CodeTries() == 0 {
		add(NewsCode, s.WrongCode[n-1])
	}
	add(NewsLeft, s.LeftAt)
	return out
}

// hurt notes when it was first said that the youth is hurt.
func (s *State) hurt(e Event, m Mark) {
	if e.Type == NeedAsked && e.Need == Hurt || e.Type == IntakeRecorded && slices.Contains(e.Intake, Hurt) {
		s.HurtAt.earliest(m)
	}
}

// ToldOf returns the notices about one event.
func (l Ladder) ToldOf(event string) []Told {
	var out []Told
	for _, t := range l.Notices {
		if t.News != "" && t.Of == event {
			out = append(out, t)
		}
	}
	return out
}

// Unheard reports whether an agency could not be told of an event: every way to every one of it failed.
func (l Ladder) Unheard(event, agency string) bool {
	n := 0
	for _, t := range l.ToldOf(event) {
		if t.Agency != agency {
			continue
		}
		if t.State != NoticeFailed {
			return false
		}
		n++
	}
	return n > 0
}
