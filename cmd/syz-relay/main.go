// Command syz-relay carries the broker's notices to a provider of text messages and voice calls whose API is shaped like Twilio's, and
// replies and pressed keys back to the desk as answers. It is a program of its own, so that the broker needs no account at a provider,
// and an example for those who write one for another.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"safeyouthzone/cmd/syz-relay/internal/relay"
)

var version = "dev"

const (
	callWithin  = 10 * time.Second
	stopWithin  = 5 * time.Second
	readWithin  = 5 * time.Second
	wrongUsage  = 2
	maxHeaders  = 16 << 10
	idleFor     = 2 * time.Minute
	answerLimit = 15 * time.Second
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("syz-relay", flag.ContinueOnError)
	flags.SetOutput(errs)
	path := flags.String("config", "/etc/syz/relay.toml", "configuration `file`")
	check := flags.Bool("check", false, "say whether the configuration is good, and end")
	show := flags.Bool("version", false, "print the version, and end")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return wrongUsage
	}
	if *show {
		fmt.Fprintln(out, "syz-relay", version)
		return 0
	}
	log := slog.New(slog.NewTextHandler(errs, nil))
	c, err := load(*path)
	if err == nil && !*check {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err = serve(ctx, c, log)
	}
	if err != nil {
		fmt.Fprintln(errs, "syz-relay:", err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, c config, log *slog.Logger) error {
	o, err := c.options(log)
	if err != nil {
		return err
	}
	h, err := relay.New(o)
	if err != nil {
		return err
	}
	s := &http.Server{
		Addr: c.Listen, Handler: h, ReadHeaderTimeout: readWithin, ReadTimeout: answerLimit, WriteTimeout: 2 * answerLimit, IdleTimeout: idleFor, MaxHeaderBytes: maxHeaders,
	}
	done := make(chan error, 1)
	go func() {
		if c.Certificate != "" {
			done <- s.ListenAndServeTLS(c.Certificate, c.Key)
			return
		}
		done <- s.ListenAndServe()
	}()
	log.Info("relay is up", slog.String("version", version))
	select {
	case err := <-done:
		return fmt.Errorf("cannot serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	return s.Shutdown(stop)
}
