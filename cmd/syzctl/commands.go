package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/pin"
)

type ctl struct {
	broker   client
	in       io.Reader
	out, err io.Writer
	json     bool
}

func (c *ctl) command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	name, args := args[0], args[1:]
	one := func(fn func(context.Context, string) error) error {
		if len(args) != 1 {
			return errUsage
		}
		return fn(ctx, args[0])
	}
	switch name {
	case "watch":
		return c.watch(ctx, args)
	case "card":
		return c.card(ctx, args)
	case "desk":
		return c.desk(ctx, args)
	case "pin":
		return c.pin(args)
	case "devices", "verify", "entries", "signin":
		if len(args) != 0 {
			return errUsage
		}
		return c.plain(ctx, name)
	case "disable", "enable":
		return one(func(ctx context.Context, id string) error {
			if err := c.broker.call(ctx, http.MethodPost, "/v1/devices/"+id+"/"+name, struct{}{}, nil); err != nil {
				return err
			}
			return c.say(map[string]string{"device": id, "done": name}, "%s is %sd", id, name)
		})
	default:
		return errUsage
	}
}

// plain runs the commands that take no arguments.
func (c *ctl) plain(ctx context.Context, name string) error {
	switch name {
	case "devices":
		return c.devices(ctx)
	case "verify":
		return c.verify(ctx)
	case "entries":
		return c.broker.stream(ctx, "/v1/entries", c.out)
	default:
		return c.signIn(ctx)
	}
}

func (c *ctl) signIn(ctx context.Context) error {
	var a struct {
		Link string `json:"link"`
	}
	if err := c.broker.call(ctx, http.MethodPost, "/v1/signin", struct{}{}, &a); err != nil {
		return err
	}
	return c.say(a, "%s", a.Link)
}

func (c *ctl) say(v any, format string, args ...any) error {
	if c.json {
		return json.NewEncoder(c.out).Encode(v)
	}
	_, err := fmt.Fprintf(c.out, format+"\n", args...)
	return err
}

func (c *ctl) card(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("card", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	hours := fs.Int("hours", 72, "")
	if len(args) == 0 || fs.Parse(args[1:]) != nil || fs.NArg() != 0 {
		return errUsage
	}
	var a struct {
		Code        string    `json:"code"`
		Fingerprint string    `json:"fingerprint"`
		Enrol       string    `json:"enrol"`
		Until       time.Time `json:"until"`
	}
	if err := c.broker.call(ctx, http.MethodPost, "/v1/codes", map[string]any{"zone": args[0], "hours": *hours}, &a); err != nil {
		return err
	}
	return c.say(a, "zone         %s\ncode         %s\naddress      %s\nfingerprint  %s\ngood until   %s\n\n"+
		"On the device: syz-agent enrol --address %s --fingerprint %s\nand type the code when it asks.",
		args[0], a.Code, a.Enrol, a.Fingerprint, a.Until.Local().Format("Mon 2 Jan 15:04"), a.Enrol, a.Fingerprint)
}

func (c *ctl) devices(ctx context.Context) error {
	var all []struct {
		ID       string    `json:"id"`
		Zone     string    `json:"zone"`
		Online   bool      `json:"online"`
		Lost     bool      `json:"lost"`
		Disabled bool      `json:"disabled"`
		LastSeen time.Time `json:"last_seen,omitzero"`
		Version  string    `json:"version,omitempty"`
		Outbox   int       `json:"outbox"`
		NotAfter time.Time `json:"certificate_until"`
		Troubles []string  `json:"troubles,omitempty"`
	}
	if err := c.broker.call(ctx, http.MethodGet, "/v1/devices", nil, &all); err != nil {
		return err
	}
	if c.json {
		return json.NewEncoder(c.out).Encode(all)
	}
	if len(all) == 0 {
		return c.say(nil, "no devices yet: make a card with 'syzctl card ZONE'")
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ZONE\tDEVICE\tSTATE\tLAST SEEN\tOUTBOX\tCERTIFICATE\tVERSION\tTROUBLES")
	for _, d := range all {
		state, seen := "offline", "never"
		switch {
		case d.Disabled:
			state = "disabled"
		case d.Lost:
			state = "LOST"
		case d.Online:
			state = "online"
		}
		if !d.LastSeen.IsZero() {
			seen = d.LastSeen.Local().Format("Jan 2 15:04:05")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", d.Zone, d.ID, state, seen, d.Outbox,
			d.NotAfter.Local().Format("2 Jan 2006"), d.Version, strings.Join(d.Troubles, ", "))
	}
	return w.Flush()
}

// errBroken makes the exit code say what the proof says.
var errBroken = errors.New("the ledger is NOT whole: keep the data directory as it is and call the people who run the system")

func (c *ctl) verify(ctx context.Context) error {
	var p chain.Proof
	if err := c.broker.call(ctx, http.MethodGet, "/v1/verify", nil, &p); err != nil {
		return err
	}
	if !p.OK() && !c.json {
		for _, f := range p.Faults {
			fmt.Fprintf(c.out, "entry %d, chain %s: %s\n", f.Seq, f.Chain, f.What)
		}
		return errBroken
	}
	if err := c.say(p, "the ledger is whole: %d entries in %d chains", p.Entries, p.Chains); err != nil || p.OK() {
		return err
	}
	return errBroken
}

// pin makes the form of a PIN; with another PIN's form as its argument it takes that one's salt.
func (c *ctl) pin(args []string) error {
	hash := pin.Hash
	switch {
	case len(args) == 2 && args[0] == "--with":
		hash = func(typed string) (string, error) { return pin.HashWith(args[1], typed) }
	case len(args) != 0:
		return errUsage
	}
	typed, err := c.readPIN()
	if err != nil {
		return err
	}
	h, err := hash(typed)
	if err != nil {
		return err
	}
	return c.say(map[string]string{"pin": h}, "%s", h)
}

// readPIN does not show what is typed.
func (c *ctl) readPIN() (string, error) {
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(c.err, "PIN: ")
		b, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		return string(b), err
	}
	s := bufio.NewScanner(c.in)
	if !s.Scan() {
		return "", errors.New("cannot read PIN: no input")
	}
	return strings.TrimSpace(s.Text()), s.Err()
}
