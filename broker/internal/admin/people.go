package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
)

// Errors about people at the desk.
var (
	// ErrHaveAdministrator means that somebody can already let people in.
	ErrHaveAdministrator = errors.New("there is an administrator")
	// ErrNoPasskeys means that this desk takes no passkeys.
	ErrNoPasskeys = errors.New("passkeys are not set up")
	// ErrNoRecovery means that there is no such account, or that nobody asked for its recovery.
	ErrNoRecovery = errors.New("no recovery was asked for")
)

// People lets people in at the desk. The links are secrets, and good once.
type People interface {
	FirstAdministrator(ctx context.Context) (link string, err error)
	AskRecovery(ctx context.Context, user string) error
	ApproveRecovery(ctx context.Context, user string) (link string, err error)
}

// WithPeople answers the calls about people at the desk, and leaves all others to next.
//
//	POST /v1/desk/first-admin  {}      -> {link}
//	POST /v1/desk/recover      {user}  -> {}
//	POST /v1/desk/approve      {user}  -> {link}
func WithPeople(next http.Handler, p People, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	on := func(path string, do func(ctx context.Context, user string) (string, error)) {
		mux.HandleFunc("POST /v1/desk/"+path, func(w http.ResponseWriter, r *http.Request) {
			var q struct {
				User string `json:"user"`
			}
			d := json.NewDecoder(io.LimitReader(r.Body, maxBody))
			d.DisallowUnknownFields()
			if err := d.Decode(&q); err != nil {
				problem(w, http.StatusBadRequest, "Name the account.")
				return
			}
			link, err := do(r.Context(), q.User)
			if err != nil {
				peopleProblem(w, err, log)
				return
			}
			answer(w, map[string]string{"link": link})
		})
	}
	on("first-admin", func(ctx context.Context, _ string) (string, error) { return p.FirstAdministrator(ctx) })
	on("recover", func(ctx context.Context, user string) (string, error) { return "", p.AskRecovery(ctx, user) })
	on("approve", p.ApproveRecovery)
	mux.Handle("/", next)
	return mux
}

func peopleProblem(w http.ResponseWriter, err error, log *slog.Logger) {
	switch {
	case errors.Is(err, ErrHaveAdministrator):
		problem(w, http.StatusConflict, "The desk already has an administrator. They invite everybody else at the desk, on the page People.")
	case errors.Is(err, ErrNoPasskeys):
		problem(w, http.StatusConflict, "This desk takes no passkeys: set desk.public_url to an address with a host name, and desk.sign_in.passkeys.")
	case errors.Is(err, ErrNoRecovery):
		problem(w, http.StatusNotFound, "There is no such account, or nobody has asked for its recovery at the desk. One person asks and another approves.")
	default:
		log.Error("administration call failed", slog.Any("error", err))
		problem(w, http.StatusInternalServerError, "The broker could not do it; its log says why.")
	}
}
