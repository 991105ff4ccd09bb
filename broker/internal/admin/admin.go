// Package admin is the broker's unix socket for administrators on the same machine: syzctl is its client.
//
// Whoever may open the socket (mode 0660, the broker's group) may do everything here: enrol, disable, verify.
//
//	POST /v1/codes                  {zone, hours} -> {code, fingerprint, enrol}
//	GET  /v1/devices                -> [Device]
//	POST /v1/devices/{id}/disable   {}
//	POST /v1/devices/{id}/enable    {}
//	GET  /v1/verify                 -> chain.Proof
//	GET  /v1/entries                -> one JSON object a line: {seq, chain, record}
//	POST /v1/signin                 -> {link}; only in development
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"safeyouthzone/broker/contract/chain"
)

// Errors that the broker's parts answer with.
var (
	// ErrNotFound means that there is no such zone or device.
	ErrNotFound = errors.New("no such zone or device")
	// ErrNotHere means that this broker does not offer the call.
	ErrNotHere = errors.New("not offered by this broker")
)

// Card is what a new device needs to enrol.
type Card struct {
	Code        string    `json:"code"`
	Fingerprint string    `json:"fingerprint"`
	Enrol       string    `json:"enrol"` // host:port
	Until       time.Time `json:"until"`
}

// Device is one device as an administrator sees it.
type Device struct {
	ID       string    `json:"id"`
	Zone     string    `json:"zone"`
	Online   bool      `json:"online"`
	Lost     bool      `json:"lost"`
	Disabled bool      `json:"disabled"`
	LastSeen time.Time `json:"last_seen,omitzero"`
	Version  string    `json:"version,omitempty"`
	Outbox   int       `json:"outbox"`
	NotAfter time.Time `json:"certificate_until"`
	Troubles []string  `json:"troubles,omitempty"`
}

// Broker does what the calls ask for.
type Broker interface {
	Card(ctx context.Context, zone string, life time.Duration) (Card, error)
	Devices() []Device
	Disable(ctx context.Context, id string, disabled bool) error
	SignInLink() (string, error)
	// Entries calls fn with every entry that the ledger has now.
	Entries(ctx context.Context, fn func(chain.Entry) error) error
}

const (
	maxBody  = 4 << 10
	maxHours = 24 * 30
)

// Handler answers the calls.
func Handler(b Broker, log *slog.Logger) http.Handler {
	h := handler{b, log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/codes", h.code)
	mux.HandleFunc("GET /v1/devices", func(w http.ResponseWriter, _ *http.Request) { answer(w, b.Devices()) })
	mux.HandleFunc("POST /v1/devices/{id}/disable", h.disable(true))
	mux.HandleFunc("POST /v1/devices/{id}/enable", h.disable(false))
	mux.HandleFunc("GET /v1/verify", h.verify)
	mux.HandleFunc("GET /v1/entries", h.entries)
	mux.HandleFunc("POST /v1/signin", h.signIn)
	return mux
}

type handler struct {
	b   Broker
	log *slog.Logger
}

func (h handler) code(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Zone  string `json:"zone"`
		Hours int    `json:"hours"`
	}
	d := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil || q.Hours < 1 || q.Hours > maxHours {
		problem(w, http.StatusBadRequest, "Say the zone, and for how many hours (1 to 720) the code is good.")
		return
	}
	c, err := h.b.Card(r.Context(), q.Zone, time.Duration(q.Hours)*time.Hour)
	if err != nil {
		h.fail(w, err)
		return
	}
	h.log.Info("enrolment code made", slog.String("zone", q.Zone))
	answer(w, c)
}

func (h handler) disable(disabled bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		if err := h.b.Disable(r.Context(), id, disabled); err != nil {
			h.fail(w, err)
			return
		}
		h.log.Info("device switched", slog.String("device", id), slog.Bool("disabled", disabled))
		answer(w, struct{}{})
	}
}

func (h handler) verify(w http.ResponseWriter, r *http.Request) {
	v := chain.NewVerifier()
	if err := h.b.Entries(r.Context(), func(e chain.Entry) error { v.Check(e); return nil }); err != nil {
		h.fail(w, err)
		return
	}
	answer(w, v.Proof())
}

// Line is one line of /v1/entries.
type Line struct {
	Seq    uint64       `json:"seq"`
	Chain  string       `json:"chain"`
	Record chain.Record `json:"record"`
}

func (h handler) entries(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	err := h.b.Entries(r.Context(), func(e chain.Entry) error { return enc.Encode(Line{e.Seq, e.Chain, e.Record}) })
	if err != nil { // the client sees the missing end of the last line
		h.log.Warn("entries not sent", slog.Any("error", err))
		panic(http.ErrAbortHandler)
	}
}

func (h handler) signIn(w http.ResponseWriter, _ *http.Request) {
	link, err := h.b.SignInLink()
	if err != nil {
		h.fail(w, err)
		return
	}
	answer(w, map[string]string{"link": link})
}

func (h handler) fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		problem(w, http.StatusNotFound, "There is no such zone or device.")
	case errors.Is(err, ErrNotHere):
		problem(w, http.StatusConflict, "This broker was not started with --dev.")
	default:
		h.log.Error("administration call failed", slog.Any("error", err))
		problem(w, http.StatusInternalServerError, "The broker could not do it; its log says why.")
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": title, "status": status})
}
