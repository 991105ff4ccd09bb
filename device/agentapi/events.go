package agentapi

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const silence = 3 * HeartbeatMS * time.Millisecond

// Events calls show with the state at once, on every change and with every heartbeat, one after the other, until ctx ends or the
// connection breaks. It always returns an error: the cause of ctx, [ErrSilent], or why the agent is not reached. Whoever wants to go on
// calls it again; nothing is missed by that.
func (c *Client) Events(ctx context.Context, show func(State)) error {
	heard, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	alarm := time.AfterFunc(silence, func() { cut(ErrSilent) })
	defer alarm.Stop()
	err := c.events(heard, func(s State) {
		alarm.Reset(silence)
		show(s)
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(context.Cause(heard), ErrSilent) {
		return ErrSilent
	}
	return err
}

func (c *Client) events(ctx context.Context, show func(State)) error {
	res, err := c.do(ctx, http.MethodGet, "/v1/events", "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, maxAnswer)
	for lines.Scan() {
		data, ok := cutData(lines.Bytes())
		if !ok {
			continue
		}
		var s State
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("cannot read the agent's state: %w", err)
		}
		show(s)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("cannot hear the agent: %w", err)
	}
	return errors.New("the agent ended the connection")
}

func cutData(line []byte) ([]byte, bool) {
	const prefix = "data: "
	if len(line) < len(prefix) || string(line[:len(prefix)]) != prefix {
		return nil, false
	}
	return line[len(prefix):], true
}
