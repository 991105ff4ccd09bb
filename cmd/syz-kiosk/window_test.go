package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk/kiosktest"
)

// The real program in a real window: real X server, real window manager, real clicks, and a picture of what a person would see. A
// headless kiosk walks along and says where to click and how each page must look.
func TestRealWindow(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		dpi           int
	}{
		{"seven inch panel", 800, 480, 133}, // must not be blown up because of its density
		{"ten inch panel", 1280, 800, 149},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := openWindow(t, c.width, c.height, c.dpi)
			w.same("idle")
			w.tap("help")
			w.same("ask")
			w.tap("yes")
			w.same("sending")
			w.change(func(a *agentapi.Activation) {
				minutes := int64(12 * 60_000)
				a.Stage, a.Code = activation.StageComing, "7F-21"
				a.Who = []agentapi.Who{{Role: "advocate", Stage: activation.StageComing, ETAMS: &minutes}}
			})
			w.same("coming")
			w.tap("need.afraid_of_someone_here")
			w.same("need")
			w.tap("close")
			w.same("closed")
			if got := w.agent.Calls(); !slices.Equal(got, []string{"raise youth actual", "need a-1 afraid_of_someone_here"}) {
				t.Errorf("the agent was asked for %v", got)
			}
			w.silence()
			w.walk.Off(true)
			w.same("broken")
			w.end()
		})
	}
}

// window is the program, its agent, and a headless kiosk with an agent of its own.
type window struct {
	t           *testing.T
	display     string
	socket      string
	file        string
	args, env   []string
	agent, walk *kiosktest.Agent
	silence     func()
	shadow      *kiosktest.Kiosk
	program     *exec.Cmd
	exited      chan error
	log         *safeBuffer
	dir         string
	last        image.Image
}

// options are how a window under test is opened.
type options struct {
	width, height int
	dpi           int
	lang          string   // of the neutral page
	staffOnly     bool     //
	debug         bool     // the log names each page
	env           []string // of the program
}

func openWindow(t *testing.T, width, height, dpi int) *window {
	t.Helper()
	return openWith(t, options{width: width, height: height, dpi: dpi})
}

func openWith(t *testing.T, o options) *window {
	t.Helper()
	w := stageFor(t, o)
	w.openShadow(o)
	w.program = w.start(w.file, w.args...)
	return w
}

// openShadow opens the headless kiosk that walks along.
func (w *window) openShadow(o options) {
	w.t.Helper()
	var err error
	w.shadow, err = kiosktest.Open(w.walk, kiosktest.Options{
		Size: kiosktest.Size{Width: o.width, Height: o.height}, Lang: o.lang, StaffOnly: o.staffOnly,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.shadow.Close)
}

// stageFor has everything ready but the program and the headless kiosk.
func stageFor(t *testing.T, o options) *window {
	t.Helper()
	for _, tool := range []string{"Xvfb", "matchbox-window-manager", "xdotool", "import"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: the real window is not tested", tool)
		}
	}
	w := &window{t: t, agent: kiosktest.NewAgent(), walk: kiosktest.NewAgent(), log: &safeBuffer{}, dir: shots(t)}
	w.display = server(t, o.width, o.height, o.dpi)
	w.env = append(os.Environ(), "DISPLAY="+w.display)
	w.start("matchbox-window-manager", "-use_titlebar", "no")
	w.env = append(w.env, o.env...)
	w.socket = filepath.Join(t.TempDir(), "s")
	w.serve()
	w.file = build(t)
	w.args = []string{"--socket", w.socket, "--config", w.config(o)}
	return w
}

// config is what no option of the command line says.
func (w *window) config(o options) string {
	w.t.Helper()
	text := fmt.Sprintf("language = %q\n", o.lang)
	if o.staffOnly {
		text += "role = \"staff\"\n"
	}
	if o.debug {
		text += "log_level = \"debug\"\n"
	}
	file := filepath.Join(w.t.TempDir(), "kiosk.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// safeBuffer is written by a program while a test reads it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write keeps what a program says.
func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// shots is where pictures go: the directory of SYZ_ARTIFACTS, or one that is thrown away.
func shots(t *testing.T) string {
	if dir := os.Getenv("SYZ_ARTIFACTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

// program is built once for all tests: a link takes ten seconds.
var program struct { //nolint:gochecknoglobals // shared by the tests of this package
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if program.dir != "" {
		_ = os.RemoveAll(program.dir)
	}
	os.Exit(code)
}

func buildOnce() {
	if program.dir, program.err = os.MkdirTemp("", "syz-kiosk"); program.err != nil {
		return
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(program.dir, "syz-kiosk"), ".") //nolint:noctx // outlives each test
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		program.err = fmt.Errorf("cannot build: %w\n%s", err, out)
	}
}

func build(t *testing.T) string {
	t.Helper()
	if program.once.Do(buildOnce); program.err != nil {
		t.Fatal(program.err)
	}
	return filepath.Join(program.dir, "syz-kiosk")
}

// server starts an X server on a free display.
func server(t *testing.T, width, height, dpi int) string {
	t.Helper()
	r, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.CommandContext(context.Background(), "Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-nocursor",
		"-screen", "0", fmt.Sprintf("%dx%dx24", width, height), "-dpi", fmt.Sprint(dpi))
	cmd.ExtraFiles = []*os.File{to}
	launch(t, cmd)
	_ = to.Close()
	if err := r.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the X server did not start: %v", err)
	}
	return ":" + strings.TrimSpace(line)
}

// serve serves the agent on its socket, until it is silenced.
func (w *window) serve() {
	w.t.Helper()
	l, err := agentapi.Listen(w.socket, "")
	if err != nil {
		w.t.Fatal(err)
	}
	srv := &http.Server{Handler: w.agent.Handler(), ReadHeaderTimeout: time.Second}
	go func() { _ = srv.Serve(l) }()
	w.silence = func() { _ = srv.Close() }
	w.t.Cleanup(w.silence)
}

// launch starts a program and ends it with the test.
func launch(t *testing.T, cmd *exec.Cmd) chan error {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited, gone := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(gone)
		exited <- cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // an X server that is killed leaves its lock behind
		select {
		case <-gone:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-gone
		}
	})
	return exited
}

