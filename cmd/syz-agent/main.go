// Command syz-agent is the agent of one help point: panic button, outbox and link to the broker.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/term"

	"safeyouthzone/device"
)

// version is set when packages are built.
var version = "dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `syz-agent watches the panic button of a help point, keeps each press until the broker has it, and serves the kiosk.

usage: syz-agent [--config FILE]
       syz-agent enrol --address HOST:PORT --fingerprint FINGERPRINT [--config FILE]

  --config FILE      configuration (default /etc/syz/agent.toml)
  --check            read the configuration, say whether it is good, and end
  --version          print the version

enrol makes this device one of the county's. Address and fingerprint stand on the enrolment card. The code of the card is read from the
standard input, so that it is seen in no list of processes. It may be repeated with the same card. An agent that waits for its first
identity finds it within seconds; one that had another must be started again.
`

const defaultConfig = "/etc/syz/agent.toml"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "enrol" {
		return enrol(ctx, args[1:], stdin, stdout, stderr)
	}
	fs := flags("syz-agent", stderr)
	config := fs.String("config", defaultConfig, "")
	check := fs.Bool("check", false, "")
	show := fs.Bool("version", false, "")
	if code, ok := parse(fs, args, stderr); !ok {
		return code
	}
	if *show {
		fmt.Fprintln(stdout, "syz-agent", version)
		return exitDone
	}
	c, err := loadConfig(*config)
	if err != nil {
		fmt.Fprintln(stderr, "syz-agent:", err)
		return exitUsage
	}
	if *check {
		fmt.Fprintln(stdout, "the configuration is good")
		return exitDone
	}
	o := c.options()
	o.Version, o.Logger, o.Ready = version, logger(stderr, c.level()), ready
	if c.PathTest != nil {
		o.Logger.Warn("path_test means nothing here any more: set path_every in the broker's configuration, and delete the line")
	}
	if err := device.Run(ctx, o); err != nil {
		o.Logger.Error("agent ended", slog.Any("error", err))
		return exitFailed
	}
	return exitDone
}

func flags(name string, stderr io.Writer) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage) }
	return fs
}

// parse reports whether to go on, and if not, with which exit code to end.
func parse(fs *flag.FlagSet, args []string, stderr io.Writer) (code int, ok bool) {
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone, false
	case err != nil:
		return exitUsage, false
	case fs.NArg() != 0:
		fmt.Fprintf(stderr, "syz-agent: unknown argument %q\n", fs.Arg(0))
		return exitUsage, false
	default:
		return exitDone, true
	}
}

// ready tells systemd; without systemd nobody listens.
func ready() { _, _ = daemon.SdNotify(false, daemon.SdNotifyReady) }

func logger(w io.Writer, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if terminal(w) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

func terminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd())) //nolint:gosec // descriptors are small
}
