// Command syzctl administrates a broker from a terminal on the broker's machine.
//
// It prints for people, or with --json for programs. It never prints a secret that was not asked for, and reads secrets from the
// terminal or standard input, never from its arguments.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// version is set when packages are built.
var version = "dev"

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `syzctl administrates a Safe Youth Zone broker.

usage: syzctl [--socket PATH] [--json] COMMAND

  card ZONE [--hours N]   make an enrolment card for one device of a zone (default: good for 72 hours)
  devices                 list the devices and how they are
  disable DEVICE          shut a device out, now
  enable DEVICE           let it in again
  verify                  prove that the ledger is whole
  entries                 print the ledger, one JSON object a line
  pin [--with FORM]       read a PIN and print the form for the configuration; with the form of another PIN of the zone it
                          shares that one's salt, and a device with many staff answers quickly
  desk first-admin        make a one-time link for the first administrator of the desk
  desk recover USER       ask for a new way in for somebody who has lost all passkeys
  desk approve USER       approve what an administrator asked for, and get the link
  watch --url URL [...]   on another machine: raise an alarm when the broker stops answering path tests
                          --every 5m --after 2 --ca FILE --command PROGRAM --webhook URL --once
  signin                  make a one-time sign-in link (brokers started with --dev)

  --socket PATH   the broker's socket (default /run/syz-broker/admin.sock)
  --json          print JSON
  --version       print the version
`

var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet("syzctl", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() { fmt.Fprint(stderr, usage) }
	socket := fs.String("socket", "/run/syz-broker/admin.sock", "")
	asJSON := fs.Bool("json", false, "")
	show := fs.Bool("version", false, "")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return exitDone
	} else if err != nil {
		return exitUsage
	}
	if *show {
		fmt.Fprintln(stdout, "syzctl", version)
		return exitDone
	}
	c := &ctl{broker: dial(*socket), in: stdin, out: stdout, err: stderr, json: *asJSON}
	err := c.command(ctx, fs.Args())
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprint(stderr, usage)
		return exitUsage
	case err != nil:
		fmt.Fprintln(stderr, "syzctl:", err)
		return exitFailed
	}
	return exitDone
}
