package kiosk

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"safeyouthzone/kiosk/internal/flow"
	"safeyouthzone/kiosk/internal/locale"
	"safeyouthzone/kiosk/internal/theme"
)

// Options are the choices of whoever opens a kiosk. The zero value is a light kiosk in English at 800x480.
type Options struct {
	Lang      string    // of the neutral page; "": the first of the site's languages, and English until the site was heard
	Dark      bool      // dark page
	Contrast  bool      // colours for people who see little
	Speech    Speech    // reads pages aloud
	Refuse    bool      // leaves out the languages that no native speaker has reviewed
	Faces     string    // where the faces of the languages are; "": where Debian puts them
	StaffOnly bool      // the kiosk stands where only staff are: it rests on the open calls instead of the neutral page
	Size      fyne.Size // of the window until it is laid out; zero: 800x480

	// Do runs a function on the UI goroutine, soon. nil: fyne.Do.
	Do func(func())
	// Feed is called every two seconds for as long as the UI goroutine answers. nil: nobody is told.
	Feed func()
	// Restart is called when IT asked for a restart, after the agent was asked. nil: nothing happens.
	Restart func()
	// Log takes what happens, by id only. nil: nothing is logged.
	Log *slog.Logger
}

// Kiosk is one screen.
type Kiosk struct {
	client Client
	opt    Options
	log    *slog.Logger
	stage  *stage
	voice  *listener

	// On the UI goroutine only.
	state flow.State
	begin func(flow.Effect) // set while Run runs
	heard int               // how often a page was read

	faults []string // of the screen itself, which the agent is told

	calls sync.WaitGroup
}

// New makes a kiosk in a window of app and shows its neutral page. It hears and calls nobody before Run.
func New(app fyne.App, client Client, opt Options) (*Kiosk, error) {
	home := opt.Lang
	if opt.Lang == "" {
		opt.Lang = locale.English
	}
	if opt.Do == nil {
		opt.Do = fyne.Do
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Size == (fyne.Size{}) {
		opt.Size = fyne.NewSize(800, 480)
	}
	words, book, faults, err := prepare(opt)
	if err != nil {
		return nil, err
	}
	opt.Lang = words.Pick(opt.Lang).Language
	k := &Kiosk{client: client, opt: opt, log: opt.Log, state: flow.New(time.Now(), first(words.Languages(), opt.Lang))}
	var silent []flow.Fault
	k.voice, k.state.Speaks, silent = newListener(opt, words)
	k.state.Own = append(faults, silent...)
	for _, f := range k.state.Own {
		k.faults = append(k.faults, f.Code)
	}
	k.state.Home, k.state.StaffOnly = home, opt.StaffOnly
	if opt.StaffOnly {
		k.state.Screen = flow.Room
	}
	k.stage = newStage(app, words, theme.Look{Dark: opt.Dark, Contrast: opt.Contrast, Faces: book}, opt, k.tap)
	k.stage.show(k.state)
	return k, nil
}

// first puts one language before the others.
func first(all []string, lang string) []string {
	out := []string{lang}
	for _, l := range all {
		if l != lang {
			out = append(out, l)
		}
	}
	return out
}

// Window is the kiosk's window. It is neither shown nor full-screen yet.
func (k *Kiosk) Window() fyne.Window { return k.stage.window }

// Screen is the page that people see. Call it on the UI goroutine.
func (k *Kiosk) Screen() string { return string(k.state.Shown()) }

// Run follows the agent and keeps time until ctx ends. It returns after every call to the agent has ended.
func (k *Kiosk) Run(ctx context.Context) {
	k.opt.Do(func() { k.begin = func(e flow.Effect) { k.start(ctx, e) } })
	var wg sync.WaitGroup
	for _, work := range []func(context.Context){k.follow, k.tick, k.watch} {
		wg.Go(func() { work(ctx) })
	}
	wg.Wait()
	k.calls.Wait()
	k.voice.reader.Close()
}

// send brings an event to the UI goroutine.
func (k *Kiosk) send(e flow.Event) { k.opt.Do(func() { k.handle(e) }) }

// tap is called on the UI goroutine.
func (k *Kiosk) tap(id string) {
	if id == flow.TapListen {
		k.listen()
	}
	before := k.state.Loud
	k.handle(flow.Tap{Now: time.Now(), ID: id})
	if k.state.Loud != before && k.state.Reading {
		k.listenAgain()
	}
}

// listen reads the page aloud, or stops it.
func (k *Kiosk) listen() {
	k.heard++
	turn := k.heard
	k.state.Reading = k.voice.toggle(k.state, func() { k.opt.Do(func() { k.silent(turn) }) })
}

// listenAgain reads the page from its beginning at another volume: pages are short, and the synthesiser takes its volume at the start.
func (k *Kiosk) listenAgain() {
	k.heard++
	turn := k.heard
	k.state.Reading = k.voice.say(k.state, func() { k.opt.Do(func() { k.silent(turn) }) })
	k.stage.show(k.state)
}

// silent says that a page has been read to its end.
func (k *Kiosk) silent(turn int) {
	if turn == k.heard && k.state.Reading {
		k.state.Reading = false
		k.stage.show(k.state)
	}
}

// handle moves the kiosk on. What must be done begins before anything is drawn.
func (k *Kiosk) handle(e flow.Event) {
	before := k.state.Shown()
	next, effects := flow.Next(k.state, e)
	if k.voice.left(next) {
		next.Reading = false
	}
	k.state = next
	for _, effect := range effects {
		if k.begin != nil {
			k.begin(effect)
		}
	}
	if after := next.Shown(); after != before {
		k.log.Debug("page", slog.String("page", string(after)))
	}
	k.stage.show(next)
}

// tick tells the kiosk what time it is, once a second; a page that shows nothing new is not drawn.
func (k *Kiosk) tick(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			k.send(flow.Tick{Now: now})
		}
	}
}
