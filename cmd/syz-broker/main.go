// Command syz-broker is the county's central responder broker.
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
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/term"

	"safeyouthzone/broker"
)

// version is set when packages are built.
var version = "dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `syz-broker receives calls for help from devices and serves the responder desk.

usage: syz-broker [--config FILE] [--dev]

  --config FILE      configuration (default /etc/syz/broker.toml)
  --dev              sign in at the desk with a one-time link; the desk is plain HTTP on a loopback address
  --dev-token FILE   with --dev: a file whose content opens /api/v1/ as a bearer token
  --check            read the configuration with the files that it names, say whether it is good, and end
  --version          print the version
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("syz-broker", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage) }
	config := fs.String("config", "/etc/syz/broker.toml", "")
	dev := fs.Bool("dev", false, "")
	token := fs.String("dev-token", "", "")
	check := fs.Bool("check", false, "")
	show := fs.Bool("version", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitDone
	} else if err != nil || fs.NArg() != 0 {
		return exitUsage
	}
	if *show {
		fmt.Fprintln(stdout, "syz-broker", version)
		return exitDone
	}
	o := broker.Options{Dev: *dev, Version: version, Logger: logger(stderr)}
	var err error
	if o.Config, err = broker.LoadConfig(*config); err != nil {
		fmt.Fprintln(stderr, "syz-broker:", err)
		return exitUsage
	}
	if *check {
		if err := o.Config.CheckChannels(); err != nil {
			fmt.Fprintln(stderr, "syz-broker:", err)
			return exitUsage
		}
		fmt.Fprintln(stdout, "the configuration is good")
		return exitDone
	}
	if o.Token, err = secret(*token); err != nil {
		fmt.Fprintln(stderr, "syz-broker:", err)
		return exitUsage
	}
	o.Starting = starting
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := broker.Run(ctx, o, func(b *broker.Broker) { ready(ctx, b, *dev, stdout) }); err != nil {
		o.Logger.Error("broker ended", slog.Any("error", err))
		return exitFailed
	}
	return exitDone
}

// starting tells systemd to wait for a start that goes on: one that it killed would be followed by another one that takes as long.
func starting(what string, atMost time.Duration) {
	_, _ = daemon.SdNotify(false, fmt.Sprintf("STATUS=Starting: %s\nEXTEND_TIMEOUT_USEC=%d", what, atMost.Microseconds()))
}

// ready tells systemd, and in development the person who started it where to go.
func ready(ctx context.Context, b *broker.Broker, dev bool, stdout io.Writer) {
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady+"\nSTATUS=Calls are taken")
	if every, err := daemon.SdWatchdogEnabled(false); err == nil && every > 0 {
		go feed(ctx, b, every/2)
	}
	if b.NeedsAdministrator() {
		first(ctx, b, stdout)
	}
	if !dev {
		return
	}
	if link, err := b.SignInLink(); err == nil {
		fmt.Fprintln(stdout, "desk:", link)
	}
}

// first tells the person who started the broker how the first administrator gets in. The link is a secret: it is for a terminal, and
// never for a journal.
func first(ctx context.Context, b *broker.Broker, stdout io.Writer) {
	if f, ok := stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if link, err := b.FirstAdministrator(ctx); err == nil {
			fmt.Fprintln(stdout, "nobody can sign in at the desk yet. For the first administrator, once, within an hour:", link)
			return
		}
	}
	fmt.Fprintln(stdout, "nobody can sign in at the desk yet: run 'syzctl desk first-admin'")
}

// feed keeps the watchdog quiet for as long as the broker can write to its ledger's engine.
func feed(ctx context.Context, b *broker.Broker, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if b.Alive(ctx) == nil {
				_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
			}
		case <-ctx.Done():
			return
		}
	}
}

func secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot read token: %w", err)
	}
	return string(b), nil
}

func logger(w io.Writer) *slog.Logger {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}
