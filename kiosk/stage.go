package kiosk

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/screen"
	"safeyouthzone/kiosk/internal/theme"
)

// stage is the window and the pages that can stand in it. It is used on the UI goroutine only.
type stage struct {
	window fyne.Window
	app    fyne.App
	words  locale.Set
	tap    func(string)

	room  *fyne.Container
	plain theme.Look // before it is fitted to the window
	look  theme.Look
	sets  map[string]*screen.Pages // by language
	state flow.State
	page  screen.Page
}

func newStage(app fyne.App, words locale.Set, plain theme.Look, opt Options, tap func(string)) *stage {
	s := &stage{app: app, words: words, plain: plain, tap: tap}
	s.window = app.NewWindow(words.Pick(opt.Lang).Text("title"))
	s.room = container.New(room{s})
	s.fit(opt.Size)
	s.window.SetPadded(false)
	s.window.SetContent(s.room)
	s.window.Resize(opt.Size)
	return s
}

// show puts the state's page into the window and writes what changed.
func (s *stage) show(st flow.State) {
	s.state = st
	page := s.pages(st.Lang).Page(st.Shown())
	if page == s.page {
		page.Update(st)
		return
	}
	object := page.Object()
	if size := s.room.Size(); size != object.Size() {
		object.Resize(size)
	}
	page.Update(st)
	s.page, s.room.Objects = page, []fyne.CanvasObject{object}
	s.room.Refresh()
}

func (s *stage) pages(lang string) *screen.Pages {
	set, ok := s.sets[lang]
	if !ok {
		c := s.words.Pick(lang)
		set = screen.NewPages(screen.Kit{Look: s.look.Speaking(c.Language, c.Right), Words: s.words, Tap: s.tap})
		s.sets[lang] = set
	}
	return set
}

// fit builds the pages anew for a window of another size; in the field that happens once.
func (s *stage) fit(size fyne.Size) bool {
	look := s.plain.Fit(size)
	if look == s.look && s.sets != nil {
		return false
	}
	s.look, s.sets, s.page = look, map[string]*screen.Pages{}, nil
	s.app.Settings().SetTheme(theme.Fyne{Look: look})
	return true
}

// room is the layout of the window: one page that fills it.
type room struct{ stage *stage }

// MinSize is nothing: the window has the size of the screen.
func (room) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Layout gives the page the whole window, and builds it anew if it was made for another scale.
func (r room) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	s := r.stage
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if s.fit(size) && len(s.state.Langs) > 0 {
		s.show(s.state)
		return
	}
	for _, o := range objects {
		o.Resize(size)
	}
}
