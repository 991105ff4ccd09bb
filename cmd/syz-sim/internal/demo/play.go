package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/term"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

const hold = 200 * time.Millisecond

// play lets a person play: the window where there is one, and keys in the terminal.
func (d *demo) play(ctx context.Context, window *county.Process) error {
	link, err := d.c.SignInLink(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	where := "in its own window"
	var screen *kiosktest.Kiosk
	if window == nil {
		where = "no display here: what it shows is always in " + d.picture()
		if screen, err = kiosktest.Open(agentapi.NewClient(d.d.Socket), kiosktest.Options{}); err != nil {
			return err
		}
		defer screen.Close()
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		wg.Go(func() { d.paint(ctx, screen) })
	}
	d.say(`
  desk    open this link in a browser; it is good once:
          %s
  kiosk   %s
  PINs    staff %s, staff under duress %s, IT %s

  keys    b  press the panic button
          y  a youth calls for help on the screen
          d  staff start a drill
          k  kill the broker as a power cut would, and start it again after 15 s
          l  a new link for the desk
          q  end the demo
`, link, where, county.StaffPIN, county.DuressPIN, county.ITPIN)
	return d.keys(ctx, window)
}

func (d *demo) picture() string { return filepath.Join(d.pictures, "screen.png") }

// paint keeps a picture of the screen on the disk, whole at every moment.
func (d *demo) paint(ctx context.Context, screen *kiosktest.Kiosk) {
	const every = 200 * time.Millisecond
	t := time.NewTicker(every)
	defer t.Stop()
	var shown []string
	for {
		if now := append(screen.Texts(), screen.Screen()); !slices.Equal(now, shown) {
			shown = now
			if err := d.paintOnce(screen); err != nil {
				d.say("no picture: %v", err)
			}
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *demo) paintOnce(screen *kiosktest.Kiosk) error {
	next := d.picture() + ".new"
	f, err := os.Create(next)
	if err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	if err := errors.Join(screen.PNG(f), f.Close()); err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}
	return os.Rename(next, d.picture())
}

// keys reads keys until the person, the window or ctx ends the demo.
func (d *demo) keys(ctx context.Context, window *county.Process) error {
	if f, ok := d.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		old, err := term.MakeRaw(int(f.Fd()))
		if err != nil {
			return fmt.Errorf("cannot read keys: %w", err)
		}
		defer func() { _ = term.Restore(int(f.Fd()), old) }()
		d.Out = rawWriter{d.Out}
	}
	typed := make(chan byte)
	go func() {
		defer close(typed)
		b := make([]byte, 1)
		for {
			if _, err := d.In.Read(b); err != nil {
				return
			}
			typed <- b[0]
		}
	}()
	var closed <-chan struct{}
	if window != nil {
		closed = window.Done()
	}
	for {
		select {
		case k, ok := <-typed:
			if !ok {
				typed = nil // nobody types: run until the window or ctx ends
				continue
			}
			if d.key(ctx, k) {
				return nil
			}
		case <-closed:
			d.say("the window was closed")
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// key does what one key means and says whether it ends the demo.
func (d *demo) key(ctx context.Context, k byte) (end bool) {
	const ctrlC = 3
	var err error
	switch k {
	case 'b':
		d.say("the button is pressed")
		err = d.d.API.SimButton(ctx, hold)
	case 'y':
		err = d.raise(ctx, activation.ByYouth, activation.Actual)
	case 'd':
		err = d.raise(ctx, activation.ByStaff, activation.Drill)
	case 'k':
		const down = 15 * time.Second
		d.say("the broker is killed; calls are kept and sent when it is back")
		err = d.c.KillBroker(ctx, down)
		d.say("the broker is back")
	case 'l':
		var link string
		if link, err = d.c.SignInLink(ctx); err == nil {
			d.say("desk: %s", link)
		}
	case 'q', ctrlC:
		return true
	}
	if err != nil {
		d.say("that did not work: %v", err)
	}
	return false
}

func (d *demo) raise(ctx context.Context, t activation.Trigger, m activation.Mode) error {
	d.say("%s calls for help (%s)", t, m)
	_, err := d.d.API.Raise(ctx, agentapi.Raise{Trigger: t, Mode: m})
	return err
}

// rawWriter ends lines as a terminal in raw mode wants them.
type rawWriter struct{ w io.Writer }

// Write writes.
func (r rawWriter) Write(b []byte) (int, error) {
	for _, c := range b {
		out := []byte{c}
		if c == '\n' {
			out = []byte("\r\n")
		}
		if _, err := r.w.Write(out); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
