package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// monitor is the emulator's control connection (QMP).
type monitor struct {
	c net.Conn
	d *json.Decoder
}

const lookAgain = 5 * time.Millisecond

// control connects to the monitor of a machine, which takes a moment to be there.
func (m *machine) control(ctx context.Context) (*monitor, error) {
	for {
		c, err := net.Dial("unix", m.qmp)
		if err == nil {
			q := &monitor{c, json.NewDecoder(c)}
			_, err = q.ask("", `{"execute":"qmp_capabilities"}`,
				`{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"x-ignore-shared","state":true}]}}`)
			return q, err
		}
		select {
		case <-m.done:
			return nil, errEnded
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}

// ask gives commands, one after the other, and returns the last answer. An empty one is the monitor's greeting.
func (q *monitor) ask(commands ...string) (answer string, err error) {
	for _, command := range commands {
		if command != "" {
			if _, err := io.WriteString(q.c, command+"\n"); err != nil {
				return "", err
			}
		}
		if answer, err = q.answer(); err != nil {
			return "", fmt.Errorf("cannot command emulator: %w", err)
		}
	}
	return answer, nil
}

func (q *monitor) answer() (string, error) {
	for {
		var answer map[string]json.RawMessage
		if err := q.d.Decode(&answer); err != nil {
			return "", err
		}
		if e, bad := answer["error"]; bad {
			return "", errors.New(string(e))
		}
		if _, event := answer["event"]; !event {
			return string(answer["return"]), nil
		}
	}
}

// moved waits until a state is read or written.
func (q *monitor) moved(ctx context.Context) error {
	for {
		got, err := q.ask(`{"execute":"query-migrate"}`)
		switch {
		case err != nil:
			return err
		case strings.Contains(got, `"completed"`):
			return nil
		case strings.Contains(got, `"failed"`):
			return fmt.Errorf("cannot move state of machine: %s", got)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookAgain):
		}
	}
}

// save writes all of a machine but its memory to a file and ends it.
func (m *machine) save(ctx context.Context, file string) error {
	q, err := m.control(ctx)
	if err != nil {
		return err
	}
	defer q.c.Close()
	// The command returns when cat has ended, so that the file is whole.
	if _, err := q.ask(`{"execute":"migrate","arguments":{"uri":"exec:cat > ` + file + `"}}`); err != nil {
		return err
	}
	if err := q.moved(ctx); err != nil {
		return err
	}
	m.kill(quiet)
	return nil
}

// restore lets a machine go on where another one was saved.
func (m *machine) restore(ctx context.Context, file string) error {
	q, err := m.control(ctx)
	if err != nil {
		return err
	}
	defer q.c.Close()
	if _, err := q.ask(`{"execute":"migrate-incoming","arguments":{"uri":"exec:cat ` + file + `"}}`); err != nil {
		return err
	}
	return q.moved(ctx)
}
