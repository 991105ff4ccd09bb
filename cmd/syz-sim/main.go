// Command syz-sim is a county on one machine: a demo to look at, a load generator, and benches. It runs the real programs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"safeyouthzone/cmd/syz-sim/internal/bench"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/demo"
	"safeyouthzone/cmd/syz-sim/internal/load"
	"safeyouthzone/cmd/syz-sim/internal/stats"
)

// version is set when packages are built.
var version = "dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `syz-sim runs a county on this machine, out of the real programs.

usage: syz-sim COMMAND [flags]

  demo [--once] [--headless] [--dir DIR]
        broker, desk, one device and its kiosk: a window where there is a display, otherwise keys in the terminal press the
        button and pictures of the screen are written. --once drives one whole call for help without a person.
  load [--devices N] [--presses N] [--rate N] [--kill9 N] [--json]
        many devices press while the broker is killed; says what became of each press.
  bench NAME [--n N] [--json]
        measures. press: from the edge of the button to the receipt, to the desk's event, to the page in Chromium.
        agent: from the edge to the event's leaving the machine, and the agent's memory and idle time.
        desk [--streams N]: from an event to the page in Chromium and to every reader, while N streams are open.
        start: how long the broker takes to start with a ledger of 1,000,000 events, after an orderly stop and after kill -9.
        report: the fact sheet and the search of a county with 100,000 cases, in memory.
        kiosk [--lang LANG] [--rest 20s]: the kiosk's window and Chromium with a page of the same look, in turn: first frame,
        memory, idle CPU; and how fast Close leads to the neutral page. Wants Xvfb, xdotool and Chromium.
  gallery DIR [--lang LANG,..] [--size WxH,..] [--theme THEME,..] [--page PAGE,..] [--json]
        draws every page of the kiosk in every language, size and theme (light, dark, contrast, dark-contrast), and a page to browse
        them. All of them are many thousand pictures: the flags limit it.

  factsheet --founding [--html FILE] [--working-html FILE] [--json]
        enters a made-up case file with the founding fact sheet's totals at the desk of a real broker, and compares the sheet that
        comes back. --html writes the released page, --working-html the one with every number.

  --bin DIR    where the programs are (default: beside this one); for every command
  --version    print the version
`

var (
	errUsage = errors.New("wrong usage")
	errLost  = errors.New("presses were lost or doubled, or the ledger is not whole")
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 1 && args[0] == "--version" {
		fmt.Fprintln(stdout, "syz-sim", version)
		return exitDone
	}
	s := sim{in: stdin, out: stdout, err: stderr}
	err := errUsage
	if len(args) > 0 {
		err = s.command(ctx, args[0], args[1:])
	}
	switch {
	case errors.Is(err, errUsage), errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stderr, usage)
		return exitUsage
	case err != nil:
		fmt.Fprintln(stderr, "syz-sim:", err)
		return exitFailed
	}
	return exitDone
}

type sim struct {
	in       io.Reader
	out, err io.Writer
}

func (s sim) command(ctx context.Context, name string, args []string) error {
	switch name {
	case "demo":
		return s.demo(ctx, args)
	case "load":
		return s.load(ctx, args)
	case "factsheet":
		return s.factsheet(ctx, args)
	case "gallery":
		return s.gallery(ctx, args)
	case "bench":
		return s.bench(ctx, args)
	default:
		return errUsage
	}
}

// flags is a flag set with what every command has.
func flags(name string) (fs *flag.FlagSet, bin *string, asJSON *bool) {
	fs = flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs, fs.String("bin", beside(), ""), fs.Bool("json", false, "")
}

func beside() string {
	self, err := os.Executable()
	if err != nil {
		return "."
	}
	return filepath.Dir(self)
}

func parse(fs *flag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil || fs.NArg() != 0 {
		return errUsage
	}
	return nil
}

func (s sim) say(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }

func (s sim) demo(ctx context.Context, args []string) error {
	fs, bin, _ := flags("demo")
	o := demo.Options{In: s.in, Out: s.out}
	fs.StringVar(&o.Dir, "dir", "", "")
	fs.BoolVar(&o.Once, "once", false, "")
	fs.BoolVar(&o.Headless, "headless", false, "")
	if err := parse(fs, args); err != nil {
		return err
	}
	o.Bin = *bin
	return demo.Run(ctx, o)
}

func (s sim) load(ctx context.Context, args []string) error {
	fs, bin, asJSON := flags("load")
	o := load.Options{Say: s.say}
	fs.IntVar(&o.Devices, "devices", 100, "")
	fs.IntVar(&o.Presses, "presses", 1000, "")
	fs.Float64Var(&o.Rate, "rate", 100, "")
	fs.IntVar(&o.Kills, "kill9", 0, "")
	if err := parse(fs, args); err != nil {
		return err
	}
	if o.Devices < 1 || o.Presses < 1 || o.Rate <= 0 || o.Kills < 0 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := load.Run(ctx, o)
	if err != nil {
		return err
	}
	bad := r.Lost != 0 || r.Duplicates != 0 || !r.Verified
	if *asJSON {
		if err := json.NewEncoder(s.out).Encode(r); err != nil || !bad {
			return err
		}
		return errLost
	}
	fmt.Fprintf(s.out, "%d presses on %d devices in %.0f s, %d kills: %d received, %d lost, %d duplicates; ledger whole: %v\n",
		r.Sent, r.Devices, r.Seconds, r.Kills, r.Received, r.Lost, r.Duplicates, r.Verified)
	fmt.Fprintf(s.out, "press -> receipt, broker up: p50 %.1f p99 %.1f max %.1f ms (%d); all: p50 %.1f p99 %.1f max %.1f ms\n",
		r.Calm.P50, r.Calm.P99, r.Calm.Max, r.Calm.N, r.All.P50, r.All.P99, r.All.Max)
	if bad {
		return errLost
	}
	return nil
}

// bench runs one bench and prints its object as the last line.
func (s sim) bench(ctx context.Context, args []string) error {
	switch {
	case len(args) > 0 && args[0] == "report":
		return s.benchReport(args[1:])
	case len(args) > 0 && args[0] == "start":
		return s.benchStart(ctx, args[1:])
	case len(args) > 0 && args[0] == "dispatch":
		return s.benchDispatch(ctx, args[1:])
	case len(args) > 0 && args[0] == "agent":
		return s.benchAgent(ctx, args[1:])
	case len(args) > 0 && args[0] == "desk":
		return s.benchDesk(ctx, args[1:])
	case len(args) > 0 && args[0] == "kiosk":
		return s.benchKiosk(ctx, args[1:])
	case len(args) == 0 || args[0] != "press":
		return errUsage
	}
	fs, bin, asJSON := flags("bench")
	o := bench.Options{Say: s.say}
	fs.IntVar(&o.N, "n", 100, "")
	if err := parse(fs, args[1:]); err != nil || o.N < 1 {
		return errUsage
	}
	o.County = county.Options{Bin: *bin}
	r, err := bench.RunPress(ctx, o)
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(s.out).Encode(r)
	}
	for _, m := range []struct {
		name string
		d    stats.Distribution
	}{{"receipt", r.After.Receipt}, {"event at the desk", r.After.Event}, {"page changed", r.After.Page}} {
		fmt.Fprintf(s.out, "settled edge -> %-18s p50 %6.1f  p90 %6.1f  p99 %6.1f  max %6.1f ms  (n %d)\n", m.name, m.d.P50, m.d.P90, m.d.P99, m.d.Max, m.d.N)
	}
	return nil
}
