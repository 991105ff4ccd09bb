package agentapi

import (
	"context"
	"net/http"
)

// IT is what the people do who look after the devices; an agent that lacks it has no such routes.
type IT interface {
	// Restart ends the agent soon; whoever supervises it starts it again. It needs the token of a PIN with the role it.
	Restart(ctx context.Context, token string) error
	// Enrol takes the code of an enrolment card. A device that has no identity yet needs no token: the code is leave enough.
	Enrol(ctx context.Context, token, code string) error
}

// RoleIT is the role of a PIN that opens these calls.
const RoleIT = "it"

// EnrolRequest is the code of a card, as somebody typed it.
type EnrolRequest struct {
	Code string `json:"code"`
}

func (s *server) restart(w http.ResponseWriter, r *http.Request) {
	if s.read(w, r, &struct{}{}) {
		s.done(w, r, s.opt.IT.Restart(r.Context(), bearer(r)))
	}
}

func (s *server) enrol(w http.ResponseWriter, r *http.Request) {
	var in EnrolRequest
	if s.read(w, r, &in) {
		s.done(w, r, s.opt.IT.Enrol(context.WithoutCancel(r.Context()), bearer(r), in.Code))
	}
}

// done answers a call that has nothing to tell.
func (s *server) done(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Restart ends the agent; it is heard again within seconds.
func (c *Client) Restart(ctx context.Context, token string) error {
	return c.call(ctx, http.MethodPost, "/v1/restart", token, struct{}{}, nil)
}

// Enrol makes the device a device of the county by the code of a card. It asks the county and may take half a minute.
func (c *Client) Enrol(ctx context.Context, token, code string) error {
	return c.callWithin(ctx, enrolTimeout, http.MethodPost, "/v1/enrol", token, EnrolRequest{Code: code}, nil)
}
