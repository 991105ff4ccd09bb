package bench

import (
	"context"
	_ "embed"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"safeyouthzone/cmd/syz-sim/internal/stats"
	"safeyouthzone/kiosk/kiosktest"
)

//go:embed kiosk.html
var kioskPage []byte

// KioskOptions say how the kiosk bench runs.
type KioskOptions struct {
	Bin  string
	Lang string // of the neutral page
	N    int    // starts of each program
	Rest time.Duration
	Say  func(format string, args ...any)
}

// Window is what one program needs to show the neutral page.
type Window struct {
	FirstFrame []float64 `json:"first_frame_ms"`   // one for each start
	PSS        []float64 `json:"pss_mb"`           // of the whole process tree, after the rest
	Idle       []float64 `json:"idle_cpu_percent"` // of one core
	Processes  int       `json:"processes"`
}

// Kiosk is what the kiosk bench measures: both programs in turn, on the same display, in the same run.
type Kiosk struct {
	Lang     string `json:"lang"`
	RestS    int    `json:"rest_s"`
	Kiosk    Window `json:"syz_kiosk"`
	Chromium Window `json:"chromium_kiosk"`
	// Close is how long the kiosk needs from the finger that leaves Close to the neutral page on the screen, over all starts.
	Close stats.Distribution `json:"close_ms"`
}

// RunKiosk starts the kiosk and Chromium in turn, and waits for the page, then lets it rest.
func RunKiosk(ctx context.Context, o KioskOptions) (Kiosk, error) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		return Kiosk{}, errNoChromium
	}
	dir, err := os.MkdirTemp("", "syz-bench-")
	if err != nil {
		return Kiosk{}, fmt.Errorf("cannot make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	d, err := openDisplay(ctx, dir)
	if err != nil {
		return Kiosk{}, err
	}
	defer d.close()
	socket, page := filepath.Join(dir, "agent.sock"), filepath.Join(dir, "page.html")
	l, err := net.Listen("unix", socket)
	if err != nil {
		return Kiosk{}, fmt.Errorf("cannot listen: %w", err)
	}
	agent := &http.Server{Handler: kiosktest.NewAgent().Handler(), ReadHeaderTimeout: time.Minute}
	go func() { _ = agent.Serve(l) }()
	defer agent.Close()
	if err := os.WriteFile(page, kioskPage, 0o600); err != nil {
		return Kiosk{}, fmt.Errorf("cannot write a page: %w", err)
	}
	out := Kiosk{Lang: o.Lang, RestS: int(o.Rest / time.Second)}
	var closes []time.Duration
	closing := func() error {
		took, err := d.closes(ctx, o.Lang, closesEach)
		closes = append(closes, took...)
		return err
	}
	for i := range o.N {
		o.Say("run %d of %d", i+1, o.N)
		if err = d.measure(ctx, o, &out.Kiosk, closing, filepath.Join(o.Bin, "syz-kiosk"), "--socket", socket, "--windowed", "--size", "800x480", "--lang", o.Lang); err != nil {
			return Kiosk{}, fmt.Errorf("cannot measure syz-kiosk: %w", err)
		}
		if err = d.measure(ctx, o, &out.Chromium, nil, browser, "--kiosk", "--no-sandbox", "--no-first-run", "--window-position=0,0", "--window-size=800,480",
			"--disable-component-update", "--user-data-dir="+filepath.Join(dir, "profile-"+strconv.Itoa(i)), "file://"+page); err != nil {
			return Kiosk{}, fmt.Errorf("cannot measure Chromium: %w", err)
		}
	}
	out.Close = stats.Of(closes)
	return out, nil
}

// closesEach is how often Close is touched in each window.
const closesEach = 25

// measure starts one program, waits for its page, lets it rest, does more with it and ends it.
func (d *display) measure(ctx context.Context, o KioskOptions, to *Window, more func() error, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+d.name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	since := time.Now()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot start: %w", err)
	}
	defer func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		for d.door() > 0 && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond) // until its window is gone
		}
	}()
	frame, err := d.frame(ctx, since)
	if err != nil {
		return err
	}
	const settle = 10 * time.Second // what a start leaves behind is not rest
	if err := still(ctx, settle); err != nil {
		return err
	}
	pids := tree(cmd.Process.Pid)
	before, at := spent(pids), time.Now()
	if err := still(ctx, o.Rest); err != nil {
		return err
	}
	to.Idle = append(to.Idle, rounded(100*(spent(pids)-before)/time.Since(at).Seconds()))
	to.FirstFrame = append(to.FirstFrame, rounded(float64(frame.Microseconds())/1000))
	to.PSS = append(to.PSS, rounded(pss(pids)))
	to.Processes = len(pids)
	if more != nil {
		return more()
	}
	return nil
}

func rounded(v float64) float64 { return math.Round(100*v) / 100 }

func still(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
