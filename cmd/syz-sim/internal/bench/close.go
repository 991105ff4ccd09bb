package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

// Where the buttons of the kiosk are at 800x480, in a language that is written from the left.
const (
	doorX, doorY   = 618, 186
	yesX, yesY     = 360, 375
	closeX, closeY = 744, 44
	wide           = 800
)

// reading is how long somebody looks at a page before they close it: the window has gone to sleep by then.
const reading = 700 * time.Millisecond

var errNoClose = errors.New("the page did not close")

// hand is one finger, by the X server's own test extension.
type hand struct {
	in     io.WriteCloser
	cmd    *exec.Cmd
	mirror bool
}

func (d *display) hand(ctx context.Context, lang string) (*hand, error) {
	path, err := exec.LookPath("xdotool")
	if err != nil {
		return nil, fmt.Errorf("cannot find xdotool: %w (apt-get install xdotool)", err)
	}
	cmd := exec.CommandContext(ctx, path, "-")
	cmd.Env = append(os.Environ(), "DISPLAY="+d.name)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start xdotool: %w", err)
	}
	return &hand{in: in, cmd: cmd, mirror: slices.Contains([]string{"fa", "ar"}, lang)}, nil
}

func (h *hand) close() {
	_ = h.in.Close()
	_ = h.cmd.Wait()
}

// tap presses for as long as a finger does and tells when it let go.
func (h *hand) tap(ctx context.Context, x, y int) (time.Time, error) {
	if h.mirror {
		x = wide - x
	}
	if _, err := fmt.Fprintf(h.in, "mousemove %d %d\nmousedown 1\n", x, y); err != nil {
		return time.Time{}, fmt.Errorf("cannot tap: %w", err)
	}
	if err := still(ctx, 60*time.Millisecond); err != nil {
		return time.Time{}, err
	}
	_, err := io.WriteString(h.in, "mouseup 1\n")
	return time.Now(), err
}

// closes measures Close on the page of a call, from the finger that leaves the button to the neutral page on the screen. The agent is a
// scripted one, so the page is there at once and help has been called once.
func (d *display) closes(ctx context.Context, lang string, n int) ([]time.Duration, error) {
	h, err := d.hand(ctx, lang)
	if err != nil {
		return nil, err
	}
	defer h.close()
	for _, at := range [][2]int{{doorX, doorY}, {yesX, yesY}, {closeX, closeY}} { // the call; from now on the door leads to its page
		if _, err := h.tap(ctx, at[0], at[1]); err != nil {
			return nil, err
		}
		if err := still(ctx, reading); err != nil {
			return nil, err
		}
	}
	var out []time.Duration
	for range n {
		if _, err := h.tap(ctx, doorX, doorY); err != nil {
			return nil, err
		}
		if _, err := d.wait(ctx, func(door int) bool { return door < enough/4 }, time.Now()); err != nil {
			return nil, err
		}
		if err := still(ctx, reading); err != nil {
			return nil, err
		}
		since, err := h.tap(ctx, closeX, closeY)
		if err != nil {
			return nil, err
		}
		took, err := d.wait(ctx, func(door int) bool { return door >= enough }, since)
		if err != nil {
			return nil, err
		}
		out = append(out, took)
		if err := still(ctx, reading); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wait looks at the screen, as often as it can, until the door is as it should be.
func (d *display) wait(ctx context.Context, ok func(door int) bool, since time.Time) (time.Duration, error) {
	for !ok(d.door()) {
		if time.Since(since) > 5*time.Second {
			return 0, errNoClose
		}
		if err := still(ctx, time.Millisecond); err != nil {
			return 0, err
		}
	}
	return time.Since(since), nil
}
