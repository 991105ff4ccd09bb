package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// watcher is the witness on another machine: it asks the broker for a path test again and again, and raises an alarm of its own when the
// broker stops answering. It never speaks through the broker.
type watcher struct {
	c       *ctl
	url     string
	every   time.Duration
	after   int // failures in a row until the alarm
	command string
	webhook string
	http    *http.Client
}

const (
	witnessWithin = 15 * time.Second
	alarmWithin   = 30 * time.Second
	minEvery      = time.Second
)

// errSilent is what an alarm is about.
var errSilent = errors.New("the broker does not answer path tests: zones must be reached by phone")

func (c *ctl) watch(ctx context.Context, args []string) error {
	w := watcher{c: c}
	fs := flag.NewFlagSet("watch", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&w.url, "url", "", "")
	fs.DurationVar(&w.every, "every", 5*time.Minute, "")
	fs.IntVar(&w.after, "after", 2, "")
	fs.StringVar(&w.command, "command", "", "")
	fs.StringVar(&w.webhook, "webhook", "", "")
	ca, once := fs.String("ca", "", ""), fs.Bool("once", false, "")
	if fs.Parse(args) != nil || fs.NArg() != 0 || w.url == "" || w.every < minEvery || w.after < 1 {
		return errUsage
	}
	var err error
	if w.http, err = trusting(*ca); err != nil {
		return err
	}
	if *once {
		took, err := w.ask(ctx)
		if err != nil {
			return errors.Join(errSilent, err)
		}
		return c.say(map[string]any{"ok": true, "took_ms": took}, "the path test took %d ms", took)
	}
	return w.run(ctx)
}

// trusting is a client that trusts the system's authorities, or one file.
func trusting(ca string) (*http.Client, error) {
	t := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS13}}
	if ca != "" {
		text, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("cannot read authority: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("cannot read authority: no certificate in it")
		}
	}
	return &http.Client{Transport: t, Timeout: witnessWithin}, nil
}

// ask makes one path test and returns how many ms it took at the broker.
func (w watcher) ask(ctx context.Context) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(w.url, "/")+"/witness", nil)
	if err != nil {
		return 0, fmt.Errorf("cannot ask: %w", err)
	}
	res, err := w.http.Do(r)
	if err != nil {
		return 0, fmt.Errorf("cannot ask: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var a struct {
		OK     bool  `json:"ok"`
		TookMS int64 `json:"took_ms"`
	}
	const most = 4 << 10
	if err := json.NewDecoder(io.LimitReader(res.Body, most)).Decode(&a); err != nil || res.StatusCode != http.StatusOK || !a.OK {
		return 0, fmt.Errorf("the broker answered %s", res.Status)
	}
	return a.TookMS, nil
}

func (w watcher) run(ctx context.Context) error {
	failed := 0
	for {
		took, err := w.ask(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // somebody ended the watch; that the question failed then says nothing
		case err == nil && failed >= w.after:
			w.alarm(ctx, "restored")
			fmt.Fprintf(w.c.out, "%s restored: the broker answers again, %d ms\n", time.Now().Format(time.RFC3339), took)
			failed = 0
		case err == nil:
			failed = 0
		default:
			failed++
			fmt.Fprintf(w.c.err, "%s path test %d failed: %v\n", time.Now().Format(time.RFC3339), failed, err)
			if failed == w.after || failed > w.after && (failed-w.after)%12 == 0 { // and again, in case nobody heard
				fmt.Fprintln(w.c.err, "ALARM:", errSilent)
				w.alarm(ctx, "alarm")
			}
		}
		t := time.NewTimer(w.every)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil
		}
	}
}

// alarm tells by every way that was asked for. Mail is a command: sendmail, msmtp, mailx.
func (w watcher) alarm(ctx context.Context, what string) {
	ctx, cancel := context.WithTimeout(ctx, alarmWithin)
	defer cancel()
	words := map[string]string{"alarm": errSilent.Error(), "restored": "the broker answers path tests again"}[what]
	if w.command != "" {
		cmd := exec.CommandContext(ctx, w.command, what) //nolint:gosec // the operator's own program
		cmd.Stdin = strings.NewReader("Subject: Safe Youth Zone: " + words + "\n\n" + words + ".\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(w.c.err, "the alarm command failed: %v %s\n", err, out)
		}
	}
	if w.webhook != "" {
		b, _ := json.Marshal(map[string]string{"type": what, "text": "Safe Youth Zone: " + words}) // strings always encode
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.webhook, bytes.NewReader(b))
		if err == nil {
			r.Header.Set("Content-Type", "application/json")
			var res *http.Response
			if res, err = w.http.Do(r); err == nil {
				_ = res.Body.Close()
			}
		}
		if err != nil {
			fmt.Fprintf(w.c.err, "the alarm webhook failed: %v\n", err)
		}
	}
}
