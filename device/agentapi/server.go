package agentapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
)

// Verb is what is done to an activation.
type Verb string

// The verbs, as they stand in the path.
const (
	Needs    Verb = "needs"
	Intake   Verb = "intake"
	Reports  Verb = "report"
	Welfare  Verb = "welfare"
	Leave    Verb = "left"
	Cancel   Verb = "cancel"
	Verify   Verb = "verify"
	HandOver Verb = "handover"
)

// Staff reports whether the verb needs a token.
func (v Verb) Staff() bool { return v != Needs }

// Action is one call on an activation; the field of its verb is set.
type Action struct {
	Verb   Verb
	Need   activation.Need
	Flags  []activation.Need
	Report ReportRequest
	State  activation.Welfare
	Code   string
}

// Agent is what the API serves. Its methods are called concurrently and answer with a [*Problem] what a person can act on; any other
// error is told as Internal. A token of "" means that the caller sent none.
type Agent interface {
	// State is the state now, its ages counted at this moment.
	State() State
	// Changed returns a channel that is closed by the next change. Ask for it before State.
	Changed() <-chan struct{}
	// Raise returns once the event is on the disk, or on its way though the disk is dead (State.Health.DiskOK is then false).
	Raise(ctx context.Context, token string, r Raise) (Raised, error)
	// Act does what the verb says to an activation.
	Act(ctx context.Context, token, id string, a Action) error
	// SignIn checks a PIN.
	SignIn(ctx context.Context, pin string) (PINAnswer, error)
}

// Options are the parts of the API that not every agent has.
type Options struct {
	SelfTest  func(context.Context) error                    // nil: answers with the state
	SimButton func(context.Context, time.Duration) error     // nil: the route does not exist
	WalkTest  WalkTester                                     // nil: the route does not exist
	IT        IT                                             // nil: the routes do not exist
	Screen    Screener                                       // nil: the route does not exist
	Log       *slog.Logger                                   // nil: silent
	Deadline  func(http.ResponseWriter, time.Duration) error // nil: the connection's own write deadline
	Heartbeat time.Duration                                  // 0: HeartbeatMS
}

// WalkTester runs walk tests. Both methods want the token of somebody who is signed in; [State].WalkTest tells what follows.
type WalkTester interface {
	// StartWalkTest answers with PINWanted, NoButton, CallOpen or NotConnected if no test can begin. A test that waits begins anew.
	StartWalkTest(ctx context.Context, token string) error
	// StopWalkTest ends a test that waits for its press; otherwise nothing happens.
	StopWalkTest(ctx context.Context, token string) error
}

type server struct {
	agent Agent
	opt   Options
}

// NewServer serves the API of an agent.
func NewServer(a Agent, opt Options) http.Handler {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Deadline == nil {
		opt.Deadline = writeDeadline
	}
	if opt.Heartbeat == 0 {
		opt.Heartbeat = HeartbeatMS * time.Millisecond
	}
	s := &server{a, opt}
	m := http.NewServeMux()
	m.HandleFunc("GET /v1/state", func(w http.ResponseWriter, _ *http.Request) { s.answer(w, http.StatusOK, a.State()) })
	m.HandleFunc("GET /v1/events", s.events)
	m.HandleFunc("POST /v1/activations", s.raise)
	m.HandleFunc("POST /v1/activations/{id}/{verb}", s.act)
	m.HandleFunc("POST /v1/pin", s.pin)
	m.HandleFunc("POST /v1/selftest", s.selfTest)
	if opt.WalkTest != nil {
		m.HandleFunc("POST /v1/walktest", s.walkTest(opt.WalkTest.StartWalkTest))
		m.HandleFunc("DELETE /v1/walktest", s.walkTest(opt.WalkTest.StopWalkTest))
	}
	if opt.IT != nil {
		m.HandleFunc("POST /v1/restart", s.restart)
		m.HandleFunc("POST /v1/enrol", s.enrol)
	}
	if opt.Screen != nil {
		m.HandleFunc("PUT /v1/screen", s.screen)
	}
	if opt.SimButton != nil {
		m.HandleFunc("POST /v1/sim/button", s.simButton)
	}
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, NewProblem(NotFound)) })
	return m
}

func (s *server) raise(w http.ResponseWriter, r *http.Request) {
	var in Raise
	if !s.read(w, r, &in) {
		return
	}
	// The press is done even if the caller goes away meanwhile.
	out, err := s.agent.Raise(context.WithoutCancel(r.Context()), bearer(r), in)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.answer(w, http.StatusCreated, out)
}

func (s *server) act(w http.ResponseWriter, r *http.Request) {
	a := Action{Verb: Verb(r.PathValue("verb"))}
	if !s.readAction(w, r, &a) {
		return
	}
	if err := s.agent.Act(context.WithoutCancel(r.Context()), bearer(r), r.PathValue("id"), a); err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *server) readAction(w http.ResponseWriter, r *http.Request, a *Action) bool {
	switch a.Verb {
	case Needs:
		var in NeedRequest
		ok := s.read(w, r, &in)
		a.Need = in.Need
		return ok
	case Intake:
		var in IntakeRequest
		ok := s.read(w, r, &in)
		a.Flags = in.Flags
		return ok
	case Reports:
		return s.read(w, r, &a.Report)
	case Welfare:
		var in WelfareRequest
		ok := s.read(w, r, &in)
		a.State = in.State
		return ok
	case Verify:
		var in VerifyRequest
		ok := s.read(w, r, &in)
		a.Code = in.Code
		return ok
	case Leave, Cancel, HandOver:
		return s.read(w, r, &struct{}{})
	default:
		writeProblem(w, NewProblem(NotFound))
		return false
	}
}

func (s *server) pin(w http.ResponseWriter, r *http.Request) {
	var in PINRequest
	if !s.read(w, r, &in) {
		return
	}
	out, err := s.agent.SignIn(r.Context(), in.PIN)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.answer(w, http.StatusOK, out)
}

func (s *server) selfTest(w http.ResponseWriter, r *http.Request) {
	if !s.read(w, r, &struct{}{}) {
		return
	}
	if s.opt.SelfTest != nil {
		if err := s.opt.SelfTest(r.Context()); err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	s.answer(w, http.StatusOK, s.agent.State())
}

func (s *server) walkTest(do func(context.Context, string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.read(w, r, &struct{}{}) {
			return
		}
		if err := do(r.Context(), bearer(r)); err != nil {
			s.refuse(w, r, err)
			return
		}
		s.answer(w, http.StatusOK, s.agent.State())
	}
}

func (s *server) simButton(w http.ResponseWriter, r *http.Request) {
	var in SimButton
	if !s.read(w, r, &in) {
		return
	}
	if in.HoldMS < 0 || in.HoldMS > time.Hour.Milliseconds() {
		writeProblem(w, NewProblem(BadRequest))
		return
	}
	if err := s.opt.SimButton(r.Context(), time.Duration(in.HoldMS)*time.Millisecond); err != nil {
		s.refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// read decodes one strict JSON document; an empty body is an empty document.
func (s *server) read(w http.ResponseWriter, r *http.Request, into any) bool {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequest))
	if err != nil {
		s.refuse(w, r, err)
		return false
	}
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		writeProblem(w, NewProblem(BadRequest))
		return false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		writeProblem(w, NewProblem(BadRequest))
		return false
	}
	return true
}

func (s *server) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller is gone if this fails
}

func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	if p.Code == Internal {
		s.opt.Log.LogAttrs(r.Context(), slog.LevelError, "agent call failed", slog.String("route", r.Pattern), slog.Any("error", err))
	}
	writeProblem(w, p)
}

func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}
