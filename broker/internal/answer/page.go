package answer

import (
	"embed"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/activation"
)

//go:embed web
var web embed.FS

// problem is why an answer was not taken, in words and as a code for programs.
type problem struct {
	Status int    `json:"-"`
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

var (
	badLink = problem{http.StatusNotFound, "bad_link", "This link does not work.", "It may have been cut in two by the program that showed it. Copy the whole of it, or open the desk."}
	expired = problem{http.StatusGone, "expired", "This link is too old.", "If the call is still open you will get a new one. You can also open the desk."}
	ended   = problem{http.StatusGone, "ended", "This call has ended.", "You need do nothing more."}

	notYours      = problem{http.StatusForbidden, "not_yours", "You are not on the list any more.", "Ask your supervisor."}
	usedBefore    = problem{http.StatusConflict, "used", "This link was used for another answer.", "To change what you said, open the desk, or phone it."}
	tooOften      = problem{http.StatusTooManyRequests, "too_often", "Too many tries.", "Wait a minute, then try again. If it is urgent, phone the desk."}
	notUnderstood = problem{http.StatusUnprocessableEntity, "invalid", "That was not understood.", "Nothing was changed. Choose one of the answers."}
	answered      = problem{http.StatusConflict, "already_answered", "Somebody of your agency has taken it already.", "If you are on your way too, say when you will be there."}
	notCertain    = problem{http.StatusServiceUnavailable, "not_stored", "It is not certain that this was stored.", "Try again: doing it twice does no harm. If it fails again, phone the desk."}
)

func problemOf(err error) *problem {
	switch {
	case errors.Is(err, activation.ErrEnded), errors.Is(err, ErrUnknownCase):
		return &ended
	case errors.Is(err, activation.ErrAlreadyAnswered):
		return &answered
	case errors.Is(err, activation.ErrInvalid), errors.Is(err, activation.ErrForbidden):
		return &notUnderstood
	}
	return &notCertain
}

// view is what a page shows.
type view struct {
	Code, Zone, Mode string
	Agency           string
	Sentence         string // how far the person's agency has come
	Urgent           bool   // nobody of it has answered
	May              May
	Action           string // where forms go
	Problem          *problem
	Done, Said       string
	Desk             string
}

// Acknowledge reports whether to offer it.
func (v view) Acknowledge() bool {
	return v.May&MayAcknowledge != 0 && (v.Problem == nil || v.Problem == &notCertain)
}

// Come reports whether to offer it.
func (v view) Come() bool { return v.May&MayCome != 0 && v.open() }

// Decline reports whether to offer it.
func (v view) Decline() bool { return v.May&MayDecline != 0 && v.open() }

func (v view) open() bool {
	return v.Action != "" && (v.Problem == nil || v.Problem == &notCertain || v.Problem == &answered || v.Problem == &notUnderstood)
}

// Minutes are those that a page offers.
func (v view) Minutes() []int { return []int{5, 10, 15, 20, 30, 45, 60, 90} }

// Practice reports whether it is no actual call.
func (v view) Practice() bool {
	return v.Mode == string(activation.Drill) || v.Mode == string(activation.Test)
}

func (a *Answers) view(r *http.Request, p asked) view {
	v := view{
		Code: activation.ShortCode(p.state.Case), Zone: a.o.Zone(p.state.Zone), Mode: string(p.state.Mode), Agency: a.o.Agency(p.person.Agency),
		May: p.grant.May, Action: r.URL.Path,
	}
	v.State(p.state, p.person)
	return v
}

// State says how far the person's agency has come.
func (v *view) State(s activation.State, p Person) {
	x := s.Answer(p.Agency)
	v.Urgent = false
	switch x.Stage() {
	case activation.Here:
		v.Sentence = "Somebody of your agency is there."
	case activation.StageComing:
		v.Sentence = "Somebody of your agency is coming."
	case activation.StageAcknowledged:
		v.Sentence = "Somebody of your agency has taken it."
	default:
		v.Sentence, v.Urgent = "Nobody of your agency has answered yet.", true
	}
}

// done turns a page into the one after an answer. What can be said next goes by a new link.
func (a *Answers) done(v *view, p asked, w wish) {
	next := Grant{Person: p.grant.Person, Case: p.grant.Case, Until: p.grant.Until}
	v.Said = w.answer
	switch w.answer {
	case acknowledge:
		v.Done = "You have taken it."
		next.May = MayCome // nobody can take an answer back by a link: the kiosk has shown it, so a person at the desk must know
	case coming:
		v.Done = "You are coming, in about " + spoken(w.minutes) + "."
		next.May = MayCome
	case cannot:
		v.Done, v.Urgent = "You cannot. The next person is being asked.", false
		next.May = MayAcknowledge | MayCome
	}
	v.May, v.Action = 0, ""
	if !p.state.Stage().Open() {
		return
	}
	if link, err := a.link(next); err == nil {
		v.May, v.Action = next.May, link
	}
}

func spoken(minutes int) string {
	if minutes == 1 {
		return "1 minute"
	}
	return strconv.Itoa(minutes) + " minutes"
}

// say answers with a page, or with a document for a program.
func (a *Answers) say(w http.ResponseWriter, r *http.Request, v view) {
	v.Desk = a.o.Base + "/desk"
	status := http.StatusOK
	if v.Problem != nil {
		status = v.Problem.Status
	}
	h := w.Header()
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"code": v.Code, "mode": v.Mode, "done": v.Done, "next": v.Action, "problem": v.Problem}) // the asker has gone
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = a.page.ExecuteTemplate(w, "answer.html", v) // the asker has gone
}

// file serves what pages look with.
func file(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		b, err := web.ReadFile(name)
		if err != nil {
			http.Error(w, "no such file", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(b) // the asker has gone
	}
}
