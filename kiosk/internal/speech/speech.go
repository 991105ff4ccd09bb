// Package speech reads words aloud for who cannot read the screen, with Debian's speech synthesiser as a child process.
//
// The words go to the child's standard input, never into its arguments, where every user of the machine could read them, and never
// into a log. Nothing here blocks: [Reader.Say] starts and returns, [Reader.Stop] kills. A synthesiser that hangs is killed after a
// while; one that is missing is found at once by [Open], and then nobody is offered a voice.
package speech

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrNoVoice means that nothing can read a language aloud.
var ErrNoVoice = errors.New("no voice for this language")

const (
	// Program is Debian's synthesiser.
	Program = "espeak-ng"
	// Longest is how long one page may be read; a synthesiser that takes longer hangs.
	Longest = 90 * time.Second
	// pace is in words a minute: slower than it talks by itself.
	pace = 145
)

// Options say how to read. The zero value reads with [Program] on the default sound device at its own volume.
type Options struct {
	Program string
	Device  string // ALSA's name of the sound device
	Volume  int    // 1 to 200; 0: 100
	Longest time.Duration
	More    []string // arguments for the synthesiser, as -w FILE for tests
	Log     *slog.Logger
}

// Reader reads one page at a time.
type Reader struct {
	opt  Options
	path string

	mu   sync.Mutex
	stop context.CancelFunc // of what is read now
	turn int
	loud int // steps from the volume of the options
	all  sync.WaitGroup
}

// Open finds the synthesiser.
func Open(opt Options) (*Reader, error) {
	if opt.Program == "" {
		opt.Program = Program
	}
	if opt.Volume == 0 {
		opt.Volume = 100
	}
	if opt.Longest == 0 {
		opt.Longest = Longest
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	path, err := exec.LookPath(opt.Program)
	if err != nil {
		return nil, fmt.Errorf("cannot find the speech synthesiser: %w", err)
	}
	return &Reader{opt: opt, path: path}, nil
}

// Voice is the synthesiser's name for the voice of a language; empty if it has none. Nobody has a voice for Tagalog or Khmer.
func Voice(lang string) string {
	switch lang {
	case "en":
		return "en-us"
	case "es":
		return "es-419"
	case "zh-Hans", "zh-Hant":
		return "cmn"
	case "ko", "vi", "hy", "ru", "fa", "ar", "ja":
		return lang
	}
	return ""
}

// Speaks reports whether a language can be read aloud. A nil reader speaks none.
func (r *Reader) Speaks(lang string) bool { return r != nil && Voice(lang) != "" }

// Say stops what is read and reads words. It returns at once; done is called from another goroutine when it is over, whatever the reason.
func (r *Reader) Say(lang, words string, done func()) error {
	if !r.Speaks(lang) {
		return ErrNoVoice
	}
	r.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), r.opt.Longest)
	cmd := r.command(ctx, lang)
	cmd.Stdin = strings.NewReader(words)
	if err := cmd.Start(); err != nil {
		cancel()
		return fmt.Errorf("cannot start the speech synthesiser: %w", err)
	}
	r.mu.Lock()
	r.stop = cancel
	r.turn++
	turn := r.turn
	r.mu.Unlock()
	r.all.Go(func() {
		err := cmd.Wait()
		if late := ctx.Err(); errors.Is(late, context.DeadlineExceeded) {
			r.opt.Log.Warn("speech synthesiser hangs, and was killed", slog.String("language", lang))
		} else if late == nil && err != nil {
			r.opt.Log.Warn("speech synthesiser failed", slog.String("language", lang), slog.Any("error", err))
		}
		cancel()
		r.ended(turn)
		if done != nil {
			done()
		}
	})
	return nil
}

// ended forgets what is over, unless something else is read already.
func (r *Reader) ended(turn int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turn == turn {
		r.stop = nil
	}
}

// command has no words of a page in it.
func (r *Reader) command(ctx context.Context, lang string) *exec.Cmd {
	args := []string{"--stdin", "-b", "1", "-v", Voice(lang), "-a", strconv.Itoa(r.volume()), "-s", strconv.Itoa(pace)}
	if r.opt.Device != "" {
		args = append(args, "-d", r.opt.Device)
	}
	cmd := exec.CommandContext(ctx, r.path, append(args, r.opt.More...)...) //nolint:gosec // the program and its device come from the configuration
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // what it started, too
	cmd.WaitDelay = time.Second
	return cmd
}

// Adjust makes what is said from now on so many steps louder than the options want, or quieter. Each step is a quarter.
func (r *Reader) Adjust(steps int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loud = steps
}

// volume is how loud it speaks now: heard at least, and never louder than the synthesiser can without distortion.
func (r *Reader) volume() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(10, min(200, r.opt.Volume*(4+r.loud)/4))
}

// Stop silences the reader at once. It does not wait.
func (r *Reader) Stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
		r.stop = nil
	}
}

// Close stops, and waits until every child is gone.
func (r *Reader) Close() {
	if r == nil {
		return
	}
	r.Stop()
	r.all.Wait()
}
