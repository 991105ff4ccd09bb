package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"safeyouthzone/broker/internal/desk/account"
)

const (
	passkeyCookie = "syz-passkey"
	maxPasskeys   = 8
)

var (
	wrongPasskey = refusal{
		Status: http.StatusForbidden, Code: "wrong_passkey", Title: "This passkey is not known here.",
		Detail: "Try another one. If you have lost your passkeys, ask an administrator of the desk.",
	}
	noMorePasskeys = refusal{
		Status: http.StatusConflict, Code: "too_many_passkeys", Title: "You have as many passkeys as one person can have.",
		Detail: "Remove one that you no longer use.",
	}
)

// newPasskeys makes the part that checks them, for the host of the desk's public address. Whoever uses one must prove to it who they
// are, by finger, face or PIN: a key that somebody found opens nothing.
func newPasskeys(public string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(public)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("cannot use passkeys: public address %q is not a URL", public)
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Responder desk", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot use passkeys: %w", err)
	}
	return w, nil
}

// holder is a user as passkeys know them.
type holder struct {
	account.User
	shown string
}

// WebAuthnID implements webauthn.User.
func (h holder) WebAuthnID() []byte { return h.Handle }

// WebAuthnName implements webauthn.User: the account, which is no name.
func (h holder) WebAuthnName() string { return h.ID }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.shown }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(h.Passkeys))
	for i, p := range h.Passkeys {
		out[i] = p.Credential
	}
	return out
}

func (d *Desk) holder(u account.User) holder { return holder{u, d.userWords(u.ID)} }

// passkeyBegin answers with what the browser's authenticator needs.
func (d *Desk) passkeyBegin(w http.ResponseWriter, r *http.Request) {
	if d.passkeys == nil {
		d.notFound(w, r)
		return
	}
	var ask struct {
		For  string `json:"for"`
		Next string `json:"next"`
		Link string `json:"link"`
		Name string `json:"name"` // of a new passkey, as its person calls it
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&ask); err != nil {
		d.refuse(w, r, *tooLarge(err))
		return
	}
	begun := way{For: ask.For, Next: d.insideOf(r, ask.Next), Link: ask.Link, Name: strings.TrimSpace(ask.Name)}
	if !goodName(begun.Name) {
		d.refuse(w, r, badRequest)
		return
	}
	var options any
	var p *refusal
	var err error
	switch ask.For {
	case forSignIn:
		options, begun.Passkey, err = d.askAny()
	case forAgain:
		options, begun, p, err = d.askAgain(r, begun)
	case forPasskey:
		options, begun, p, err = d.askNew(r, begun)
	default:
		p = &badRequest
	}
	if err == nil && p == nil {
		err = d.begin(w, passkeyCookie, begun)
	}
	switch {
	case p == &linkUsed:
		d.wrong(w, r, "link", *p)
	case p != nil:
		d.refuse(w, r, *p)
	case err != nil:
		d.failed(w, r, err)
	default:
		d.answerJSON(w, options)
	}
}

func (d *Desk) askAny() (any, webauthn.SessionData, error) {
	options, data, err := d.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, webauthn.SessionData{}, fmt.Errorf("cannot begin sign-in: %w", err)
	}
	return options.Response, *data, nil
}

// askAgain asks for a passkey of whoever is signed in.
func (d *Desk) askAgain(r *http.Request, begun way) (any, way, *refusal, error) {
	seat, ok := d.seatOf(r)
	u, known := d.accounts.User(seat.User)
	if !ok || !known || seat.session.Key == "" {
		return nil, begun, &notSignedIn, nil
	}
	if len(u.Passkeys) == 0 {
		return nil, begun, &wrongPasskey, nil
	}
	options, data, err := d.passkeys.BeginLogin(d.holder(u), webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, begun, nil, fmt.Errorf("cannot begin sign-in: %w", err)
	}
	begun.Session, begun.Passkey = seat.session.Key, *data
	return options.Response, begun, nil, nil
}

// askNew asks for a new passkey of whoever holds a link, or is signed in freshly.
func (d *Desk) askNew(r *http.Request, begun way) (any, way, *refusal, error) {
	u, session, p := d.owner(r, begun.Link)
	switch {
	case p != nil:
		return nil, begun, p, nil
	case len(u.Passkeys) >= maxPasskeys:
		return nil, begun, &noMorePasskeys, nil
	}
	var have []protocol.CredentialDescriptor
	for _, c := range d.holder(u).WebAuthnCredentials() {
		have = append(have, c.Descriptor())
	}
	options, data, err := d.passkeys.BeginRegistration(d.holder(u), webauthn.WithExclusions(have))
	if err != nil {
		return nil, begun, nil, fmt.Errorf("cannot begin passkey: %w", err)
	}
	begun.Session, begun.Passkey = session, *data
	return options.Response, begun, nil, nil
}

// owner is for whom a new passkey will be.
func (d *Desk) owner(r *http.Request, link string) (u account.User, session string, p *refusal) {
	if link != "" {
		l, ok := d.accounts.Link(link)
		u, known := d.accounts.User(l.User)
		if !ok || !known || u.Disabled {
			return u, "", &linkUsed
		}
		return u, "", nil
	}
	seat, ok := d.seatOf(r)
	u, known := d.accounts.User(seat.User)
	switch {
	case !ok || !known:
		return u, "", &notSignedIn
	case seat.Locked:
		return u, "", &isLocked
	case !seat.Fresh:
		return u, "", &notFresh
	}
	return u, seat.session.Key, nil
}

