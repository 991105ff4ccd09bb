// Package kiosktest opens a kiosk without a window, on Fyne's pure-Go test driver: for tests, and for a simulator on a machine without
// a display. Buttons are found by their stable ids, pictures come from the software renderer.
//
// It needs neither a display nor C libraries. A machine-wide limit of Fyne applies: one kiosk at a time in a process. All methods are
// safe for concurrent use. A button that is not on the page now is an error, never a panic.
package kiosktest

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"log/slog"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"safeyouthzone/kiosk"
)

// ErrNoButton means that there is no such button on the page now.
var ErrNoButton = errors.New("no such button on this page")

// target is anything that a finger can hit.
type target interface {
	fyne.CanvasObject
	ID() string
	On() bool
}

// Size is the size of a page.
type Size struct{ Width, Height int }

// Options are the choices of whoever opens a kiosk. The zero value is 800x480, light, in English.
type Options struct {
	Size      Size
	Lang      string
	Dark      bool
	Contrast  bool
	Speech    kiosk.Speech
	Faces     string // where the faces are; empty: where Debian puts them
	StaffOnly bool
	Log       *slog.Logger
	Restart   func() // called when IT asked for it
}

// Kiosk is an open kiosk.
type Kiosk struct {
	mu     sync.Mutex // stands for the UI goroutine
	app    fyne.App
	kiosk  *kiosk.Kiosk
	cancel context.CancelFunc
	done   chan struct{}
}

// Open opens a kiosk that talks to client. Close it.
func Open(client kiosk.Client, opt Options) (*Kiosk, error) {
	if opt.Size == (Size{}) {
		opt.Size = Size{800, 480}
	}
	k := &Kiosk{app: test.NewApp(), done: make(chan struct{})}
	size := fyne.NewSize(float32(opt.Size.Width), float32(opt.Size.Height))
	var err error
	k.kiosk, err = kiosk.New(k.app, client, kiosk.Options{Lang: opt.Lang, Dark: opt.Dark, Contrast: opt.Contrast, Faces: opt.Faces, Speech: opt.Speech, StaffOnly: opt.StaffOnly, Size: size, Do: k.do, Log: opt.Log, Restart: opt.Restart})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel = cancel
	go func() {
		defer close(k.done)
		k.kiosk.Run(ctx)
	}()
	return k, nil
}

// do serves as the UI goroutine: one function at a time.
func (k *Kiosk) do(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

// Close ends the kiosk and waits for it.
func (k *Kiosk) Close() {
	k.cancel()
	<-k.done
	k.do(func() {
		k.kiosk.Window().Close()
		k.app.Quit()
	})
}

// Screen names the page: idle, ask, status, broken, pin, zone, steps, referral, verify, confirm or trouble.
func (k *Kiosk) Screen() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kiosk.Screen()
}

// Tap touches the button of an id: help, yes, close, need.hurt, staff, pin.1, pin.ok and so on.
func (k *Kiosk) Tap(id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	x, y, err := k.where(id)
	if err != nil {
		return err
	}
	test.TapCanvas(k.kiosk.Window().Canvas(), fyne.NewPos(x, y))
	return nil
}

// Where is the centre of a button on the page, for a click on a real window of the same size.
func (k *Kiosk) Where(id string) (x, y int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	fx, fy, err := k.where(id)
	return int(fx), int(fy), err
}

func (k *Kiosk) where(id string) (x, y float32, err error) {
	found := false
	k.walk(func(o fyne.CanvasObject, at fyne.Position) {
		if b, ok := o.(target); ok && b.ID() == id && b.On() {
			centre := at.AddXY(b.Size().Width/2, b.Size().Height/2)
			x, y, found = centre.X, centre.Y, true
		}
	})
	if !found {
		return 0, 0, fmt.Errorf("cannot find %q on %s: %w", id, k.kiosk.Screen(), ErrNoButton)
	}
	return x, y, nil
}

// Buttons lists the ids that can be tapped now.
func (k *Kiosk) Buttons() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	k.walk(func(o fyne.CanvasObject, _ fyne.Position) {
		if b, ok := o.(target); ok && b.On() {
			out = append(out, b.ID())
		}
	})
	return out
}

// Texts lists what is written on the page, in no promised order.
func (k *Kiosk) Texts() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	k.walk(func(o fyne.CanvasObject, _ fyne.Position) {
		if w, ok := o.(interface{ Words() string }); ok && w.Words() != "" {
			out = append(out, w.Words())
		}
	})
	return out
}

// PNG writes a picture of the page.
func (k *Kiosk) PNG(w io.Writer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := png.Encode(w, k.kiosk.Window().Canvas().Capture()); err != nil {
		return fmt.Errorf("cannot write picture: %w", err)
	}
	return nil
}

// walk visits every visible object of the page with its place.
func (k *Kiosk) walk(visit func(fyne.CanvasObject, fyne.Position)) {
	var down func(o fyne.CanvasObject, at fyne.Position)
	down = func(o fyne.CanvasObject, at fyne.Position) {
		if !o.Visible() {
			return
		}
		at = at.Add(o.Position())
		visit(o, at)
		if c, ok := o.(*fyne.Container); ok {
			for _, child := range c.Objects {
				down(child, at)
			}
		}
	}
	down(k.kiosk.Window().Content(), fyne.Position{})
}