func (w *window) start(name string, args ...string) *exec.Cmd {
	w.t.Helper()
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Env = w.env
	cmd.Stderr = w.log
	w.exited = launch(w.t, cmd)
	return cmd
}

func (w *window) change(f func(*agentapi.Activation)) {
	w.agent.Newest(f)
	w.walk.Newest(f)
}

// tap clicks into the real window where the headless kiosk has the button, and lets that one do the same.
func (w *window) tap(id string) {
	w.t.Helper()
	x, y, err := w.shadow.Where(id)
	if err != nil {
		w.t.Fatal(err)
	}
	click := exec.CommandContext(w.t.Context(), "xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "sleep", "0.05", "click", "1")
	click.Env = append(os.Environ(), "DISPLAY="+w.display)
	if out, err := click.CombinedOutput(); err != nil {
		w.t.Fatalf("cannot click: %v\n%s", err, out)
	}
	if err := w.shadow.Tap(id); err != nil {
		w.t.Fatal(err)
	}
}

// same waits until the screen has changed and looks like the headless kiosk. The graphics card smooths edges in its own way, so a few pixels differ.
func (w *window) same(step string) {
	w.t.Helper()
	const perMille = 25
	deadline := time.Now().Add(20 * time.Second)
	off := 1000
	for time.Now().Before(deadline) {
		select {
		case err := <-w.exited:
			w.t.Fatalf("%s: the program ended: %v\n%s", step, err, w.log)
		default:
		}
		var want bytes.Buffer
		if err := w.shadow.PNG(&want); err != nil {
			w.t.Fatal(err)
		}
		shadow, err := png.Decode(&want)
		if err != nil {
			w.t.Fatal(err)
		}
		photo := w.photo(step)
		if off = differ(photo, shadow, 80); off <= perMille && (w.last == nil || differ(photo, w.last, 20) > 0) {
			w.t.Logf("%s: %d of 1000 pixels differ", step, off)
			w.last = photo
			return
		}
	}
	w.t.Fatalf("%s: %d of 1000 pixels are not as on the headless kiosk\n%s", step, off, w.log)
}

// still waits until two pictures in a row are the same: a screen that is being drawn is no picture of a page.
func (w *window) still(step string) image.Image {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		photo := w.photo(step)
		if differ(photo, w.last, 0) == 0 {
			return photo
		}
		w.last = photo
	}
	w.t.Fatalf("%s: the screen does not come to rest", step)
	return nil
}

// photo takes a picture of the real screen.
func (w *window) photo(step string) image.Image {
	w.t.Helper()
	file := filepath.Join(w.dir, strings.ReplaceAll(filepath.Base(w.t.Name()), "_", "-")+"-"+step+".png")
	cmd := exec.CommandContext(w.t.Context(), "import", "-window", "root", file)
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("cannot take a picture: %v\n%s", err, out)
	}
	f, err := os.Open(file)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return img
}

// end asks the program to end, as systemd does.
func (w *window) end() {
	w.t.Helper()
	if err := w.program.Process.Signal(syscall.SIGTERM); err != nil {
		w.t.Fatal(err)
	}
	w.ended()
}

// ended waits until the program has ended well.
func (w *window) ended() {
	w.t.Helper()
	select {
	case err := <-w.exited:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			w.t.Errorf("ended with %v\n%s", err, w.log)
		}
	case <-time.After(30 * time.Second):
		w.t.Errorf("did not end within 30 s\n%s", w.log)
	}
}

// differ counts the pixels of which a colour is off by more than the limit, in thousandths.
func differ(a, b image.Image, limit int) int {
	if a.Bounds().Size() != b.Bounds().Size() {
		return 1000
	}
	n, size := 0, a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if far(r1, r2, limit) || far(g1, g2, limit) || far(b1, b2, limit) {
				n++
			}
		}
	}
	return (n*1000 + size.X*size.Y - 1) / (size.X * size.Y)
}

func far(a, b uint32, limit int) bool {
	d := int(a>>8) - int(b>>8)
	return d > limit || d < -limit
}
