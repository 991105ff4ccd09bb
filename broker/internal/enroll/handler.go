package enroll

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"safeyouthzone/broker/contract/wire"
)

// Gift is what every new device is told beside its certificate.
type Gift struct {
	MQTT        []string
	SealKey     []byte
	SettingsKey []byte
}

const (
	maxWrong   = 20 // wrong codes from one address
	forgetIn   = 10 * time.Minute
	maxTracked = 10_000 // addresses
)

// Handler answers POST /v1/enrol and, to callers that show a certificate, POST /v1/renew.
func (a *Authority) Handler(g Gift, log *slog.Logger) http.Handler {
	h := &handler{a: a, gift: g, log: log, wrong: map[string]strikes{}}
	mux := http.NewServeMux()
	mux.Handle("POST /v1/enrol", h)
	mux.HandleFunc("POST /v1/renew", h.renew)
	return mux
}

type strikes struct {
	n     int
	since time.Time
}

type handler struct {
	a    *Authority
	gift Gift
	log  *slog.Logger

	mu    sync.Mutex
	wrong map[string]strikes
}

// ServeHTTP enrols one device.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from, _, _ := net.SplitHostPort(r.RemoteAddr)
	if h.blocked(from) {
		problem(w, http.StatusTooManyRequests, "too_many_tries", "Too many wrong codes. Wait ten minutes.")
		return
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxUplink+1))
	if err != nil {
		problem(w, http.StatusBadRequest, "malformed", "The request could not be read.")
		return
	}
	q, err := wire.DecodeEnrolRequest(b)
	if err != nil {
		problem(w, http.StatusBadRequest, "malformed", "The request is not one of this protocol.")
		return
	}
	d, crt, err := h.a.Enrol(r.Context(), q.Code, q.CSR)
	if err != nil {
		h.refuse(w, from, err)
		return
	}
	h.log.Info("device enrolled", slog.String("device", d.ID), slog.String("zone", d.Zone))
	h.answer(w, d, crt)
}

func (h *handler) refuse(w http.ResponseWriter, from string, err error) {
	h.log.Warn("enrolment refused", slog.String("reason", err.Error()))
	switch {
	case errors.Is(err, ErrCode):
		h.strike(from)
		problem(w, http.StatusForbidden, "code_not_valid", "This code is not valid. Ask the county for a new card.")
	case errors.Is(err, ErrDisabled):
		problem(w, http.StatusForbidden, "device_disabled", "This device was disabled. Ask the county for a new card.")
	case errors.Is(err, ErrRequest):
		problem(w, http.StatusBadRequest, "bad_request", "The certificate request is not acceptable.")
	default:
		problem(w, http.StatusServiceUnavailable, "try_again", "The county's system could not store it. Try again.")
	}
}

func (h *handler) blocked(from string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.wrong[from]
	if ok && h.a.o.Now().Sub(s.since) > forgetIn {
		delete(h.wrong, from)
		return false
	}
	return s.n >= maxWrong
}

func (h *handler) strike(from string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.wrong) >= maxTracked {
		clear(h.wrong)
	}
	s := h.wrong[from]
	if s.n == 0 {
		s.since = h.a.o.Now()
	}
	s.n++
	h.wrong[from] = s
}

func problem(w http.ResponseWriter, status int, code, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": title, "status": status, "code": code})
}
