// Package demo is a county to look at: one broker with its desk, one library with its device and kiosk. A person plays, or nobody
// has to.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/journey"
)

// Options say what kind of demo.
type Options struct {
	Bin      string
	Dir      string // everything of this demo goes into a new directory below it; "" for the system's
	Once     bool   // drive one journey without a person
	Headless bool   // no window, also if there is a display
	In       io.Reader
	Out      io.Writer
}

// ErrFailed means that a journey did not reach its end, or that a party did not see a stage.
var ErrFailed = errors.New("the journey did not reach its end")

type demo struct {
	Options
	c        *county.County
	d        *county.Device
	pictures string
}

// Run runs a demo until its journey, its person or ctx ends it.
func Run(ctx context.Context, o Options) error {
	d := &demo{Options: o}
	dir, err := os.MkdirTemp(o.Dir, "syz-demo-")
	if err != nil {
		return fmt.Errorf("cannot make a directory: %w", err)
	}
	d.pictures = filepath.Join(dir, "pictures")
	if err := os.Mkdir(d.pictures, 0o700); err != nil {
		return fmt.Errorf("cannot make a directory: %w", err)
	}
	began := time.Now()
	d.say("starting the broker")
	if d.c, err = county.Start(ctx, county.Options{Bin: o.Bin, Dir: dir}); err != nil {
		return err
	}
	defer d.c.Close()
	d.say("enrolling the device of Compton Library with a one-time code")
	if d.d, err = d.c.Enrol(ctx, "device", county.Zone(0), ""); err != nil {
		return err
	}
	if err := d.d.Start(ctx); err != nil {
		return err
	}
	defer d.d.Stop()
	if err := d.d.Connected(ctx); err != nil {
		return err
	}
	d.say("ready after %.1f s; everything of this demo is in %s", time.Since(began).Seconds(), dir)
	window, err := d.window()
	if err != nil {
		return err
	}
	if window != nil {
		defer window.Stop()
	}
	if o.Once {
		return d.once(ctx)
	}
	return d.play(ctx, window)
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }

// window opens the kiosk's window where there is a display to open it on.
func (d *demo) window() (*county.Process, error) {
	if d.Headless || (os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "") {
		return nil, nil
	}
	d.say("opening the kiosk's window")
	return d.d.Kiosk("--windowed")
}

// once drives one journey; its last line is one JSON object.
func (d *demo) once(ctx context.Context) error {
	d.say("\none call for help, in milliseconds since the touch:")
	r := journey.Run(ctx, journey.Options{County: d.c, Device: d.d, Pictures: d.pictures, Say: d.say})
	if r.OK {
		d.say("the ledger is whole: %d entries. Pictures of each page are in %s\n", r.Entries, d.pictures)
	}
	if err := json.NewEncoder(d.Out).Encode(r); err != nil {
		return err
	}
	if !r.OK {
		return ErrFailed
	}
	return nil
}
