package kiosk

import (
	"log/slog"

	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/speech"
	"safeyouthzone/kiosk/internal/view"
)

// Speech says how a page is read aloud. The zero value reads nothing.
type Speech struct {
	On      bool
	Device  string   // ALSA's name of the headphone jack; empty: the default device
	Volume  int      // 1 to 200
	Program string   // empty: Debian's espeak-ng
	More    []string // arguments for the synthesiser; for tests
}

// listener reads pages aloud. It is used on the UI goroutine only.
type listener struct {
	reader *speech.Reader
	words  locale.Set
	log    *slog.Logger
	page   flow.Screen // that is read now
	lang   string
	about  string // the activation
}

// newListener finds the voice. A voice that is wanted and missing is a fault; everything else goes on.
func newListener(opt Options, words locale.Set) (*listener, []string, []flow.Fault) {
	l := &listener{words: words, log: opt.Log}
	if !opt.Speech.On {
		return l, nil, nil
	}
	reader, err := speech.Open(speech.Options{
		Program: opt.Speech.Program, Device: opt.Speech.Device, Volume: opt.Speech.Volume, More: opt.Speech.More, Log: opt.Log,
	})
	if err != nil {
		opt.Log.Error("pages cannot be read aloud", slog.Any("error", err))
		return l, nil, []flow.Fault{{Code: agentapi.ScreenVoice}}
	}
	l.reader = reader
	var speaks []string
	for _, c := range words {
		if reader.Speaks(c.Language) {
			speaks = append(speaks, c.Language)
		}
	}
	return l, speaks, nil
}

// toggle begins to read the page of a state, or stops. It reports whether something is read now.
func (l *listener) toggle(s flow.State, done func()) bool {
	if s.Reading || l.reader == nil {
		l.reader.Stop()
		return false
	}
	return l.say(s, done)
}

// say reads the page of a state from its beginning, as loud as the state wants.
func (l *listener) say(s flow.State, done func()) bool {
	l.reader.Adjust(s.Loud)
	words := view.Spoken(s, l.words)
	if words == "" {
		return false
	}
	if err := l.reader.Say(s.Lang, words, done); err != nil {
		l.log.Warn("page was not read aloud", slog.String("language", s.Lang), slog.Any("error", err))
		return false
	}
	l.page, l.lang, l.about = s.Shown(), s.Lang, s.Case
	return true
}

// left reports whether the page that is read is gone, and silences it.
func (l *listener) left(s flow.State) bool {
	if !s.Reading || (s.Shown() == l.page && s.Lang == l.lang && s.Case == l.about) {
		return false
	}
	l.reader.Stop()
	return true
}
