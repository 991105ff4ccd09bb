// Command syz-kiosk is the touch screen of a Safe Youth Zone.
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

	"golang.org/x/term"
)

// version is set when packages are built.
var version = "dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `syz-kiosk is the touch screen of a Safe Youth Zone. It talks only to the agent of its device.

usage: syz-kiosk [--config FILE] [--socket PATH] [--windowed] [--size WxH] [--lang LANG] [--dark]

  --config FILE   configuration (default /etc/syz/kiosk.toml, which may be absent)
  --socket PATH   the agent's unix socket
  --windowed      a window that can be moved and closed, instead of the full screen
  --size WxH      size of the window in pixels (default 800x480)
  --lang LANG     language of the neutral page: en, es (default: the first of the site's)
  --role ROLE     public, or staff: a kiosk that only staff can reach (default public)
  --dark          dark page
  --version       print the version
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("syz-kiosk", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage) }
	path := fs.String("config", defaultConfig, "")
	var o override
	fs.StringVar(&o.socket, "socket", "", "")
	fs.StringVar(&o.size, "size", "", "")
	fs.StringVar(&o.language, "lang", "", "")
	fs.StringVar(&o.role, "role", "", "")
	fs.BoolVar(&o.windowed, "windowed", false, "")
	fs.BoolVar(&o.dark, "dark", false, "")
	show := fs.Bool("version", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitDone
	} else if err != nil {
		return exitUsage
	}
	if fs.NArg() != 0 {
		fmt.Fprintln(stderr, "syz-kiosk: no arguments are expected after the options")
		return exitUsage
	}
	if *show {
		fmt.Fprintln(stdout, "syz-kiosk", version)
		return exitDone
	}
	cfg, err := configure(*path, o)
	if err != nil {
		fmt.Fprintln(stderr, "syz-kiosk:", err)
		return exitUsage
	}
	log := logger(stderr, cfg.level)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := open(ctx, cfg, log); err != nil {
		log.Error("kiosk ended", slog.Any("error", err))
		return exitFailed
	}
	return exitDone
}

func logger(w io.Writer, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