// passkeyFinish takes what the authenticator answered.
func (d *Desk) passkeyFinish(w http.ResponseWriter, r *http.Request) {
	if d.passkeys == nil {
		d.notFound(w, r)
		return
	}
	begun, ok := d.resume(w, r, passkeyCookie)
	if !ok {
		d.wrong(w, r, "passkey_forged", countyForged)
		return
	}
	var whose string // the account that it claims to be of
	var err error
	switch begun.For {
	case forSignIn:
		whose, err = d.finishSignIn(w, r, begun)
	case forAgain:
		whose, err = d.finishAgain(w, r, begun)
	default:
		err = d.finishNew(w, r, begun)
	}
	var bad *protocol.Error
	switch {
	case err == nil:
		d.answerJSON(w, map[string]string{"to": begun.Next})
	case errors.As(err, &bad), errors.Is(err, errOther), errors.Is(err, errDisabled), errors.Is(err, errStranger):
		d.log.Warn("passkey refused", slog.Any("error", err))
		d.wrongFor(w, r, whose, "passkey", wrongPasskey)
	default:
		d.failed(w, r, err)
	}
}

// errStranger means that a passkey is of no account.
var errStranger = errors.New("nobody has this passkey")

func (d *Desk) finishSignIn(w http.ResponseWriter, r *http.Request, begun way) (user string, err error) {
	find := func(_, handle []byte) (webauthn.User, error) {
		u, ok := d.accounts.ByHandle(handle)
		if !ok {
			return nil, errStranger
		}
		user = u.ID
		return d.holder(u), nil
	}
	who, used, err := d.passkeys.FinishPasskeyLogin(find, begun.Passkey, r)
	if err != nil {
		return user, err
	}
	h, _ := who.(holder)
	if h.Disabled {
		return user, errDisabled
	}
	if err := d.used(r.Context(), h.User, used); err != nil {
		return user, err
	}
	return user, d.enter(w, r, account.Session{User: h.ID, How: byPasskey})
}

func (d *Desk) finishAgain(w http.ResponseWriter, r *http.Request, begun way) (user string, err error) {
	seat, ok := d.seatOf(r)
	u, known := d.accounts.User(seat.User)
	if !ok || !known || seat.session.Key != begun.Session {
		return "", errOther
	}
	used, err := d.passkeys.FinishLogin(d.holder(u), begun.Passkey, r)
	if err != nil {
		return u.ID, err
	}
	if err := d.used(r.Context(), u, used); err != nil {
		return u.ID, err
	}
	return u.ID, d.renew(w, r, seat, byPasskey)
}

// used brings a passkey's counter up to date. One that counts backwards was copied.
func (d *Desk) used(ctx context.Context, u account.User, c *webauthn.Credential) error {
	if c.Authenticator.CloneWarning {
		return fmt.Errorf("the passkey was copied: %w", errOther)
	}
	_, err := d.accounts.ChangeUser(ctx, u.ID, func(u *account.User) error {
		u.Passkeys = slices.Clone(u.Passkeys)
		for i, p := range u.Passkeys {
			if slices.Equal(p.Credential.ID, c.ID) {
				u.Passkeys[i].Credential, u.Passkeys[i].Used = *c, d.opt.Clock().UTC()
			}
		}
		return nil
	})
	return err
}

func (d *Desk) finishNew(w http.ResponseWriter, r *http.Request, begun way) error {
	u, _, p := d.owner(r, begun.Link)
	if p != nil {
		return errOther
	}
	made, err := d.passkeys.FinishRegistration(d.holder(u), begun.Passkey, r)
	if err != nil {
		return err
	}
	recovered := false
	if begun.Link != "" {
		l, err := d.accounts.UseLink(r.Context(), begun.Link)
		if err != nil {
			return err
		}
		recovered = l.Kind == "recovery"
	}
	if err := d.opt.Audit.Keep(r.Context(), d.target(Seat{User: u.ID, Agency: u.Agency}, "passkey_added", u.ID, "")); err != nil {
		return err
	}
	u, err = d.accounts.ChangeUser(r.Context(), u.ID, func(u *account.User) error {
		if recovered { // whoever finds the lost ones can do nothing with them
			u.Passkeys, u.Recovery = nil, nil
		}
		u.Passkeys = append(slices.Clone(u.Passkeys), account.Passkey{Name: passkeyName(u.Passkeys, begun.Name), Added: d.opt.Clock().UTC(), Credential: *made})
		return nil
	})
	if err != nil || begun.Link == "" {
		return err
	}
	if recovered {
		if err := d.accounts.EndSessions(r.Context(), u.ID); err != nil {
			return err
		}
	}
	return d.enter(w, r, account.Session{User: u.ID, How: byPasskey})
}

// passkeyName is how a person tells a new passkey from the others: as they called it, or by a number that none has.
func passkeyName(have []account.Passkey, wish string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(have, func(p account.Passkey) bool { return p.Name == name })
	}
	if wish != "" && !taken(wish) {
		return wish
	}
	for n := len(have) + 1; ; n++ {
		if name := "Passkey " + strconv.Itoa(n); !taken(name) {
			return name
		}
	}
}

// welcomePage is where an invitation leads.
func (d *Desk) welcomePage(w http.ResponseWriter, r *http.Request) {
	link := r.URL.Query().Get("link")
	l, ok := d.accounts.Link(link)
	u, known := d.accounts.User(l.User)
	if !ok || !known || u.Disabled || d.passkeys == nil {
		d.wrong(w, r, "link", linkUsed)
		return
	}
	v := d.signInView()
	v.Link, v.Again, v.Agencies, v.Roles = link, seatName(u.ID, u.Agency), []Agency{d.agency(u.Agency)}, toRoles(u.Roles)
	v.Locked = l.Kind == "recovery"
	d.render(w, http.StatusOK, "welcome", v)
}
