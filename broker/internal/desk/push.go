package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// ErrSubscription means that a browser's subscription is not usable, or one too many.
var ErrSubscription = errors.New("subscription is not usable")

// Subscription is where a browser can be pushed to, as its PushSubscription says.
type Subscription struct {
	Endpoint string `json:"endpoint"`
	Keys     struct {
		P256DH string `json:"p256dh"`
		Auth   string `json:"auth"`
	} `json:"keys"`
}

// Push tells people through their browsers when no desk is open. Persons are users of the desk.
type Push interface {
	// PublicKey is what browsers subscribe with.
	PublicKey() string
	// Endpoints are those of a person's subscriptions.
	Endpoints(person string) []string
	// Subscribe keeps a subscription, and takes it from whoever had it before. [ErrSubscription] if it can not be used.
	Subscribe(ctx context.Context, person string, s Subscription) error
	// Withdraw forgets it.
	Withdraw(ctx context.Context, person, endpoint string) error
	// Check sends a notice that says nothing but that it came.
	Check(ctx context.Context, person string) error
}

const checkWithin = 10 * time.Second

func (d *Desk) pushRoutes() []Route {
	return []Route{
		{Pattern: "GET /sw.js", Permission: Anyone, Handler: public(d.serviceWorker)},
		{Pattern: "GET /notifications", Permission: SignedIn, Handler: d.notificationsPage, Nav: "Notify me", Icon: "sound"},
		{Pattern: "GET /push/key", Permission: SignedIn, Handler: d.pushKey},
		{Pattern: "POST /push/subscribe", Permission: SignedIn, Handler: d.pushSubscribe},
		{Pattern: "POST /push/withdraw", Permission: SignedIn, Handler: d.pushWithdraw},
		{Pattern: "POST /push/check", Permission: SignedIn, Handler: d.pushCheck},
	}
}

// serviceWorker is served from the top, because it can only act for what lies below it; browsers must always ask for a newer one.
func (d *Desk) serviceWorker(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(d.assets.files["sw.js"]) // the asker has gone
}

// notifications is what the page says beside what the browser knows.
type notifications struct {
	On      bool
	Account string
	Linked  bool // a call reaches the browsers of this account
}

func (d *Desk) notificationsPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	v := notifications{On: d.opt.Push != nil, Account: seat.User}
	v.Linked = d.opt.Linked == nil || d.opt.Linked(seat.User)
	d.sheet(w, seat, "notifications", "Notifications", v)
}

var (
	noPush = refusal{
		Status: http.StatusServiceUnavailable, Code: "no_push", Title: "Notifications are not set up at this broker.",
		Detail: "Tell those who run the desk.",
	}
	badSubscription = refusal{
		Status: http.StatusUnprocessableEntity, Code: "bad_subscription", Title: "This browser's notifications can not be used.",
		Detail: "Turn them off in the browsers that you no longer use, then try again.",
	}
	notPushed = refusal{
		Status: http.StatusBadGateway, Code: "not_pushed", Title: "The browser's push service did not take the notice.",
		Detail: "Try again. If it stays so, turn notifications off and on; until then do not rely on them.",
	}
)

// pushKey says what to subscribe with, and which subscriptions are this person's already, as hashes.
func (d *Desk) pushKey(w http.ResponseWriter, r *http.Request, seat Seat) {
	if d.opt.Push == nil {
		d.refuse(w, r, noPush)
		return
	}
	mine := []string{}
	for _, e := range d.opt.Push.Endpoints(seat.User) {
		h := sha256.Sum256([]byte(e))
		mine = append(mine, hex.EncodeToString(h[:]))
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"key": d.opt.Push.PublicKey(), "mine": mine}) // the asker has gone
}

func (d *Desk) pushSubscribe(w http.ResponseWriter, r *http.Request, seat Seat) {
	d.push(w, r, func(ctx context.Context, s Subscription) error { return d.opt.Push.Subscribe(ctx, seat.User, s) })
}

func (d *Desk) pushWithdraw(w http.ResponseWriter, r *http.Request, seat Seat) {
	d.push(w, r, func(ctx context.Context, s Subscription) error {
		return d.opt.Push.Withdraw(ctx, seat.User, s.Endpoint)
	})
}

// push reads a subscription and does something with it.
func (d *Desk) push(w http.ResponseWriter, r *http.Request, do func(context.Context, Subscription) error) {
	if d.opt.Push == nil {
		d.refuse(w, r, noPush)
		return
	}
	var s Subscription
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		d.refuse(w, r, badRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), storeWithin)
	defer cancel()
	switch err := do(ctx, s); {
	case errors.Is(err, ErrSubscription):
		d.refuse(w, r, badSubscription)
	case err != nil:
		d.log.Error("subscription not stored", slog.Any("error", err))
		d.refuse(w, r, notStored)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (d *Desk) pushCheck(w http.ResponseWriter, r *http.Request, seat Seat) {
	if d.opt.Push == nil {
		d.refuse(w, r, noPush)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), checkWithin)
	defer cancel()
	if err := d.opt.Push.Check(ctx, seat.User); err != nil {
		d.log.Warn("push check failed", slog.String("user", seat.User), slog.Any("error", err))
		d.refuse(w, r, notPushed)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
