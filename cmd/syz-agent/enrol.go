package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"safeyouthzone/device"
)

// maxCode is more than any typed code; what is longer is not read.
const maxCode = 256

func enrol(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	fs := flags("syz-agent enrol", stderr)
	config := fs.String("config", defaultConfig, "")
	address := fs.String("address", "", "")
	fingerprint := fs.String("fingerprint", "", "")
	if code, ok := parse(fs, args, stderr); !ok {
		return code
	}
	if *address == "" || *fingerprint == "" {
		fmt.Fprintln(stderr, "syz-agent: --address and --fingerprint are needed; both stand on the card")
		return exitUsage
	}
	c, err := loadConfig(*config)
	if err != nil {
		fmt.Fprintln(stderr, "syz-agent:", err)
		return exitUsage
	}
	if terminal(stdin) {
		fmt.Fprint(stderr, "code of the card: ")
	}
	code, err := readCode(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "syz-agent:", err)
		return exitUsage
	}
	name, zone, err := device.Enrol(ctx, c.StateDir, device.Card{Address: *address, Code: code, Fingerprint: *fingerprint})
	if err != nil {
		fmt.Fprintf(stderr, "syz-agent: %v\n%s\n", err, advice(err))
		return exitFailed
	}
	fmt.Fprintf(stdout, "enrolled as %s in zone %s\n", name, zone)
	return exitDone
}

func readCode(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxCode)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("cannot read code: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return "", errors.New("no code was given on the standard input")
	}
	return line, nil
}

// advice is what the person at the terminal can do now.
func advice(err error) string {
	var refused *device.Refusal
	switch {
	case errors.Is(err, device.ErrAuthority):
		return "Nothing was sent. Compare address and fingerprint with the card; if they are right, do not go on and tell the county."
	case errors.As(err, &refused):
		return "The device has no new identity. What it was before, it still is."
	default:
		return "Nothing has changed here. It is safe to try again with the same card."
	}
}
