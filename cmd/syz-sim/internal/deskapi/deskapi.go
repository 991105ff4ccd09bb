// Package deskapi is a client of the desk's JSON API, as an integrator would write it.
package deskapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
)

// Client speaks to one desk for one agency.
type Client struct {
	url, token, agency, role string
	http                     *http.Client
}

// New returns a client for the county's own desk.
func New(url, token string) *Client {
	return &Client{url: url, token: token, http: &http.Client{Transport: &http.Transport{}}}
}

// As returns the same client for an agency.
func (c *Client) As(agency string) *Client {
	n := *c
	n.agency = agency
	return &n
}

// In returns the same client for a role: dispatcher, mdt, analyst, ...
func (c *Client) In(role string) *Client {
	n := *c
	n.role = role
	return &n
}

// Raw makes one call below /api/v1/ and decodes what comes back into out, or copies it if out is a *[]byte.
func (c *Client) Raw(ctx context.Context, method, path string, body, out any) error {
	if b, ok := out.(*[]byte); ok {
		res, err := c.request(ctx, method, path, body)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		*b, err = io.ReadAll(res.Body)
		return err
	}
	return c.call(ctx, method, path, body, out)
}

// Alone returns the same client with connections of its own, as another program would have them.
func (c *Client) Alone() *Client {
	n := *c
	n.http = &http.Client{Transport: &http.Transport{}}
	return &n
}

// Activation is what the desk knows of one activation.
type Activation struct {
	ID       string                        `json:"id"`
	Rev      uint64                        `json:"rev"`
	Code     string                        `json:"code"`
	Zone     string                        `json:"zone"`
	Mode     activation.Mode               `json:"mode"`
	Stage    activation.Stage              `json:"stage"`
	Presses  int                           `json:"presses"`
	Needs    []activation.Need             `json:"needs"`
	Down     activation.StandDown          `json:"stand_down"`
	YourCode string                        `json:"your_code"` // only of Get
	Answers  []struct{ Agency, By string } `json:"answers"`
}

// Device is what the desk knows of one device.
type Device struct {
	ID       string         `json:"id"`
	Status   string         `json:"status"`
	Troubles []wire.Trouble `json:"troubles"`
	Path     struct {
		At     time.Time `json:"at"`
		TookMS *int64    `json:"took_ms"`
		Late   bool      `json:"late"`
		Nobody bool      `json:"nobody_on_first_rung"`
	} `json:"path_test"`
}

// Devices returns the devices of the county.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	var out struct {
		Devices []Device `json:"devices"`
	}
	err := c.call(ctx, http.MethodGet, "devices", nil, &out)
	return out.Devices, err
}

// Change is one message of the event stream.
type Change struct {
	Rev        uint64           `json:"rev"`
	Event      activation.Event `json:"event"`
	Activation Activation       `json:"activation"`
}

func (c *Client) request(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("cannot encode call: %w", err)
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url+"/api/v1/"+path, in)
	if err != nil {
		return nil, fmt.Errorf("cannot make call: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	if c.agency != "" {
		r.Header.Set("X-Syz-Agency", c.agency)
	}
	if c.role != "" {
		r.Header.Set("X-Syz-Role", c.role)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the desk: %w", err)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer func() { _ = res.Body.Close() }()
	var p struct {
		Title string `json:"title"`
		Code  string `json:"code"`
	}
	_ = json.NewDecoder(res.Body).Decode(&p) // an empty problem is still a problem
	return nil, &Problem{Status: res.StatusCode, Code: p.Code, Title: p.Title}
}

// Problem is a refusal of the desk.
type Problem struct {
	Status      int
	Code, Title string
}

// Error says what the desk said.
func (p *Problem) Error() string {
	return fmt.Sprintf("the desk refused (%d %s): %s", p.Status, p.Code, p.Title)
}

func (c *Client) call(ctx context.Context, method, path string, body, out any) error {
	res, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("cannot read the desk's answer: %w", err)
	}
	return nil
}

// List returns the activations that the desk shows.
func (c *Client) List(ctx context.Context) ([]Activation, error) {
	var out struct {
		Activations []Activation `json:"activations"`
	}
	err := c.call(ctx, http.MethodGet, "activations", nil, &out)
	return out.Activations, err
}

// Get returns one activation.
func (c *Client) Get(ctx context.Context, id string) (Activation, error) {
	var a Activation
	err := c.call(ctx, http.MethodGet, "activations/"+id, nil, &a)
	return a, err
}

// Do acts on an activation: acknowledge, coming, message, arrived, hand-over, stand-down, ...
func (c *Client) Do(ctx context.Context, id, verb string, body any) error {
	if body == nil {
		body = struct{}{}
	}
	var a Activation
	return c.call(ctx, http.MethodPost, "activations/"+id+"/"+verb, body, &a)
}

// Events calls fn with every change after a ledger sequence until ctx ends or the stream breaks.
func (c *Client) Events(ctx context.Context, after uint64, fn func(Change)) error {
	var bad error
	err := c.RawEvents(ctx, after, func(_ uint64, data []byte) bool {
		var ch Change
		if err := json.Unmarshal(data, &ch); err != nil {
			bad = fmt.Errorf("cannot read the desk's events: %w", err)
			return false
		}
		fn(ch)
		return true
	})
	return errors.Join(bad, err)
}

// RawEvents calls fn with the ledger sequence and the undecoded data of every change, until fn returns false, ctx ends or the stream
// breaks. The data is fn's until it returns.
func (c *Client) RawEvents(ctx context.Context, after uint64, fn func(rev uint64, data []byte) bool) error {
	res, err := c.request(ctx, http.MethodGet, fmt.Sprintf("events?after=%d", after), nil)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	const most = 1 << 20
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, most)
	name, rev := "", uint64(0)
	for lines.Scan() {
		word, rest, _ := bytes.Cut(lines.Bytes(), []byte(": "))
		switch string(word) {
		case "id":
			if rev, err = strconv.ParseUint(string(rest), 10, 64); err != nil {
				return fmt.Errorf("cannot read the desk's events: %w", err)
			}
		case "event":
			name = string(rest)
		case "data":
			if name == "activation" && !fn(rev, rest) {
				return nil
			}
		}
	}
	return lines.Err()
}
