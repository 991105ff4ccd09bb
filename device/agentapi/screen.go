package agentapi

import (
	"context"
	"net/http"
	"slices"
)

// What can be wrong with the screen itself, so that people who look after devices must come. They are troubles of the device.
const (
	ScreenFaces = "faces" // letters of languages that the site offers are not installed
	ScreenVoice = "voice" // pages are to be read aloud, and nothing can
)

// ScreenFaults lists all that a screen can report.
func ScreenFaults() []string { return []string{ScreenFaces, ScreenVoice} }

// ScreenRequest is everything that is wrong with the screen now; what is not in it is over.
type ScreenRequest struct {
	Faults []string `json:"faults"`
}

// Screener is told how the screen is.
type Screener interface {
	// Screen takes the place of what the screen said before. A code that is not in [ScreenFaults] is BadRequest.
	Screen(ctx context.Context, faults []string) error
}

func (s *server) screen(w http.ResponseWriter, r *http.Request) {
	var in ScreenRequest
	if !s.read(w, r, &in) {
		return
	}
	if slices.ContainsFunc(in.Faults, func(code string) bool { return !slices.Contains(ScreenFaults(), code) }) {
		s.refuse(w, r, NewProblem(BadRequest))
		return
	}
	s.done(w, r, s.opt.Screen.Screen(r.Context(), in.Faults))
}

// Screen says what is wrong with the screen now.
func (c *Client) Screen(ctx context.Context, faults []string) error {
	return c.call(ctx, http.MethodPut, "/v1/screen", "", ScreenRequest{Faults: append([]string{}, faults...)}, nil)
}
