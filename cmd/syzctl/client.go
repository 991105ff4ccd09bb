package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// client speaks to the broker's socket.
type client struct{ http *http.Client }

func dial(socket string) client {
	return client{&http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
		if err != nil {
			return nil, fmt.Errorf("cannot reach the broker at %s: is it running, and are you in its group? %w", socket, err)
		}
		return c, nil
	}}}}
}

func (c client) do(ctx context.Context, method, path string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://broker"+path, body)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(r)
	if err != nil {
		var op *net.OpError
		if errors.As(err, &op) {
			return nil, errors.Unwrap(err)
		}
		return nil, err
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	var p struct {
		Title string `json:"title"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 4<<10)).Decode(&p); err != nil || p.Title == "" {
		return nil, fmt.Errorf("the broker answered %s", res.Status)
	}
	return nil, errors.New(p.Title)
}

func (c client) call(ctx context.Context, method, path string, in, out any) error {
	res, err := c.do(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("cannot read the broker's answer: %w", err)
	}
	return nil
}

func (c client) stream(ctx context.Context, path string, w io.Writer) error {
	res, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("cannot read the ledger to its end: %w", err)
	}
	return nil
}
