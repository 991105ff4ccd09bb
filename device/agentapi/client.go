package agentapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// ErrSilent means that the agent has not been heard for three heartbeats, though the connection stands.
var ErrSilent = errors.New("agent is silent")

const (
	base         = "http://agent"
	maxAnswer    = 1 << 20
	callTimeout  = 10 * time.Second // an answer to a call waits for an fsync at most
	enrolTimeout = 40 * time.Second // the county is asked
)

// Client talks to the agent of this device. It is safe for concurrent use and holds no state but idle connections.
//
// An error that is a [*Problem] is the agent's answer. Any other error means that the agent was not reached or broke off: a call may
// then have happened or not, and the next [State] tells.
type Client struct {
	http *http.Client
}

// NewClient makes a client of the agent that listens on a unix socket. It does not connect yet.
func NewClient(socket string) *Client {
	var d net.Dialer
	return &Client{http: &http.Client{Transport: &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "unix", socket) },
		MaxIdleConns:    2,
		IdleConnTimeout: 30 * time.Second,
	}}}
}

// Close drops the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// State asks once for the state.
func (c *Client) State(ctx context.Context) (State, error) {
	var s State
	return s, c.call(ctx, http.MethodGet, "/v1/state", "", nil, &s)
}

// Raise calls for help as whoever stands at the kiosk.
func (c *Client) Raise(ctx context.Context, r Raise) (Raised, error) { return c.RaiseAs(ctx, "", r) }

// RaiseAs calls for help as the staff member of a token. An old token does not stop the call.
func (c *Client) RaiseAs(ctx context.Context, token string, r Raise) (Raised, error) {
	var a Raised
	return a, c.call(ctx, http.MethodPost, "/v1/activations", token, r, &a)
}

// Need asks for a need.
func (c *Client) Need(ctx context.Context, id string, n activation.Need) error {
	return c.act(ctx, "", id, "needs", NeedRequest{Need: n})
}

// Intake records what staff saw.
func (c *Client) Intake(ctx context.Context, token, id string, flags []activation.Need) error {
	return c.act(ctx, token, id, "intake", IntakeRequest{Flags: flags})
}

// Report records that staff made the report by phone.
func (c *Client) Report(ctx context.Context, token, id string, r ReportRequest) error {
	return c.act(ctx, token, id, "report", r)
}

// Welfare records how the youth is.
func (c *Client) Welfare(ctx context.Context, token, id string, w activation.Welfare) error {
	return c.act(ctx, token, id, "welfare", WelfareRequest{State: w})
}

// Left records that the youth left.
func (c *Client) Left(ctx context.Context, token, id string) error {
	return c.act(ctx, token, id, "left", struct{}{})
}

// Cancel asks the desk to call help off; only a person there decides.
func (c *Client) Cancel(ctx context.Context, token, id string) error {
	return c.act(ctx, token, id, "cancel", struct{}{})
}

// Verify sends a responder's code; the answer comes as Check in the state.
func (c *Client) Verify(ctx context.Context, token, id, code string) error {
	return c.act(ctx, token, id, "verify", VerifyRequest{Code: code})
}

// HandOver records that the youth is with the responder.
func (c *Client) HandOver(ctx context.Context, token, id string) error {
	return c.act(ctx, token, id, "handover", struct{}{})
}

// PIN opens the staff calls.
func (c *Client) PIN(ctx context.Context, pin string) (PINAnswer, error) {
	var a PINAnswer
	return a, c.call(ctx, http.MethodPost, "/v1/pin", "", PINRequest{PIN: pin}, &a)
}

// SelfTest makes the agent look at itself again and tells what it found.
func (c *Client) SelfTest(ctx context.Context) (State, error) {
	var s State
	return s, c.call(ctx, http.MethodPost, "/v1/selftest", "", struct{}{}, &s)
}

// StartWalkTest starts the walk test of the panic button; the state tells how it goes on.
func (c *Client) StartWalkTest(ctx context.Context, token string) (State, error) {
	var s State
	return s, c.call(ctx, http.MethodPost, "/v1/walktest", token, struct{}{}, &s)
}

// StopWalkTest stops it.
func (c *Client) StopWalkTest(ctx context.Context, token string) (State, error) {
	var s State
	return s, c.call(ctx, http.MethodDelete, "/v1/walktest", token, nil, &s)
}

// SimButton holds the simulated button down; on a real board it answers NotFound.
func (c *Client) SimButton(ctx context.Context, hold time.Duration) error {
	return c.call(ctx, http.MethodPost, "/v1/sim/button", "", SimButton{HoldMS: hold.Milliseconds()}, nil)
}

func (c *Client) act(ctx context.Context, token, id, verb string, body any) error {
	return c.call(ctx, http.MethodPost, "/v1/activations/"+url.PathEscape(id)+"/"+verb, token, body, nil)
}

func (c *Client) call(ctx context.Context, method, path, token string, in, out any) error {
	return c.callWithin(ctx, callTimeout, method, path, token, in, out)
}

func (c *Client) callWithin(ctx context.Context, limit time.Duration, method, path, token string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	res, err := c.do(ctx, method, path, token, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(out); err != nil {
		return fmt.Errorf("cannot read the agent's answer: %w", err)
	}
	return nil
}

// do sends a request and turns an answer that is not a success into its error.
func (c *Client) do(ctx context.Context, method, path, token string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("cannot encode request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return nil, fmt.Errorf("cannot make request: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the agent: %w", err)
	}
	if res.StatusCode < 300 {
		return res, nil
	}
	defer res.Body.Close()
	p := NewProblem(Internal)
	if err := json.NewDecoder(io.LimitReader(res.Body, MaxRequest)).Decode(p); err != nil {
		p.Status = res.StatusCode
	}
	return nil, p
}
