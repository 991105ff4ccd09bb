package agentapi

import (
	"encoding/json"
	"errors"
	"net/http"
)

const problemType = "application/problem+json"

// NewProblem makes the problem of a code, with its status and its words.
func NewProblem(c Code) *Problem {
	status, title := words(c)
	return &Problem{Title: title, Status: status, Code: c}
}

func words(c Code) (int, string) {
	switch c {
	case BadRequest:
		return http.StatusBadRequest, "This request does not have the expected form."
	case PINWanted:
		return http.StatusUnauthorized, "A staff PIN is needed."
	case PINWrong:
		return http.StatusForbidden, "This PIN is not right."
	case PINLocked:
		return http.StatusTooManyRequests, "Too many wrong PINs. Please wait."
	case NoPINs:
		return http.StatusConflict, "The county has not set a staff PIN for this device yet."
	case NotFound:
		return http.StatusNotFound, "There is no such thing here."
	case TooManyOpen:
		return http.StatusConflict, "Too many calls for help are open in this zone. Please phone the desk."
	case NotConnected:
		return http.StatusServiceUnavailable, "There is no connection to the responders now. Please phone the desk."
	case NoButton:
		return http.StatusConflict, "This help point has no button that can be tested now."
	case CallOpen:
		return http.StatusConflict, "A call for help is open. The button can be tested afterwards."
	case CardRefused:
		return http.StatusConflict, "The county does not take this code."
	case TooLarge:
		return http.StatusRequestEntityTooLarge, "This request is too large."
	case Internal:
		return http.StatusInternalServerError, "This help point has a fault. Please phone the desk."
	default:
		return http.StatusInternalServerError, "This help point has a fault. Please phone the desk."
	}
}

// asProblem is how any error is told to a caller: what is not a Problem stays inside.
func asProblem(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return NewProblem(TooLarge)
	}
	return NewProblem(Internal)
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller is gone if this fails
}
